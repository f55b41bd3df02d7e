"""Draw docs/rooms.svg: the rooms of src/nnviz and what they import, as the files say.

    python tools/rooms.py

A test checks that the picture is current.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nnviz
from layered import Layout, arranged, reached, reduced
from nnviz.figure.layout.lines import arrow
from nnviz.figure.layout.style import BODY, MARGIN, SMALL, TITLE, Style, near4, up4
from nnviz.figure.scene import Box, Command, Mark, Rect, Scene
from nnviz.figure.scene import Path as Curve
from nnviz.formats.svg import svg
from nnviz.request import Appearance
from nnviz.trace import Role

ROOT = Path(nnviz.__file__).parent
PICTURE = Path(__file__).parent.parent / "docs" / "rooms.svg"
DOORS = {"__init__", "__main__", "version"}
"""Ways in, and what they say of themselves: of these the picture does not speak."""
ROLES: dict[str, Role] = {
    **dict.fromkeys(("cli", "api", "result"), "input"),
    **dict.fromkeys(("ops", "core", "options", "read"), "weight"),
    **dict.fromkeys(("figure", "formats", "lang"), "output"),
    "trace": "hidden",
}
"""A colour for those who ask, those who compute, those who show, and what they meet in."""
CARD, GAP, ROW = 196, 20, 60
TITLE_TEXT = "The rooms of nnviz"
LEGEND = (
    "An arrow leads to what a room imports. Arrows that follow from others are left out, "
    "and those to the files at the bottom."
)
GROUND = "What every room may use"


class Room(NamedTuple):
    """A room as it is drawn."""

    name: str
    said: str
    """What its first line says."""
    inside: tuple[str, ...]
    """The rooms in it, or the files that it alone is made of."""


def room_of(path: Path) -> str:
    """The room a file stands in: a folder of src/nnviz, or the file's own name."""
    inside = path.relative_to(ROOT)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """What a file imports from the project anywhere, inside functions too, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "nnviz":
                yield name, node.lineno


def graph() -> dict[str, set[str]]:
    """Which rooms each room imports."""
    files = sorted(ROOT.rglob("*.py"))
    found: dict[str, set[str]] = {room_of(path): set() for path in files}
    for path in files:
        there = {name.split(".")[1] for name, _ in imported(path) if "." in name}
        found[room_of(path)] |= there & set(found) - {room_of(path)}
    return {room: below - DOORS for room, below in found.items() if room not in DOORS}


def drawn() -> Scene:
    """The picture."""
    whole = graph()
    folders = {room for room in whole if (ROOT / room).is_dir()}
    # What needs no folder is there for all of them; the waist alone has a card of its own.
    floor = {room for room in whole if not folders & ({room} | reached(whole, room))}
    edges = {r: below - floor | below & {"trace"} for r, below in whole.items() if r not in floor}
    edges["trace"] = set()
    layout = arranged(reduced(edges), CARD, GAP)
    rooms = {name: _room(name, whole, floor) for name in edges}
    return _page(layout, rooms, floor - {"trace"} - set(rooms["trace"].inside))


def _room(name: str, whole: dict[str, set[str]], floor: set[str]) -> Room:
    path = ROOT / name
    if path.is_dir():
        inside = tuple(sorted(p.name for p in path.iterdir() if any(p.glob("*.py"))))
        return Room(f"{name}/", _first_line(path / "__init__.py"), inside)
    own: tuple[str, ...] = ()
    if name == "trace":
        beside = [room for room in whole if room not in floor and name not in reached(whole, room)]
        own = tuple(sorted(reached(whole, name).difference(*(reached(whole, r) for r in beside))))
    return Room(f"{name}.py", _first_line(path.with_suffix(".py")), own)


def _first_line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=[^.]\.)\s|\n\n", said)[0].replace("\n", " ").replace("`", "")


class Card(NamedTuple):
    """A room measured: its lines, and how high it is."""

    room: Room
    said: list[str]
    inside: list[str]

    @property
    def height(self) -> int:
        """Its name, its lines, and the room around them."""
        return up4(44 + 15 * len(self.said) + (8 + 15 * len(self.inside) if self.inside else 0))


def _page(layout: Layout, rooms: dict[str, Room], floor: set[str]) -> Scene:
    style = Style.of(Appearance())
    cards = {name: _measured(style, room) for name, room in rooms.items()}
    boxes, bottom = _placed(layout, cards)
    width = max(box.right for box in boxes.values()) + MARGIN
    marks: list[Mark] = [
        style.text(MARGIN, 44, TITLE_TEXT, TITLE, bold=True),
        style.text(MARGIN, 66, LEGEND, SMALL, fill=style.theme.muted),
    ]
    for way in layout.ways.values():
        marks += _arrow(style, [boxes[node] for node in way])
    for name, card in cards.items():
        marks += _card(style, boxes[name], card, ROLES.get(name, "plain"))
    ground, bottom = _ground(style, width, bottom + ROW / 2, floor)
    said = f"{TITLE_TEXT}: " + "; ".join(_sentences(layout))
    return Scene(
        up4(width), up4(bottom + MARGIN), (*marks, *ground), TITLE_TEXT, said + ".",
        style.fonts, style.theme.page,
    )  # fmt: skip


def _sentences(layout: Layout) -> Iterator[str]:
    """The arrows, for who cannot see them."""
    for row in layout.rows:
        for node in row:
            below = [end for start, end in layout.ways if start == node]
            if below:
                yield f"{node} imports {', '.join(below)}"


def _measured(style: Style, room: Room) -> Card:
    inside = _wrapped(style, " · ".join(room.inside)) if room.inside else []
    return Card(room, _wrapped(style, room.said), inside)


def _wrapped(style: Style, text: str, room: float = CARD - 24) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and style.width(longer, SMALL) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _placed(layout: Layout, cards: dict[str, Card]) -> tuple[dict[str, Box], float]:
    """Where each card is, and each place that an arrow passes; where the rows end."""
    boxes: dict[str, Box] = {}
    top = 96.0
    for row in layout.rows:
        height = max(cards[node].height for node in row if node in cards)
        for node in row:
            # On the grid, as figures are: a last bit of a sum changes no picture.
            middle = MARGIN + near4(layout.middles[node])
            if node in cards:
                boxes[node] = Box(middle - CARD / 2, top, CARD, cards[node].height)
            else:
                boxes[node] = Box(middle, top, 0, height)
        top += height + ROW
    return boxes, top - ROW


def _arrow(style: Style, boxes: list[Box]) -> Iterator[Mark]:
    """A line that leaves a card below, passes between others, and comes in from above."""
    color = style.theme.tone("intermediate").line
    x, y = boxes[0].x + boxes[0].width / 2, boxes[0].bottom
    commands: list[Command] = [("M", (x, y))]
    for box in boxes[1:]:
        end = box.x + box.width / 2
        bend = (box.y + y) / 2
        commands.append(("C", (x, bend, end, bend, end, box.y)))
        x, y = end, box.bottom
        if box is not boxes[-1]:
            commands.append(("L", (x, y)))
    yield Curve(tuple(commands), stroke=color, line=1.5)
    tip = boxes[-1].y
    yield arrow((x, tip - 10), (x, tip), color, 1.5, head=9)[1]


def _card(style: Style, box: Box, card: Card, role: Role) -> Iterator[Mark]:
    tone = style.theme.tone(role)
    yield Rect(*box, fill=tone.pale, stroke=tone.line, line=1.5, radius=8)
    left, y = box.x + 12, box.y + 26
    yield style.text(left, y, card.room.name, BODY, fill=tone.line, bold=True)
    for line in card.said:
        y += 15
        yield style.text(left, y + 4, line, SMALL)
    y += 8
    for line in card.inside:
        y += 15
        yield style.text(left, y + 4, line, SMALL, fill=tone.line)


def _ground(style: Style, width: float, top: float, floor: set[str]) -> tuple[list[Mark], float]:
    """What every room stands on, side by side: files that need no room."""
    tone = style.theme.tone("intermediate")
    inner = width - 2 * MARGIN
    lines = _wrapped(style, " · ".join(sorted(floor)), inner - 24)
    box = Box(MARGIN, top, inner, up4(48 + 16 * len(lines)))
    marks: list[Mark] = [
        Rect(*box, fill=tone.pale, stroke=tone.line, dash=(4, 3), radius=8),
        style.text(box.x + 12, top + 26, GROUND, BODY, fill=tone.line, bold=True),
    ]
    for i, line in enumerate(lines):
        marks.append(style.text(box.x + 12, top + 46 + 16 * i, line, SMALL))
    return marks, box.bottom


def picture() -> str:
    """The picture as it is stored."""
    return svg(drawn())


def main() -> None:
    """Draw it."""
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
