"""CSV: a row a line; a vector is one line; each channel is a block after an empty line.

A comment says the shape where the lines alone would lose it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from nnviz.formats import Format, Made
from nnviz.formats._values import is_table, pick, pick_array
from nnviz.libraries import np
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The array that `request.get` names, its numbers as they read back; or a table's rows."""
    value = pick(trace, request.get)
    rows = value.get("rows") if isinstance(value, dict) else value
    if is_table(rows):
        return Made(_records(rows).encode())
    array = pick_array(trace, request.get, "csv")
    return Made((_shape_line(array.shape) + "\n".join(_matrices(array))).encode())


def _records(rows: list[dict[str, Any]]) -> str:
    """A line of names and a line a row, as a spreadsheet takes them; what a row lacks is empty."""
    from csv import DictWriter

    lines = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    table = DictWriter(lines, [*names], lineterminator="\n")
    table.writeheader()
    table.writerows({name: _field(value) for name, value in row.items()} for row in rows)
    return lines.getvalue()


def _field(value: Any) -> Any:
    """A shape as 6x28x28, several of them with blanks between."""
    if not isinstance(value, list | tuple):
        return value
    nested = any(isinstance(each, list | tuple) for each in value)
    return (" " if nested else "x").join(str(_field(each)) for each in value)


def _shape_line(shape: tuple[int, ...]) -> str:
    """A comment with the shape, but for what the lines say: a vector, rows, channels of rows."""
    if len(shape) < 2 or (len(shape) < 4 and min(shape[:-1]) > 1):
        return ""
    return f"# shape {'x'.join(map(str, shape))}\n"


def _matrices(array: np.ndarray) -> Iterator[str]:
    """Matrices as text: the last two axes of each."""
    rows, columns = (1, 1, *array.shape)[-2:]
    for matrix in array.reshape((-1, rows, columns)):
        yield "".join(",".join(map(repr, row.tolist())) + "\n" for row in matrix)


FORMAT = Format("values", (".csv",), write, uses=("get", "check_grad"), heading="# {name}")
