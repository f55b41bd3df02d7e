"""One moment of a walk: the arrays with the window lit, and the sum as far as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.segment import Segment, SegmentLines
from rich.text import Text

from nnviz.formats._columns import place_of
from nnviz.formats._steps import played
from nnviz.formats.terminal.cutout import Cutout, Light, shown
from nnviz.formats.terminal.header import title
from nnviz.formats.terminal.lines import Lines, rows, width_of
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.unfolded import Beat, beats
from nnviz.formats.terminal.view import OnPaper
from nnviz.lang import say
from nnviz.records import dataclass
from nnviz.request import Request
from nnviz.trace import Index, Product, Step, Sum, Trace
from nnviz.words import Words

EQUATIONS = 64
"""Equations of a step of vectors that are walked through."""
_SIDES = (24, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2)
"""Rows and columns of an array that are shown, from the most that are tried to the least."""
_TRIED = (*((3, side) for side in _SIDES if side > 4), *((1, side) for side in _SIDES))
"""Channels that stand one under another, and the sides of each: fewer before very small ones."""
_LEAST = 4
"""Lines that arrays and arithmetic need at least."""


def beats_of(step: Step, lang: str) -> list[Beat]:
    """Every state of the formula of a step."""
    return list(beats(step.formula[:EQUATIONS], lambda words: say(words, lang)))


def walked(trace: Trace, request: Request) -> Sequence[int]:
    """The numbers of the steps to go through, as they come."""
    return played(trace, request)


@dataclass(frozen=True)
class Moment(OnPaper):
    """A step, as far as it has been gone through."""

    trace: Trace
    """Of the layer that the step is of."""
    request: Request
    step: Step
    beats: Sequence[Beat]
    """Every state of its formula."""
    written: int
    """How many of them have been."""
    where: Sequence[Words] = ()
    """Which step it is, of how many; of which layer."""
    foot: Sequence[Words | str] = ()
    """What stands at the bottom: what is asked, what the keys do."""
    secret: bool = False
    """Whether what comes of the step, and of those after it, may not be told by any width."""
    whole: bool = False

    @property
    def _beat(self) -> Beat | None:
        """The state that is shown."""
        return self.beats[min(self.written, len(self.beats)) - 1] if self.written else None

    @property
    def done(self) -> bool:
        """Whether all of it is written."""
        return self.written >= len(self.beats)

    def blocks(self, paper: Paper) -> Iterator[RenderableType]:
        """The head, the arrays, the arithmetic; what stands at the bottom."""
        height = self.request.screen.height or 24
        head = [
            *paper.lines(paper.hanging(title(paper, self.trace))),
            *paper.lines(self._place(paper)),
        ]
        foot = [line for words in self.foot for line in self._said(paper, words)]
        room = height - len(head) - len(foot) - 2
        if room < _LEAST:
            small = Words("this window is too small: {size}", size=f"{paper.width}×{height}")
            yield SegmentLines([*self._said(paper, small), *foot][:height], new_lines=True)
            return
        sums = self._arithmetic(paper)
        sums_room = min(len(sums), max(_LEAST - 1, room // 3))
        body = self._arrays(paper, room - sums_room - bool(sums))[: room - sums_room - bool(sums)]
        left = room - len(body) - 1
        if sums and len(sums) > left:
            sums = [[*paper.lines(Text(paper.text("…"), "muted"))[0]], *sums[1 - left :]]
        body += [[], *sums] if sums else []
        lines = [*head, [], *body, *[[] for _ in range(room - len(body) + 1)], *foot]
        yield SegmentLines(lines, new_lines=True)

    def _said(self, paper: Paper, words: Words | str) -> Lines:
        return paper.lines(paper.hanging(Text(paper.say(words), "muted")))

    def _place(self, paper: Paper) -> Text:
        """Which step it is, and of which cell."""
        line = Text(" · ").join(Text(paper.say(words), "heading") for words in self.where)
        chain = self.trace.recurrence and self.trace.recurrence.place(self.step.number)
        index = zip(self.trace.places, place_of(self.trace, self.step), strict=False)
        said = (
            paper.say(chain) if chain else ", ".join(f"{paper.say(p.label)} {i}" for p, i in index)
        )
        return paper.hanging(line.append(f"  {said}", "muted"))

    # --- arithmetic -------------------------------------------------------------------

    def _arithmetic(self, paper: Paper) -> Lines:
        """The equations as far as they are written, and what the sum comes to so far."""
        beat = self._beat
        if beat is None:
            return []
        made: Lines = []
        for equation in (*self.step.formula[: beat.number], beat.equation):
            made += paper.lines(paper.hanging(Text.assemble(*paper.formula(equation)), 4))
        if beat.total is not None and not self.secret:
            value = paper.text(paper.show(beat.total))
            made += self._said(paper, Words("so far: {value}", value=value))
        if self.done and not self.secret:
            for line in paper.explained(self.trace, self.step):
                made += paper.lines(paper.hanging(line, 0))
        return made

    # --- arrays -----------------------------------------------------------------------

    def _arrays(self, paper: Paper, room: int) -> Lines:
        """The arrays in a row with the signs between them, cut around the window to fit."""
        items = [self._cutout(name) or name for name in self.trace.equation]
        made: list[list[Lines]] = []
        for across in (True, False):  # Side by side, else one under another.
            for most in _TRIED:
                made.append(self._rows(paper, items, *most))
                fits = max(map(width_of, made[-1]), default=0) <= paper.width
                fits = fits and sum(map(len, made[-1])) <= room
                if fits and (len(made[-1]) == 1 or not across):
                    return [line for row in made[-1] for line in row]
        # What does not fit at its least is cut: a line that went on would push others away.
        cut = Segment.adjust_line_length
        return [cut(line, paper.width, pad=False) for row in made[-1] for line in row]

    def _rows(
        self, paper: Paper, items: Sequence[Cutout | str], channels: int, side: int
    ) -> list[Lines]:
        groups: list[list[Lines]] = [[]]
        for item in items:
            if isinstance(item, str):
                sign = Text(paper.text(item), "heading")
                groups[-1].append([[], *paper.lines(sign)])
            else:
                groups[-1].append(paper.lines(shown(paper, item, channels, side)))
                groups.append([])
        return rows([group for group in groups if group], 1, paper.width, middle=True)

    def _cutout(self, name: str) -> Cutout | None:
        trace, step = self.trace, self.step
        if name not in trace.arrays and name not in trace.results:
            return None
        made = name in trace.results or name == "pre"
        lit = step.cells.get(name, step.cells.get("output", ()) if made else ())
        # What all steps come to is no row of any: many to one.
        of_all = name == "output" and "output" not in trace.steps[0].cells
        known = (lambda _: self._at_the_end) if of_all else self._known
        light = Light(lit, self._active(name))
        return Cutout(trace, name, light, step, known if made else None, self.secret)

    @property
    def _at_the_end(self) -> bool:
        last = 1 if self.trace.back else len(self.trace.steps)
        return self.done and self.step.number == last

    def _known(self, cell: Index) -> bool:
        """Whether a cell of a result is made by now: by a step before, or by this one."""
        index = self.step.index
        if len(cell) < len(index):  # What many steps come to in the end.
            return self._at_the_end
        here, now = cell[: len(index)], index
        before = here > now if self.trace.back else here < now
        return before or (here == now and self.done)

    def _active(self, name: str) -> Index | None:
        """The cell of an array that the last term was read from."""
        beat, cells = self._beat, self.step.cells.get(name, ())
        if beat is None or beat.term is None or beat.number:
            return None
        if any(len(cell) < self.trace.array(name).ndim for cell in cells):
            return None  # Rows of a matrix, which many terms are read from.
        sides = self.step.formula[0].sides
        terms = sides[0].terms if isinstance(sides[0], Sum) else ()
        products = sum(isinstance(term, Product) for term in terms)
        if products and beat.term >= products:
            return cells[0] if name == "bias" and cells else None
        return cells[beat.term] if beat.term < len(cells) and name != "bias" else None
