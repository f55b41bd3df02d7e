"""A chain of operations, run one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nnviz import memory
from nnviz.backpropagation import descended, with_loss
from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.losses import LOSSES, LossName, loss_of
from nnviz.numerals import exact
from nnviz.ops._chain import EXAMPLE, NET, chain
from nnviz.ops._filling import Filled, changed, filled
from nnviz.ops._layer import Layer
from nnviz.ops._models import only_weights
from nnviz.ops._network import Network, Node, stopped
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Needs, Operation
from nnviz.options.option import Kind, argument, option
from nnviz.read.text import listed
from nnviz.records import dataclass, replace
from nnviz.shapes import times
from nnviz.trace import Equation, Fact, Num, Results, Trace
from nnviz.words import Words


@dataclass(frozen=True, kw_only=True)
class NetOptions:
    """Which network."""

    net: Network = argument(kind=chain(arrays=True), help=NET)
    weights: Mapping[str, Any] | None = option(
        "--weights",
        kind=kinds.weights(),
        help="Arrays for the layers, by number or name: 1.kernel, c1.bias.",
    )
    layer: str | None = option(
        "--layer",
        kind=Kind.of("N|NAME", lambda value, _: str(value)),
        help="The layer that is shown, with its steps and values: its number or its name.",
        apart_from=("loss",),
    )
    classes: tuple[str, ...] | None = option(
        "--classes", kind=kinds.names(), help="What the numbers of the last layer stand for."
    )
    target: np.ndarray | None = option(
        "--target",
        kind=kinds.array(),
        help="What the output should be: its shape; of the cross-entropy the class.",
        belongs_to=("loss",),
    )
    loss: LossName | None = option(
        "--loss",
        kind=kinds.choice(*LOSSES),
        help="The loss, and every gradient that it sends back.",
        belongs_to=("target",),
    )
    update: bool = option(
        "--update",
        help="A step of training: every weight less its gradient times --lr, and the new loss.",
        belongs_to=("loss",),
    )
    lr: float = option(
        "--lr",
        kind=kinds.number(),
        help="The learning rate, how far a step goes.",
        default=0.1,
        belongs_to=("update",),
    )
    save_weights: str | None = option(
        "--save-weights",
        kind=kinds.text(),
        help="Write the new weights, as --weights reads them: FILE.safetensors.",
        belongs_to=("update",),
    )


def run(x: np.ndarray, options: NetOptions) -> Trace:
    """Run x through the layers of the network; the trace of the layer that is asked for."""
    if options.net.tensors:
        raise only_weights(options.net)
    x = x.reshape(options.net.fitted(x.shape))
    is_batch = options.net.takes_batch(x.ndim)
    number = _number(options.layer, options.net.nodes)
    counted = options.net.counted(x.shape[is_batch:])
    _check_memory(x, options.net, counted)
    if len(counted) == len(options.net.nodes):
        _check_classes(options.classes, counted[-1].output)
    weighted = _weighted(counted, options)
    try:
        whole = _through(x, weighted)
    except NnvizError as error:
        if error.partial is not None:
            error.partial = _chosen(error.partial, number, len(weighted.net.nodes))
        raise
    if options.loss is not None:
        whole = with_loss(whole, options.target, options.loss)
        if options.update:
            whole = _updated(x, weighted, whole, options)
    shown = _chosen(whole, number, len(whole.layers))
    if options.classes and number in (0, len(whole.layers)):
        return replace(shown, classes={"output": options.classes})
    return shown


def _through(x: np.ndarray, weighted: Filled) -> Trace:
    """The network run; an error has how far it came."""
    net = weighted.net
    is_batch = net.takes_batch(x.ndim)
    layers: list[Trace] = []

    def made(node: Node, x: Any) -> np.ndarray:
        layer = node.perform(x, is_batch=is_batch)
        layers.append(replace(layer, said=(*node.said, *layer.said)))
        return layers[-1].output

    try:
        (net.of_samples() if is_batch else net).through(x, made)
    except NnvizError as error:
        if layers:
            whole, node = _trace(x, weighted, layers), net.nodes[len(layers)]
            error.partial = replace(
                whole,
                said=(stopped(len(layers)),),
                layer_names=(*whole.layer_names, node.titled(node.operation.name)),
                sources=(*whole.sources, node.sources),
            )
        raise
    return _trace(x, weighted, layers)


def _updated(x: np.ndarray, weighted: Filled, before: Trace, options: NetOptions) -> Trace:
    """The network after a step of gradient descent: w − η·∂L/∂w of every weight."""
    done = descended(before, options.lr)
    new = {name[4:]: done.results[name] for name in done.results if name.startswith("new_")}
    after = _through(x, Filled(changed(weighted.net, new)))
    assert options.loss is not None
    loss = loss_of(after.output, options.target, options.loss).value
    said = Words("loss after a step of {rate}", rate=exact(options.lr))
    return replace(
        done,
        results=Results(**done.results.given, new_loss=np.asarray(loss)),
        facts=(*done.facts, Fact(said, Equation((Num(loss),)))),
        saved=None if options.save_weights is None else new,
    )


def _check_classes(classes: Sequence[str] | None, shape: tuple[int, ...]) -> None:
    if classes and shape != (len(classes),):
        raise NnvizError(
            "--classes has {n} names, but the last layer gives {shape}",
            n=len(classes),
            shape=times(shape),
        )


def _number(asked: str | None, nodes: Sequence[Node]) -> int:
    """The number of the layer that is asked for, of a repeated one in its last turn; 0: none."""
    if asked is None:
        return 0
    for node in reversed(nodes):
        if asked in (str(node.number), node.name, node.name.partition(".")[0]) and asked:
            return int(node.number)
    raise UsageError(
        "--layer {name}: there is no such layer",
        name=asked,
        hint=Words(
            "there is: {names}",
            names=listed([f"1-{len(nodes)}", *(node.name for node in nodes if node.name)]),
        ),
    )


def _chosen(net: Trace, number: int, count: int) -> Trace:
    """One of so many layers as what is shown; the network where none is asked for, or it failed."""
    if not 0 < number <= len(net.layers):
        return net
    layer, name = net.layers[number - 1], net.layer_names[number - 1]
    said = Words("layer {n} of {count}: {name}", n=number, count=count, name=name)
    return replace(layer, said=(said, *layer.said), inner=any(net.sources[number - 1]))


def alone(x: np.ndarray, options: NetOptions) -> tuple[Operation[Any], Any, Any]:
    """The layer that is asked for as an operation, with what goes into it and its options."""
    whole = run(x, replace(options, layer=None, classes=None))
    given, is_batch = whole.arrays["input"], options.net.takes_batch(x.ndim)
    net = _weighted(options.net.counted(given.shape[is_batch:]), options).net
    node = (net.of_samples() if is_batch else net).nodes[_number(options.layer, net.nodes) - 1]
    return (
        node.operation,
        node.fed([given, *(layer.output for layer in whole.layers)]),
        node.options,
    )


def _weighted(layers: Sequence[Layer], options: NetOptions) -> Filled:
    """The network with the weights that are given, or that lie beside it."""
    net, given = options.net, options.weights
    notes: tuple[Words, ...] = ()
    if given is None and net.beside:
        given = kinds.weights().accept(net.beside, "--weights")
        notes = (Words("weights from {path}, which lies beside it", path=net.beside),)
    if given is None:
        return Filled(net)
    try:
        made = filled(net, layers, given)
    except NnvizError as error:
        error.context.append(Words("where --weights are put into the layers"))
        raise
    return made._replace(notes=(*notes, *made.notes))


def _trace(x: np.ndarray, weighted: Filled, layers: list[Trace]) -> Trace:
    """The network as far as it was run."""
    net = weighted.net
    nodes = net.nodes[: len(layers)]
    return Trace(
        op="net",
        title=Words("Network"),
        arrays={"input": x},
        results=Results(output=layers[-1].output),
        options={"net": net.text} | weighted.told,
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=tuple(_facts(x, nodes, layers)),
        notes=(
            *weighted.notes,
            *(
                Words("layer {n}: {note}", n=n, note=note)
                for n, layer in enumerate(layers, 1)
                for note in layer.notes
            ),
        ),
        listings=weighted.listings,
        layers=tuple(layers),
        samples=len(x) if net.takes_batch(x.ndim) else 1,
        layer_names=tuple(
            node.titled(layer.short or layer.op.replace("_", " "))
            for node, layer in zip(nodes, layers, strict=True)
        ),
        layer_keys=tuple(node.key for node in nodes),
        sources=tuple(node.sources for node in nodes),
    )


def _facts(x: np.ndarray, nodes: Sequence[Node], layers: Sequence[Trace]) -> Iterator[Fact]:
    """The layers and their shapes, where they follow one another."""
    if all(node.sources == (node.number - 1,) for node in nodes):
        shapes = " → ".join(times(a.shape) for a in (x, *(layer.output for layer in layers)))
        yield Fact(Words("layers: {chain}", chain=" | ".join(node.text for node in nodes)))
        yield Fact(Words("shapes: {shapes}", shapes=shapes))


def _check_memory(x: np.ndarray, net: Network, layers: Sequence[Layer]) -> None:
    """Raise NnvizError where all that the layers make, which is kept, does not fit."""
    if len(layers) < len(net.nodes):
        return  # it is refused where it is run
    samples = len(x) if net.takes_batch(x.ndim) else 1
    made = [Needs(x.nbytes, x.size, x.shape)]
    for node, layer in zip(net.nodes, layers, strict=True):
        made.append(node.operation.cost(layer, samples, x.itemsize, node.options))
    memory.check(sum(n.bytes for n in made), sum(n.cells for n in made), Words("the network"))


OPERATION = Operation(
    name="net",
    rank=9,
    help="A chain of the other commands, run as one network.",
    example=f'net "{EXAMPLE}" samples/digit.png',
    more=(
        "net lenet5 samples/digit.png",
        'net "conv --filters 2 | relu" "1 2 3; 4 5 6; 7 8 9" --json',
    ),
    record=NetOptions,
    run=run,
    lacks=BUT_GRADIENTS,
)
