"""What PyTorch, Keras, OpenCV and others call things, and what they are called here."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "--hidden": "units hidden-size hidden-dim hidden-units num-hidden",
    "--filters": "filter out-channels num-filters n-filters channels units",
    "--size": "kernel-size ksize",
    "--kernel": "kernel-size ksize pool-size window window-size size weight weights filter",
    "--weight": "weights",
    "--weights": "weight",
    "--units": "embedding-dim out-channels out-features output-dim num-units hidden hidden-size",
    "--axis": "dim start-dim",
    "--stride": "strides step",
    "--pad-mode": "padding-mode border border-type border-mode",
    "--pad": "pads",
    "--dilation": "dilation-rate dilations",
    "--groups": "group num-groups",
    "--output-pad": "output-padding",
    "--adaptive": "output-size",
    "--output-shape": "output-size",
    "--transpose": "transposed",
    "--no-bias": "use-bias",
    "--ceil": "ceil-mode",
    "--kind": "pool-type pool-mode type mode",
    "--cell": "type",
    "--p": "norm-type",
    "--global": "global-pool",
    "--dims": "ndim rank dim axis",
    "--h0": "hx initial-state",
    "--c0": "cx",
    "--mode": "return-sequences",
    "--linear-before-reset": "reset-after",
    "--act": "activation act-fn nonlinearity recurrent-activation",
    "--alpha": "negative-slope slope",
    "--approximate": "approx",
    "--count": "num-embeddings input-dim vocab-size",
    "--layers": "num-layers n-layers",
    "--bidirectional": "bidir",
    "--by": "scale-factor scale size factor",
    "--gamma": "weight scale",
    "--beta": "bias shift",
    "--mean": "running-mean moving-mean",
    "--var": "running-var moving-variance variance",
    "--train": "training",
    "--eps": "epsilon",
    "--gray": "grayscale greyscale grey",
    "--unit": "normalize rescale",
    "--channels-last": "data-format",
    "--input": "input-shape input-size",
    "--seed": "random-state random-seed",
    "--output": "out outfile save",
    "--color": "colour",
    "--lang": "language",
    "--quiet": "silent",
    "--precision": "digits",
    "--scale": "dpi",
}
"""An option here: what it is called elsewhere, in small letters and with `-`; of two options with
one name elsewhere, the first is more like it."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    f"--{name}": tuple(ours for ours, theirs in _NAMES.items() if name in theirs.split())
    for names in _NAMES.values()
    for name in names.split()
}
"""An option's name elsewhere: what it is here, of which a command has the first that it has."""

_LAYERS: Mapping[str, str] = {
    "conv": "conv2d convolution convolution2d",
    "conv --dims 1": "conv1d",
    "conv --dims 3": "conv3d",
    "conv --depthwise": "depthwiseconv2d",
    "conv --transpose": "convtranspose convtranspose2d conv2dtranspose deconv deconv2d",
    "pool": "maxpool maxpool2d maxpooling maxpooling2d",
    "pool --kind avg": "avgpool avgpool2d averagepool averagepooling averagepooling2d",
    "pool --kind lp": "lppool lppool2d",
    "pool --global": "globalmaxpool globalmaxpool2d globalmaxpooling2d",
    "pool --kind avg --global": "globalavgpool globalavgpool2d globalaveragepooling2d gap",
    "dense": "linear fc fullyconnected gemm innerproduct",
    "norm batch": "batchnorm batchnorm2d batchnormalization",
    "norm batch --dims 3": "batchnorm3d",
    "norm layer": "layernorm layernormalization",
    "norm group": "groupnorm groupnormalization",
    "upsample nearest": "upsampling2d upsamplingnearest2d",
    "upsample bilinear": "upsamplingbilinear2d",
    "dropout --by-channel": "dropout2d dropout3d spatialdropout2d featuredropout",
    "embed": "embedding lookup",
    "rnn": "simplernn elman",
    "rnn --cell lstm": "lstm",
    "rnn --cell gru": "gru",
    "act leaky-relu": "leakyrelu",
    "act hard-sigmoid": "hardsigmoid",
    **{f"act {name}": name for name in ("relu", "elu", "gelu", "sigmoid", "tanh", "softmax")},
}
"""A layer here: what it is called elsewhere, in small letters alone."""


def layer(name: str) -> tuple[str, ...] | None:
    """The words of a layer that is called by its name elsewhere.

    >>> layer("MaxPool2d"), layer("LeakyReLU"), layer("xyz")
    (('pool',), ('act', 'leaky-relu'), None)
    """
    plain = "".join(c for c in name.lower() if c.isalnum())
    known = (ours for ours, theirs in _LAYERS.items() if plain in theirs.split())
    return next((tuple(ours.split()) for ours in known), None)
