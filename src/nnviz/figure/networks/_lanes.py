"""The branches of a network as stages: lanes one below the other, and what they meet in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nnviz.branches import Chain, Sources
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.lines import Point, rounded_line, segments
from nnviz.figure.layout.style import SMALL, Style, up4, up8
from nnviz.figure.networks._stages import AROUND, FORK, GAP, REACH, SUM, Flow, Pen, Stage
from nnviz.figure.scene import Ellipse, Mark, Rect
from nnviz.records import dataclass

TRUNK, LANE, MEET = 8, 12, 24
"""Where lines part before lanes, where those begin, and what stands after them."""
RADIUS, BAR = 12, 8
"""Of a sum, and half of what channels are joined in."""
NOTHING = Block(0, 0, ())


@dataclass(frozen=True)
class Branches:
    """A network that is laid out: its stages by number, 0 for the input."""

    style: Style
    sources: Sources
    stage: Callable[[int], Stage]
    count: int
    """Of all stages; those after the layers stand at the end."""
    back: bool = False

    def flow(self, chain: Chain) -> Flow:
        """The whole of it, with what stands at its end."""
        ends = [self.stage(n) for n in range(len(self.sources) + 1, self.count)]
        return self._flow(chain, 0, [self.stage(0)], ends, self.style.room)

    def _flow(
        self, chain: Chain, before: int, stages: list[Stage], ends: Sequence[Stage], room: float
    ) -> Flow:
        """A chain after a layer, which is the last of the stages before or comes in."""
        led, apart = not stages, set()
        places = {before: len(stages) - 1}
        for item in chain.items:
            made = self.stage(item.layer)
            if item.lanes:
                inside = room - FORK - LANE - MEET - made.width - self.back * (AROUND + SUM)
                lanes = [self._flow(lane, before, [], (), inside) for lane in item.lanes]
                made = _meeting(Pen(self.style, self.back), lanes, made)
            elif before not in self.sources[item.layer - 1]:
                apart.add(len(stages))
            before, places[item.layer] = item.layer, len(stages)
            stages.append(made)
        past = [(places[start], places[end]) for start, end in chain.lines]
        return Flow(self.style, [*stages, *ends], room, past, led, frozenset(apart), self.back)


def joint(pen: Pen, name: str, shape: str, *, added: bool) -> Stage:
    """Where branches meet: a sign, and small on the line that leaves it a name and the shape.

    Back it is where what arrives goes every way: of a sum as it is.
    """
    style, axis = pen.style, 2 * RADIUS
    above, below = lines(style, name, SMALL) if name else NOTHING, remark(style, shape, SMALL)
    left = 2 * RADIUS + 4
    width = left + up4(max(above.width, below.width))
    tone = style.theme.tone("intermediate")
    sign: list[Mark] = [
        Rect(RADIUS - BAR / 2, axis - RADIUS, BAR, 2 * RADIUS, tone.active, tone.line, 1.5)
    ]
    if added:
        dot = Ellipse(RADIUS, axis, 4, 4, pen.stroke)
        sign = [dot] if pen.back else [*pen.sum(RADIUS, axis, RADIUS)]
    end = RADIUS + (BAR / 2 if not added else 0 if pen.back else RADIUS)
    marks = (
        *sign,
        segments([((end, axis), (width, axis))], pen.stroke, 2),
        above.at(left, axis - above.height),
        below.at(left, axis),
    )
    block = Block(width, 2 * axis, marks, axis)
    return Stage(NOTHING, NOTHING, width, 2 * axis, lambda: block, port=RADIUS)


def _meeting(pen: Pen, lanes: Sequence[Flow], joint: Stage) -> Stage:
    """Lanes one below the other, and where they meet."""
    left = LANE + SUM * pen.back
    meet = left + max(lane.width for lane in lanes) + MEET
    width = meet - joint.port + joint.width
    height = up8(max(joint.height, sum(lane.height + GAP for lane in lanes) - GAP))

    def body() -> Block:
        axis, y = height / 2, 0.0
        marks: list[Mark] = [joint.body().at(meet - joint.port, axis - joint.height / 2)]
        for lane in lanes:
            entry, (x, leave) = y + lane.entry, lane.exit
            way: list[Point] = [(0, axis), (TRUNK, axis), (TRUNK, entry), (left + 4, entry)]
            marks += [*_parting(pen, way), lane.block().at(left, y)]
            x, leave = left + x, y + leave
            tip = axis + (pen.reach if leave > axis else -pen.reach)
            ends: list[Point] = [(meet, leave), (meet, tip)]
            if abs(leave - axis) < REACH:
                ends = [(meet - pen.reach, leave)]
            marks += pen.led([(x, leave), *ends], first=bool(lane.stages))
            y += lane.height + GAP
        if pen.back:
            marks = [*marks[1:], *pen.parting(TRUNK, axis), marks[0]]
        return Block(width, height, tuple(marks), axis)

    return Stage(NOTHING, NOTHING, width, height, body, forks=True)


def _parting(pen: Pen, way: Sequence[Point]) -> Iterable[Mark]:
    """From what comes in to a lane; back from the lane to the sum of gradients."""
    if not pen.back:
        return (rounded_line(way, pen.stroke),)
    (x, axis), (_, entry) = way[1:3]
    stub = segments([(way[0], way[1])], pen.stroke, 2)
    if entry == axis:
        return (stub, *pen.arrow((x + SUM, axis), way[3]))
    return (stub, *pen.led([(x, axis + (SUM if entry > axis else -SUM)), *way[2:]]))
