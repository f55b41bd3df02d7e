"""Markdown: a note that every reader of Markdown takes, whose equations say what was computed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from markdown_it import MarkdownIt

import latex_reader
import nnviz
from helpers import run
from nnviz.formats import load, md
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace
from note_cases import CASES, MADE, MAPS, NET, PLANE, blocks, note

READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def rendered(written: str) -> Iterator[str]:
    """The text of each paragraph that begins a block of mathematics, as a browser has it."""
    for match in re.finditer(r"<p>(\$\$.*?)</p>", READER.render(written), re.DOTALL):
        yield html.unescape(match[1])


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("make", CASES)
def test_every_block_survives_markdown(make: Callable[[], Trace], lang: str) -> None:
    """Not a sign of it is eaten or becomes emphasis, where the reader knows no mathematics."""
    written = note(make(), Request(appearance=Appearance(lang=lang)))
    found = blocks(written)
    assert list(rendered(written)) == [f"$$\n{block}\n$$" for block in found]
    for block in found:
        latex_reader.checked(block)
        assert "\n\n" not in block
    assert written.startswith("## ")
    assert written.endswith("\n")
    assert not written.endswith("\n\n")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("make", CASES)
def test_tables_have_a_cell_for_every_heading(make: Callable[[], Trace], lang: str) -> None:
    tokens = READER.parse(note(make(), Request(appearance=Appearance(lang=lang))))
    rows: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in ("th_open", "td_open"):
            rows[-1] += 1
    trace = make()
    assert bool(rows) == bool(len(trace.steps) or "rows" in trace.results)
    source = [
        len(re.findall(r"(?<!\\)\|", line)) - 1
        for line in note(trace).splitlines()
        if line.startswith("| ")
    ]
    assert rows == [
        n
        for line, n in zip(_lines(note(trace)), source, strict=True)
        if not line.startswith("| --")
    ]


def _lines(written: str) -> list[str]:
    return [line for line in written.splitlines() if line.startswith("| ")]


ANY = st.floats(width=64) | st.integers(-(2**40), 2**40).map(float)


@given(arrays(float, array_shapes(min_dims=2, max_dims=3, max_side=6), elements=ANY), st.booleans())
def test_any_numbers_survive(x: np.ndarray, pooled: bool) -> None:
    """NaN, infinities, powers of ten: nothing of them is a mark, and what is open is closed."""
    trace = run("pool", x, kernel=(1, 2)) if pooled and x.shape[-1] > 1 else run("show", x)
    written = note(trace)
    assert list(rendered(written)) == [f"$$\n{block}\n$$" for block in blocks(written)]
    latex_reader.checked(written)


# --- what it has -----------------------------------------------------------------------


def test_the_formula_of_the_size_has_its_numbers() -> None:
    written = note(MADE["conv, activation"]())
    assert (
        r"\text{output size} = \left\lfloor \frac{4 + 2 \cdot 1 - 1 \cdot (2 - 1) - 1}{2} "
        r"\right\rfloor + 1 = 3"
    ) in written
    assert "input 4×4 ∗ kernel 2×2 + bias → feature map 3×3" in written
    assert "stride 2 · padding 1" in written


def test_matrices_stand_with_the_signs_of_the_equation() -> None:
    (block,) = [b for b in blocks(note(MADE["conv"]())) if r"\overset" in b]
    matrices = re.findall(r"\\begin\{bmatrix\}.*?\\end\{bmatrix\}", block)
    read = [latex_reader.value(matrix).tolist() for matrix in matrices]
    trace = MADE["conv"]()
    assert read == [PLANE.tolist(), [[1, 0], [0, -1]], trace.output.tolist()]
    assert re.sub(r"\\overset.*?\\end\{bmatrix\}\}", "M", block) == r"M \ast M = M"


def test_a_vector_of_a_product_stands_upright() -> None:
    assert r"\begin{bmatrix} 0 \cr 1 \cr 2 \end{bmatrix}" in note(MADE["dense"]())
    assert r"\begin{bmatrix} 0.5 & -1" in note(MADE["flatten"]())


def test_a_picture_is_a_sentence() -> None:
    grey = run("conv", np.arange(100 * 90, dtype=np.uint8).reshape(100, 90), kernel="box")
    written = note(grey, Request(steps="1"))
    assert "input 100×90: uint8, min 0, max 255, mean" in written
    assert "9,000 numbers, not written here" in written
    assert len(written) < 3000


def test_the_middle_of_a_large_array_is_left_out() -> None:
    written = note(run("show", np.arange(60 * 60).reshape(60, 60)))
    assert r"\vdots" in written
    assert r"\cdots" in written
    assert "3599" in written
    assert len(written) < 1500


def test_many_channels_are_the_first_and_a_count() -> None:
    written = note(run("show", np.zeros((9, 2, 2))))
    assert written.count(r"\begin{bmatrix}") == 3
    assert "… 6 more" in written


STEPS = [
    (PLANE, None, 9, ""),
    (np.ones((6, 6)), None, 3, "… and 22 more steps: \\-\\-steps 4-9"),
    (np.ones((6, 6)), "2,5", 2, ""),
    (np.ones((6, 6)), "all", 25, ""),
    (np.ones((6, 6)), "none", 0, ""),
]


@pytest.mark.parametrize(
    ("x", "steps", "count", "left"), STEPS, ids=[f"{s[1]} of {len(s[0])}" for s in STEPS]
)
def test_nine_steps_or_the_first_three_or_those_asked_for(
    x: np.ndarray, steps: str | None, count: int, left: str
) -> None:
    written = note(run("conv", x, kernel=[[1, 0], [0, 1]]), Request(steps=steps))
    assert len(re.findall(r"^\| \d", written, re.MULTILINE)) == count
    assert written.count(r"\text{feature map}_ {") == count
    assert ("… and" in written) == bool(left)
    assert ("### Steps" in written) == bool(count)
    assert left in written


def test_a_recurrent_step_is_an_equation_of_vectors() -> None:
    written = note(run("rnn", [[1, 0], [0, 1]], hidden=2), Request(steps="2"))
    assert r"h_{2} &= \tanh(W_{x} \cdot x_{2} + W_{h} \cdot h_{1} + b) \cr" in written
    assert "**step 2**" in written
    assert "| t | xₜ | hₜ₋₁ | before | hₜ |" in written


def test_parameters_have_their_derivation() -> None:
    lines = note(MADE["params"]()).splitlines()
    assert (
        "| layer | output | derivation | weights | biases | params | MACs | "
        "memory | receptive field | jump | first centre |" in lines
    )
    assert (
        "| conv 3×3, 2 | 2×26×26 | 2 × (1·3·3) + 2 | 18 | 2 | 20 | 12,168 | "
        "5 KB | 3×3 | 1×1 | 1, 1 |" in lines
    )
    assert "| **total** |" in "\n".join(lines)
    assert "the same maps by a multilayer perceptron, without biases" in lines


COUNTS = [
    ("conv", r"2 \cdot 2 = 4"),
    ("conv, activation", r"2 \cdot 2 + 1 = 5"),
    ("conv, channels", r"2 \cdot 3 \cdot 2 \cdot 2 + 2 = 26"),
    ("RNN", r"2 \cdot 2 + 2 \cdot 2 + 2 + 2 \cdot 2 + 2 = 16"),
    ("LSTM", r"12 \cdot 2 + 12 \cdot 3 + 12 = 72"),
    ("dense", r"2 \cdot 3 + 2 = 8"),
]


@pytest.mark.parametrize(("name", "count"), COUNTS, ids=[name for name, _ in COUNTS])
def test_what_is_learned_is_counted(name: str, count: str) -> None:
    written = note(MADE[name]())
    assert rf"\text{{parameters}} = {count}" in written
    assert r"\text{parameters}" not in note(MADE["max pooling"]())


def test_a_net_has_a_section_a_layer() -> None:
    written = note(MADE["net"]())
    assert re.findall("^### (.*)$", written, re.MULTILINE) == [
        "layer 1: Convolution",
        "layer 2: Activation ReLU",
        "layer 3: Max pooling",
        "layer 4: Flatten",
        "layer 5: Fully connected layer",
    ]
    assert r"conv \-\-filters 2 \-\-size 3 \| act relu" in written, NET
    assert r"\text{parameters} = 2 \cdot 1 \cdot 3 \cdot 3 + 2 = 20" in written
    assert r"\text{parameters} = 3 \cdot 18 + 3 = 57" in written


def test_it_speaks_korean() -> None:
    written = note(MADE["conv"](), Request(appearance=Appearance(lang="ko")))
    assert "## 합성곱" in written
    assert "### 단계" in written
    assert r"\text{출력 크기} =" in written
    assert not re.search("[a-z]{3,}", re.sub(r"\\[a-z]+|\{(bmatrix|aligned)\}", "", written))


def test_the_title_and_plain_notes() -> None:
    look = Appearance(title="a_b *c*")
    assert note(MADE["conv"](), Request(appearance=look)).startswith("## a\\_b \\*c\\*\n")
    bare = note(MADE["conv"](), Request(appearance=Appearance(plain=True)))
    assert "#" not in bare
    assert "output size" not in bare


@pytest.mark.parametrize("name", ["conv", "RNN", "net", "params"])
def test_a_piece_of_another_note_has_no_headings(name: str) -> None:
    piece = note(MADE[name](), Request(appearance=Appearance(title="")))
    assert not [t for t in MarkdownIt().parse(piece) if t.type == "heading_open"]


def test_one_sample_of_a_batch() -> None:
    batch = np.stack([MAPS, MAPS + 1])
    written = note(run("pool", batch, kernel=(2, 2)), Request(appearance=Appearance(sample=1)))
    assert "sample 1 of 2" in written
    assert len(re.findall(r"^\| \d", written, re.MULTILINE)) == 3


@given(st.text())
def test_no_text_is_a_mark(said: str) -> None:
    """What a user wrote reads as it was written, alone and in a cell of a table."""
    said = " ".join("".join(c for c in said if c.isprintable()).split())
    tokens = READER.parseInline(md.escaped(said))[0].children or []
    assert html.unescape("".join(t.content for t in tokens)) == said
    assert all(t.type in ("text", "text_special") for t in tokens)
    if said:
        kinds = [t.type for t in READER.parse(md.escaped(said))]
        assert kinds == ["paragraph_open", "inline", "paragraph_close"]
        cells = READER.parse(f"| a | b |\n| --- | --- |\n| {md.escaped(said)} | c |\n")
        assert [t.content for t in cells if t.type == "inline"][3:] == ["c"]


# --- the figure beside it ----------------------------------------------------------------


def test_a_file_has_its_figure_beside_it(tmp_path: Path) -> None:
    result = nnviz.conv(PLANE, np.eye(2), padding=1)
    result.save(tmp_path / "my note (1).md", theme="dark", steps=3, view="equation")
    result.save(tmp_path / "same.svg", theme="dark", steps=3, view="equation")
    written = (tmp_path / "my note (1).md").read_text(encoding="utf-8")
    alt = "Convolution: input 4×4, kernel 2×2, feature map 5×5"
    assert f"\n\n![{alt}](my%20note%20%281%29.svg)\n\n" in written
    assert (tmp_path / "my note (1).svg").read_bytes() == (tmp_path / "same.svg").read_bytes()
    tokens = READER.parse(written)
    (image,) = [c for t in tokens for c in t.children or [] if t.children and c.type == "image"]
    assert (unquote(str(image.attrs["src"])), image.content) == ("my note (1).svg", alt)


def test_obsidian_has_its_own_link(tmp_path: Path) -> None:
    nnviz.act([1.0], "relu").save(tmp_path / "a.md", embed="obsidian")
    assert "\n\n![[a.svg]]\n\n" in (tmp_path / "a.md").read_text(encoding="utf-8")
    with pytest.raises(nnviz.NnvizError, match="embed"):
        nnviz.act([1.0], "relu").save(tmp_path / "a.md", embed="html")  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_a_stream_gets_signs_that_it_carries(encoding: str) -> None:
    """Markdown has a way to write any sign, and equations need none."""
    whole = note(MADE["conv, long sums"]())
    made = load("md").write(MADE["conv, long sums"](), Request(screen=Screen(encoding=encoding)))
    read = made.content.decode(encoding)
    assert html.unescape(read) == html.unescape(whole)
    assert blocks(read) == blocks(whole)


def test_a_stream_has_no_figure() -> None:
    made = load("md").write(MADE["conv"](), Request())
    assert made.more == ()
    assert b"![" not in made.content
