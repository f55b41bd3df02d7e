"""The names of the activations, for what takes one as an option."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Activation: TypeAlias = Literal[
    "relu", "leaky-relu", "elu", "gelu", "sigmoid", "hard-sigmoid", "tanh", "softmax"
]
NAMES: tuple[Activation, ...] = get_args(Activation)
