"""Libraries that take long to load, loaded when something of theirs is first asked for."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Image", "ImageOps", "difflib", "distinct", "np", "npt", "orjson", "string", "zipfile"]


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
    import string
    import zipfile

    import numpy as np
    import numpy.typing as npt
    from PIL import Image, ImageOps
else:
    difflib, zipfile = _Later("difflib"), _Later("zipfile")
    string = _Later("string")
    np, npt = _Later("numpy"), _Later("numpy.typing")
    Image, ImageOps = _Later("PIL.Image"), _Later("PIL.ImageOps")


@cache
def orjson() -> Any:
    """Reads and writes the numbers of large arrays four times as fast as the standard library;
    None where there is none, as for other Pythons than CPython. Loading it takes as long as
    50,000 numbers do without it."""
    with suppress(ImportError):
        return import_module("orjson")
    return None


def distinct(array: np.ndarray, axis: int | None = None) -> np.ndarray:
    """The different numbers of an array, ascending; counted too, since `np.unique` loads NumPy's
    masked arrays where it does not count.
    """
    return np.unique(array, return_counts=True, axis=axis)[0]
