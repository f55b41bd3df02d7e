"""Other numbers of the same kind: another sheet of an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from random import Random
from typing import Any

from nnviz.libraries import np


def varied(array: np.ndarray, seed: str) -> np.ndarray:
    """Other numbers of the same kind: as many zeros and signs, in other places, of no other size,
    and of no more decimals.

    >>> varied(np.array([[1, 0], [0, 1]]), "1").tolist()
    [[0, 1], [0, 1]]
    >>> varied(np.array([-0.5, 0.25, 2]), "7").tolist()
    [1.01, -0.76, 1.42]
    """
    dice, values = Random(seed), array.reshape(-1).tolist()
    dice.shuffle(values)
    unit = 10 ** max((_decimals(value) for value in values), default=0)
    sizes = [round(abs(value) * unit) for value in values if value]
    made = [
        (dice.randint(min(sizes), max(sizes)) if value else 0) * (-1 if value < 0 else 1) / unit
        for value in values
    ]
    return np.array(made).astype(array.dtype).reshape(array.shape)


def _decimals(value: float) -> int:
    """The decimals of a number, at most six."""
    return min(6, len(repr(value).partition(".")[2])) if value != int(value) else 0


def varied_options(record: Any, seed: int) -> Any:
    """A record of options with other numbers in its arrays of weights."""
    made: dict[str, Any] = {}
    for name in (field.name for field in fields(record)):
        value = getattr(record, name)
        if isinstance(value, np.ndarray):
            made[name] = varied(value, f"{seed} {name}")
        elif isinstance(value, Mapping):
            made[name] = {key: varied(a, f"{seed} {key}") for key, a in value.items()}
    return replace(record, **made)
