"""Each option of every command, with each format: it changes what is written, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnviz import formats
from nnviz.cli import options
from nnviz.request import EXERCISE, GRADIENTS, WALK

Nnviz = Callable[..., Any]
FONT = Path(formats.__file__).parents[1] / "figure" / "fonts" / "DejaVuSans-Bold.ttf"
ALWAYS = {"dtype", "theme", "precision", "lang", "color", "quiet", "max_memory"}
"""They may be said of anything (contract)."""
TARGETS = {
    "output",
    "format",
    "json",
    "trace",
    "map",
    "watch",
    "open",
    "jobs",
    "skip_existing",
    "scheduler",
    *WALK,
}
"""What is written, where, and how often: not how."""
VALUES: dict[str, list[str]] = {
    "get": ["input", "kernel"],
    "steps": ["2"],
    "explain": [],
    "view": ["network"],
    "title": ["Another"],
    "scale": ["3"],
    "plain": [],
    "width": ["400"],
    "ratio": ["16:9"],
    "labels": ["output=another"],
    "beside": ["conv 1 -k 1"],
    "font": [str(FONT)],
    "embed_font": [],
    "symbols": [],
    "fps": ["5"],
    "sample": ["1"],
    "filter": ["1"],
    "range": ["0,99"],
    "quiz": [],
    "blank": ["weights"],
    "faded": [],
    "seed": ["3"],
    "gray": [],
    "resize": ["3x3"],
    "unit": [],
    "embed": ["obsidian"],
    "frame": ["1"],
    "channels_last": [],
    "backward": [],
    "check_grad": [],
    "grad": ["2"],
    "of": ["kernel"],
}
"""A value beside the default; none of a switch."""
CASES = [(form, name) for form in formats.names() for name in VALUES if form != "none"]


def test_every_shared_option_is_tried() -> None:
    assert {o.name for o in options.all_shared()} == VALUES.keys() | ALWAYS | TARGETS


@pytest.mark.parametrize(("form", "name"), CASES, ids=[" ".join(case) for case in CASES])
def test_an_option_is_used_by_a_format_or_refused(
    nnviz: Nnviz, tmp_path: Path, form: str, name: str
) -> None:
    if form == "pdf":
        pytest.importorskip("fpdf")
    loaded, option = formats.load(form), {o.name: o for o in options.all_shared()}[name]
    out = tmp_path / f"a{loaded.suffixes[0]}" if loaded.suffixes else None
    # One sample of a batch is chosen where not all steps are asked for; as text in a picture.
    chosen = name == "sample" and name in loaded.uses
    np.save(tmp_path / "x.npy", np.arange((1.0 + chosen) * 9).reshape(-1, 1, 3, 3) ** 2)
    kernel = {"channels_last": "2", "filter": "[[[[1, 2]]], [[[3, 4]]]]"}.get(name, "1 2; 3 4")
    words = ["conv", str(tmp_path / "x.npy"), "-k", kernel]
    if chosen:
        words += ["--steps", "none"]
        if loaded.kind == "text" and loaded.views:
            words = ["show", words[1], "--view", "picture"]
    if name == "symbols":  # of conv always refused
        words = ["rnn", "1 2; 3 4", "--hidden", "2"]
    words += ["-o", str(out)] if out else ["-f", form]
    if name in EXERCISE[1:] and name in loaded.uses:
        words.append("--quiz")
    if name in GRADIENTS[1:]:
        words.append("--backward")

    def made(*more: str) -> bytes:
        result = nnviz(*words, *more)
        if result.code:
            named = option.label in result.err or more[-1] in result.err
            assert (result.code, named) == (2, True), result.err
            return b"refused"
        files = (path.read_bytes() for path in sorted(tmp_path.glob("a.*")))
        return b"".join(files) if out else bytes(result.raw)

    before = made()
    values = [[value] for value in VALUES[name]] or [[]]
    if name == "check_grad" and "get" in loaded.uses:  # which can be asked for
        values = [["--get", "check_input"]]
    after = [made(option.label, *value) for value in values]
    assert before not in after
