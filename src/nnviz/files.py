"""Output files: checked before anything is computed, replaced all at once."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import RawIOBase
from pathlib import Path
from time import sleep, time

from nnviz.errors import NnvizError, UsageError

_UNFINISHED = r"(?s)\..*\.([0-9a-f]{8})-(\d+)-\w{8}\.nnviz"
"""A file that is being written: `.NAME.HOST-PROCESS-RANDOM.nnviz`."""
_STALE = 24 * 60 * 60
"""Seconds after which no process is still writing one."""


def check(
    outputs: Sequence[str],
    inputs: Iterable[str],
    others: Mapping[str, str] | None = None,
    own: Iterable[str] = (),
    *,
    makes: bool = False,
) -> None:
    """Raise where two outputs are one file, one is an input, or its folder is not there, unless
    it `makes` folders; or where one is among `others`, whose each is by its real path, and not
    its `own`.
    """
    seen, mine = set[str](), set(map(os.path.realpath, own))
    read = {identity for given in inputs for identity in _identities(given)}
    read.update(_standard_input())
    for path in outputs:
        real = os.path.realpath(path)
        if real in seen:
            raise UsageError(
                "{path} would be written twice", path=path, hint="give each output its own name"
            )
        if others and real in others and real not in mine:
            raise UsageError(
                "{path} belongs to the INPUT {name}",
                path=path,
                name=others[real],
                hint="write {index} in front of {name}, as channels have numbers behind it",
            )
        seen.add(real)
        if read.intersection(_identity(path)):
            raise UsageError(
                "{path} is an input of this command and is not overwritten",
                path=path,
                hint="give the output another name",
            )
        try:
            _check_folder(path, real, makes=makes)
        except OSError as error:
            raise _cannot_write(path, error) from None


def _standard_input() -> Iterator[tuple[int, int]]:
    """What tells the file that is being read; what a device takes overwrites nothing."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        there = os.fstat(sys.stdin.fileno())
        if not stat.S_ISCHR(there.st_mode):
            yield there.st_dev, there.st_ino


def _check_folder(path: str, real: str, *, makes: bool) -> None:
    folder, there = os.path.split(real)[0], _kind(path)
    if there == stat.S_IFDIR or path.endswith(("/", os.sep)):
        raise NnvizError("cannot write {path}: it is a folder", path=path)
    if there not in (0, stat.S_IFREG):
        return
    while makes and not os.path.lexists(folder):
        folder = os.path.split(folder)[0]
    if _kind(folder) != stat.S_IFDIR:
        raise NnvizError(
            "cannot write {path}: there is no folder {folder}",
            path=path,
            folder=str(Path(real if Path(path).is_symlink() else path).parent),
        )
    if not os.access(folder, os.W_OK):
        raise NnvizError(
            "cannot write {path}: the folder {folder} is read-only", path=path, folder=folder
        )
    if there and not os.access(real, os.W_OK):
        raise NnvizError("cannot write {path}: it is read-only", path=path)


def _kind(path: str) -> int:
    """What a path is; 0 where nothing is there."""
    try:
        return stat.S_IFMT(os.stat(path).st_mode)  # noqa: PTH116 - of very many files
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _is_device(path: str) -> bool:
    """Whether a path is there and no file, but a pipe or a terminal: it cannot be replaced."""
    return _kind(path) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _identities(given: str) -> Iterator[tuple[int, int]]:
    """The files that a text of the command may name; `file.npz:name` does too."""
    for end in (len(given), *(i for i, c in enumerate(given[:4096]) if c == ":")):
        yield from _identity(given[:end])


def _identity(path: str) -> Iterator[tuple[int, int]]:
    """What tells a file from every other, by whichever of its names; nothing where it is none."""
    with contextlib.suppress(OSError, ValueError):
        if path:
            there = os.stat(path)  # noqa: PTH116 - a text of any length
            yield there.st_dev, there.st_ino


def make_folder(path: str) -> None:
    """The folder of a file that is to be written."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from None


def write(path: str, *content: bytes | memoryview) -> None:
    """Replace a file by `content`, one after another, or leave it as it was."""
    try:
        if _is_device(path):
            with Path(path).open("wb", buffering=0) as device:
                put(device, *content)
        else:
            _replace(Path(os.path.realpath(path)), *content)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: str, error: OSError) -> NnvizError:
    reason = error.strerror or str(error)
    return NnvizError("cannot write {path}: {reason}", path=path, reason=reason)


def put(file: RawIOBase, *content: bytes | memoryview) -> None:
    """All of `content`, to what may take less of it than it is offered, or nothing yet."""
    for each in content:
        rest = memoryview(each)
        while rest:
            taken = file.write(rest)
            if taken:
                rest = rest[taken:]
            else:
                _wait(file)


def _wait(file: RawIOBase) -> None:
    """Until a pipe that does not block has room."""
    import select

    try:
        select.select([], [file], [])
    except (OSError, ValueError):  # Windows asks only of sockets
        sleep(0.01)


def _replace(real: Path, *content: bytes | memoryview) -> None:
    import tempfile

    _clear(real.parent)
    prefix, folder = f".{real.name[:40]}.{_host()}-{os.getpid()}-", real.parent
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".nnviz", dir=folder)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            put(file, *content)
        _keep_owner(name, real)
        Path(name).chmod(_mode(real))
        Path(name).replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


@cache  # once a folder: it may have many files
def _clear(folder: Path) -> None:
    """Remove what runs that were killed have left in a folder."""
    for path in folder.glob(".*.nnviz"):
        found = re.fullmatch(_UNFINISHED, path.name)
        if found is None:
            continue
        with contextlib.suppress(OSError):
            if _is_dead(found[1], int(found[2])) or time() - path.stat().st_mtime > _STALE:
                path.unlink()  # which Windows refuses while it is written


def _is_dead(host: str, process: int) -> bool:
    """Whether a process was one of this machine and is no more."""
    if host != _host():
        return False
    if sys.platform == "win32":  # where a signal of 0 would end it
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # another user's
        return False
    return False


@cache
def _host() -> str:
    """This machine, in eight digits: on a shared disk, another's processes are not ours to ask."""
    from platform import node
    from zlib import crc32

    return f"{crc32(node().encode()):08x}"


def _keep_owner(name: str, real: Path) -> None:
    """Where the superuser replaces a file, it stays its owner's."""
    with contextlib.suppress(OSError, AttributeError):
        before, now = real.stat(), Path(name).stat()
        if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
            os.chown(name, before.st_uid, before.st_gid)


def _mode(real: Path) -> int:
    """The permissions of the file that is replaced, or those a new file gets."""
    if real.exists():
        return stat.S_IMODE(real.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
