"""How wide text is, and which font has a character, read from the font files themselves.

The fonts that come with nnviz carry no kerning, so the sum of the advance widths is what
every renderer draws. Only four tables are read: head, hhea, hmtx and cmap.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from nnviz.errors import NnvizError

FOLDER = Path(__file__).parent / "fonts"
MISSING = "□"
"""What stands for a character that no font has; `Scene.missing` names those."""

SYSTEM_FOLDERS = (
    "~/.fonts",
    "~/.local/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)


class Face:
    """One face of a font file: which characters it has, and how wide each is."""

    def __init__(self, path: Path, index: int = 0) -> None:
        self.path = path
        self.index = index
        self._data = path.read_bytes()
        tables = self._tables()
        self._em = int(self._unpack(">H", tables[b"head"] + 18)[0])
        self._metrics = int(self._unpack(">H", tables[b"hhea"] + 34)[0])
        self._hmtx = tables[b"hmtx"]
        self._cmap = _cmap(self._data, tables[b"cmap"])
        self._advances: dict[str, float | None] = {}

    def advance(self, character: str) -> float | None:
        """The width of a character in ems, or None where the face does not have it."""
        try:
            return self._advances[character]
        except KeyError:
            glyph = self._cmap(ord(character))
            width = None
            if glyph:
                at = self._hmtx + 4 * min(glyph, self._metrics - 1)
                width = self._unpack(">H", at)[0] / self._em
            self._advances[character] = width
            return width

    def _tables(self) -> dict[bytes, int]:
        start = 0
        if self._data[:4] == b"ttcf":
            start = self._unpack(">I", 12 + 4 * self.index)[0]
        count = self._unpack(">H", start + 4)[0]
        places = (start + 12 + 16 * i for i in range(count))
        return {self._data[at : at + 4]: self._unpack(">I", at + 8)[0] for at in places}

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(form, self._data, at)


class _Segments:
    """Glyphs by ranges of characters: what cmap formats 4 and 12 both come to."""

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.rows: list[tuple[int, int, int]] = []
        """The first character; then what to add to it, or where its glyph numbers stand."""
        self.data = b""

    def __call__(self, character: int) -> int:
        i = bisect_left(self.ends, character)
        if i == len(self.ends) or character < self.rows[i][0]:
            return 0
        first, delta, at = self.rows[i]
        if not at:
            return (character + delta) & (0xFFFF if delta < 0x10000 else 0xFFFFFFFF)
        glyph = struct.unpack_from(">H", self.data, at + 2 * (character - first))[0]
        return (int(glyph) + delta) & 0xFFFF if glyph else 0


def _cmap(data: bytes, at: int) -> _Segments:
    """The Unicode character map; format 12 where there is one, else format 4."""
    count = struct.unpack_from(">H", data, at + 2)[0]
    offsets = {struct.unpack_from(">2HI", data, at + 4 + 8 * i)[2] + at for i in range(count)}
    by_format = {struct.unpack_from(">H", data, o)[0]: o for o in sorted(offsets)}
    if 12 in by_format:
        return _format12(data, by_format[12])
    if 4 in by_format:
        return _format4(data, by_format[4])
    raise ValueError("no Unicode character map")


def _format12(data: bytes, at: int) -> _Segments:
    found = _Segments()
    groups = struct.unpack_from(">I", data, at + 12)[0]
    for first, last, glyph in struct.iter_unpack(">3I", data[at + 16 : at + 16 + 12 * groups]):
        found.ends.append(last)
        found.rows.append((first, (glyph - first) % (1 << 32) + (1 << 32), 0))
    return found


def _format4(data: bytes, at: int) -> _Segments:
    found = _Segments()
    found.data = data
    n = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{n}H", data, at + 14)
    starts = struct.unpack_from(f">{n}H", data, at + 16 + 2 * n)
    deltas = struct.unpack_from(f">{n}H", data, at + 16 + 4 * n)
    ranges_at = at + 16 + 6 * n
    ranges = struct.unpack_from(f">{n}H", data, ranges_at)
    found.ends = list(ends)
    for i in range(n):
        where = ranges_at + 2 * i + ranges[i] if ranges[i] else 0
        found.rows.append((starts[i], deltas[i], where))
    return found


@cache
def face(path: Path, index: int = 0) -> Face:
    """The face in a font file; an error naming the file where it cannot be read."""
    try:
        return Face(path, index)
    except OSError as error:
        raise NnvizError(
            "cannot read the font {path}: {why}", path=path, why=error.strerror
        ) from None
    except (ValueError, KeyError, struct.error, IndexError):
        raise NnvizError(
            "{path} is not a font that nnviz can read",
            path=path,
            hint="give a TrueType or OpenType file (.ttf, .otf, .ttc)",
        ) from None


_OWN = {
    False: ("DejaVuSans.ttf", "NotoSansKR-Regular.otf"),
    True: ("DejaVuSans-Bold.ttf", "NotoSansKR-Bold.otf"),
}


class Fonts:
    """Fonts in the order they are asked for a character.

    A font given by the user first, then DejaVu Sans and Noto Sans KR, which come with
    nnviz, then the system's, which are looked for only when a character is missing.
    """

    def __init__(self, font: str | None = None) -> None:
        self._given = face(Path(font)) if font else None
        self._found: dict[tuple[str, bool], Face | None] = {}
        self._ems = lru_cache(maxsize=2**14)(self._em)  # the same numbers in every frame

    def face(self, character: str, bold: bool = False) -> Face | None:
        """The first face that has the character, or None."""
        key = character, bold
        if key not in self._found:
            having = (c for c in self._candidates(bold) if c.advance(character) is not None)
            self._found[key] = next(having, None)
        return self._found[key]

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """How wide `text` is at `size`.

        >>> round(Fonts().width("×10", 10), 2)
        21.1
        """
        return size * self._ems(text, bold)

    def _em(self, text: str, bold: bool) -> float:
        return sum(self.advance(c, bold) for c in text)

    def advance(self, character: str, bold: bool = False) -> float:
        """The width of one character in ems."""
        found = self.face(character, bold)
        if found is None:
            return self.advance(MISSING, bold)
        width = found.advance(character)
        return 0.0 if width is None else width

    def runs(self, text: str, bold: bool = False) -> Iterator[tuple[Face, str]]:
        """`text` cut into pieces of one face each; `□` stands for what no face has."""
        shown = [c if self.face(c, bold) else MISSING for c in text]
        for found, piece in groupby(shown, lambda c: self.face(c, bold)):
            if found is not None:
                yield found, "".join(piece)

    def _candidates(self, bold: bool) -> Iterator[Face]:
        if self._given is not None:
            yield self._given
        yield from (face(FOLDER / name) for name in _OWN[bold])
        # The same weight first; among those the order stays.
        found = _system(SYSTEM_FOLDERS)
        for path in sorted(found, key=lambda p: ("bold" in p.stem.lower()) != bold):
            try:
                yield face(path)
            except NnvizError:  # Not a font we can use: the next one may be.
                continue


@cache
def _system(folders: Iterable[str]) -> tuple[Path, ...]:
    """Font files of the system, sans-serif ones first."""
    found: list[Path] = []
    for folder in folders:
        root = Path(folder).expanduser()
        found += (p for p in root.rglob("*") if p.suffix.lower() in (".ttf", ".otf", ".ttc"))
    return tuple(sorted(found, key=lambda p: ("sans" not in p.name.lower(), p.name)))
