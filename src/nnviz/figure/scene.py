"""The waist of pictures: what every arrangement returns and every picture format draws.

A closed set of marks, plain and frozen, with extents that can be measured before a pixel
exists; named tuples, because a figure has hundreds of them. A shape that shows a cell of
the step itself says of which role it is `now`. Lengths are in units of one
pixel at scale 1, y goes down. Colours are `#rrggbb`; None draws nothing. No format computes
a position; no arrangement knows a format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from nnviz.libraries import np
from nnviz.records import NamedTuple, dataclass, field, replace

if TYPE_CHECKING:
    from nnviz.fields import Fields
    from nnviz.figure.typeface import Fonts
    from nnviz.trace import Role

Color: TypeAlias = str | None
Dash: TypeAlias = tuple[float, ...]
Anchor = Literal["start", "middle", "end"]
Place = Literal["", "sub", "sup"]

ASCENT, DESCENT = 0.77, 0.24
"""What a line of text takes above and below its baseline, as parts of its size."""
SMALLER = 0.72
"""The size of a subscript or superscript, as part of the text's."""
SHIFT = {"": 0.0, "sub": 0.2, "sup": -0.34}
"""How far below the baseline a span stands, as part of the text's size."""


class Box(NamedTuple):
    """A rectangle in the plane: what a mark takes."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box, slack: float = 0.01) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.right - slack
            and other.x < self.right - slack
            and self.y < other.bottom - slack
            and other.y < self.bottom - slack
        )

    def holds(self, other: Box, slack: float = 0.01) -> bool:
        """Whether `other` lies inside."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)


class Hatch(NamedTuple):
    """Parallel lines over a fill: `gap` apart, at 45 degrees, up or down."""

    color: str
    gap: float = 6
    width: float = 1
    up: bool = True


class Rect(NamedTuple):
    """A rectangle; its outline is centred on its edge."""

    x: float
    y: float
    width: float
    height: float
    fill: Color = None
    stroke: Color = None
    line: float = 1
    dash: Dash = ()
    radius: float = 0
    hatch: Hatch | None = None
    now: Role | None = None


class Ellipse(NamedTuple):
    """An ellipse around (x, y)."""

    x: float
    y: float
    rx: float
    ry: float
    fill: Color = None
    stroke: Color = None
    line: float = 1
    dash: Dash = ()
    now: Role | None = None


Command: TypeAlias = tuple[str, tuple[float, ...]]
"""("M", (x, y)), ("L", (x, y)), ("C", (x1, y1, x2, y2, x, y)) or ("Z", ())."""


class Path(NamedTuple):
    """Straight lines and cubic curves in absolute coordinates."""

    commands: tuple[Command, ...]
    fill: Color = None
    stroke: Color = None
    line: float = 1
    dash: Dash = ()
    now: Role | None = None


class Span(NamedTuple):
    """A piece of a text in one colour and weight, `width` wide as measured."""

    text: str
    fill: str
    width: float
    bold: bool = False
    place: Place = ""


class Text(NamedTuple):
    """A line of text; (x, y) is on its baseline, at its start, middle or end."""

    x: float
    y: float
    spans: tuple[Span, ...]
    size: float
    anchor: Anchor = "start"
    cell: Box | None = None
    """The cell it belongs to and has to stay in."""
    at: tuple[int, int] | None = None
    """Row and column of the number in its array, from 0."""

    @property
    def width(self) -> float:
        return sum(span.width for span in self.spans)

    @property
    def start(self) -> float:
        """The x of its left end."""
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width

    @property
    def content(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, eq=False)
class Image:
    """A picture: `pixels` (uint8, H×W or H×W×3) fill the box; `crisp` keeps them square."""

    x: float
    y: float
    width: float
    height: float
    pixels: np.ndarray
    crisp: bool = True


class Group(NamedTuple):
    """Marks moved together by (x, y); an array has a name to be read out."""

    marks: tuple[Mark, ...]
    x: float = 0
    y: float = 0
    label: str = ""


Shape: TypeAlias = Rect | Ellipse | Path
Leaf: TypeAlias = Shape | Text | Image
Mark: TypeAlias = Leaf | Group


