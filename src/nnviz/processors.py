"""The processors that this process may use, of those that the machine has."""

from __future__ import annotations

import os
from contextvars import ContextVar

_processes: ContextVar[int] = ContextVar("processes", default=1)


def count() -> int:
    """How many there are for this process and those that it starts."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def own() -> int:
    """How many there are for this process alone."""
    return max(1, count() // _processes.get())


def share(processes: int) -> None:
    """From now on leave the others of so many processes their part."""
    _processes.set(processes)
