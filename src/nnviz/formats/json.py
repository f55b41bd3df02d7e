"""JSON: the array alone on one line, ready for jq or the next nnviz."""

from __future__ import annotations

from nnviz.formats import Format, Made
from nnviz.formats._values import dump, pick
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The array that `request.get` names; whole numbers whole, floats as they read back."""
    return Made((dump(pick(trace, request.get), request) + "\n").encode())


FORMAT = Format("values", (".json",), write, uses=("get", "check_grad"))
