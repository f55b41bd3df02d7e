"""The head of a view: what runs on what, its options, the formulas behind it, notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from nnviz.formats.terminal.paper import Paper
from nnviz.shapes import AnyAxis, times
from nnviz.trace import Trace
from nnviz.words import Words

_SHOWN_BY_AXES = {"kernel", "stride", "padding", "dilation"}
_SAID = {"kind", "global", "name", "net", "input", "cell", "units", "hidden", "versus"}
"""Options that the title, a fact or a shape has said."""
_OF_PADDING = {"padding_mode", "count_include_pad"}
_USUAL: dict[str, Any] = {
    "groups": 1,
    "padding_mode": "zeros",
    "axis": 0,
    "approximate": "none",
    "output_activation": "none",
}


def header(paper: Paper, trace: Trace) -> list[Text]:
    """Title and shapes, options, facts and notes."""
    lines = [title(paper, trace)]
    options = " · ".join(_options(paper, trace))
    if options:
        lines.append(Text(paper.text(options)))
    for fact in trace.facts:
        line = paper.muted(fact.label)
        if fact.equation is not None:
            line = Text("  ").join([line, Text.assemble(*paper.formula(fact.equation))])
        lines.append(line)
    lines += [paper.muted(note) for note in trace.notes]
    return [paper.hanging(line) for line in lines]


def title(paper: Paper, trace: Trace) -> Text:
    """What runs, on what, and the shape of what comes out."""
    line = Text.assemble((paper.say(trace.title), "heading"))
    names = list(trace.equation)
    if "=" in names:  # What goes in, and what comes out at last.
        names = [*names[: names.index("=")], names[-1]]
    if trace.results and "output" in trace.results and not trace.equation:
        names = [*trace.arrays, "output"]
    for i, name in enumerate(names):
        line.append("  " if i == 0 else " ")
        if name not in trace.arrays and name not in trace.results:
            line.append(paper.text(name))
            continue
        if name == "output" and i and names[i - 1] != "→":
            line.append(paper.text("→ "))
        line += paper.name(name, trace.roles.get(name, "plain"), trace.array(name).shape)
    return line


def _options(paper: Paper, trace: Trace) -> Iterator[str]:
    """`stride 2`, `padding 1`, and what else is not as usual."""
    # A transposed window is said by the facts.
    axes = trace.plan.axes if trace.plan and not trace.plan.transposed else ()
    if "adaptive" in trace.options:
        yield paper.say(Words("adaptive to {shape}", shape=times(trace.options["adaptive"])))
    elif axes:
        if "kernel" not in trace.arrays:
            yield f"{paper.say('window')} {times(a.kernel for a in axes)}"
        yield f"{paper.say('stride')} {_each(str(a.stride) for a in axes)}"
        yield f"{paper.say('padding')} {_each(map(_pad, axes))}"
        if any(a.dilation > 1 for a in axes):
            yield f"{paper.say('dilation')} {_each(str(a.dilation) for a in axes)}"
    hidden = _SAID | (_SHOWN_BY_AXES if axes else set())
    if not any(a.before or a.after for a in axes):
        hidden |= _OF_PADDING
    for name, value in trace.options.items():
        if name in hidden or _USUAL.get(name) == value:
            continue
        if value is True:
            yield paper.say(name.replace("_", " "))
        elif value is not False and isinstance(value, str | int | float):
            yield f"{paper.say(name.replace('_', ' '))} {_value(paper, value)}"


def _value(paper: Paper, value: Any) -> str:
    return paper.say(value) if isinstance(value, str) else paper.show(value)


def _pad(axis: AnyAxis) -> str:
    before, after = axis.before, axis.after
    return str(before) if before == after else f"{before}+{after}"


def _each(values: Any) -> str:
    """One value where all axes have the same."""
    parts = list(values)
    return parts[0] if len(set(parts)) == 1 else "×".join(parts)
