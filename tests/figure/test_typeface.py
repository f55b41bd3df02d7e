"""Widths are those of the font files; every sign that is needed is there."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import ImageFont

from nnviz.errors import NnvizError
from nnviz.figure import typeface
from nnviz.figure.typeface import FOLDER, MISSING, Face, Fonts, face

FILES = sorted(FOLDER.glob("*.[ot]tf"))


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    path = tmp_path / "no.ttf"
    path.write_text("hello")
    with pytest.raises(NnvizError, match="not a font"):
        Fonts(str(path))
    with pytest.raises(NnvizError, match="cannot read the font"):
        Fonts(str(tmp_path / "none.ttf"))


@pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
def test_widths_are_what_freetype_draws(path: Path) -> None:
    size = 1000
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    found = Face(path)
    for character in "Az09×−·Σσ⌊₀가힣":
        width = found.advance(character)
        if width is not None:
            assert font.getlength(character) == pytest.approx(width * size, abs=1)


SIGNS = (
    "abcXYZ0123456789 éüßŷ αβγδΣσθ ×−·∗÷±=≈≤≥≠∞√∘∑∂∈ →←↑↓↔ …⌊⌋⌈⌉ "
    "₀₁₂₃₄₅₆₇₈₉₊₋ₜₓₕᵧₙₐₑᵢⱼₖₗₘₒₚᵣₛᵤᵥ ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ □■●○ “”‘’–— 가힣뷁 ㄱㅏ ｆ。、"
)


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_every_sign_of_a_figure_comes_with_nnviz(bold: bool) -> None:
    fonts = Fonts()
    for character in SIGNS:
        found = fonts.face(character, bold)
        assert found is not None, character
        assert found.path.parent == FOLDER, character


def test_the_whole_of_hangul_comes_with_nnviz() -> None:
    for name in ("NotoSansKR-Regular.otf", "NotoSansKR-Bold.otf"):
        found = face(FOLDER / name)
        assert all(found.advance(chr(c)) for c in range(0xAC00, 0xD7A4))


def test_licences_stand_beside_the_fonts() -> None:
    assert "Bitstream" in (FOLDER / "DejaVu-LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "NotoSansKR-OFL.txt").read_text(
        encoding="utf-8"
    )


def test_runs_fall_back_glyph_by_glyph() -> None:
    runs = [(f.path.name, run) for f, run in Fonts().runs("h₀ 은닉 상태 x")]
    assert [name[:4] for name, _ in runs] == ["Deja", "Noto", "Deja", "Noto", "Deja"]
    assert "".join(run for _, run in runs) == "h₀ 은닉 상태 x"


def test_a_font_that_is_given_comes_first() -> None:
    given = Fonts(str(FOLDER / "NotoSansKR-Bold.otf"))
    found = given.face("가")
    assert found is not None
    assert found.path.name == "NotoSansKR-Bold.otf"
    latin = given.face("a")
    assert latin is not None
    assert latin.path.name == "DejaVuSans.ttf"


def test_what_no_font_has_is_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeface, "SYSTEM_FOLDERS", ())
    fonts = Fonts()
    assert fonts.face("\U0001f600") is None
    assert [run for _, run in fonts.runs("a\U0001f600")] == ["a" + MISSING]
    assert fonts.width("\U0001f600", 10) == fonts.width(MISSING, 10)


def test_the_system_is_searched_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font with one more character: the cut DejaVu, its map moved to a private area."""
    (tmp_path / "broken.ttf").write_bytes(b"nothing")
    data = bytearray((FOLDER / "DejaVuSans.ttf").read_bytes())
    _map_to(data, 0xE000)
    (tmp_path / "moved.ttf").write_bytes(data)
    monkeypatch.setattr(typeface, "SYSTEM_FOLDERS", (str(tmp_path),))
    found = Fonts().face("\ue000")
    assert found is not None
    assert found.path == tmp_path / "moved.ttf"


def _map_to(data: bytearray, character: int) -> None:
    """Replace the character map by one of format 12 that has one character."""
    count = struct.unpack_from(">H", data, 4)[0]
    records = [12 + 16 * i for i in range(count)]
    record = next(at for at in records if data[at : at + 4] == b"cmap")
    table = struct.pack(">HH HHI", 0, 1, 3, 10, 12)
    table += struct.pack(">HHIII III", 12, 0, 28, 0, 1, character, character, 5)
    struct.pack_into(">I", data, record + 8, len(data))
    data += table


def test_a_collection_is_read(tmp_path: Path) -> None:
    font = (FOLDER / "DejaVuSans.ttf").read_bytes()
    header = struct.pack(">4sIII", b"ttcf", 0x10000, 1, 16)
    moved = bytearray(font)
    for i in range(struct.unpack_from(">H", font, 4)[0]):
        at = 12 + 16 * i + 8
        struct.pack_into(">I", moved, at, struct.unpack_from(">I", font, at)[0] + 16)
    path = tmp_path / "one.ttc"
    path.write_bytes(header + moved)
    assert Face(path).advance("a") == Face(FOLDER / "DejaVuSans.ttf").advance("a")
