"""Compute and show neural-network operations step by step, on your own numbers."""

from __future__ import annotations

from nnviz.version import __version__

__all__ = ["__version__"]
