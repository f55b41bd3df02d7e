"""Every view of every operation keeps the rules of the page, whatever is asked of it.

Each view draws each shape that it can, and each two of a view, a shape, values, a width, a part, a
language, a theme and an option stand together in some figure. Operations and views are found as
the program finds them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import combinations, cycle, islice, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from helpers import run, stacked_weights
from nnviz import figure, ops
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from view_checks import assert_sound, assert_tidy

PHOTO = np.asarray(Image.open(Path(__file__).parents[2] / "samples" / "chelsea.png").convert("L"))
SHAPES = {
    "1×1": (1, 1),
    "1×20": (1, 20),
    "5×5": (5, 5),
    "12×12": (12, 12),
    "30×30": (30, 30),
    "channels": (3, 4, 5),
    "a batch": (2, 2, 4, 4),
    "a photo": PHOTO.shape,
}
VALUES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "digits": lambda x: x,
    "decimals": lambda x: (x / 7 - 0.5).round(4),
    "seven digits": lambda x: x + 1_234_560,
    "signed": lambda x: (-1) ** x * (x + 7),
    "tiny": lambda x: (x - 4) * 1.37e-9,
    "NaN and ∞": lambda x: np.select([x == x.max(), x == x.min()], [np.nan, -np.inf], x / 8),
}
NET = "conv --filters 2 --size {k} --pad 1 | act relu | flatten | dense --units 3 | act softmax"

BRANCHES = (
    "c: conv --filters 2 --size 1 | a: residual { conv --filters 2 --size 1 | relu } { tanh }"
    " | b: concat { relu } { } | conv --filters 2 --size 1 | add c"
)
NEURONS = "dense --units 4 | gelu | dense --units 3 | softmax"


def _layers(shape: tuple[int, ...]) -> dict[str, Any]:
    """Two layers in both directions."""
    return {"weights": stacked_weights("gru", 2, both=True, inputs=shape[-1]), "cell": "gru"}


SUBJECTS: dict[str, tuple[str, Any]] = {
    "conv": ("conv", {"size": 2}),
    "conv, padded": ("conv", {"size": 3, "padding": 1, "stride": 2, "bias": 1, "act": "tanh"}),
    "conv, filters": ("conv", {"filters": 3, "size": 2, "padding": 1, "act": "softmax"}),
    "conv, three axes": ("conv", {"size": 2, "padding": 1, "dims": 3}),
    "transposed": ("conv", {"size": 2, "stride": 2, "transpose": True}),
    "transposed, filters": ("conv", {"size": 3, "transpose": True, "filters": 2, "bias": -1}),
    "conv, back": ("conv", {"size": 2}),
    "conv, padded, back": (
        "conv",
        {"size": 3, "padding": 1, "stride": 2, "bias": 1, "act": "tanh", "of": "kernel"},
    ),
    "conv, filters, back": ("conv", {"filters": 3, "size": 2, "act": "softmax"}),
    "conv, mirrored, back": (
        "conv",
        {"size": 3, "padding": 1, "padding_mode": "replicate"},
    ),
    "conv, bias, back": ("conv", {"filters": 3, "size": 2, "of": "bias"}),
    "transposed, back": ("conv", {"size": 2, "stride": 2, "transpose": True}),
    "transposed, filters, back": (
        "conv",
        {"size": 3, "transpose": True, "filters": 2, "bias": -1, "of": "kernel"},
    ),
    "max": ("pool", {"kernel": 2, "padding": 1}),
    "avg": ("pool", {"kernel": 3, "kind": "avg", "stride": 1, "padding": 1}),
    "adaptive": ("pool", {"adaptive": (2, 3)}),
    "act": ("act", {"name": "gelu"}),
    "softmax": ("act", {"name": "softmax"}),
    "dense": ("dense", {"units": 4}),
    "wide dense": ("dense", {"units": 30}),
    "norm": ("norm", {"kind": "layer"}),
    "upsample": ("upsample", {"mode": "bilinear"}),
    "dropout": ("dropout", {"p": 0.5, "train": True}),
    "embed": ("embed", {"count": 10, "units": 3}),
    "rnn": ("rnn", {"hidden": 3, "outputs": 2}),
    "rnn, many to one": ("rnn", {"hidden": 9, "outputs": 2, "mode": "many-to-one"}),
    "lstm": ("rnn", {"hidden": 2, "cell": "lstm"}),
    "gru": ("rnn", {"hidden": 6, "cell": "gru", "outputs": 3}),
    "layers": ("rnn", _layers),
    "net": ("net", {"net": NET.format(k=2)}),
    "branches": ("net", {"net": BRANCHES}),
    "neurons": ("net", {"net": NEURONS}),
    "net, back": ("net", {"net": NET.format(k=2)}),
    "branches, back": ("net", {"net": BRANCHES}),
    "neurons, back": ("net", {"net": NEURONS}),
    "training": ("net", {"net": NEURONS, "target": 0, "loss": "cross-entropy", "update": True}),
    "add": ("net", {"net": BRANCHES, "layer": "a"}),
    "concat": ("net", {"net": BRANCHES, "layer": "b"}),
    "params": ("params", lambda shape: {"net": NET.format(k=3), "input": shape}),
    "fields": (
        "params",
        lambda shape: {"net": "conv -k box --pad 1 | pool -k 1", "input": shape, "field": (0, 0)},
    ),
    "versus": ("params", lambda shape: {"net": NET.format(k=1), "input": shape, "versus": "mlp"}),
}
"""Operations with their options, some of them a function of the input's shape; of
those that go back the gradient, of their input or `of` another array."""
SUBJECTS |= {op: (op, {}) for op in ops.names() if op not in {op for op, _ in SUBJECTS.values()}}

OPTIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "plain": {"plain": True},
    "no title": {"title": ""},
    "a long title": {
        "title": "합성곱으로 찾은 가장자리 🙂 " + "아주 긴 제목도 제자리에 있습니다 " * 6
    },
    "labels": {"labels": (("input", "입력이라고 하는 긴 이름"), ("output", "M"))},
    "symbols": {"symbols": True},
    "a slide": {"ratio": (16, 9)},
    "two digits": {"precision": 2},
    "explained": {"explain": True},
}


CHOICES: dict[str, tuple[Any, ...]] = {
    "values": tuple(VALUES),
    "width": (320, 360, 720, 1280, 2000),
    "part": ("whole", "a step", "a sheet"),
    "option": tuple(OPTIONS),
    "lang": ("en", "ko"),
    "theme": THEMES,
}


class Case(NamedTuple):
    """What is drawn and how: of each factor one choice."""

    view: str
    shape: str
    values: str
    width: int
    part: str
    option: str
    lang: str
    theme: str


@cache
def trace_of(subject: str, shape: str, values: str = "digits") -> Trace | None:
    """What a subject makes of such an input; None where it refuses it."""
    op, options = SUBJECTS[subject]
    sizes = SHAPES[shape]
    digits = PHOTO if shape == "a photo" else np.random.default_rng(0).integers(0, 10, sizes)
    x = None if op == "params" else VALUES[values](digits.astype(int))
    asked = dict(options(sizes) if callable(options) else options)
    of = asked.pop("of", "input")
    try:
        trace = run(op, x, **asked)
        return backward(trace, None, of) if subject.endswith(", back") else trace
    except NnvizError:
        return None


def drawable(subject: str) -> dict[str, list[str]]:
    """The views of a subject, each with the shapes that it can draw."""
    found: dict[str, list[str]] = defaultdict(list)
    for shape in SHAPES:
        trace = trace_of(subject, shape)
        for view in figure.view_names(trace.op) if trace else ():
            with suppress(NnvizError):
                assert trace is not None
                figure._view(trace, Appearance(view=view))
                found[view].append(shape)
    return found


@cache
def cases() -> dict[str, list[Case]]:
    """Of each subject what is drawn: every view with every shape that it can draw, twice or more.

    The other choices are those that met the view, then all before them, the least.
    """
    met: Counter[frozenset[tuple[str, Any]]] = Counter()
    found: dict[str, list[Case]] = {subject: [] for subject in SUBJECTS}
    every = ((s, view, shapes) for s in SUBJECTS for view, shapes in drawable(s).items())
    for subject, view, shapes in every:
        for shape in islice(cycle(shapes), max(2 * len(shapes), len(CHOICES["width"]))):
            chosen: dict[str, Any] = {"view": f"{subject} {view}", "shape": shape}
            for factor, choices in CHOICES.items():
                pairs = {
                    c: [frozenset({(factor, c), old}) for old in chosen.items()] for c in choices
                }
                choice = min(
                    choices, key=lambda c: (met[pairs[c][0]], sum(met[p] for p in pairs[c]))
                )
                met.update(pairs[choice])
                chosen[factor] = choice
            found[subject].append(Case(**{**chosen, "view": view}))
    return found


def fault(subject: str, case: Case) -> str | None:
    """What is wrong with a figure."""
    # Some take whole numbers alone: of what they refuse the digits are drawn.
    trace = trace_of(subject, case.shape, case.values) or trace_of(subject, case.shape)
    assert trace is not None
    look = dict(OPTIONS[case.option])
    if trace.recurrence is None or case.view == "output":
        look.pop("symbols", None)
    if "labels" in look:
        known = {**trace.arrays, **trace.results}
        look["labels"] = [(name, label) for name, label in look["labels"] if name in known]
    steps = {"whole": (), "a step": (1 + len(trace.steps) // 2,), "a sheet": (1, 2, 3, 4)}
    drawn = [step for step in steps[case.part] if step <= len(trace.steps)]
    if trace.layers and case.view != "output":  # they draw the whole
        drawn = []
    if not drawn:
        look.pop("explain", None)
    appearance = Appearance(view=case.view, width=case.width, lang=case.lang, theme=case.theme)
    try:
        scene = figure.draw(trace, appearance._replace(**look), drawn)
        if scene.zoom == 1:
            assert_tidy(scene, case.width)
        else:
            assert_sound(scene)
    except (AssertionError, NnvizError) as error:
        return f"{case}: {str(error).splitlines()[0]}"
    return None


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_view_keeps_the_rules(subject: str) -> None:
    assert cases()[subject]
    faults = [fault(subject, case) for case in cases()[subject]]
    assert not [*filter(None, faults)]


def test_every_view_is_drawn_and_every_two_choices_meet() -> None:
    every = [(subject, case) for subject, some in cases().items() for case in some]
    drawn: dict[str, set[str]] = defaultdict(lambda: {"output"})  # where there is one
    for subject, case in every:
        trace = trace_of(subject, case.shape)
        assert trace is not None
        drawn[trace.op].add(case.view)
    assert {op: set(figure.view_names(op)) for op in drawn} == drawn
    for (one, some), (other, others) in combinations(CHOICES.items(), 2):
        met = {(getattr(case, one), getattr(case, other)) for _, case in every}
        assert met == set(product(some, others))
    for subject, view in {(subject, case.view) for subject, case in every}:
        widths = {c.width for s, c in every if (s, c.view) == (subject, view)}
        assert widths == set(CHOICES["width"]), (subject, view)
