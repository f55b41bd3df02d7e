"""LaTeX: a fragment that compiles with amsmath, in both languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import latex_reader
import nnviz
from helpers import run
from nnviz.formats import load, tex
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace
from note_cases import CASES, MADE

DOCUMENT = r"\documentclass{article}\usepackage{amsmath}%s\begin{document}%s\end{document}"


def note(trace: Trace, request: Request | None = None) -> str:
    return load("tex").write(trace, request or Request()).content.decode()


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("make", CASES)
def test_everything_is_closed_where_it_was_opened(make: Callable[[], Trace], lang: str) -> None:
    written = note(make(), Request(appearance=Appearance(lang=lang)))
    latex_reader.checked(written)
    body = re.sub("^%.*$", "", written, flags=re.MULTILINE)
    assert len(re.findall(r"(?<!\\)\$", body)) % 2 == 0
    for table in re.findall(r"\\begin\{tabular\}(.*?)\\end\{tabular\}", body, re.DOTALL):
        kinds, rows = table[1:].split("}\n", 1)
        count = len(re.sub(r"p\{.*?\}", "p", kinds))
        found = [len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows.split(r"\\")[:-1]]
        assert found == [count] * len(found)
    # amsmath gives a matrix ten columns, and text has no signs that need a package.
    widest = [m.split(r"\\")[0].count("&") for m in re.findall(r"begin\{bmatrix\}(.*?)\\end", body)]
    assert max(widest, default=0) < 10
    if lang == "en":
        assert {c for c in body if ord(c) > 0xFF} <= set("…–")


TEX = shutil.which("pdflatex")


def compiled(folder: Path, body: str, korean: bool, packages: str = "") -> None:
    packages += r"\usepackage{kotex}" if korean else ""
    source = DOCUMENT % (packages, "\n" + body)
    (folder / "note.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "note.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[log.find("\n!") :][:600]
    wide = [float(w) for w in re.findall(r"Overfull \\hbox \((\d+)", log)]
    assert max(wide, default=0) < 30, [*re.findall(r"Overfull.*", log)]


@pytest.mark.skipif(TEX is None, reason="no pdflatex: texlive-latex-base")
def test_all_of_them_compile(tmp_path: Path) -> None:
    compiled(tmp_path, "\n".join(note(make()) for make in MADE.values()), korean=False)


@pytest.mark.skipif(TEX is None, reason="no pdflatex: texlive-latex-base, texlive-lang-korean")
def test_all_of_them_compile_in_korean(tmp_path: Path) -> None:
    found = subprocess.run(["kpsewhich", "kotex.sty"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip("no kotex: texlive-lang-korean")
    korean = Request(appearance=Appearance(lang="ko"))
    compiled(tmp_path, "\n".join(note(make(), korean) for make in MADE.values()), korean=True)


def test_steps_are_aligned_and_tables_have_formulas() -> None:
    written = note(MADE["conv"]())
    assert written.startswith("% \\usepackage{amsmath}\n\n\\subsection*{Convolution}\n")
    assert "kotex" not in written
    assert (
        r"\text{feature map}_ {0,0} &= (1 \times 1) + (2 \times 0) + (4 \times 0) "
        r"+ (5 \times (-1)) = -4 \\"
    ) in written
    assert r"1 & 0, 0 & $(1 \times 1)" in written
    assert (
        r"\noindent input 4$\times$4 $\ast$ kernel 2$\times$2 $\to$ feature map 3$\times$3"
        in written
    )


def test_a_stream_gets_signs_that_it_carries() -> None:
    for make in MADE.values():
        written = load("tex").write(make(), Request(screen=Screen(encoding="ascii"))).content
        assert "?" not in written.decode("ascii").replace("hello|$", "")


def test_hangul_names_its_package() -> None:
    written = note(MADE["conv"](), Request(appearance=Appearance(lang="ko")))
    assert written.splitlines()[1] == r"% \usepackage{kotex} % Hangul"


def test_a_wide_table_is_several() -> None:
    """Each has the first column, and none is wider than a page."""
    written = note(MADE["LSTM"]())
    tables = re.findall(r"\\begin\{tabular\}\{.*?\}\n(.*?) & .*\n1 & ", written)
    assert len(tables) > 2
    assert set(tables) == {"t"}


def test_a_total_stands_under_a_rule() -> None:
    lines = note(MADE["params"]()).splitlines()
    assert any(line.startswith(r"\hline total & ") for line in lines)


TEXTS = [
    (r"a_b & 50% {x} \y #1 $2", r"a\_b \& 50\% \{x\} \textbackslash{}y \#1 \$2"),
    ("x ~ y ^ z < w | v", r"x \textasciitilde{} y \textasciicircum{} z $<$ w $|$ v"),
    ("conv --filters", "conv -{}-filters"),
    ("5×5 → hₜ₋₁ ≈ x⁻²", r"5$\times$5 $\to$ h$_{t-1}$ $\approx$ x$^{-2}$"),
    ("γ, ∗ᵀ", r"$\gamma$, $\ast$$^{\top}$"),
    ("⌈5 / 2⌉ ≥ ↑", r"$\lceil$5 / 2$\rceil$ $>$= $\uparrow$"),
]


@pytest.mark.parametrize(("said", "written"), TEXTS, ids=[t[0] for t in TEXTS])
def test_marks_of_latex_are_letters_in_text(said: str, written: str) -> None:
    assert tex.escaped(said) == written


@given(st.text("\\{}$&#%_^~<>|-ab ×₀²⌈↑∀☃"))
def test_no_text_is_a_command(said: str) -> None:
    written = tex.escaped(said)
    latex_reader.checked(written)
    bare = re.sub(r"\$[^$]*\$|\\text[a-z]+\{\}|\\[{}$&#%_]|-\{\}-", "", written)
    assert not set(bare) & set("\\{}$&#%_^~<>|×₀²⌈↑∀☃")


def test_a_vector_of_a_thousand_numbers_has_its_ends() -> None:
    written = note(run("show", np.arange(1000)))
    assert r"\cdots & 999" in written
    assert len(written) < 600


def test_the_figure_is_a_pdf_beside_it(tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    nnviz.conv(np.eye(3), np.eye(2)).save(tmp_path / "a_b.tex")
    written = (tmp_path / "a_b.tex").read_text(encoding="utf-8")
    assert r"\includegraphics[width=\linewidth]{\detokenize{a_b.pdf}}" in written
    assert r"% \usepackage{graphicx}" in written
    assert (tmp_path / "a_b.pdf").read_bytes().startswith(b"%PDF")
    if TEX:
        compiled(tmp_path, r"\input{a_b.tex}", korean=False, packages=r"\usepackage{graphicx}")


def test_without_the_package_of_pdf_there_is_a_note_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tex, "find_spec", lambda _: None)
    made = tex.write(MADE["conv"](), Request(path=str(tmp_path / "a.tex")))
    assert made.more == ()
    assert b"includegraphics" not in made.content
    assert "fpdf2" in str(made.notes[0])
