"""The arrays of a figure as tables, for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnviz.figure.scene import Scene, Text
from nnviz.formats.svg import escape

Numbers = dict[tuple[int, int], str]


def tables(scene: Scene) -> Iterator[str]:
    """A table an array whose numbers stand in cells, with its name as caption."""
    open_: list[tuple[str, Numbers]] = []
    for part in scene.parts():
        if isinstance(part, str):
            open_.append((part, {}))
        elif part is None:
            label, numbers = open_.pop()
            if numbers:
                yield _table(label, numbers)
        elif isinstance(part, Text) and part.at and open_:
            open_[-1][1][part.at] = part.content


def _table(label: str, numbers: Mapping[tuple[int, int], str]) -> str:
    """Rows and columns by their indices."""
    rows, columns = (sorted({at[k] for at in numbers}) for k in (0, 1))
    head = "".join(f'<th scope="col">{c}</th>' for c in columns)
    body = (
        f'<tr><th scope="row">{r}</th>'
        + "".join(f"<td>{escape(numbers.get((r, c), ''))}</td>" for c in columns)
        + "</tr>"
        for r in rows
    )
    caption = f"<caption>{escape(label)}</caption>"
    return f"<table>{caption}<tr><td></td>{head}</tr>{''.join(body)}</table>"
