"""The weights of recurrent layers: given by name, one by one, or drawn at random."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.read.objects import numbers_of
from nnviz.records import NamedTuple
from nnviz.shapes import times
from nnviz.words import Words

GATES = {"rnn": ("",), "lstm": tuple("ifgo"), "gru": tuple("rzn")}
"""The gates of each cell, in the order of their Dh rows of its weights; a plain cell has one
block of rows without a name."""
_NAME = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh|Wx|Wh|bh?)(?:_l(\d+)(_reverse)?)?")
_TORCH_NAMES = {"weight_ih": "Wx", "weight_hh": "Wh", "bias_ih": "b", "bias_hh": "bh"}
_CELL = re.compile(r"(weight|bias)_(ih|hh)_l\d+(_reverse)?|W[xh]")
_PROJECTED = re.compile(r"weight_hr_l\d+(_reverse)?")
_PROJECTION = "it is the projection of an LSTM (proj_size), which nnviz does not have"
_NEEDS = "give --weights FILE, --wx and --wh, or --hidden N for random ones"
_KNOWN = (
    "known are Wx, Wh, b, Wy, by, and PyTorch's weight_ih_l0, weight_hh_l0, bias_ih_l0, "
    "bias_hh_l0, weight_ih_l0_reverse …"
)


class CellWeights(NamedTuple):
    """One layer in one direction: Wx (g·Dh×d), Wh (g·Dh×Dh), b and bh (g·Dh) or None.

    `bh` is the second bias that PyTorch adds to the part of the hidden state.
    """

    wx: np.ndarray
    wh: np.ndarray
    b: np.ndarray | None = None
    bh: np.ndarray | None = None


class Weights(NamedTuple):
    """`cells[layer][direction]`, and Wy (M × directions·Dh), by (M) where there are outputs."""

    cells: tuple[tuple[CellWeights, ...], ...]
    wy: np.ndarray | None = None
    by: np.ndarray | None = None

    @property
    def hidden(self) -> int:
        """Dh."""
        size: int = self.cells[0][0].wh.shape[1]
        return size

    @property
    def directions(self) -> int:
        return len(self.cells[0])

    def named(self) -> dict[str, np.ndarray]:
        """Those there are: Wx, Wh, b, bh (with _l0, _l0_reverse … where there are several)."""
        one = len(self.cells) == self.directions == 1
        found: dict[str, np.ndarray | None] = {}
        for layer, both in enumerate(self.cells):
            for direction, cell in enumerate(both):
                end = "" if one else f"_l{layer}" + "_reverse" * direction
                names = (name + end for name in ("Wx", "Wh", "b", "bh"))
                found.update(zip(names, cell, strict=True))
        found.update(Wy=self.wy, by=self.by)
        return {name: array for name, array in found.items() if array is not None}

    def astype(self, dtype: str) -> Weights:
        """The same in another type."""
        from nnviz.core.exact import cast

        def made(array: np.ndarray | None) -> Any:
            return None if array is None else cast(array, dtype)

        cells = tuple(tuple(CellWeights(*map(made, cell)) for cell in both) for both in self.cells)
        return Weights(cells, made(self.wy), made(self.by))

    def biases(self) -> list[np.ndarray]:
        """Every bias there is."""
        return [array for name, array in self.named().items() if name.startswith("b")]


def own_name(name: str) -> str:
    """What `Weights.named` calls an array of PyTorch's; both its biases are parts of one.

    >>> own_name("weight_ih_l0"), own_name("bias_hh_l1_reverse")
    ('Wx', 'b_l1_reverse')
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return name
    own = _TORCH_NAMES.get(found[1], found[1]).replace("bh", "b")
    end = "" if found[2] in (None, "0") and not found[3] else f"_l{found[2]}{found[3] or ''}"
    return own + end


