"""What PyTorch's autograd answers to a gradient that arrives at the output of a call of nnviz, and
to losses of whole networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import functional

from torch_answers import ANSWERS

_NAMES = {
    "conv": ("input", "kernel", "bias"),
    "conv_transpose": ("input", "kernel", "bias"),
    "dense": ("input", "weight", "bias"),
}


def _leaf(values: Any) -> Any:
    return torch.as_tensor(values, dtype=torch.float64).requires_grad_()


def gradients(call: str, args: list[Any], options: dict[str, Any], g: Any) -> dict[str, Any]:
    """The gradient of every array that went into `nnviz.call(*args, **options)`, by its name."""
    names = _NAMES.get(call, ("input",))
    leaves = {n: _leaf(a) for n, a in zip(names, args, strict=False) if a is not None}
    given: list[Any] = [leaves.get(n) for n in names]
    states = {n: _leaf(options[n]) for n in ("h0", "c0") if n in options}
    if call == "rnn":
        weights = {n: _leaf(array) for n, array in args[1].items()}
        leaves, given = leaves | weights, [given[0], weights]
    given += args[len(given) :]
    made = ANSWERS[call](*given, **options | states)["output"]
    made.backward(torch.as_tensor(g, dtype=torch.float64))
    found = {n: leaf.grad for n, leaf in (leaves | states).items()}
    return {n: torch.zeros(()) if a is None else a for n, a in found.items()}


# --- networks and losses -------------------------------------------------------

Weights = Mapping[str, Any]


def _classifier(x: Any, w: Weights) -> Any:
    x = functional.conv2d(x[None, None], w["1.kernel"], w["1.bias"], padding=1)
    x = functional.max_pool2d(torch.relu(x), 2).flatten()
    return functional.linear(x, w["5.weight"], w["5.bias"])


def _normalized(x: Any, w: Weights) -> Any:
    x = functional.group_norm(x[None], 2, w["1.gamma"], w["1.beta"])
    x = functional.elu(functional.batch_norm(x, None, None, w["2.gamma"], w["2.beta"], True))
    return functional.layer_norm(x[0], (3,), w["4.gamma"], w["4.beta"])


def _larger(x: Any, w: Weights) -> Any:
    x = functional.interpolate(x[None], scale_factor=2, mode="bilinear", align_corners=False)
    x = functional.interpolate(x, scale_factor=(3, 2), mode="nearest")
    return functional.conv2d(x, w["3.kernel"], stride=2)[0]


def _text(x: Any, w: Weights) -> Any:
    net = torch.nn.GRU(3, 2, dtype=torch.float64)
    ours = {"weight_ih_l0": "2.Wx", "weight_hh_l0": "2.Wh", "bias_ih_l0": "2.b"}
    named = {theirs: w[name] for theirs, name in ours.items()}
    named["bias_hh_l0"] = torch.zeros(6, dtype=torch.float64)
    h, _ = torch.func.functional_call(net, named, (functional.embedding(x, w["1.weight"]),))
    return functional.linear(h, w["3.weight"], w["3.bias"])


def _branches(x: Any, w: Weights) -> Any:
    x = x[None]
    one = functional.conv2d(x, w["1.kernel"], w["1.bias"], padding=1)
    two = torch.sigmoid(functional.conv2d(x, w["2.kernel"], w["2.bias"]))
    x = torch.cat([one, two], 1)
    x = x + torch.tanh(functional.conv2d(x, w["5.kernel"], w["5.bias"]))
    return functional.linear(x.mean((2, 3))[0], w["10.weight"], w["10.bias"])


NETS: dict[str, tuple[str, Callable[[Any, Weights], Any], tuple[int, ...], Weights]] = {
    "a classifier": (
        "conv --filters 2 --size 3 --pad 1 | relu | pool -k 2 | flatten | dense --units 3",
        _classifier,
        (4, 6),
        {"1.kernel": (2, 1, 3, 3), "1.bias": (2,), "5.weight": (3, 12), "5.bias": (3,)},
    ),
    "norms": (
        "norm group --groups 2 | norm batch --train | elu | norm layer",
        _normalized,
        (4, 2, 3),
        {f"{n}.{name}": (3 + (n < 4),) for n in (1, 2, 4) for name in ("gamma", "beta")},
    ),
    "larger maps": (
        "upsample bilinear --by 2 | upsample nearest --by 3x2 | "
        "conv --filters 2 --size 3x2 --stride 2 --no-bias",
        _larger,
        (2, 2, 3),
        {"3.kernel": (2, 2, 3, 2)},
    ),
    "rows of a table": (
        "embed --count 4 --units 3 | rnn --cell gru --hidden 2 | dense --units 3",
        _text,
        (),
        {
            "1.weight": (4, 3),
            "2.Wx": (6, 3),
            "2.Wh": (6, 2),
            "2.b": (6,),
            "3.weight": (3, 2),
            "3.bias": (3,),
        },
    ),
    "branches": (
        "concat { conv --filters 1 --size 3 --pad 1 } { conv --filters 2 --size 1 | sigmoid } | "
        "residual { conv --filters 3 --size 1 | tanh } | pool --kind avg --global | flatten | "
        "dense --units 3",
        _branches,
        (2, 3, 4),
        {
            "1.kernel": (1, 2, 3, 3),
            "1.bias": (1,),
            "2.kernel": (2, 2, 1, 1),
            "2.bias": (2,),
            "5.kernel": (3, 3, 1, 1),
            "5.bias": (3,),
            "10.weight": (3, 3),
            "10.bias": (3,),
        },
    ),
}
"""Each with what it is in PyTorch, the shape of its input, and those of its arrays."""
INDICES = [3, 0, 3, 1]
"""What goes into the network that has a table."""


def of_loss(
    name: str, x: Any, weights: Mapping[str, Any], target: Any, loss: str
) -> dict[str, Any]:
    """The loss of a network, and the gradients of all that went in."""
    leaves = {n: _leaf(array) for n, array in weights.items()}
    given = torch.as_tensor(x) if x is INDICES else _leaf(x)
    made = NETS[name][1](given, leaves)
    if loss == "mse":
        lost = functional.mse_loss(made, torch.as_tensor(target, dtype=torch.float64))
    else:
        lost = functional.cross_entropy(made, torch.as_tensor(target))
    lost.backward()
    found = {n: leaf.grad for n, leaf in leaves.items()}
    found |= {"input": given.grad} if given.requires_grad else {}
    return {"loss": lost.detach(), **found}


def output_shape(name: str, x: Any, weights: Mapping[str, Any]) -> list[int]:
    """The shape that a target of the mean of squares has."""
    given = torch.as_tensor(x) if x is INDICES else _leaf(x)
    return list(NETS[name][1](given, {n: _leaf(a) for n, a in weights.items()}).shape)
