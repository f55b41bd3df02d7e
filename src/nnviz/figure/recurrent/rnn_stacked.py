"""A recurrent net of several layers or both directions: times to the right, layers upward."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Piece, Style, middle, near4
from nnviz.figure.recurrent._net import State, formulas, one_chain, place_of
from nnviz.figure.recurrent._stacked import Stack, measured_stack
from nnviz.figure.scene import Mark, Rect, Scene
from nnviz.request import Appearance
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 0


def fits(trace: Trace) -> Words | None:
    """Whether there is more than one chain of cells."""
    if one_chain(trace) is not None:
        return None
    return Words(
        "it draws several layers or both directions, but there is one layer in one direction"
    )


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The layers over the times, the formulas above; of a step, its arithmetic beneath."""
    style = Style.of(appearance)
    stack = measured_stack(trace, style, step)
    blocks = worked(style, [_stack_block(stack)], step)
    facts = [*formulas(trace, style), *stack.shapes_said(), *place_of(trace, style, step)]
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the stack with the step active, and its arithmetic."""
    return column(worked(style, [_stack_block(measured_stack(trace, style, step))], step), 12)


def _stack_block(stack: Stack) -> Block:
    """Every column, the arrows between, and the weights on the first of them."""
    marks: list[Mark] = [
        mark
        for layer in range(stack.layers)
        for mark in (*_first_states(stack, layer), *_state_arrows(stack, layer))
    ]
    for i, t in enumerate(stack.times):
        marks += _stack_dots(stack, i) if t is None else _stack_column(stack, i, t)
    for i in range(len(stack.times) - 1 if stack.feedback else 0):
        marks += _stack_feedback(stack, i)
    marks += _stack_weights(stack)
    return Block(stack.across, stack.height, tuple(marks))


# --- what goes from time to time -----------------------------------------------------


def _first_states(stack: Stack, layer: int) -> Iterator[Mark]:
    """What each chain of a layer starts from, and W_h on the arrow from there."""
    for state in stack.states[layer]:
        t, x = _start(stack, state)
        yield from _named(stack, state, layer, t, x)
        if state.vectors.letter == "h":
            yield from () if stack.bare else _on_arrow(stack, state, layer)


def _start(stack: Stack, state: State) -> tuple[int, float]:
    """The time before the first one of a chain, and where its states stand."""
    if state.direction:
        return stack.length + 1, stack.across - stack.inner / 2
    return 0, stack.inner / 2


def _on_arrow(stack: Stack, state: State, layer: int) -> Iterator[Mark]:
    """W_h above the first arrow of a chain, its shape below."""
    x, y = (stack.inner + stack.lead) / 2, stack.box(layer) + state.lane
    x = stack.across - x if state.direction else x
    return stack.around((x, y), "h", stack.end(layer, state.direction), state.vectors.sup)


def _state_arrows(stack: Stack, layer: int) -> Iterator[Mark]:
    """The arrows of each state between the columns, from what its chain starts from on."""
    count = len(stack.times)
    inner = [(stack.right(i), stack.left(i + 1)) for i in range(count - 1)]
    first = (stack.inner + 4, stack.lead)
    last = (stack.across - stack.inner - 4, stack.right(count - 1))
    for state in stack.states[layer]:
        y = stack.box(layer) + state.lane
        pairs = [last, *((b, a) for a, b in inner)] if state.direction else [first, *inner]
        for start, end in pairs:
            yield from stack.arrow((start, y), (end, y), "hidden")


# --- a column ------------------------------------------------------------------------


def _stack_dots(stack: Stack, i: int) -> Iterator[Mark]:
    """Dots where times are left out, and how many."""
    levels = [stack.box(k) + s.lane for k in range(stack.layers) for s in stack.states[k]]
    below = stack.box(0) + stack.states[0][-1].lane + 24
    levels += [stack.x_level] if stack.feedback else []
    return stack.dotted(stack.center(i), levels, stack.hidden(i), below)


def _stack_column(stack: Stack, i: int, t: int) -> Iterator[Mark]:
    """x_t, a box a layer, y_t, and the arrows up."""
    x = stack.center(i)
    for layer in range(stack.layers):
        yield from _layer_box(stack, i, t, layer)
        if layer:
            yield from _up(stack, x, stack.box(layer - 1), "hidden")
    if stack.has_x(t):
        yield from _stack_x(stack, x, t)
    if stack.has_y(t):
        yield from _stack_y(stack, x, t)
    if stack.plan.ends_in_h(t):
        yield from stack.handed_on(x, stack.box(stack.layers - 1))


def _layer_box(stack: Stack, i: int, t: int, layer: int) -> Iterator[Mark]:
    """A layer at a time with its states; of a step, an outline around what it makes."""
    theme, top = stack.style.theme, stack.box(layer)
    box = Rect(stack.left(i), top, stack.width, stack.tall(layer), theme.panel, radius=12)
    firm, line = theme.tone("hidden").line, 3
    made = [d for d in range(stack.directions) if stack.now(t, layer, d)]
    if made and stack.directions == 1:
        yield box._replace(stroke=firm, line=line, now="hidden")
    else:
        yield box._replace(stroke=theme.ink, line=1.5)
        for direction in made:
            start, end = stack.part(layer, direction)
            part = Rect(box.x + 4, top + start + 4, box.width - 8, end - start - 8, radius=8)
            yield part._replace(stroke=firm, line=line, now="hidden")
    for state in stack.states[layer]:
        yield from _named(stack, state, layer, t, stack.center(i))


def _named(stack: Stack, state: State, layer: int, t: int, x: float) -> Iterator[Mark]:
    """A state around `x`, its name above it."""
    active, blank = stack.active(t, layer, state), stack.blank(t, layer, state.direction)
    block = state.vectors.block(stack.style, stack.state_row(t), active=active, blank=blank)
    return stack.named(state.vectors, t, block, x, stack.box(layer) + state.top)


def _up(stack: Stack, x: float, bottom: float, role: Role) -> tuple[Mark, ...]:
    """An arrow from `bottom` up to the next box or output."""
    return stack.arrow((x, bottom), (x, bottom - stack.up), role)


def _stack_x(stack: Stack, x: float, t: int) -> Iterator[Mark]:
    """x_t, its name and character, and its arrow up."""
    m = stack.cell_step
    blank = stack.feedback and m is not None and t > m.time
    active = m is not None and (t, 0) == (m.time, m.chain.layer)
    block = stack.x.block(stack.style, stack.row(t), active=active, blank=blank)
    yield stack.array(stack.x, t, block, x, stack.x_top)
    yield from _up(stack, x, stack.x_top, "input")
    yield from stack.below(stack.x, t, x, stack.x_top + block.height)


def _stack_y(stack: Stack, x: float, t: int) -> Iterator[Mark]:
    """y_t, its name, and the arrow up to it."""
    y, m = stack.y, stack.cell_step
    assert y is not None
    at = stack.row(t) if len(y.rows) == len(stack.drawable) else 0
    active = m is not None and t == m.time and stack.makes_y
    block = y.block(stack.style, at, active=active, blank=stack.y_blank(t))
    bottom = stack.box(stack.layers - 1)
    yield from stack.named(y, t, block, x, bottom - stack.up - block.height)
    yield from _up(stack, x, bottom, "output")


def _stack_feedback(stack: Stack, i: int) -> tuple[Mark, ...]:
    """From y_t, or dots, down beside its column to the next x, or dots, dashed."""
    assert stack.y is not None
    from_dots, to_dots = (t is None for t in stack.times[i : i + 2])
    target, lane = stack.x_level, stack.right(i) + 12
    level = stack.box(stack.layers - 1) - stack.up - stack.y.height + near4(stack.y.height / 2)
    start = stack.center(i) + (16 if from_dots else stack.y.size.width / 2 + 2)
    end = stack.center(i + 1) - (16 if to_dots else stack.x.size.width / 2 + 2)
    down = [(start, target)] if from_dots else [(start, level), (lane, level), (lane, target)]
    return stack.fed_back([*down, (end, target)])


# --- weights -------------------------------------------------------------------------


def _stack_weights(stack: Stack) -> Iterator[Mark]:
    """The weights of each layer's input left of the first arrow up to it, and W_y."""
    for layer in range(stack.layers):
        bottom = stack.box(layer) + stack.tall(layer)
        labels = [
            stack.weight("x", stack.end(layer, d), stack.raised(layer, d))
            for d in range(stack.directions)
        ]
        yield from _labels_beside(stack, labels, bottom + stack.up / 2, "x" if layer == 0 else "")
    if stack.y is not None:
        yield from _labels_beside(
            stack, [stack.weight("y")], stack.box(stack.layers - 1) - stack.up / 2, "y"
        )


def _labels_beside(
    stack: Stack, labels: list[list[Piece]], y: float, letter: str
) -> Iterator[Mark]:
    """Labels left of the first arrow of a kind, one above the other."""
    there = {"x": stack.has_x, "y": stack.has_y}.get(letter, lambda _: True)
    found = [i for i, t in enumerate(stack.times) if t is not None and there(t)]
    if not found:
        return
    x = stack.center(found[0]) - 8
    first = y - 8 * (len(labels) - 1)
    for n, label in enumerate(labels):
        yield stack.style.text(x, middle(first + 16 * n, SMALL), label, SMALL, anchor="end")
