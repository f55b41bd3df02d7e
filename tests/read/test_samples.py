"""The samples: all are read, all are listed, and they are what the list says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nnviz
from nnviz.read import Stdin, read_input, read_weights

FOLDER = Path(__file__).parents[2] / "samples"

SHAPES = {
    "note.json": (5, 5),
    "kernel.json": (3, 3),
    "pool.csv": (4, 4),
    "y-neat.txt": (12, 12),
    "y-scrawled.txt": (12, 12),
    "three-channels.json": (3, 4, 4),
    "three-kernels.json": (3, 2, 2),
    "sequence.json": (3, 2),
    "chelsea.png": (3, 300, 451),
    "digit.png": (28, 28),
}

NETWORKS = {
    *("rnn-weights.json", "rnn-two-layers.json", "lstm-weights.json", "characters.safetensors"),
    *("digits.net", "digits.safetensors"),
}


def sample(name: str) -> np.ndarray:
    return read_input(str(FOLDER / name), stdin=Stdin(None)).array


def test_every_sample_is_tested_and_listed() -> None:
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert names == {*SHAPES, *NETWORKS}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in names)


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name: str) -> None:
    assert sample(name).shape == SHAPES[name]
    assert (FOLDER / name).stat().st_size <= 300_000


def test_the_letters_hold_0_and_1_and_hardly_agree() -> None:
    neat, scrawled = sample("y-neat.txt"), sample("y-scrawled.txt")
    assert set(np.unique(neat)) == set(np.unique(scrawled)) == {0, 1}
    assert (neat & scrawled).sum() < neat.sum() / 2


def test_the_weights_give_the_outputs_that_the_list_names() -> None:
    w = read_weights(str(FOLDER / "rnn-weights.json"), stdin=Stdin(None), name="--weights")
    h, outputs = np.zeros(3), []
    for x in sample("sequence.json"):
        h = np.tanh(w["Wx"] @ x + w["Wh"] @ h + w["b"])
        outputs.append(float((w["Wy"] @ h + w["by"])[0]))
    assert np.round(outputs, 2).tolist() == [-2.02, 1.51, 1.31]


def test_the_weights_of_two_layers_are_by_the_names_of_pytorch() -> None:
    path = FOLDER / "rnn-two-layers.json"
    w = {name: np.array(rows) for name, rows in json.loads(path.read_text()).items()}
    x = sample("sequence.json")
    for layer in (0, 1):
        both = []
        for end, order in (
            (f"_l{layer}", slice(None)),
            (f"_l{layer}_reverse", slice(None, None, -1)),
        ):
            h, made = np.zeros(2), []
            for row in x[order]:
                total = w["weight_ih" + end] @ row + w["weight_hh" + end] @ h
                h = np.tanh(total + w["bias_ih" + end] + w["bias_hh" + end])
                made.append(h)
            both.append(np.array(made)[order])
        x = np.hstack(both)
    ours = nnviz.rnn(sample("sequence.json"), w)
    np.testing.assert_allclose(ours.output, x, rtol=1e-12)