def torch_names(given: Iterable[str], own: Collection[str]) -> dict[str, str]:
    """PyTorch's names among those given, each with our own.

    >>> torch_names(["weight_ih_l0", "lstm.bias_hh_l0", "Wy"], ["Wx", "bh", "Wy"])
    {'weight_ih_l0': 'Wx', 'bias_hh_l0': 'bh'}
    """
    found = {}
    for name in (each.rpartition(".")[2] for each in given):
        if (parts := _NAME.fullmatch(name)) and parts[1] in _TORCH_NAMES:
            called = _TORCH_NAMES[parts[1]]
            found[name] = called if called in own else called + name[len(parts[1]) :]
    return found


def weights_of(options: RnnOptions, inputs: int, *, drawn: bool = True) -> Weights:
    """The weights that the options give, checked against vectors of `inputs` numbers; of random
    ones, unless `drawn`, the shapes, in zeros that take no memory.
    """
    gates = len(GATES[options.cell])
    singles = _one_by_one(options)
    if options.hidden is not None:
        cells, outputs = _random(options, options.hidden, inputs, gates, drawn)
        cells[0, 0] |= singles
        return _checked(cells, outputs | singles, inputs, options.cell)
    cells, outputs = _sorted(options.weights or {})
    if singles:
        cells.setdefault((0, 0), {}).update(singles)
        outputs.update({name: singles[name] for name in ("Wy", "by") if name in singles})
    if not any("Wx" in cell or "Wh" in cell for cell in cells.values()):
        raise UsageError("rnn has no weights", hint=_NEEDS)
    made = _checked(cells, outputs, inputs, options.cell)
    if made.wy is None and options.output_activation != "none":
        raise UsageError("--out-act makes y, and the weights have no Wy", hint="leave it out")
    return made


_Named = dict[str, "np.ndarray"]


def _one_by_one(options: RnnOptions) -> _Named:
    """The weights that have an option of their own."""
    given = {name: getattr(options, name.lower()) for name in ("Wx", "Wh", "b", "Wy", "by")}
    return {name: array for name, array in given.items() if array is not None}


def _sorted(given: Mapping[str, Any]) -> tuple[dict[tuple[int, int], _Named], _Named]:
    """The weights of each (layer, direction), and those of the outputs."""
    cells: dict[tuple[int, int], _Named] = {}
    outputs: _Named = {}
    for name, value in _of_one_prefix(given).items():
        array = numbers_of(value, name)
        if (of_cell := _NAME.fullmatch(name)) is not None:
            place = (int(of_cell[2] or 0), int(of_cell[3] is not None))
            cells.setdefault(place, {})[_TORCH_NAMES.get(of_cell[1], of_cell[1])] = array
        elif name in ("Wy", "by"):
            outputs[name] = array
        else:
            raise NnvizError(
                "{name} is not a weight of this cell",
                name=name,
                hint=_PROJECTION if _PROJECTED.fullmatch(name) else _KNOWN,
            )
    return cells, outputs


