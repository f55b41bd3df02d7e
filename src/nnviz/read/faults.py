"""What libraries raise and warn of on broken files, as errors for people."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nnviz.errors import NnvizError
from nnviz.read.text import short


@contextmanager
def faults(told: Callable[[Exception], NnvizError]) -> Iterator[None]:
    """Whatever a broken file makes a library warn of or raise, as the one error of `told`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (NnvizError, MemoryError):
        raise
    except Exception as error:  # they raise a dozen kinds, none documented
        raise told(error) from None


def reason(error: Exception) -> str:
    """The first line of what a library says, or the kind of its error."""
    return short(str(error) or type(error).__name__, 160).splitlines()[0]
