"""Libraries that take long to load, loaded when something of theirs is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Image", "ImageOps", "difflib", "np", "npt", "zipfile"]


class _Later:
    """A module in name only, until it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._name), name)
        setattr(self, name, value)  # from now on found at once, as in the module itself
        return value


if TYPE_CHECKING:
    import difflib
    import zipfile

    import numpy as np
    import numpy.typing as npt
    from PIL import Image, ImageOps
else:
    difflib, zipfile = _Later("difflib"), _Later("zipfile")
    np, npt = _Later("numpy"), _Later("numpy.typing")
    Image, ImageOps = _Later("PIL.Image"), _Later("PIL.ImageOps")