def _of_one_prefix(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a whole model's weights (`module.lstm.weight_ih_l0`, `fc.weight`) the recurrent ones,
    by their own names; as given where no prefix stands before them.
    """
    parted = {name: name.rpartition(".") for name in given}
    prefixes = sorted({before for before, _, own in parted.values() if _CELL.fullmatch(own)})
    if not prefixes or "" in prefixes:
        return given
    if len(prefixes) > 1:
        raise NnvizError(
            "there are several recurrent layers among the weights: {names}",
            names=", ".join(prefixes),
            hint=Words("--weights FILE:{prefix} takes one of them", prefix=prefixes[0]),
        )
    return {own: given[name] for name, (before, _, own) in parted.items() if before == prefixes[0]}


def _random(
    options: RnnOptions, hidden: int, inputs: int, gates: int, drawn: bool
) -> tuple[dict[tuple[int, int], _Named], _Named]:
    """Uniform in ±1/√Dh with two decimals, so that they can be written down."""
    directions = 1 + options.bidirectional
    rng, bound = np.random.default_rng(options.seed), hidden**-0.5

    def made(rows: int, columns: int, names: tuple[str, ...]) -> _Named:
        shapes: dict[str, tuple[int, ...]] = {"Wx": (rows, columns), "Wh": (rows, hidden)}
        shapes |= {"b": (rows,), "Wy": (rows, directions * hidden), "by": (rows,)}
        kept = {n: shapes[n] for n in names if not (options.no_bias and n.startswith("b"))}
        if not drawn:
            return {name: np.broadcast_to(0.0, shape) for name, shape in kept.items()}
        # Adding 0 makes a rounded -0.0 an ordinary zero.
        return {name: rng.uniform(-bound, bound, s).round(2) + 0.0 for name, s in kept.items()}

    cells = {}
    for layer, direction in product(range(options.layers), range(directions)):
        width = directions * hidden if layer else inputs
        cells[layer, direction] = made(gates * hidden, width, ("Wx", "Wh", "b"))
    return cells, {} if options.outputs is None else made(options.outputs, 0, ("Wy", "by"))


# --- checks --------------------------------------------------------------------


def _checked(
    cells: dict[tuple[int, int], _Named], outputs: _Named, inputs: int, kind: str
) -> Weights:
    directions = 1 + max(direction for _, direction in cells)
    layers = 1 + max(layer for layer, _ in cells)
    made: list[tuple[CellWeights, ...]] = []
    for layer in range(layers):
        both = []
        for direction in range(directions):
            end = "" if layers == directions == 1 else f"_l{layer}" + "_reverse" * direction
            both.append(_weights_of_cell(cells.get((layer, direction), {}), end, inputs, kind))
        made.append(tuple(both))
        inputs = directions * both[0].wh.shape[1]
    return Weights(tuple(made), *_outputs(outputs, inputs))


def _weights_of_cell(named: _Named, end: str, inputs: int, kind: str) -> CellWeights:
    for name in ("Wx", "Wh"):
        if name not in named:
            raise NnvizError(
                "the weights have no {name}",
                name=name + end,
                hint=Words("there is: {names}", names=", ".join(sorted(named)) or "—"),
            )
    gates = len(GATES[kind])
    wx, wh = (_matrix(named[name]) for name in ("Wx", "Wh"))
    rows = len(wh) if wh.ndim else 0
    hidden = rows // gates if rows and rows % gates == 0 else wh.shape[-1]
    rows = gates * hidden
    _expect("Wh" + end, wh, (rows, hidden), kind)
    _expect("Wx" + end, wx, (rows, inputs), kind)
    biases = []
    for name in ("b", "bh"):
        bias = named.get(name)
        if bias is not None:
            bias = bias.reshape(1) if bias.ndim == 0 else bias
            _expect(name + end, bias, (rows,), kind)
        biases.append(bias)
    return CellWeights(wx, wh, *biases)


def _matrix(array: np.ndarray) -> np.ndarray:
    """One bare number is a 1×1 matrix."""
    return array.reshape(1, 1) if array.ndim == 0 else array


def _outputs(named: _Named, inputs: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    wy, by = named.get("Wy"), named.get("by")
    if wy is None:
        if by is not None:
            raise NnvizError("there is a by, but no Wy that makes outputs")
        return None, None
    wy = wy.reshape((1,) * (2 - wy.ndim) + wy.shape)
    _expect("Wy", wy, (wy.shape[0], inputs), "")
    if by is not None:
        by = by.reshape(-1) if by.ndim == 0 else by
        _expect("by", by, (wy.shape[0],), "")
    return wy, by


def _expect(name: str, array: np.ndarray, shape: tuple[int, ...], kind: str) -> None:
    if array.shape == shape:
        return
    rows = {"rnn": "Dh", "lstm": "4Dh", "gru": "3Dh"}.get(kind, "M")
    fitting = [
        k for k, g in GATES.items() if array.ndim == 2 and len(array) == len(g) * array.shape[1]
    ]
    hint = Words(
        "{kind}: Wx is {rows}×d, Wh {rows}×Dh, b {rows}; Wy is M×Dh, by M — for hidden states "
        "of Dh and inputs of d numbers",
        kind=kind or Words("outputs"),
        rows=rows,
    )
    if name.startswith("Wh") and fitting and kind not in fitting:
        hint = Words("these are the weights of --cell {cell}", cell=fitting[0])
    raise NnvizError(
        "{name} is {given}, but must be {wanted}",
        name=name,
        given=times(array.shape),
        wanted=times(shape),
        hint=hint,
    )
