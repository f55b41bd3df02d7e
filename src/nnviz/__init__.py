"""Compute and show neural-network operations step by step, on your own numbers.

The names load when first used, so that importing nnviz costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnviz.version import __version__

if TYPE_CHECKING:
    from nnviz.api import (
        act,
        conv,
        conv_transpose,
        dense,
        dropout,
        embed,
        flatten,
        net,
        norm,
        params,
        pool,
        rnn,
        upsample,
    )
    from nnviz.errors import NnvizError
    from nnviz.result import Result

__all__ = [
    "NnvizError",
    "Result",
    "__version__",
    "act",
    "conv",
    "conv_transpose",
    "dense",
    "dropout",
    "embed",
    "flatten",
    "net",
    "norm",
    "params",
    "pool",
    "rnn",
    "upsample",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "NnvizError":
        from nnviz.errors import NnvizError

        return NnvizError
    from nnviz import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return __all__
