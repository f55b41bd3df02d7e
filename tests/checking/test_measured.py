"""How often the mistake is named, on answers that are made wrong without the checker.

This is a sample; `PYTHONPATH=tests python -m bench.checking` tries all of it.
"""

from __future__ import annotations

import numpy as np
import pytest
from bench.checking import found, noises, right, scored

from wrong_answers import MAKERS

SEEDS = range(2)


@pytest.mark.parametrize("said", MAKERS)
def test_the_mistake_is_named_first(said: str) -> None:
    assert {scored(said, seed).outcome for seed in SEEDS} <= {"first", "none"}


@pytest.mark.parametrize("said", MAKERS)
def test_right_answers_and_noise_are_not_accused(said: str) -> None:
    made = MAKERS[said].make(np.random.default_rng(0))
    ours = right(made)
    for mine in (ours, ours.round(3)):
        assert found(made, mine).right
    noise = noises(made, np.random.default_rng(0))
    for kind in ("all cells", "some cells"):
        assert found(made, noise[kind]).explanations == ()


def test_there_are_as_many_mistakes_as_promised() -> None:
    assert len(MAKERS) >= 25
    assert {scored(said, 0).outcome for said in MAKERS} - {"none"} == {"first"}
