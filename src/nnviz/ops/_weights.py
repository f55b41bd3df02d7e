"""The weights of a recurrent cell: given by name, one by one, or drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError, UsageError
from nnviz.ops._kinds import as_array
from nnviz.ops._operation import Values
from nnviz.shapes import times
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

_ONE_BY_ONE = {"wx": "Wx", "wh": "Wh", "b": "b", "wy": "Wy", "by": "by"}
_TORCH = {"weight_ih_l0": "Wx", "weight_hh_l0": "Wh", "bias_ih_l0": "b", "bias_hh_l0": "b"}
_NEEDS = "give --weights FILE, --wx and --wh, or --hidden N for random ones"


@dataclass(frozen=True, slots=True)
class Weights:
    """Wx (Dh×d), Wh (Dh×Dh), b (Dh), and Wy (M×Dh), by (M) where there are outputs."""

    wx: np.ndarray
    wh: np.ndarray
    b: np.ndarray | None = None
    wy: np.ndarray | None = None
    by: np.ndarray | None = None

    def astype(self, dtype: str) -> Weights:
        """The same in another type."""
        return Weights(
            **{key: None if a is None else a.astype(dtype) for key, a in self._all().items()}  # type: ignore[arg-type]
        )

    def _all(self) -> dict[str, np.ndarray | None]:
        return {"wx": self.wx, "wh": self.wh, "b": self.b, "wy": self.wy, "by": self.by}

    def named(self) -> dict[str, np.ndarray]:
        """Those there are, by the names of the textbook."""
        return {_ONE_BY_ONE[key]: array for key, array in self._all().items() if array is not None}


def weights_of(values: Values, inputs: int) -> Weights:
    """The weights that the options give, checked against vectors of `inputs` numbers."""
    singles = {key: values[key] for key in _ONE_BY_ONE if values[key] is not None}
    if values["hidden"] is not None:
        if values["weights"] is not None or "wx" in singles or "wh" in singles:
            raise UsageError("--hidden draws random weights, but weights are given too")
        drawn = _random(values, inputs)
        return _checked({**drawn, **_renamed(singles)}, inputs)
    if values["outputs"] is not None:
        raise UsageError("--outputs draws random weights: it needs --hidden")
    named = {} if values["weights"] is None else _textbook(values["weights"])
    named.update(_renamed(singles))
    if "Wx" not in named and "Wh" not in named:
        raise UsageError("rnn has no weights", hint=_NEEDS)
    for name in ("Wx", "Wh"):
        if name not in named:
            raise NnvizError(
                "the weights have no {name}",
                name=name,
                hint=Words("there is: {names}", names=", ".join(sorted(named))),
            )
    return _checked(named, inputs)


def weights_shape(values: Values, inputs: int) -> tuple[int, int | None, bool, bool]:
    """Dh, M (None without outputs), and whether there are biases b and by."""
    w = weights_of(values, inputs)
    outputs = None if w.wy is None else w.wy.shape[0]
    return w.wh.shape[0], outputs, w.b is not None, w.by is not None


def _renamed(singles: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {_ONE_BY_ONE[key]: array for key, array in singles.items()}


def _textbook(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Arrays by the textbook's names, from those or PyTorch's."""
    named: dict[str, np.ndarray] = {}
    for name, value in given.items():
        known = name if name in _ONE_BY_ONE.values() else _TORCH.get(name)
        if known is None:
            raise NnvizError(
                "{name} is not a weight of this cell",
                name=name,
                hint="known are Wx, Wh, b, Wy, by, or weight_ih_l0, weight_hh_l0, "
                "bias_ih_l0, bias_hh_l0",
            )
        array = as_array(value, name)
        named[known] = named[known] + array if known in named else array
    return named


def _random(values: Values, inputs: int) -> dict[str, np.ndarray]:
    """Uniform in ±1/√Dh with two decimals, so that they can be written down."""
    import numpy as np

    hidden, outputs = values["hidden"], values["outputs"]
    rng = np.random.default_rng(values["seed"])
    shapes: dict[str, tuple[int, ...]] = {"Wx": (hidden, inputs), "Wh": (hidden, hidden)}
    if not values["no_bias"]:
        shapes["b"] = (hidden,)
    if outputs is not None:
        shapes["Wy"] = (outputs, hidden)
        if not values["no_bias"]:
            shapes["by"] = (outputs,)
    bound = hidden**-0.5
    # Adding 0 makes a rounded -0.0 an ordinary zero.
    return {name: rng.uniform(-bound, bound, s).round(2) + 0.0 for name, s in shapes.items()}


def _checked(named: dict[str, np.ndarray], inputs: int) -> Weights:
    hidden = named["Wh"].shape[0] if named["Wh"].ndim else 0
    _expect("Wh", named["Wh"], (hidden, hidden))
    _expect("Wx", named["Wx"], (hidden, inputs))
    if "b" in named:
        named["b"] = named["b"].reshape(1) if named["b"].ndim == 0 else named["b"]
        _expect("b", named["b"], (hidden,))
    if "Wy" in named:
        wy = named["Wy"] = named["Wy"].reshape((1,) * (2 - named["Wy"].ndim) + named["Wy"].shape)
        _expect("Wy", wy, (wy.shape[0], hidden))
        if "by" in named:
            named["by"] = named["by"].reshape(-1) if named["by"].ndim == 0 else named["by"]
            _expect("by", named["by"], (wy.shape[0],))
    elif "by" in named:
        raise NnvizError("there is a by, but no Wy that makes outputs")
    return Weights(**{key: named.get(name) for key, name in _ONE_BY_ONE.items()})  # type: ignore[arg-type]


def _expect(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise NnvizError(
            "{name} is {given}, but must be {wanted}",
            name=name,
            given=times(array.shape),
            wanted=times(shape),
            hint="Wx is Dh×d, Wh Dh×Dh, b Dh, Wy M×Dh, by M, for hidden states of Dh "
            "and inputs of d numbers",
        )
