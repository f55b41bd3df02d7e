"""Make tests/vectors/*.json: small cases, and what PyTorch answers to each.

    python tools/torch_vectors.py

The files are kept, so that the tests need no PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

import torch_gradients
from torch_answers import answer
from torch_cases import (
    ACTIVATIONS,
    ADAPTIVE,
    AVERAGES,
    CONVS,
    INPUTS,
    LARGER,
    MAXIMA,
    NORMS,
    POOLS,
    SIZES,
    TRANSPOSED,
)

FOLDER = Path(__file__).parent.parent / "tests" / "vectors"
Case = dict[str, Any]


class Numbers:
    """Numbers that are easily read: quarters from −2 to 2, or whole ones from −9 to 9."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def quarters(self, *shape: int) -> Any:
        """An array of quarters, as nested lists of floats."""
        return (torch.randint(-8, 9, shape, generator=self._generator).double() / 4).tolist()

    def whole(self, *shape: int) -> Any:
        """An array of whole numbers, as nested lists."""
        return torch.randint(-9, 10, shape, generator=self._generator).tolist()

    def positive(self, *shape: int) -> Any:
        """An array of quarters from 0.25 to 4."""
        return (torch.randint(1, 17, shape, generator=self._generator).double() / 4).tolist()


def _case(name: str, call: str, args: list[Any], options: dict[str, Any]) -> Case:
    arrays = answer(call, args, options)
    expected = {key: array.tolist() for key, array in arrays.items()}
    return {"id": name, "call": call, "args": args, "options": options, "expected": expected}


def _axes(values: tuple[Any, ...], dims: int) -> list[Any]:
    return list(values[:dims])


