"""What a figure is written in: theme, fonts, language, three sizes, and the grid of 4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from nnviz.elision import shortened
from nnviz.expressions import with_parts
from nnviz.figure.scene import SMALLER, Anchor, Box, Place, Span, Text
from nnviz.figure.theme import Theme, theme
from nnviz.figure.typeface import Fonts
from nnviz.lang import catalogue
from nnviz.notation import ABOUT, EQUAL
from nnviz.numerals import rounded
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.request import NOTE, PHONE, Appearance
from nnviz.trace import Equation, Expr, Num, Role, Step, Token, tokens
from nnviz.words import Words, safe

TITLE, BODY, SMALL = 20, 15, 11
PAGE = NOTE
"""The width of a note: a figure goes on below before it is wider."""
MARGIN = 24
STEP = 400
"""The height of a row of arrays that leaves room for a step's sum on a screen."""


def up4(length: float) -> int:
    """The next multiple of 4.

    >>> up4(41.2)
    44
    """
    return 4 * math.ceil(length / 4 - 1e-9)  # what is over by the rounding of a sum is not over


def near4(length: float) -> int:
    """The nearest multiple of 4."""
    return 4 * round(length / 4)


def middle4(height: float) -> int:
    """Where the middle of something is taken to be, on the grid.

    Always rounded down, so that the rows of arrays with odd numbers of them stay level.
    """
    return 4 * int(height // 8)


def up8(length: float) -> int:
    """An even number of fours, so that what is centred on it stays on the grid."""
    return 8 * -(-up4(length) // 8)


CALLED = {"output": "feature map", "pre": "sum"}
"""Arrays that figures call otherwise than by their names."""


class Piece(NamedTuple):
    """A run of text: its colour (None: the text's own), weight and place."""

    text: str
    fill: str | None = None
    bold: bool = False
    place: Place = ""


@dataclass(frozen=True)
class Style:
    """Theme, fonts, language and precision of a figure."""

    theme: Theme
    fonts: Fonts
    lang: str = "en"
    precision: int = 4
    labels: tuple[tuple[str, str], ...] = ()
    """What arrays are called instead of their usual names."""
    page: int = PAGE
    """The width that a figure may have, with its margins."""
    tall: float = math.inf
    """How high a row of arrays, or a panel of a sheet, may be."""
    cut: bool = False
    """Whether the middle of long arrays is left out rather than that they are higher."""
    symbols: bool = False
    """Sizes in place of numbers."""
    back: bool = False
    """Whether steps are gone through from the last: what comes before one is still to come."""

    @classmethod
    def of(cls, appearance: Appearance) -> Style:
        """The style that a look asks for; raises where its theme or font is none."""
        return cls(
            theme(appearance.theme),
            Fonts(appearance.font),
            appearance.lang,
            appearance.precision,
            labels=appearance.labels,
            page=appearance.width,
            symbols=appearance.symbols,
        )

    @property
    def room(self) -> int:
        """What a figure has between its margins."""
        return self.page - 2 * MARGIN

    @property
    def on_phone(self) -> bool:
        """Whether the page is so narrow that a figure of a step is better short than whole."""
        return self.page < PHONE

    def beneath(self, width: float, least: float = 400) -> float:
        """The room of what stands beneath something so wide: some at least, the page at most."""
        return min(self.room, max(least, width))

    def within(self, room: float, tall: float = math.inf, *, cut: bool = False) -> Style:
        """The same for a part of the page that is so wide and high."""
        return replace(self, page=int(room) + 2 * MARGIN, tall=tall, cut=cut)

    def for_step(self, step: Step | None) -> Style:
        """The same; of a step so that its arrays leave room for its sum on a screen."""
        return self if step is None else replace(self, tall=STEP, cut=True)

    @property
    def terser(self) -> Style:
        """The same with a digit less, where there are as many as usual: for what would not fit."""
        return replace(self, precision=self.precision - (self.precision == Appearance().precision))

    @property
    def brief(self) -> Style:
        """The same with as few digits as tell numbers apart."""
        return replace(self, precision=min(2, self.precision))

    def say(self, words: Words | str) -> str:
        """Words in the figure's language; the name of an array as the reader calls it."""
        if isinstance(words, str):
            return words
        template, name = words.template, words.template.partition(",")[0]
        said = words.filled(catalogue(self.lang).get(template, template), self.say)
        for array, label in self.labels:
            if name in (array, CALLED.get(array)):
                return safe(label) + said[len(said.partition(",")[0]) :]
        return said

    def show(self, value: int | float) -> str:
        """A number, the same wherever it stands."""
        return rounded(value, self.precision)

    def width(self, content: str | Iterable[Piece], size: float, bold: bool = False) -> float:
        """How wide a text is."""
        if isinstance(content, str):
            return self.fonts.width(safe(content), size, bold)
        return sum(span.width for span in self._spans(content, size, "#000000", bold))

    def heading(self, name: str | Iterable[Piece]) -> int:
        """The size of a name above something: small where the page has no room for it."""
        return BODY if self.width(name, BODY, True) <= self.room else SMALL

    def text(
        self,
        x: float,
        y: float,
        content: str | Iterable[Piece],
        size: float = BODY,
        *,
        fill: str | None = None,
        bold: bool = False,
        anchor: Anchor = "start",
        cell: Box | None = None,
    ) -> Text:
        """A measured text with its baseline at `y`; `fill` is the ink unless given."""
        ink = self.theme.ink if cell is None else self.theme.number
        spans = self._spans(content, size, fill or ink, bold)
        return Text(x, y, spans, size, anchor, cell)

    def note(self, x: float, y: float, content: str, anchor: Anchor = "start") -> Text:
        """A small, muted text: an index, a shape, what is left out."""
        return self.text(x, y, content, SMALL, fill=self.theme.muted, anchor=anchor)

    def pieces(
        self, equation: Equation, wide: Mapping[Role, int | float] | None = None
    ) -> list[Piece]:
        """An equation as text in the colours of its roles, what it comes to in bold.

        The numbers of a role in `wide` are replaced by the one given.
        """
        if wide:
            equation = Equation(tuple(_with(wide, side) for side in equation.sides))
        found = list(tokens(shortened(equation, self.say), self.show))
        last = max((i for i, t in enumerate(found) if t.text in (EQUAL, ABOUT)), default=len(found))
        return [self.piece(t, bold=i > last and t.role != "plain") for i, t in enumerate(found)]

    def piece(self, token: Token, *, bold: bool = False) -> Piece:
        """One token in the colour of its role."""
        fill = None if token.role == "plain" else self.theme.tone(token.role).line
        return Piece(token.text, fill, bold, token.place)

    def _spans(
        self, content: str | Iterable[Piece], size: float, fill: str, bold: bool
    ) -> tuple[Span, ...]:
        pieces = [Piece(content)] if isinstance(content, str) else content
        spans = []
        for text, color, heavy, place in pieces:
            at = size * SMALLER if place else size
            weight, shown = bold or heavy, safe(text)
            width = self.fonts.width(shown, at, weight)
            spans.append(Span(shown, color or fill, width, weight, place))
        return tuple(spans)


def _with(wide: Mapping[Role, int | float], expr: Expr) -> Expr:
    """An expression with the numbers of the roles in `wide` replaced."""
    if isinstance(expr, Num):
        return Num(wide.get(expr.role, expr.value), expr.role)
    return with_parts(expr, lambda part: _with(wide, part))


def middle(y: float, size: float) -> float:
    """The baseline that centres digits and capitals on `y`: DejaVu's are 0.73 of its size high."""
    return y + 0.365 * size
