"""`nnviz notes`: blocks are run again, what stands beneath is written anew, no more."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image

from nnviz.cli.commands import _note

Nnviz = Callable[..., Any]
CONV = 'conv "1 2 3; 4 5 6; 7 8 9" -k "1 0; 0 1"'
NOTE = f"# A note\n\nText.\n\n```nnviz\n{CONV}\n```\n\nMore text.\n"


def note(folder: Path, text: str = NOTE, name: str = "note.md") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def block(command: str, kind: str = "nnviz") -> str:
    return f"```{kind}\n{command}\n```\n"


FAULTS = [
    ("no command of ours", block("rm -rf /"), "there is no command rm"),
    ("no command at all", block(""), "'' is no command that computes"),
    ("a shell", block(f"{CONV} > x.txt"), "cannot place these words: > x.txt"),
    ("a substitution", block('conv "$(cat x)"'), "$(cat x)"),
    ("another kind", block(CONV, "nnviz gif"), "not nnviz gif"),
    ("an output of its own", block(f"{CONV} -o x.svg"), "--output has no place in a note"),
    ("a format of its own", block(f"{CONV} --json"), "--json has no place in a note"),
    ("a bad matrix", block('pool "1 2; 3" -k 2'), "row 2 has 1 number"),
    ("no input", block("act relu"), "act needs an INPUT"),
    ("a quote", block('conv "1 2'), "a quote of this block is never closed"),
    ("an option of other formats", block(f"{CONV} --fps 3"), "--fps changes nothing"),
    ("what prints and stops", block("conv --list-kernels"), "is no command that computes"),
    ("a note itself", block("notes note.md"), "notes note.md is no command that computes"),
]


@pytest.mark.parametrize(("text", "said"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_block_that_fails_is_reported_and_keeps_its_result(
    nnviz: Nnviz, tmp_path: Path, text: str, said: str
) -> None:
    kept = "\n<!-- nnviz: from the block above -->\n\nold\n\n<!-- /nnviz -->\n"
    path = note(tmp_path, "a\n\n" + text + kept + "\nafter\n")
    before = path.read_bytes()
    result = nnviz("notes", str(path))
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"error: {path}, line 3: ")
    assert said in result.err
    assert path.read_bytes() == before
    assert files_in(tmp_path) == ["note.md"]


UNREADABLE = [
    ("not UTF-8", b"a\xff", "is not UTF-8: byte 2"),
    ("a block without its end", b"```nnviz\nconv 1\n", "line 1: the block has no end"),
    (
        "a result without its end",
        (block(CONV) + "<!-- nnviz -->\nx\n" + block(CONV)).encode(),
        "line 1: what this block has made has no end",
    ),
]


@pytest.mark.parametrize(
    ("content", "said"), [u[1:] for u in UNREADABLE], ids=[u[0] for u in UNREADABLE]
)
def test_a_note_that_cannot_be_read_is_untouched_and_the_next_one_is_made(
    nnviz: Nnviz, tmp_path: Path, content: bytes, said: str
) -> None:
    bad, good = tmp_path / "bad.md", note(tmp_path)
    bad.write_bytes(content)
    result = nnviz("notes", str(bad), str(good))
    assert result.code == 1
    assert said in result.err
    assert bad.read_bytes() == content
    assert (tmp_path / "note.assets" / "conv-1.svg").is_file()


def test_a_missing_note_is_an_error(nnviz: Nnviz, tmp_path: Path) -> None:
    assert "No such file" in nnviz("notes", str(tmp_path / "no.md")).err
    assert nnviz("notes").code == 2


@pytest.mark.parametrize("folder", ["../elsewhere", "/tmp"])
def test_figures_stay_in_the_folder_of_the_note(nnviz: Nnviz, tmp_path: Path, folder: str) -> None:
    path = note(tmp_path)
    result = nnviz("notes", str(path), "--assets", folder)
    assert (result.code, path.read_text()) == (2, NOTE)
    assert "outside the folder of the note" in result.err


def test_a_link_does_not_lead_out_of_the_folder(nnviz: Nnviz, tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    away.mkdir()
    path = note(home)
    (home / "note.assets").symlink_to(away)
    result = nnviz("notes", str(path))
    assert (result.code, files_in(away), path.read_text()) == (1, [], NOTE)
    assert "outside the folder of the note" in result.err


# --- what is made --------------------------------------------------------------


def test_a_figure_is_embedded_beneath_its_block_and_all_else_stands(
    nnviz: Nnviz, tmp_path: Path
) -> None:
    path = note(tmp_path)
    assert nnviz("notes", str(path)).code == 0
    head, _, tail = NOTE.partition("\n\nMore")
    assert path.read_text() == (
        f"{head}\n\n<!-- nnviz: from the block above -->\n\n"
        "![Convolution: input 3×3, kernel 2×2, feature map 2×2](note.assets/conv-1.svg)\n\n"
        f"<!-- /nnviz -->\n\nMore{tail}"
    )
    assert (tmp_path / "note.assets" / "conv-1.svg").read_bytes().startswith(b"<svg")


PLACES = [
    ("plain", "{}", ""),
    ("in a list", "- one\n\n  {}\n- two\n", "  "),
    ("quoted", "> {}\n\nno quote\n", "> "),
    ("text right after", "{}text\n", ""),
    ("between tildes", "~~~nnviz\n" + CONV + "\n~~~\nx\n", ""),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "prefix"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_a_second_run_changes_no_byte(
    nnviz: Nnviz, tmp_path: Path, text: str, prefix: str, end: str
) -> None:
    written = block(CONV).replace("\n", f"\n{prefix}").removesuffix(prefix)
    path = note(
        tmp_path, "\ufeff# 글\n\n".replace("\n", end) + text.format(written).replace("\n", end)
    )
    assert nnviz("notes", str(path)).code == 0
    once = path.read_bytes()
    assert f"{prefix}![Convolution".encode() in once
    assert once.count(b"\n") == once.count(end.encode())
    times = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    assert nnviz("notes", str(path)).code == 0
    assert path.read_bytes() == once
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == times
    assert nnviz("notes", "--check", str(path)).code == 0


def test_the_text_and_the_markdown_of_a_block(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path, block(f"nnviz {CONV} | nnviz act relu", "nnviz text"))
    assert nnviz("notes", str(path), "--lang", "ko").code == 0
    fences = [t for t in MarkdownIt().parse(path.read_text()) if t.type == "fence"]
    assert fences[1].info == "text"
    assert "활성화 함수 ReLU" in fences[1].content
    assert "max(0, 14)" in fences[1].content  # 5 + 9, of the convolution before


@pytest.mark.parametrize(
    ("front", "more", "made"),
    [
        ("---\ntitle: x\nlang: ko\n---\n", "", "합성곱"),
        ("---\r\nlang: 'ko-KR'\r\n---\r\n", "", "합성곱"),
        ("---\nlang: ko\n---\n", " --lang en", "Convolution"),
        ("---\nlang: tlh\n---\n", "", "Convolution"),
        ("---\ntitle: x\n---\nlang: ko\n\n", "", "Convolution"),
        ("text\n\n---\nlang: ko\n---\n", "", "Convolution"),
    ],
    ids=["its own", "a region", "the block's", "another's", "in the text", "no front matter"],
)
def test_a_note_speaks_the_language_of_its_front_matter(
    nnviz: Nnviz, tmp_path: Path, front: str, more: str, made: str
) -> None:
    path = note(tmp_path, front + block(CONV + more))
    assert nnviz("notes", str(path), "--lang", "en").code == 0
    assert made in (tmp_path / "note.assets" / "conv-1.svg").read_text()


def test_a_figure_of_two_commands(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path, block(f"{CONV} --beside 'pool \"17 4; 3 2\" -k 2'"))
    assert nnviz("notes", str(path)).code == 0
    shown = (tmp_path / "note.assets" / "conv-1.svg").read_text()
    assert ">14<" in shown
    assert ">17<" in shown


def test_the_lines_of_a_block_and_its_files_are_the_notes_own(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("1 2\n3 4\n")
    note(tmp_path / "sub", block("pool x.txt\n-k 2 \\\n--kind avg"))
    monkeypatch.chdir(tmp_path)
    assert nnviz("notes", "sub/note.md").code == 0
    assert "(note.assets/pool-1.svg)" in (tmp_path / "sub" / "note.md").read_text()


def test_a_name_with_spaces_and_for_obsidian(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path, name="my note (1).md")
    assert nnviz("notes", str(path)).code == 0
    image = next(
        child
        for token in MarkdownIt().parse(path.read_text())
        for child in token.children or ()
        if child.type == "image"
    )
    assert image.attrs["src"] == "my%20note%20%281%29.assets/conv-1.svg"
    assert nnviz("notes", str(path), "--embed", "obsidian", "--assets", "figures").code == 0
    assert "![[figures/conv-1.svg]]" in path.read_text()


def test_figures_keep_their_names_and_go_with_their_blocks(nnviz: Nnviz, tmp_path: Path) -> None:
    path, folder = note(tmp_path), tmp_path / "note.assets"
    nnviz("notes", str(path))
    path.write_text(block(f"{CONV} --plain") + path.read_text())
    nnviz("notes", str(path))
    assert path.read_text().index("conv-2.svg") < path.read_text().index("conv-1.svg")
    assert files_in(folder) == ["conv-1.svg", "conv-2.svg"]
    path.write_text(path.read_text() * 2)  # every block copied with what it made
    nnviz("notes", str(path))
    assert len(files_in(folder)) == 4
    named = re.findall(r"conv-\d", path.read_text())
    assert named[:2] == ["conv-2", "conv-1"]  # of a block that was copied the first keeps its name
    path.write_text(path.read_text().replace(CONV, 'pool "1 2; 3 4" -k 2'))
    (folder / "mine.svg").write_text("<svg/>")
    nnviz("notes", str(path))
    assert files_in(folder) == ["mine.svg", *(f"pool-{n}.svg" for n in (1, 2, 3, 4))]


def test_check_writes_nothing_and_says_what_is_stale(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path)
    result = nnviz("notes", "--check", str(path))
    assert (result.code, result.err) == (1, f"{path} is stale: nnviz notes writes it anew\n")
    assert files_in(tmp_path) == ["note.md"]
    nnviz("notes", str(path))
    assert nnviz("notes", "--check", str(path)).code == 0
    (tmp_path / "note.assets" / "conv-1.svg").write_text("changed")
    assert nnviz("notes", "--check", str(path)).code == 1


def test_a_picture_that_is_packed_another_way_is_not_stale(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path, block('show "0 1; 1 0" --view picture'))
    nnviz("notes", str(path))
    figure = tmp_path / "note.assets" / "show-1.svg"
    before, packed, after = re.split(r"(?<=base64,)([^\"]*)", figure.read_text())
    picture = Image.open(BytesIO(b64decode(packed)))
    for stale in (0, 1):
        if stale:
            picture.putpixel((0, 0), 77)
        stream = BytesIO()
        picture.save(stream, "PNG", compress_level=0)
        assert stream.getvalue() != b64decode(packed)
        figure.write_text(before + b64encode(stream.getvalue()).decode() + after)
        assert nnviz("notes", "--check", str(path)).code == stale
    figure.write_text(before + "AAAA" + after)
    assert nnviz("notes", "--check", str(path)).code == 1


def test_the_line_of_a_fault_is_that_of_the_note_as_it_is_now(nnviz: Nnviz, tmp_path: Path) -> None:
    path = note(tmp_path, block(CONV) + "\n" + block('pool "1 2; 3"'))
    result = nnviz("notes", str(path))
    line = int(result.err.partition("line ")[2].partition(":")[0])
    assert path.read_text().split("\n")[line : line + 1] == ['pool "1 2; 3"']


PIECES = st.sampled_from(
    [
        block("a"),
        block("b", "python"),
        "- x\n\n",
        "> q\n",
        "text\n\n",
        "    code\n",
        "<!-- c -->\n",
        "\n",
    ]
)
MADE = st.sampled_from(
    ["x", "![a](b.svg)", "```text\n<!-- nnviz -->y\n```", "| a |\n|---|\n\n$$\nx\n$$"]
)


@given(st.lists(PIECES, max_size=8), st.lists(MADE, min_size=8, max_size=8))
def test_what_is_written_is_read_as_what_was_written(pieces: list[str], made: list[str]) -> None:
    text = "".join(pieces)
    first = _note.read(text)
    new = first.replaced(made[: len(first.blocks)])
    second = _note.read(new)
    assert [b.text for b in second.blocks] == [b.text for b in first.blocks]
    assert second.replaced(made[: len(first.blocks)]) == new
    assert second.replaced([None] * len(second.blocks)) == new