def convs() -> Iterator[Case]:
    """Convolutions in 1 to 3 dimensions."""
    for dims, (seed, (name, given)) in _by_dims(CONVS):
        numbers, options = Numbers(seed), dict(given)
        sizes = SIZES[dims]
        kernel = options.pop("kernel", (3, 2, 2))[:dims] or sizes
        groups, batch = options.get("groups", 1), options.pop("batch", 1)
        channels, filters = options.pop("channels", 2), options.pop("filters", 2)
        draw = numbers.whole if options.pop("whole", False) else numbers.quarters
        bias = draw(filters) if options.pop("bias", False) else None
        x = draw(*(() if batch is None else (batch,)), channels, *sizes)
        if name == "circular, whole turn":
            options["padding"] = tuple((n, 0) for n in sizes)
        w = draw(filters, channels // groups, *kernel)
        yield _case(f"{dims}-D, {name}", "conv", [x, w, bias], _options(options, dims))


def transposed() -> Iterator[Case]:
    """Transposed convolutions in 1 to 3 dimensions."""
    for dims, (seed, (name, given)) in _by_dims(TRANSPOSED):
        numbers, options = Numbers(seed), dict(given)
        sizes = options.pop("sizes", {1: (5,), 2: (3, 4), 3: (2, 3, 2)}[dims])[:dims]
        kernel = options.pop("kernel", (3, 2, 2))[:dims]
        groups, batch = options.get("groups", 1), options.pop("batch", 1)
        filters = options.pop("filters", 2)
        draw = numbers.whole if options.pop("whole", False) else numbers.quarters
        bias = draw(filters * groups) if options.pop("bias", False) else None
        x = draw(*(() if batch is None else (batch,)), 2, *sizes)
        w = draw(2, filters, *kernel)
        yield _case(f"{dims}-D, {name}", "conv_transpose", [x, w, bias], _options(options, dims))


def pools() -> Iterator[Case]:
    """Pooling in 1 to 3 dimensions."""
    plain = [v for v in POOLS if "padding" not in v[1]]
    for kind, title, variants in (
        ("max", "max", POOLS + MAXIMA),
        ("avg", "average", POOLS + AVERAGES),
        ("lp", "Lp", plain + NORMS),
        ("max", "adaptive max", ADAPTIVE),
        ("avg", "adaptive average", ADAPTIVE),
    ):
        for dims, (seed, (name, given)) in _by_dims(variants):
            if dims == 1 and "divisor_override" in given:
                continue  # avg_pool1d has none
            if dims == 3 and kind != "max" and name == LARGER[0]:
                continue  # avg_pool3d alone refuses it
            yield _pool_case(f"{dims}-D {title}, {name}", kind, dims, seed, dict(given))


def _pool_case(name: str, kind: str, dims: int, seed: int, options: dict[str, Any]) -> Case:
    numbers = Numbers(seed)
    batch, kernel = options.pop("batch", 1), options.pop("kernel", 2)
    draw = numbers.quarters
    if options.pop("whole", False):
        draw = numbers.whole
    if options.pop("positive", False):
        draw = numbers.positive
    x = draw(*(() if batch is None else (batch,)), 2, *SIZES[dims])
    if options.pop("equal", False):
        x = torch.as_tensor(x).round().clamp(0, 1).tolist()
    args = [x] if kernel is None or "adaptive" in options else [x, kernel]
    if len(args) == 2 and isinstance(kernel, tuple):
        args[1] = _axes(kernel, dims)
    made = {"kind": kind, **_options(options, dims), "dims": dims}
    return _case(name, "pool", args, made)


def nets() -> Iterator[Case]:
    """Recurrent nets: cells, layers, directions, first states, with and without biases."""
    seed = 0
    for cell, activation in (("rnn", "tanh"), ("rnn", "relu"), ("lstm", None), ("gru", None)):
        for layers, directions, steps, states, bias in (
            (1, 1, 4, False, True),
            (1, 1, 1, True, True),
            (1, 1, 3, True, False),
            (2, 1, 3, False, True),
            (3, 1, 2, True, True),
            (1, 2, 4, True, True),
            (2, 2, 3, True, True),
            (2, 2, 3, False, False),
        ):
            seed += 1
            numbers = Numbers(seed)
            options: dict[str, Any] = {"cell": cell}
            if activation is not None:
                options["activation"] = activation
            if states:
                options["h0"] = numbers.quarters(layers * directions, 3)
                if cell == "lstm":
                    options["c0"] = numbers.quarters(layers * directions, 3)
            weights = draw_weights(numbers, cell, layers, directions, bias)
            words = [
                f"{cell} {activation}" if activation else cell,
                f"{layers} layer{'s' if layers > 1 else ''}",
                "both directions" if directions == 2 else "forward",
                f"{steps} step{'s' if steps > 1 else ''}",
                *(["first states"] if states else []),
                *([] if bias else ["no bias"]),
            ]
            args = [numbers.quarters(steps, 2), weights]
            yield _case(", ".join(words), "rnn", args, options)


def draw_weights(
    numbers: Numbers, cell: str, layers: int, directions: int, bias: bool
) -> dict[str, Any]:
    """Weights by PyTorch's names: 2 inputs, 3 hidden units."""
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * 3
    made: dict[str, Any] = {}
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            width = 2 if layer == 0 else 3 * directions
            made[f"weight_ih_l{layer}{end}"] = numbers.quarters(rows, width)
            made[f"weight_hh_l{layer}{end}"] = numbers.quarters(rows, 3)
            if bias:
                made[f"bias_ih_l{layer}{end}"] = numbers.quarters(rows)
                made[f"bias_hh_l{layer}{end}"] = numbers.quarters(rows)
    return made


def activations() -> Iterator[Case]:
    """Activations of small numbers and of large ones."""
    for name, options in ACTIVATIONS:
        for size, x in INPUTS.items():
            said = "".join(f", {k} {round(v, 3) if v == 1 / 6 else v}" for k, v in options.items())
            yield _case(f"{name}{said}, {size} numbers", "act", [x, name], options)
    yield _case("relu, whole numbers", "act", [[[-3, 0, 2], [7, -1, 4]], "relu"], {})


def layers() -> Iterator[Case]:
    """Dense layers and flattening."""
    numbers = Numbers(1)
    for title, draw in (("", numbers.quarters), (", whole numbers", numbers.whole)):
        for batch in ((), (1,), (3,)):
            rows = f"{batch[0]} row{'s' if batch[0] > 1 else ''}" if batch else "a vector"
            for bias in (None, draw(4)):
                args = [draw(*batch, 5), draw(4, 5), bias]
                name = f"dense, {rows}{', bias' if bias else ''}{title}"
                yield _case(name, "dense", args, {})
    for axis in range(4):
        yield _case(f"flatten, axis {axis}", "flatten", [numbers.whole(2, 3, 2, 2)], {"axis": axis})


def _by_dims(variants: list[Any]) -> Iterator[tuple[int, tuple[int, Any]]]:
    for dims in (1, 2, 3):
        for seed, variant in enumerate(variants):
            yield dims, (seed + 100 * dims, variant)


def _options(options: dict[str, Any], dims: int) -> dict[str, Any]:
    """A value an axis for as many axes as there are."""
    made = {k: _axes(v, dims) if isinstance(v, tuple) else v for k, v in options.items()}
    return {**made, "dims": dims}


FORWARD: dict[str, Callable[[], Iterator[Case]]] = {
    "conv": convs,
    "conv_transpose": transposed,
    "pool": pools,
    "rnn": nets,
    "act": activations,
    "layers": layers,
}


def gradients() -> Iterator[Case]:
    """Of each of these cases, and of networks with losses, what autograd gives."""
    cases = (case for made in FORWARD.values() for case in made())
    for seed, case in enumerate(cases):
        call, args, options = case["call"], case["args"], case["options"]
        g = Numbers(seed).quarters(*torch.as_tensor(case["expected"]["output"]).shape)
        made = torch_gradients.gradients(call, args, options, g)
        expected = {name: _rounded(array.tolist()) for name, array in made.items()}
        yield {"id": case["id"], "call": call, "grad": g, "expected": expected}
    for seed, (name, (chain, _, shape, shapes)) in enumerate(torch_gradients.NETS.items()):
        numbers = Numbers(seed)
        x = numbers.quarters(*shape) if shape else torch_gradients.INDICES
        weights = {key: numbers.quarters(*of) for key, of in shapes.items()}
        made_shape = torch_gradients.output_shape(name, x, weights)
        targets = {"mse": numbers.quarters(*made_shape)}
        if len(made_shape) < 3:
            targets["cross-entropy"] = (
                [k % 3 for k in range(made_shape[0])] if made_shape[1:] else 1
            )
        for loss, target in targets.items():
            found = torch_gradients.of_loss(name, x, weights, target, loss)
            yield {
                "id": f"{name}, {loss}",
                "call": "net",
                "args": [chain, x],
                "options": {"weights": weights},
                "target": target,
                "loss": loss,
                "expected": {key: _rounded(array.tolist()) for key, array in found.items()},
            }


def _rounded(values: Any) -> Any:
    """To twelve digits: what is compared is the first nine."""
    return [*map(_rounded, values)] if isinstance(values, list) else float(f"{values:.12g}")


FILES = {**FORWARD, "gradients": gradients}


def document(name: str) -> str:
    """One file: a case a line."""
    cases = list(FILES[name]())
    names = [(case["call"], case["id"]) for case in cases]
    assert len(set(names)) == len(names)
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    return f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n'


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        (FOLDER / f"{name}.json").write_text(document(name), encoding="utf-8")


if __name__ == "__main__":
    main()
