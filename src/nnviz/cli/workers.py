"""Jobs in other processes: of this machine, or of a cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from time import sleep
from typing import TypeAlias

from nnviz import processors
from nnviz.cli.flow import Outcome
from nnviz.cli.inputs import Job
from nnviz.errors import NnvizError
from nnviz.words import Words

Jobs: TypeAlias = Sequence[Job]
Work: TypeAlias = Callable[[Jobs], list[Outcome]]
"""What another process can be sent."""
_CHUNK = 0.25
"""Seconds of work that a process is given at once."""
UNKNOWN = _CHUNK / 16
"""Seconds that a job is taken for, before one was done."""
_PATIENCE = 10
"""Seconds in which a cluster answers."""
_GLANCE = 1
"""Seconds in which a process sees that the first one is gone."""


def _chunks(left: Jobs, processes: int, seconds: float) -> list[Jobs]:
    """Jobs in order, so many at once that asking for them costs little, and all have some."""
    size = max(1, min(int(_CHUNK / max(seconds, 1e-4)), -(-len(left) // (4 * processes))))
    return [left[at : at + size] for at in range(0, len(left), size)]


def in_processes(work: Work, left: Jobs, processes: int, seconds: float) -> Iterator[Outcome]:
    """What comes of each job, in order, where one takes some seconds. Where a process is ended,
    what it may have been at is done once more, each in a process of its own.
    """
    from concurrent.futures.process import BrokenProcessPool

    chunks = _chunks(left, processes, seconds)
    while chunks:
        done = 0
        with suppress(BrokenProcessPool):
            for made in _pool(work, chunks, processes):
                yield from made
                done += 1
        first, chunks = chunks[done : done + 1], chunks[done + 1 :]
        for job in chain(*first):
            try:
                for made in _pool(work, [[job]], 1):
                    yield from made
            except BrokenProcessPool:
                yield _lost(Words("it was ended from outside"))


def _pool(work: Work, chunks: Sequence[Jobs], processes: int) -> Iterator[list[Outcome]]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A process that is forked has loaded what this one has.
    how = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(processes, how, _begin, (os.getpid(), processes))
    try:
        for future in [pool.submit(work, chunk) for chunk in chunks]:
            yield future.result()
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int, processes: int) -> None:
    """What a process does first: it leaves the others their processors, and ends at once with ^C
    and where nobody waits for it.
    """
    import signal
    from threading import Thread

    processors.share(processes)
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def watch() -> None:
        while os.getppid() == parent:
            sleep(_GLANCE)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def on_cluster(work: Work, left: Jobs, address: str) -> Iterator[Outcome]:
    """What comes of each job, in order; a worker that is killed is replaced by the others."""
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise NnvizError(
            "--scheduler needs the package distributed, which is not installed",
            hint="python -m pip install distributed",
        ) from None
    try:
        resolve_address(address)  # a client of none cannot even be closed
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NnvizError(
            "--scheduler {address}: {reason}", address=address, reason=str(error)
        ) from None
    with client:
        chunks = _chunks(left, sum(client.nthreads().values()) or 1, UNKNOWN)
        sent = [client.submit(work, chunk, pure=False) for chunk in chunks]
        for chunk, future in zip(chunks, sent, strict=True):
            try:
                yield from future.result()
            except Exception as error:  # of whatever a worker lacks
                reason = str(error) or type(error).__name__
                for _ in chunk:
                    yield _lost(reason)


def _lost(reason: str | Words) -> Outcome:
    lost = NnvizError(
        "its process is lost: {reason}",
        reason=reason,
        hint="--jobs 1 needs the memory of one; --skip-existing does what is left",
    )
    return Outcome([], [], failed=lost)
