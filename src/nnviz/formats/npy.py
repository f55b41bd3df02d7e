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
    array = pick_array(trace, request.get, "npy")
    flat = np.ascontiguousarray(array).reshape(-1)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
    )
    return Made(header.getvalue(), numbers=flat.view(np.uint8).data)


FORMAT = Format("values", (".npy",), write, binary=True, uses=("get", "check_grad"))
