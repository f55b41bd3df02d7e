"""The fonts of a page: what it asks the reader's system for, and letters that it brings along."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from io import BytesIO

from nnviz.errors import NnvizError
from nnviz.figure.scene import Text
from nnviz.figure.typeface import Face, Fonts

_OWN = "nnviz"
"""The family of letters that are in the page."""
_STACK = (
    "'DejaVu Sans', Verdana, 'Apple SD Gothic Neo', 'Malgun Gothic', "
    "'Noto Sans KR', 'Noto Sans CJK KR', NanumGothic, sans-serif"
)
"""DejaVu's nearest relative, then the Korean faces of macOS, Windows and Linux."""


def stack(embedded: bool = False) -> str:
    """The families that a page asks for, its own first."""
    return f"{_OWN}, {_STACK}" if embedded else _STACK


def faces(texts: Iterable[Text], fonts: Fonts) -> Iterator[str]:
    """The @font-face rules of the letters in these texts, a rule a face and weight."""
    used: dict[tuple[str, bool], tuple[Face, set[str]]] = {}
    for span in (span for text in texts for span in text.spans):
        for face, run in fonts.runs(span.text, span.bold):
            key = f"{face.path} {face.index}", span.bold
            used.setdefault(key, (face, set()))[1].update(run)
    for (_, bold), (face, letters) in sorted(used.items(), key=lambda item: item[0]):
        data = base64.b64encode(_cut(face, "".join(sorted(letters)))).decode("ascii")
        ranges = ",".join(f"U+{ord(letter):X}" for letter in sorted(letters))
        yield (
            f"@font-face{{font-family:{_OWN};font-weight:{'bold' if bold else 'normal'};"
            f"unicode-range:{ranges};src:url(data:font/woff;base64,{data})}}"
        )


def _cut(face: Face, letters: str) -> bytes:
    """A face with these letters alone, as WOFF: the same bytes every time."""
    try:
        from fontTools import subset, ttLib
    except ModuleNotFoundError:
        raise NnvizError(
            "letters are embedded with the package fonttools, which is not installed",
            hint="python -m pip install fonttools, or leave out --embed-font",
        ) from None
    options = subset.Options(hinting=False, layout_features=[], flavor="woff", notdef_outline=True)
    # As it is laid out: letter by letter, without kerning.
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern"]
    with ttLib.TTFont(face.path, fontNumber=face.index, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        font.flavor, stream = "woff", BytesIO()
        font.save(stream)
    return stream.getvalue()
