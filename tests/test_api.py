"""The Python calls: names of the contract, the command line's declarations, results."""

from __future__ import annotations

import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest

import nnviz
from nnviz import ops

X = np.arange(16).reshape(4, 4)
W = {"Wx": np.ones((3, 4)), "Wh": np.eye(3), "Wy": np.ones((1, 3))}


def test_names_of_the_package() -> None:
    for name in nnviz.__all__:
        assert getattr(nnviz, name) is not None
    assert set(dir(nnviz)) == set(nnviz.__all__)
    with pytest.raises(AttributeError, match="no attribute 'convolve'"):
        nnviz.convolve  # noqa: B018


CALLS = [
    "conv",
    "conv_transpose",
    "pool",
    "rnn",
    "dropout",
    "flatten",
    "norm",
    "upsample",
    "params",
]


def keywords(name: str) -> list[inspect.Parameter]:
    """The arguments of a call that are given by keyword."""
    signature = inspect.signature(getattr(nnviz, name))
    found = [p for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    assert found
    return found


@pytest.mark.parametrize("name", CALLS)
def test_defaults_are_those_of_the_declaration(name: str) -> None:
    operation = ops.load(name.partition("_")[0])
    for parameter in keywords(name):
        if parameter.name == "channels_last":  # of INPUT, and of no operation
            assert parameter.default is False
            continue
        declared = operation.option(parameter.name).default
        if parameter.default is inspect.Parameter.empty:
            assert declared is None
            continue
        first: dict[str, Any] = {"p": 0.5, "net": "act relu", "kind": "batch", "mode": "nearest"}
        given = {argument.name: first[argument.name] for argument in operation.arguments}
        accepted = operation.accept(given | {parameter.name: parameter.default})
        assert getattr(accepted, parameter.name) == declared, parameter.name


@pytest.mark.parametrize("name", CALLS)
def test_every_argument_gets_to_the_operation(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {p.name: object() for p in keywords(name)}
    reached: dict[str, Any] = {}
    monkeypatch.setattr(nnviz.api, "_run", lambda *_, **options: reached.update(options))
    arrays: dict[str, list[Any]] = {
        "params": ["act relu"],
        "flatten": [X],
        "pool": [X],
        "rnn": [X, W],
    }
    getattr(nnviz, name)(*arrays.get(name, [X, X]), **given)
    assert given.items() <= reached.items()


@pytest.mark.parametrize("shape", [(4, 5, 3), (2, 4, 5, 3)], ids=["HWC", "NHWC"])
def test_channels_may_stand_last(shape: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape)).reshape(shape)
    w = np.arange(12).reshape(3, 2, 2)
    first = np.moveaxis(x, -1, -3)
    made = nnviz.conv(x, w, channels_last=True)
    np.testing.assert_array_equal(made.output, nnviz.conv(first, w).output)
    pooled = nnviz.pool(x, 2, channels_last=True)
    np.testing.assert_array_equal(pooled.output, nnviz.pool(first, 2).output)
    chained = nnviz.net("pool -k 2", x, channels_last=True)
    np.testing.assert_array_equal(chained.output, pooled.output)


def test_an_independent_convolution_agrees() -> None:
    from scipy.signal import correlate2d

    rng = np.random.default_rng(0)
    x, w = rng.integers(-9, 9, (9, 11)), rng.integers(-9, 9, (3, 4))
    np.testing.assert_array_equal(nnviz.conv(x, w).output, correlate2d(x, w, mode="valid"))
    full = nnviz.conv(x, w, padding="full").output
    np.testing.assert_array_equal(full, correlate2d(x, w, mode="full"))


untyped: Any = nnviz
"""The package to a type checker that would see the faults."""
REFUSALS: list[tuple[str, Any, str]] = [
    ("p of max", lambda: nnviz.pool(X, 2, p=3), "p belongs to kind lp"),
    ("a stride of no kernel", lambda: nnviz.pool(X, stride=2), "stride belongs to kernel"),
    (
        "a stride of a given output",
        lambda: nnviz.pool(X, adaptive=2, ceil_mode=True),
        "ceil_mode belongs to kernel",
    ),
    (
        "a kernel and an output",
        lambda: nnviz.pool(X, 2, adaptive=2),
        "kernel and adaptive contradict each other",
    ),
    ("c0 of a net", lambda: nnviz.rnn(X, W, c0=[1, 2, 3]), "c0 belongs to cell lstm"),
    ("alpha of relu", lambda: nnviz.act(X, "relu", alpha=2), "alpha belongs to leaky-relu / elu"),
    (
        "padding beside a shape",
        lambda: nnviz.conv_transpose(X, [[1, 2]], padding=1, output_shape=(4, 4)),
        "padding and output_shape contradict each other",
    ),
    (
        "ragged",
        lambda: untyped.conv([[1, 2], [3]], [[1]]),
        "rows of the input are not of one length",
    ),
    ("words", lambda: untyped.conv([["a"]], [[1]]), "elements of type <U1"),
    ("complex", lambda: untyped.conv([[1j]], [[1]]), "elements of type complex128"),
    ("empty", lambda: untyped.conv([], [[1]]), "empty"),
    (
        "no channels to be last",
        lambda: untyped.conv(X, [[1]], channels_last=True),
        "channels_last is for arrays of three axes",
    ),
    ("no such option", lambda: untyped.act(X, "relu", gamma=1), "act has no option gamma"),
    ("dense shapes", lambda: untyped.dense([1, 2], [[1, 2, 3]]), "1×3, but the input has 2"),
    ("unknown layer", lambda: untyped.net("cov", X), "cov is not a layer"),
    ("none", lambda: untyped.conv(None, [[1]]), "the input is None"),
    ("no kernel", lambda: untyped.conv(X, None), "the kernel is None"),
    ("no weights", lambda: untyped.rnn(X, None), "rnn has no weights$"),
    ("a text", lambda: untyped.conv(X, "edge"), "the kernel has elements of type <U4"),
    ("padding", lambda: untyped.conv(X, [[1]], padding=-1), "^padding -1 is not a number"),
    ("bias", lambda: untyped.conv(X, [[1]], [1, 2]), "^b has 2 numbers for 1 filter"),
    ("groups", lambda: untyped.conv(X, [[1]], groups=3), "\n  groups must divide 1"),
    (
        "array for a number",
        lambda: untyped.conv(X, [[1]], dims=X[0]),
        "dims .* is not a whole number",
    ),
    ("past all floats", lambda: untyped.pool(X, 2, kind="lp", p=10**400), "p .* finite number"),
    ("no switch", lambda: untyped.pool(X, 2, ceil_mode="no"), "ceil_mode 'no' is neither"),
    ("chain", lambda: untyped.net("conv --pad -3", X), "--padding -3 is not a number"),
]


@pytest.mark.parametrize(
    ("call", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses_with_a_value_error(call: Any, message: str) -> None:
    with pytest.raises(nnviz.NnvizError, match=message) as caught:
        call()
    assert isinstance(caught.value, ValueError)


def choices(hint: Any) -> set[str]:
    """The names that an annotation allows."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {name for part in get_args(hint) for name in choices(part)}


@pytest.mark.parametrize("name", [*CALLS, "act"])
def test_choices_are_literals(name: str) -> None:
    operation, hints = ops.load(name.partition("_")[0]), get_type_hints(getattr(nnviz, name))
    for option in operation.options:
        if option.name in hints and not option.kind.is_read:
            assert choices(hints[option.name]) == set(option.kind.choices), option.name


TYPED = """\
import nnviz
r = nnviz.conv([[1, 2]], [[1]], padding="same")
text: str = r.steps[0].formula
r.save("a.svg", theme="dark", steps=1)
nnviz.act([1], "elu", alpha=2.0)
r.save("a.svg", tint=1)
r.save("a.svg", theme="blue")
nnviz.act([1], "elu", gamma=2.0)
nnviz.act([1], "swish")
nnviz.pool([[1]], kind="min")
nnviz.conv([[1]], [[1]], pad=1)
nnviz.conv([[1]], [[1]], padding="sane")
nnviz.rnn([[1]], {}, cell="gro")
nnviz.pool([[1]], like="jax")
"""


def test_a_wrong_name_fails_under_mypy(tmp_path: Path) -> None:
    file = tmp_path / "typed.py"
    file.write_text(TYPED)
    source = Path(nnviz.__file__).parents[1]
    # mypy finds what is installed by itself, and refuses to be told of it.
    path = {} if source.name == "site-packages" else {"MYPYPATH": str(source)}
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(file)],
        cwd=tmp_path,
        env=os.environ | path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in checked.stdout.splitlines() if ": error:" in line]
    assert [int(line.split(":")[1]) for line in lines] == list(range(6, 15)), checked.stdout


def test_a_vector_is_pooled_along_its_axis() -> None:
    assert nnviz.pool([1, 5, 2, 4], 2).output.tolist() == [5, 4]
    assert nnviz.pool(X, 2).output.tolist() == [[5, 7], [13, 15]]
    assert nnviz.pool(X, 2, dims=1).output.tolist() == [[1, 3], [5, 7], [9, 11], [13, 15]]


def test_a_default_that_is_said_is_no_option_too_many() -> None:
    """A loop over the options of a call gives each of them, as a user of PyTorch writes it."""
    for padding in (0, 1):
        for counted in (True, False):
            nnviz.pool(X, 2, kind="avg", padding=padding, count_include_pad=counted, p=2.0)
    nnviz.pool(X, None, stride=None, padding=0, dilation=1, ceil_mode=False)
    nnviz.conv(X, [[1]], padding=0, padding_mode="reflect")
    nnviz.conv_transpose(X, [[1]], output_padding=0, output_shape=None)
    nnviz.rnn(X, W, c0=None, linear_before_reset=True, feedback=False, length=None)


def test_pixels_with_their_channels_last_are_doubted() -> None:
    pixels = np.zeros((28, 30, 3), np.uint8)
    said = "the input is taken as 28 channels of 30×3; channels_last=True takes it as 3 of 28×30"
    for result in (nnviz.pool(pixels, 2), pickle.loads(pickle.dumps(nnviz.pool(pixels, 2)))):
        assert said in [str(note) for note in result.trace.notes]
    for other in (
        nnviz.pool(pixels, 2, channels_last=True),
        nnviz.pool(pixels.astype(int), 2),
        nnviz.pool(pixels.transpose(2, 0, 1), 2),
    ):
        assert not any("channels_last" in str(note) for note in other.trace.notes)