@dataclass(frozen=True)
class Scene:
    """A figure: marks in the order they are painted, on a page of a size."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    desc: str
    """One sentence that a screen reader can say."""
    fonts: Fonts = field(repr=False, compare=False)
    page: Color = None
    zoom: float = 1
    """How many times as large as its units it is shown, beside any scale."""
    fields: Fields | None = field(default=None, repr=False)
    """What lights what, where its named groups are maps of a chain, once or several times."""

    def flat(self) -> Iterator[Leaf]:
        """Every mark without groups, where it stands on the page."""
        return flatten(self.marks)

    def parts(self) -> Iterator[Leaf | str | None]:
        """The same, with the label of a group before its marks and None after them."""
        return _parts(self.marks, 0, 0)

    @property
    def missing(self) -> str:
        """The characters of its texts that no font has; they are drawn as boxes."""
        asked = {(c, span.bold) for text in self.texts() for span in text.spans for c in span.text}
        return "".join(sorted({c for c, bold in asked if self.fonts.face(c, bold) is None}))

    def texts(self) -> list[Text]:
        """Every text, where it stands on the page."""
        return [mark for mark in self.flat() if isinstance(mark, Text)]


def flatten(marks: Iterable[Mark], dx: float = 0, dy: float = 0) -> Iterator[Leaf]:
    """The marks inside groups, each moved to where its groups put it."""
    return (p for p in _parts(marks, dx, dy) if p is not None and not isinstance(p, str))


def _parts(marks: Iterable[Mark], dx: float, dy: float) -> Iterator[Leaf | str | None]:
    for mark in marks:
        if not isinstance(mark, Group):
            yield _moved(mark, dx, dy)
            continue
        if mark.label:
            yield mark.label
        yield from _parts(mark.marks, dx + mark.x, dy + mark.y)
        if mark.label:
            yield None


def _moved(mark: Leaf, dx: float, dy: float) -> Leaf:
    if not dx and not dy:
        return mark
    if isinstance(mark, Path):
        shift = (dx, dy) * 3
        commands = tuple(
            (letter, tuple(p + s for p, s in zip(points, shift, strict=False)))
            for letter, points in mark.commands
        )
        return mark._replace(commands=commands)
    if isinstance(mark, Image):
        return replace(mark, x=mark.x + dx, y=mark.y + dy)
    if isinstance(mark, Text) and mark.cell is not None:
        return mark._replace(x=mark.x + dx, y=mark.y + dy, cell=mark.cell.moved(dx, dy))
    return mark._replace(x=mark.x + dx, y=mark.y + dy)


def extent(mark: Mark) -> Box:
    """What a mark takes, its outline included.

    >>> extent(Rect(4, 8, 20, 12, stroke="#000000", line=2))
    Box(x=3.0, y=7.0, width=22.0, height=14.0)
    """
    match mark:
        case Rect(x=x, y=y, width=width, height=height):
            return _outlined(mark, Box(x, y, width, height))
        case Ellipse(x=x, y=y, rx=rx, ry=ry):
            return _outlined(mark, Box(x - rx, y - ry, 2 * rx, 2 * ry))
        case Path():
            points = [p for _, points in mark.commands for p in points]
            return _outlined(mark, _hull(points[::2], points[1::2]))
        case Text():
            return _text_extent(mark)
        case Image(x=x, y=y, width=width, height=height):
            return Box(x, y, width, height)
        case Group():
            boxes = [extent(m) for m in flatten(mark.marks, mark.x, mark.y)]
            xs = [b.x for b in boxes] + [b.right for b in boxes]
            return _hull(xs, [b.y for b in boxes] + [b.bottom for b in boxes])


def _text_extent(text: Text) -> Box:
    tops, bottoms = [0.0], [0.0]
    for span in text.spans:
        size = text.size * (SMALLER if span.place else 1)
        shift = SHIFT[span.place] * text.size
        tops.append(shift - ASCENT * size)
        bottoms.append(shift + DESCENT * size)
    return Box(text.start, text.y + min(tops), text.width, max(bottoms) - min(tops))


def _outlined(shape: Shape, box: Box) -> Box:
    """A box and what the outline takes around it."""
    by = shape.line / 2 if shape.stroke else 0
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _hull(xs: list[float], ys: list[float]) -> Box:
    if not xs:
        return Box(0, 0, 0, 0)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
