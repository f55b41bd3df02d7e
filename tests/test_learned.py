"""The samples that have learned: what their list says of them is so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nnviz
from nnviz.read import Stdin, read_input

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
