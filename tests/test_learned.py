"""The samples that have learned: what their list says of them is so."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import nnviz
from helpers import run
from nnviz.read import Stdin, read_input, read_weights
from nnviz.trace import Trace

SAMPLES = Path(__file__).parents[1] / "samples"
LISTED = (SAMPLES / "README.md").read_text(encoding="utf-8")


def test_a_real_digit_is_recognised() -> None:
    x = read_input(str(SAMPLES / "digit.png"), stdin=Stdin(None)).array
    output = nnviz.net(str(SAMPLES / "digits.net"), x).output
    assert output.shape == (10,)
    assert output.sum() == pytest.approx(1)
    assert output.argmax() == 5
    assert f"probability of {output[5]:.3f}" in LISTED
    assert output[5] > 0.9


def test_of_the_digits_held_out_as_many_are_read_as_the_list_says() -> None:
    datasets = pytest.importorskip("sklearn.datasets", reason="needs scikit-learn")
    from sklearn.model_selection import train_test_split

    x, answers = datasets.load_digits(return_X_y=True)
    _, x, _, answers = train_test_split(x, answers, test_size=0.2, random_state=0, stratify=answers)
    output = nnviz.net(str(SAMPLES / "digits.net"), x.reshape(-1, 1, 8, 8) / 16 * 255).output
    right = int((np.asarray(output).argmax(1) == answers).sum())
    assert f"it reads {right} of {len(answers)}" in LISTED
    assert right / len(answers) >= 0.97


WEIGHTS = str(SAMPLES / "characters.safetensors")


def continued(text: str) -> Trace:
    """The net of the rhyme over a text."""
    weights = read_weights(WEIGHTS, stdin=Stdin(None), name="--weights")
    return run("rnn", None, text=text, weights=weights, output_activation="softmax")


def test_the_rhyme_is_continued_as_the_list_says() -> None:
    (rhyme,) = re.findall(r'"(peter piper .*?)"', LISTED)
    trace = continued(rhyme)
    letters = trace.classes["y"]
    assert letters == tuple(sorted(set(rhyme)))
    following = [letters.index(letter) for letter in rhyme[1:]]
    y = trace.results["y"][:-1]
    right = int((y.argmax(1) == following).sum())
    assert f"the {len(following)} characters" in LISTED
    assert f"is right for {right}" in LISTED
    surprise = -np.log(y[np.arange(len(y)), following]).mean()
    counts = np.bincount(following) / len(following)
    by_chance = -(counts * np.log(counts)).sum()  # of a reader who knows how often each comes
    assert surprise < by_chance / 4


def test_what_came_before_decides_what_comes_next() -> None:
    def next_of(text: str) -> str:
        trace = continued(text)
        return trace.classes["y"][int(trace.results["y"][-1].argmax())]

    assert next_of("peck of pick") == "l"
    assert next_of("peter piper pick") == "e"
