"""The memory that there is, and the one check that what is to be made fits into it.

What a command needs is worked out from shapes, in the types that it computes in, before
anything of that size is made.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from nnviz.errors import NnvizError
from nnviz.numerals import size, thousands
from nnviz.words import Words

_SMALL = 2**26
"""What every machine has: where no limit is given, less is not looked at."""
_limit: ContextVar[int | None] = ContextVar("limit", default=None)


@contextmanager
def at_most(limit: int | None) -> Iterator[None]:
    """Refuse what needs more bytes than `limit`, or than the machine has free where it is None."""
    token = _limit.set(limit)
    try:
        yield
    finally:
        _limit.reset(token)


def check(needed: int, cells: int, what: str | Words) -> None:
    """Raise NnvizError where the `cells` numbers that `what` makes, of `needed` bytes, do not fit.

    >>> with at_most(1000):
    ...     check(8000, 1000, "the input")
    Traceback (most recent call last):
    nnviz.errors.NnvizError: the input needs 7 KB of memory, and there are 1000 bytes
      about 125 of its 1,000 numbers would fit; --max-memory SIZE says how much may be used
    """
    limit = _limit.get()
    if limit is None:
        if needed < _SMALL:
            return
        limit = free()
    if needed > limit:
        raise NnvizError(
            "{what} needs {needed} of memory, and there are {limit}",
            what=what,
            needed=size(needed),
            limit=size(limit),
            hint=Words(
                "about {fit} of its {cells} numbers would fit; "
                "--max-memory SIZE says how much may be used",
                fit=thousands(cells * limit // needed),
                cells=thousands(cells),
            ),
        )


def free() -> int:
    """The bytes that the machine, and what holds this process in it, have free."""
    return max(0, min(_of_machine(), *_of_groups(), *_of_process()))


def _of_machine() -> int:
    with suppress(OSError, ValueError, LookupError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))
    with suppress(AttributeError, OSError, ValueError):  # no such name on Windows
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return sys.maxsize


_GROUPS = (
    ("memory.max", "memory.current", "inactive_file "),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file "),
)
"""Of control groups, second and first version: the limit, what is used, and what of that are
copies of files, which can be let go."""


def _of_groups() -> Iterator[int]:
    root = Path("/sys/fs/cgroup")
    for most, used, cached in _GROUPS:
        with suppress(OSError, ValueError):
            left = int((root / most).read_text()) - int((root / used).read_text())
            lines = (root / used).with_name("memory.stat").read_text().splitlines()
            yield left + sum(int(s.split()[1]) for s in lines if s.startswith(cached))


def _of_process() -> Iterator[int]:
    with suppress(ImportError, OSError, ValueError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            yield most - pages * resource.getpagesize()
