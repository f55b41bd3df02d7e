"""What a Python caller gives → arrays: NumPy's, lists, tensors, pictures, frames.

The libraries are known by what their objects can do; none is imported that the caller has not.
"""

from __future__ import annotations

import sys
from typing import Any

from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.read.numbers import past_int64

_PLAIN = {int, float, bool}
_WIDENED = ("bfloat16", "float8")
"""Types of float that NumPy has not; float32 holds every number of theirs."""


def is_picture(value: object) -> bool:
    """Whether this is Pillow's Image; nobody has one who has not imported Pillow."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(value, pillow.Image)


def as_array(value: Any, name: str) -> np.ndarray:
    """An array of whole numbers or floats that nobody else holds; NnvizError if it is neither."""
    if value is None:
        raise NnvizError("{name} is None", name=name, hint="give numbers")
    try:
        made = np.array(_readable(value, name))
    except (NnvizError, MemoryError):
        raise
    except Exception as error:  # an object's __array__ may raise anything
        raise _unread(value, name, error) from None
    if not made.size:
        raise NnvizError("{name} is empty: its shape is {shape}", name=name, shape=made.shape)
    return numbers_of(made, name)


def numbers_of(array: np.ndarray, name: str) -> np.ndarray:
    """The array in a type that is computed in: small whole numbers, int64, float32 or float64."""
    kind, bytes_each = array.dtype.kind, array.dtype.itemsize
    if array.dtype.name.startswith(_WIDENED):
        return array.astype(np.float32)
    if kind == "b":
        return array.astype(np.int64)
    if kind == "f":
        native = array.dtype.newbyteorder("=") if bytes_each in (4, 8) else np.dtype(np.float64)
        return array.astype(native, copy=False)
    if array.dtype == np.uint64 and array.max(initial=0) >= 2**63:
        raise past_int64(array.max(), name)
    if kind in "iu":
        native = array.dtype.newbyteorder("=") if bytes_each <= 2 else np.dtype(np.int64)
        return array.astype(native, copy=False)
    if kind == "O" and all(isinstance(number, int) for number in array.flat):
        raise past_int64(max(array.flat, key=abs), name)
    raise NnvizError(
        "{name} has elements of type {type}", name=name, type=array.dtype, hint="give numbers"
    )


def _readable(value: Any, name: str) -> Any:
    """What NumPy reads rightly: of a list, each of its items that is not a plain number."""
    if isinstance(value, list | tuple):
        if set(map(type, value)) <= _PLAIN:
            return value
        return [_readable(item, name) for item in value]
    if is_picture(value):
        from nnviz.read.images import image_array

        return image_array(value, name)
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        return _of_tensor(value)
    if isinstance(value, np.ma.MaskedArray):
        return _without_mask(value, name)
    return value


def _of_tensor(tensor: Any) -> Any:
    """A tensor of PyTorch's without its gradient, in main memory."""
    tensor = tensor.detach().cpu()
    if any(name in str(getattr(tensor, "dtype", "")) for name in _WIDENED):
        tensor = tensor.float()
    return tensor.numpy() if hasattr(tensor, "numpy") else tensor


def _without_mask(array: np.ma.MaskedArray[Any, Any], name: str) -> np.ndarray:
    """The numbers of a masked array; an error where the mask hides one of them."""
    hidden = int(np.ma.getmaskarray(array).sum())
    if not hidden:
        return np.asarray(array.data)
    raise NnvizError(
        "{name} is a masked array, and its mask hides {n} of {count} numbers",
        name=name,
        n=hidden,
        count=array.size,
        hint="say what stands in their place: array.filled(0)",
    )


def _unread(value: Any, name: str, error: Exception) -> NnvizError:
    if isinstance(value, list | tuple) and isinstance(error, ValueError):
        return NnvizError("the rows of {name} are not of one length", name=name)
    return NnvizError(
        "{name} cannot be read as numbers: it is a {type}, and {reason}",
        name=name,
        type=type(value).__name__,
        reason=(str(error) or type(error).__name__).splitlines()[0][:160],
        hint="give a NumPy array or a nested list",
    )
