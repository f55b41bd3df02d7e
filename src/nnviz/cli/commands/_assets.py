"""The figures of a note: what their files are called, and how they are embedded."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from nnviz.formats.md import embedded
from nnviz.libraries import Image
from nnviz.request import Embed

_EMBEDDED = re.compile(r"!\[\[([^\]]+)\]\]|!\[[^\n]*\]\(([^)\s]+)\)")

_PICTURE = re.compile(rb"data:image/png;base64,([^\"]*)")


def differs(path: Path, content: bytes) -> bool:
    """Whether a file shows something else: each version of a library packs pixels its own way."""
    if not path.is_file():
        return True
    had = path.read_bytes()
    if had == content:
        return False
    with suppress(ValueError, OSError):  # what it had is no picture
        pairs = zip(_PICTURE.split(had), _PICTURE.split(content), strict=True)
        return any(_seen(i, a) != _seen(i, b) for i, (a, b) in enumerate(pairs))
    return True


def _seen(place: int, part: bytes) -> object:
    """What a part of a figure says: every second one is a picture."""
    if place % 2 == 0:
        return part
    picture = Image.open(BytesIO(b64decode(part)))
    return picture.mode, picture.size, picture.tobytes()


class Assets:
    """The figures of one note, in a folder beside it."""

    def __init__(self, note: Path, folder: Path, made: Sequence[str]) -> None:
        """`made` is what stands beneath each block now."""
        self.folder, self._note = folder, note
        self._kept: dict[str, int] = {}
        for i, text in enumerate(made):
            for name in self.named(text):
                self._kept.setdefault(name, i)  # of a block that was copied the first has it
        self._new: set[str] = set()

    def named(self, text: str) -> Iterator[str]:
        """The files of the folder that a text embeds."""
        for links in _EMBEDDED.findall(text):
            path = self._note.parent / unquote("".join(links))
            if path.parent == self.folder:
                yield path.name

    def name(self, block: int, stem: str, suffix: str) -> str:
        """The file of a block (from 0): the one it has, else the first of its kind that is free,
        so that a block put between others renames none of them.
        """
        own = re.compile(rf"{stem}-\d+{re.escape(suffix)}")
        for name, kept in self._kept.items():
            if kept == block and own.fullmatch(name):
                return name
        count = 1
        while (name := f"{stem}-{count}{suffix}") in {*self._kept, *self._new}:
            count += 1
        self._new.add(name)
        return name

    def embedded(self, name: str, alt: str, embed: Embed) -> str:
        """What embeds a file of the folder in the note."""
        link = Path(os.path.relpath(self.folder / name, self._note.parent)).as_posix()
        return embedded(link, alt, embed)

    def left(self, text: str) -> list[Path]:
        """The files that the note had made and that its text speaks of no more."""
        there = set(self.named(text))
        return [self.folder / name for name in self._kept if name not in there]
