"""The samples that have learned: what their list says of them is so."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import nnviz
from nnviz.read import Stdin, read_input

SAMPLES = Path(__file__).parents[1] / "samples"
LISTED = (SAMPLES / "README.md").read_text(encoding="utf-8")


def digits() -> str:
    """The chain of the digits, with its weights."""
    file = SAMPLES / "digits.safetensors"
    text = (SAMPLES / "digits.net").read_text(encoding="utf-8")
    text = re.sub(r"(c\d): conv --filters \d+ --size \d", rf"\1: conv -k '{file}:\1.kernel'", text)
    text = re.sub(r"(f\d): dense --units \d+", rf"\1: dense --weight '{file}:\1.weight'", text)
    return re.sub(r"((c\d|f\d): .*)", rf"\1 --bias '{file}:\2.bias'", text)


def test_a_real_digit_is_recognised() -> None:
    x = read_input(str(SAMPLES / "digit.png"), stdin=Stdin(None)).array
    output = nnviz.net(digits(), x).output
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
    output = nnviz.net(digits(), x.reshape(-1, 1, 8, 8) / 16 * 255).output
    right = int((np.asarray(output).argmax(1) == answers).sum())
    assert f"it reads {right} of {len(answers)}" in LISTED
    assert right / len(answers) >= 0.97
