"""A step of training on the command line: new weights, in a file that can be read again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cli.conftest import Nnviz
from nnviz.read import Stdin, read_weights

NET = ("net", "flatten | a: dense --units 3", "1 2; 3 4")
LOSS = ("--target", "2", "--loss", "cross-entropy")

REFUSED = [
    ((*NET, "--target", "2"), 2, "--target belongs to --loss"),
    ((*NET, "--loss", "mse"), 2, "--loss belongs to --target"),
    ((*NET, "--update"), 2, "--update belongs to --loss"),
    ((*NET, *LOSS, "--lr", "1"), 2, "--lr belongs to --update"),
    ((*NET, *LOSS, "--save-weights", "w.safetensors"), 2, "--save-weights belongs to --update"),
    ((*NET, *LOSS, "--update", "--save-weights", "no/w"), 1, "no/w"),
    ((*NET, *LOSS, "--backward", "--grad", "1"), 2, "--grad and --loss contradict each other"),
    ((*NET, "--target", "3", "--loss", "cross-entropy"), 1, "is no class of the output"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSED, ids=[r[2] for r in REFUSED])
def test_refusals(nnviz: Nnviz, words: tuple[str, ...], code: int, message: str) -> None:
    done = nnviz(*words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_new_weights_are_written_and_read_again(nnviz: Nnviz, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    more = ("--save-weights", str(path), "--get", "new_loss", "--json")
    done = nnviz(*NET, *LOSS, "--update", *more)
    assert done.code == 0
    assert path.stat().st_size % 8 == 0
    after = nnviz(*NET, *LOSS, "--weights", str(path), "--get", "loss", "--json")
    assert json.loads(after.out) == json.loads(done.out)
    saved = read_weights(str(path), stdin=Stdin(None), name="--weights")
    made = json.loads(nnviz(*NET, *LOSS, "--update", "--get", "new_a.weight", "--json").out)
    np.testing.assert_array_equal(saved["a.weight"], made)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_input_has_its_own_new_weights(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jobs: str
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs, rest = ("1 2; 3 4", "5 6; 7 8"), (*LOSS, "--update", "--json")
    done = nnviz(
        *NET[:2], *inputs, *rest, "--save-weights", "w/{index}.safetensors", "--jobs", jobs
    )
    assert done.code == 0, done.err
    for index, each in enumerate(inputs):
        assert nnviz(*NET[:2], each, *rest, "--save-weights", "one.safetensors").code == 0
        assert Path(f"w/{index}.safetensors").read_bytes() == Path("one.safetensors").read_bytes()
    done = nnviz(*NET[:2], *inputs, *rest, "--save-weights", "w.safetensors")
    assert "would both be written to w.safetensors" in done.err


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_terminal_says_both_losses(nnviz: Nnviz, lang: str) -> None:
    out = nnviz(*NET, *LOSS, "--update", "--lr", "0.5", "--lang", lang).out
    said = {"en": "loss after a step of 0.5", "ko": "한 번 갱신한 뒤의 손실(학습률 0.5)"}
    assert said[lang] in out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_terminal_shows_what_becomes_of_each_array(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    net = "dense --weight '3 1' --bias -1"  # 3·1 + 1·2 − 1 = 4; 2·(4 − 6) = −4
    words = ("net", net, "1 2", "--target", "6", "--loss", "mse", "--update")
    out = nnviz(*words).out
    assert max(map(len, out.splitlines())) <= columns
    assert out.index("layer 1: weight") < out.index("layer 1: bias")
    for said in ("− 0.1 ×", "[ −4 −8 ]", "[ 3.4 1.8 ]", "new bias"):
        assert said in out
    noted = nnviz(*words, "-f", "md").out
    assert r"\text{new weight }1\times2}{\begin{bmatrix} 3.4 & 1.8 \end{bmatrix}}" in noted
    assert r"- 0.1 \times" in noted
