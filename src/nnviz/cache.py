"""What was worked out about large arrays, for as long as a figure or a film is drawn.

Every layout that is tried and every frame asks again for the same small picture of the
same large map. Between two figures nothing is kept: the arrays are the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from weakref import ref

from nnviz.libraries import np

T = TypeVar("T")

_kept: ContextVar[dict[object, tuple[Callable[[], Any], Any]] | None] = ContextVar(
    "kept", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, nobody changes an array, and `remember` keeps what it is told."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def remember(array: np.ndarray, what: object, work: Callable[[], T]) -> T:
    """What `work` finds out about an array, or found out before."""
    kept = _kept.get()
    if kept is None:
        return work()
    owner: Any = array
    while getattr(owner, "base", None) is not None:
        owner = owner.base
    view = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str
    key = what, view
    if key not in kept or kept[key][0]() is not owner:  # an array that is gone leaves its address
        kept[key] = _hold(owner), work()
    found: T = kept[key][1]
    return found


def _hold(owner: Any) -> Callable[[], Any]:
    """A way to ask for what owns an array's memory, which does not keep an array alive."""
    try:
        return ref(owner)
    except TypeError:  # bytes: of an image that was read, which is there all along
        return lambda: owner
