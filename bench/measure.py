"""How long things take, side by side: runs that take turns."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

Taken = dict[str, list[float]]
"""Seconds of every turn, by the name of the call."""


def environment() -> dict[str, str]:
    """What a process needs to find what this one has found."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has been compiled
    return env


def take_turns(
    calls: Mapping[str, Callable[[], object]],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Taken:
    """Each call once that does not count, then in turns for about `seconds`, 5 to 200 times."""
    for call in calls.values():
        call()
    taken: Taken = {name: [] for name in calls}
    end = time.perf_counter() + seconds
    turn = 0
    while turn < 5 or (turn < 200 and time.perf_counter() < end):
        for name, call in calls.items():
            start = clock()
            call()
            taken[name].append(clock() - start)
        turn += 1
    return taken


def medians(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """The median seconds of each call, after one that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(turns):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(
    what: str, times: Mapping[str, float], goal: float | None = None, missing: Sequence[str] = ()
) -> None:
    """One line: ours in milliseconds, and ours as a part of each peer's that is there."""
    ours = times["nnviz"]
    peers = [
        f"{ours / seconds:5.2f} of {name} ({seconds * 1e3:.0f} ms)"
        for name, seconds in times.items()
        if name != "nnviz"
    ] + [f"{name} is not installed" for name in missing]
    aim = "" if goal is None else f"   goal {goal:g}"
    print(f"{what:28} {ours * 1e3:7.1f} ms   {'  '.join(peers)}{aim}", flush=True)
