"""The options of a recurrent net."""

from __future__ import annotations

from typing import Literal, get_args

from nnviz.libraries import np
from nnviz.options import kinds
from nnviz.options.option import option
from nnviz.read import Named
from nnviz.records import dataclass

CellName = Literal["rnn", "lstm", "gru"]
Activation = Literal["tanh", "relu", "sigmoid", "none"]
OutputActivation = Literal["none", "sigmoid", "softmax"]
Mode = Literal["many-to-many", "many-to-one", "one-to-many"]
CELLS: tuple[CellName, ...] = get_args(CellName)
ACTIVATIONS: tuple[Activation, ...] = ("tanh", "relu")
OUTPUT_ACTIVATIONS: tuple[OutputActivation, ...] = get_args(OutputActivation)
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, kw_only=True)
class RnnOptions:
    """What a recurrent net may be asked for; its weights are given or drawn at random."""

    cell: CellName = option(
        "--cell",
        kind=kinds.choice(*CELLS),
        help="Which cell; LSTM gates in the order i f g o, GRU r z n.",
        default="rnn",
    )
    weights: Named | None = option(
        "--weights",
        kind=kinds.weights(),
        help="Weights by name: JSON, .npz or .safetensors.",
        apart_from=("hidden",),
    )
    wx: np.ndarray | None = option(
        "--wx",
        kind=kinds.array(),
        help="W_x, Dh×d (LSTM 4Dh×d, GRU 3Dh×d).",
        apart_from=("hidden",),
    )
    wh: np.ndarray | None = option(
        "--wh",
        kind=kinds.array(),
        help="W_h, Dh×Dh (LSTM 4Dh×Dh, GRU 3Dh×Dh).",
        apart_from=("hidden",),
    )
    b: np.ndarray | None = option(
        "--b",
        kind=kinds.array(),
        help="b, Dh numbers (LSTM 4Dh, GRU 3Dh).",
        apart_from=("layers|bidirectional",),
    )
    wy: np.ndarray | None = option("--wy", kind=kinds.array(), help="W_y, M×Dh: makes outputs y.")
    by: np.ndarray | None = option("--by", kind=kinds.array(), help="b_y, M numbers.")
    hidden: int | None = option(
        "--hidden", kind=kinds.count(1), help="Draw weights of this many hidden units."
    )
    layers: int = option(
        "--layers",
        kind=kinds.count(1, 1000),
        help="Draw weights of so many layers, each over the one before.",
        default=1,
        belongs_to=("hidden",),
    )
    bidirectional: bool = option(
        "--bidirectional",
        help="Draw weights of both directions in time.",
        belongs_to=("hidden",),
    )
    outputs: int | None = option(
        "--outputs",
        kind=kinds.count(1),
        help="Draw weights of this many outputs.",
        belongs_to=("hidden",),
        apart_from=("wy",),
    )
    seed: int = option(
        "--seed",
        kind=kinds.count(0),
        help="Seed of the random weights.",
        default=0,
        belongs_to=("hidden",),
    )
    no_bias: bool = option(
        "--no-bias",
        help="Random weights without biases.",
        belongs_to=("hidden",),
        apart_from=("b|by",),
    )
    h0: np.ndarray | None = option(
        "--h0", kind=kinds.array(), help="The hidden state before the first step."
    )
    c0: np.ndarray | None = option(
        "--c0",
        kind=kinds.array(),
        help="LSTM: the cell state before the first step.",
        belongs_to=("cell=lstm",),
    )
    activation: Activation = option(
        "--act",
        kind=kinds.choice(*ACTIVATIONS),
        help="What makes the hidden state of --cell rnn.",
        default="tanh",
        belongs_to=("cell=rnn",),
    )
    output_activation: OutputActivation = option(
        "--out-act",
        kind=kinds.choice(*OUTPUT_ACTIVATIONS),
        help="What makes y.",
        default="none",
        belongs_to=("outputs|wy|weights",),
    )
    mode: Mode = option(
        "--mode",
        kind=kinds.choice(*MODES),
        help="Which inputs and outputs there are.",
        default="many-to-many",
    )
    length: int | None = option(
        "--length",
        kind=kinds.count(1),
        help="Steps of one-to-many.",
        belongs_to=("mode=one-to-many",),
    )
    feedback: bool = option(
        "--feedback",
        help="one-to-many: y is the next input.",
        belongs_to=("mode=one-to-many",),
    )
    linear_before_reset: bool = option(
        "--linear-before-reset",
        off="--no-linear-before-reset",
        help="GRU: reset after the linear map (PyTorch), or before it (the original paper).",
        default=True,
        belongs_to=("cell=gru",),
    )
    text: str | None = option(
        "--text", kind=kinds.text(), help="One-hot characters as the input.", replaces_input=True
    )

    @property
    def alphabet(self) -> str:
        """The characters whose one-hot vectors a text is, where the weights say them."""
        return "" if self.weights is None else self.weights.alphabet
