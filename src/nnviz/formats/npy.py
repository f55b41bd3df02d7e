"""NumPy's .npy: the array as it was computed, its type and shape kept."""

from __future__ import annotations

import io

from nnviz.formats import Format, Made
from nnviz.formats._values import pick_array
from nnviz.libraries import np
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The array that `request.get` names."""
    array = np.ascontiguousarray(pick_array(trace, request.get, "npy"))
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return Made(buffer.getvalue())


FORMAT = Format("values", (".npy",), write, binary=True, uses=("get", "check_grad"))
