"""The head of a view: what runs on what, its options, the formulas behind it, notes."""

from __future__ import annotations

from rich.text import Text

from nnviz.formats._view import ran, said
from nnviz.formats.terminal.lines import kept
from nnviz.formats.terminal.paper import Paper
from nnviz.trace import Trace


def header(paper: Paper, trace: Trace) -> list[Text]:
    """Title and shapes, options, facts and notes."""
    lines = [title(paper, trace)]
    if more := " · ".join(map(paper.say, said(trace, paper.appearance, paper.whole))):
        lines.append(Text(paper.text(more)))
    for fact in (*trace.facts, *trace.lessons):
        line = paper.muted(fact.label)
        if fact.equation is not None:
            line = Text("  ").join([line, Text.assemble(*paper.formula(fact.equation))])
        lines.append(line)
    lines += [paper.muted(note) for note in trace.notes]
    return [paper.hanging(line) for line in lines]


def title(paper: Paper, trace: Trace) -> Text:
    """What runs, on what, and the shape of what comes out."""
    line = Text.assemble((paper.say(trace.title), "heading"))
    for i, name in enumerate(ran(trace)):
        line.append("  " if i == 0 else " ")
        if name in trace.arrays or name in trace.results:
            role, shape = trace.roles.get(name, "plain"), trace.array(name).shape
            named = paper.name(trace.called(name), role, shape)
            line += kept(named, paper.width // 2)
        else:
            line.append(paper.text(name))
    return line
