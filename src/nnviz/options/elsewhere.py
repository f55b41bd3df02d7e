"""What PyTorch, Keras, OpenCV and others call things, and what they are called here."""

from __future__ import annotations

from collections.abc import Mapping

OPTIONS: Mapping[str, tuple[str, ...]] = {
    # windows
    "--kernel-size": ("--size", "--kernel"),
    "--ksize": ("--size", "--kernel"),
    "--pool-size": ("--kernel",),
    "--window": ("--kernel",),
    "--window-size": ("--kernel",),
    "--size": ("--kernel",),
    "--weight": ("--kernel", "--weights"),
    "--weights": ("--kernel", "--weight"),
    "--filter": ("--filters", "--kernel"),
    "--out-channels": ("--filters", "--units"),
    "--num-filters": ("--filters",),
    "--n-filters": ("--filters",),
    "--channels": ("--filters",),
    "--strides": ("--stride",),
    "--step": ("--stride",),
    "--padding-mode": ("--pad-mode",),
    "--border": ("--pad-mode",),
    "--border-type": ("--pad-mode",),
    "--border-mode": ("--pad-mode",),
    "--pads": ("--pad",),
    "--dilation-rate": ("--dilation",),
    "--dilations": ("--dilation",),
    "--group": ("--groups",),
    "--output-padding": ("--output-pad",),
    "--output-size": ("--adaptive", "--output-shape"),
    "--transposed": ("--transpose",),
    "--use-bias": ("--no-bias",),
    "--ceil-mode": ("--ceil",),
    "--pool-type": ("--kind",),
    "--pool-mode": ("--kind",),
    "--type": ("--kind", "--cell"),
    "--mode": ("--kind",),
    "--norm-type": ("--p",),
    "--global-pool": ("--global",),
    "--ndim": ("--dims",),
    "--rank": ("--dims",),
    # layers of neurons and recurrent ones
    "--out-features": ("--units",),
    "--output-dim": ("--units",),
    "--num-units": ("--units",),
    "--hidden": ("--units",),
    "--units": ("--hidden", "--filters"),
    "--hidden-size": ("--hidden", "--units"),
    "--hidden-dim": ("--hidden",),
    "--hidden-units": ("--hidden",),
    "--num-hidden": ("--hidden",),
    "--hx": ("--h0",),
    "--cx": ("--c0",),
    "--initial-state": ("--h0",),
    "--return-sequences": ("--mode",),
    "--reset-after": ("--linear-before-reset",),
    # activations
    "--activation": ("--act",),
    "--act-fn": ("--act",),
    "--nonlinearity": ("--act",),
    "--recurrent-activation": ("--act",),
    "--negative-slope": ("--alpha",),
    "--slope": ("--alpha",),
    "--dim": ("--axis", "--dims"),
    "--axis": ("--dims",),
    "--start-dim": ("--axis",),
    "--approx": ("--approximate",),
    # what goes in and out
    "--grayscale": ("--gray",),
    "--greyscale": ("--gray",),
    "--grey": ("--gray",),
    "--normalize": ("--unit",),
    "--rescale": ("--unit",),
    "--data-format": ("--channels-last",),
    "--input-shape": ("--input",),
    "--input-size": ("--input",),
    "--random-state": ("--seed",),
    "--random-seed": ("--seed",),
    "--out": ("--output",),
    "--outfile": ("--output",),
    "--save": ("--output",),
    "--colour": ("--color",),
    "--language": ("--lang",),
    "--silent": ("--quiet",),
    "--digits": ("--precision",),
    "--dpi": ("--scale",),
}
"""An option's name elsewhere, in small letters and with `-`: what it is here, in the order of
likeness, of which a command has the first that it has."""

LAYERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("conv2d", "convolution", "convolution2d"), ("conv",)),
    **{f"conv{n}d": ("conv", "--dims", str(n)) for n in (1, 3)},
    "depthwiseconv2d": ("conv", "--depthwise"),
    **dict.fromkeys(
        ("convtranspose", "convtranspose2d", "conv2dtranspose", "deconv", "deconv2d"),
        ("conv", "--transpose"),
    ),
    **dict.fromkeys(("maxpool", "maxpool2d", "maxpooling", "maxpooling2d"), ("pool",)),
    **dict.fromkeys(
        ("avgpool", "avgpool2d", "averagepool", "averagepooling", "averagepooling2d"),
        ("pool", "--kind", "avg"),
    ),
    **dict.fromkeys(("lppool", "lppool2d"), ("pool", "--kind", "lp")),
    **dict.fromkeys(
        ("globalmaxpool", "globalmaxpool2d", "globalmaxpooling2d"), ("pool", "--global")
    ),
    **dict.fromkeys(
        ("globalavgpool", "globalavgpool2d", "globalaveragepooling2d", "gap"),
        ("pool", "--kind", "avg", "--global"),
    ),
    **dict.fromkeys(("linear", "fc", "fullyconnected", "gemm", "innerproduct"), ("dense",)),
    **dict.fromkeys(("simplernn", "elman"), ("rnn",)),
    **{name: ("rnn", "--cell", name) for name in ("lstm", "gru")},
    **{
        name.replace("-", ""): ("act", name)
        for name in (
            *("relu", "leaky-relu", "elu", "gelu", "sigmoid", "hard-sigmoid", "tanh", "softmax"),
        )
    },
}
"""A layer's name elsewhere, in small letters alone: the words that it is here."""


def layer(name: str) -> tuple[str, ...] | None:
    """The words of a layer that is called by its name elsewhere.

    >>> layer("MaxPool2d"), layer("LeakyReLU"), layer("xyz")
    (('pool',), ('act', 'leaky-relu'), None)
    """
    return LAYERS.get("".join(c for c in name.lower() if c.isalnum()))
