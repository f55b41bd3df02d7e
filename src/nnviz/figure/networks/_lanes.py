"""The branches of a network as stages: lanes one below the other, and what they meet in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nnviz.branches import Chain, Sources
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.lines import Point, arrow, rounded_arrow, rounded_line, segments
from nnviz.figure.layout.style import SMALL, Style, up4, up8
from nnviz.figure.networks._stages import FORK, GAP, REACH, Flow, Stage
from nnviz.figure.scene import Ellipse, Mark, Rect

TRUNK, LANE, MEET = 8, 12, 24
"""Where lines part before lanes, where those begin, and what stands after them."""
RADIUS, BAR = 12, 8
"""Of a sum, and half of what channels are joined in."""
NOTHING = Block(0, 0, ())


@dataclass(frozen=True, slots=True)
class Branches:
    """A network that is laid out: its stages by number, 0 for the input."""

    style: Style
    sources: Sources
    stage: Callable[[int], Stage]

    def flow(self, chain: Chain) -> Flow:
        """The whole of it; where branches meet at its end, what they come to."""
        last = len(self.sources)
        ends = [self.stage(last + 1)] if last and len(self.sources[-1]) > 1 else []
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
                inside = room - FORK - LANE - MEET - made.width
                lanes = [self._flow(lane, before, [], (), inside) for lane in item.lanes]
                made = _meeting(self.style, lanes, made)
            elif before not in self.sources[item.layer - 1]:
                apart.add(len(stages))
            before, places[item.layer] = item.layer, len(stages)
            stages.append(made)
        past = [(places[start], places[end]) for start, end in chain.lines]
        return Flow(self.style, [*stages, *ends], room, past, led, frozenset(apart))


def joint(style: Style, name: str, shape: str, *, added: bool) -> Stage:
    """Where branches meet: a sign, and small on the line that leaves it a name and the shape."""
    theme, axis = style.theme, 2 * RADIUS
    above, below = lines(style, name, SMALL) if name else NOTHING, remark(style, shape, SMALL)
    left = 2 * RADIUS + 4
    width = left + up4(max(above.width, below.width))
    tone = theme.tone("intermediate")
    sign: list[Mark] = [
        Rect(RADIUS - BAR / 2, axis - RADIUS, BAR, 2 * RADIUS, tone.active, tone.line, 1.5)
    ]
    if added:
        cross = ((RADIUS, axis - 6), (RADIUS, axis + 6)), ((6, axis), (18, axis))
        sign = [
            Ellipse(RADIUS, axis, RADIUS, RADIUS, theme.page, theme.muted, 2),
            segments(cross, theme.muted, 2),
        ]
    end = 2 * RADIUS if added else RADIUS + BAR / 2
    marks = (
        *sign,
        segments([((end, axis), (width, axis))], theme.muted, 2),
        above.at(left, axis - above.height),
        below.at(left, axis),
    )
    block = Block(width, 2 * axis, marks, axis)
    return Stage(NOTHING, NOTHING, width, 2 * axis, lambda: block, port=RADIUS)


def _meeting(style: Style, lanes: Sequence[Flow], joint: Stage) -> Stage:
    """Lanes one below the other, and where they meet."""
    meet = LANE + max(lane.width for lane in lanes) + MEET
    width = meet - joint.port + joint.width
    height = up8(max(joint.height, sum(lane.height + GAP for lane in lanes) - GAP))

    def body() -> Block:
        axis, muted, y = height / 2, style.theme.muted, 0.0
        marks: list[Mark] = [joint.body().at(meet - joint.port, axis - joint.height / 2)]
        for lane in lanes:
            entry, (x, leave) = y + lane.entry, lane.exit
            way: list[Point] = [(0, axis), (TRUNK, axis), (TRUNK, entry), (LANE + 4, entry)]
            marks += [rounded_line(way, muted), lane.block().at(LANE, y)]
            x, leave = LANE + x, y + leave
            if abs(leave - axis) < REACH:
                marks += arrow((x, leave), (meet - REACH, leave), muted)
            else:
                tip = axis + (REACH if leave > axis else -REACH)
                marks += rounded_arrow([(x, leave), (meet, leave), (meet, tip)], muted)
            y += lane.height + GAP
        return Block(width, height, tuple(marks), axis)

    return Stage(NOTHING, NOTHING, width, height, body, forks=True)
