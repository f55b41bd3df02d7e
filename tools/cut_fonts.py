"""Cut the fonts that come with nnviz out of DejaVu Sans and Noto Sans CJK.

    python tools/cut_fonts.py DejaVuSans.ttf DejaVuSans-Bold.ttf \
        NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

writes four fonts into src/nnviz/figure/fonts/. Needs fontTools. The licence texts beside
them are kept by hand. Kerning and substitution tables are dropped, so that the sum of the
advance widths is what every renderer draws.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables.ttProgram import Program

FOLDER = Path(__file__).parent.parent / "src" / "nnviz" / "figure" / "fonts"
DROPPED = ["GPOS", "GSUB", "GDEF", "kern", "BASE", "VORG", "vhea", "vmtx", "DSIG", "FFTM"]

LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # Latin-1, Latin Extended-A
    *range(0x2B0, 0x2E0),  # modifier letters: superscripts
    *range(0x300, 0x30D),  # combining accents: x̂, x̄
    *range(0x370, 0x400),  # Greek
    *range(0x1D62, 0x1D6B),  # subscript letters ᵢ ᵣ ᵤ ᵥ ᵦ ᵧ
    *range(0x1D40, 0x1D43),  # ᵀ ᵁ
    *range(0x2010, 0x2028),  # dashes, quotation marks, bullet, …
    *range(0x2030, 0x203B),  # ‰ and primes
    *range(0x2070, 0x20A0),  # superscripts and subscripts
    0x20A9,
    0x20AC,
    *range(0x2100, 0x214F),  # ℝ and other letter-like signs
    *range(0x2150, 0x215F),  # fractions
    *range(0x2190, 0x2200),  # arrows
    *range(0x2200, 0x2300),  # mathematics
    *range(0x2308, 0x230C),  # ⌈ ⌉ ⌊ ⌋
    *range(0x25A0, 0x25D0),  # geometric shapes
    *range(0x2713, 0x2719),  # ✓ ✗
    0x2C7C,  # ⱼ
    *range(0x27E8, 0x27EA),  # ⟨ ⟩
]

KOREAN = [
    *range(0x1100, 0x1200),  # jamo
    *range(0x3000, 0x3040),  # CJK punctuation
    *range(0x30FB, 0x30FD),  # ・
    *range(0x3130, 0x3190),  # compatibility jamo
    *range(0x3200, 0x321F),  # (가)
    *range(0x3260, 0x327F),  # ㉮
    *range(0xAC00, 0xD7A4),  # the 11,172 syllables
    *range(0xFF01, 0xFF61),  # fullwidth forms
    *range(0xFFE0, 0xFFE7),  # ￦
]


def cut(font: TTFont, characters: list[int], family: str, bold: bool, file: str) -> None:
    """Write `characters` of `font` to `file` under the name `family`."""
    options = subset.Options()
    options.drop_tables += DROPPED
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.desubroutinize = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    _rename(font, family, "Bold" if bold else "Regular")
    if "glyf" in font:
        font["prep"] = _no_autohint()
    path = FOLDER / file
    font.save(path)
    print(f"{path.name}: {path.stat().st_size:,} bytes", file=sys.stderr)  # noqa: T201


def _rename(font: TTFont, family: str, style: str) -> None:
    names = font["name"]
    names.names = [record for record in names.names if record.platformID == 3]
    for number, text in {
        1: family,
        2: style,
        3: f"{family} {style}, cut for nnviz",
        4: f"{family} {style}",
        6: f"{family.replace(' ', '')}-{style}",
    }.items():
        names.setName(text, number, 3, 1, 0x409)


def _no_autohint() -> object:
    """A control program that does nothing, long enough that FreeType does not autohint.

    FreeType autohints a TrueType font whose control program has at most 7 bytes; hinted
    glyphs would not have the widths that the font states.
    """
    table = newTable("prep")
    table.program = Program()
    push_pop = array("B", [0xB0, 0x00, 0x21])  # PUSHB[0] 0, POP
    table.program.fromBytecode(bytes(push_pop * 4))
    return table


def main(paths: list[str]) -> None:
    """Cut the four fonts from the four source files."""
    latin, latin_bold, korean, korean_bold = paths
    cut(TTFont(latin), LATIN, "DejaVu Sans", False, "DejaVuSans.ttf")
    cut(TTFont(latin_bold), LATIN, "DejaVu Sans", True, "DejaVuSans-Bold.ttf")
    cut(_korean(korean), KOREAN, "Noto Sans KR", False, "NotoSansKR-Regular.otf")
    cut(_korean(korean_bold), KOREAN, "Noto Sans KR", True, "NotoSansKR-Bold.otf")


def _korean(path: str) -> TTFont:
    faces = TTCollection(path, lazy=True).fonts
    return next(f for f in faces if f["name"].getDebugName(1).startswith("Noto Sans CJK KR"))


if __name__ == "__main__":
    main(sys.argv[1:])
