"""Another language's words are longer or shorter: the layout holds all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz import lang
from nnviz.figure.layout.style import Style
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import drawn, words

TRACES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "rnn": ("rnn", np.ones((30, 2)), {"hidden": 9, "outputs": 2}),
    "params": (
        "params",
        None,
        {"net": "conv --filters 6 --size 5 | flatten | dense --units 9", "input": (1, 28, 28)},
    ),
    "versus": ("params", None, {"net": "conv -k '1 0'", "input": (3, 3), "versus": "mlp"}),
    "field": (
        "params",
        None,
        {"net": "conv -k box | act relu | pool -k 2", "input": (12, 12), "field": (1, 2)},
    ),
    "flatten": ("flatten", np.arange(12).reshape(3, 4), {}),
    "a long strip": ("flatten", np.ones((24, 24), int), {}),
    "act": ("act", np.ones((5, 3, 3)), {"name": "relu"}),
    "show": ("show", np.eye(12, dtype=int), {}),
    "dense": ("dense", np.ones((3, 20)), {"units": 30}),
}
VIEWS: dict[str, tuple[str | None, ...]] = {"params": ("bars", "table")}


def _long(_: Style, said: Words | str) -> str:
    return said if isinstance(said, str) else f"{said} 그리고 아주 긴 말"


def _short(_: Style, said: Words | str) -> str:
    return said if isinstance(said, str) else "가"


def _korean(_: Style, said: Words | str) -> str:
    return said if isinstance(said, str) else lang.say(said, "ko")


def _trace(name: str) -> Trace:
    op, x, options = TRACES[name]
    return run(op, x, **options)


CASES = [(name, view) for name, (op, *_) in TRACES.items() for view in VIEWS.get(op, (None,))]
CASES.append(("field", "field"))


@pytest.mark.parametrize(("name", "view"), CASES)
@pytest.mark.parametrize(
    "speak", [_long, _short, _korean], ids=["long words", "short words", "Korean"]
)
def test_the_layout_holds(
    monkeypatch: pytest.MonkeyPatch, speak: Any, name: str, view: str | None
) -> None:
    trace = _trace(name)
    monkeypatch.setattr(Style, "say", speak)
    steps = (2,) if len(trace.steps) > 1 else ()
    for chosen in ((), steps):
        scene = drawn(trace, *chosen, view=view)
        assert any("가" <= c <= "힣" for text in words(scene) for c in text)
