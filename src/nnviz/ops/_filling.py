"""The layers of a network filled with the arrays of a file: `c1.kernel`, `3.weight`, `3.bias`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.ops._layer import Layer
from nnviz.ops._network import Network, Node, Shape, blamed
from nnviz.read.text import listed
from nnviz.records import NamedTuple
from nnviz.shapes import times
from nnviz.trace import Listing
from nnviz.words import Words

_HEADINGS = (Words("layer"), Words("array"), Words("shape"), Words("called"))
_MOST = 8
"""Names that an error lists."""


class Filled(NamedTuple):
    """A network with its weights, and what went where."""

    net: Network
    rows: tuple[tuple[Words | str, str, Shape, str], ...] = ()
    """Layer, array, shape, and the name it has in the file."""
    notes: tuple[Words, ...] = ()

    @property
    def told(self) -> dict[str, dict[str, list[int]]]:
        """The shapes by the names in the file, ready for JSON."""
        shapes = {key: list(shape) for _, _, shape, key in self.rows}
        return {"weights": shapes} if shapes else {}

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (Listing(Words("weights, layer by layer"), _HEADINGS, self.rows),) * bool(self.rows)


def filled(net: Network, layers: Sequence[Layer], given: Mapping[str, np.ndarray]) -> Filled:
    """The network, as far as its layers are counted, with every array where its name says."""
    called = {key: node for node in net.nodes for key in (str(node.number), node.name) if key}
    parted = {key: key.rpartition(".") for key in given}
    if strange := [key for key, (head, *_) in parted.items() if head not in called]:
        raise _strange(strange, given, net, layers)
    nodes, rows, empty = list(net.nodes), [], []
    for node, layer in zip(net.nodes, layers, strict=False):
        own = {key: end for key, (head, _, end) in parted.items() if called[head] is node}
        with blamed(node.number, node.text, node.place):
            arrays = dict(_arrays(node, layer, own, given))
        for key, name in own.items():
            if name in arrays:
                array = node.operation.own_name(name)
                rows.append((node.titled(layer.name), array, given[key].shape, key))
        if arrays:
            nodes[node.number - 1] = node.filled(arrays)
        elif layer.learned:
            empty.append(node.key)
    notes: tuple[Words, ...] = ()
    if empty:
        names = listed(empty, most=_MOST)
        said = Words("the weights have nothing for layers {names}: they stay as drawn", names=names)
        notes = (said,)
    return Filled(net._replace(nodes=tuple(nodes)), tuple(rows), notes)


def changed(net: Network, arrays: Mapping[str, np.ndarray]) -> Network:
    """The network with other arrays in the place of those that it has, by its own names."""
    nodes = []
    for node in net.nodes:
        start = f"{node.key}."
        own = {k.removeprefix(start): a for k, a in arrays.items() if k.startswith(start)}
        nodes.append(node.filled(own) if own else node)
    return net._replace(nodes=tuple(nodes))


def _arrays(
    node: Node, layer: Layer, own: Mapping[str, str], given: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of a layer, by their names after its own; an error if they are not all it has."""
    learned, missing = layer.learned, dict(layer.learned)
    for key, name in own.items():
        if not (called := node.operation.own_name(name)):
            continue
        if called not in learned:
            hint = Words("it takes {names}", names=_told(learned)) if learned else None
            raise NnvizError("this layer takes no {name} from a file", name=name, hint=hint)
        missing.pop(called, None)
        yield name, _shaped(key, given[key], learned[called])
    if len(missing) < len(learned) and missing:
        raise NnvizError("the weights have no {name} for it", name=_told(missing))


def _shaped(name: str, array: np.ndarray, shape: Shape) -> np.ndarray:
    """An array as the layer has it: of one filter over one channel a matrix will do."""
    bare = shape[next((i for i, n in enumerate(shape) if n != 1), len(shape)) :]
    if array.shape not in (shape, bare) and (shape[:2] != (1, 1) or array.shape != shape[2:]):
        raise NnvizError(
            "{name} is {given}, but must be {wanted}",
            name=name,
            given=times(array.shape),
            wanted=times(shape),
        )
    return array.reshape(shape)


def _strange(
    strange: Sequence[str],
    given: Mapping[str, np.ndarray],
    net: Network,
    layers: Sequence[Layer],
) -> NnvizError:
    """No layer is called so; where no name fits but all shapes do, in order, what they may be."""
    wanted = {
        f"{node.key}.{name}": shape
        for node, layer in zip(net.nodes, layers, strict=False)
        for name, shape in layer.learned.items()
    }
    hint = Words("the layers take {names}", names=_told(wanted)) if wanted else None
    if len(strange) == len(given) and [a.shape for a in given.values()] == [*wanted.values()]:
        pairs = [f"{key} → {name}" for key, name in zip(given, wanted, strict=True)]
        hint = Words(
            "in their order the shapes would fit: {names}; rename them so",
            names=listed(pairs, most=_MOST),
        )
    return NnvizError(
        "no layer takes {names} of the weights", names=listed(strange, most=_MOST), hint=hint
    )


def _told(arrays: Mapping[str, Shape]) -> str:
    """bias 6, kernel 6×1×5×5."""
    return listed([f"{name} {times(shape)}" for name, shape in arrays.items()], most=_MOST)
