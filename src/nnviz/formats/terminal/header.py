"""The head of a view: what runs on what, its options, the formulas behind it, notes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from nnviz.formats.terminal.arrays import View
from nnviz.formats.terminal.paper import Paper
from nnviz.trace import Trace
from nnviz.words import Words


def header(paper: Paper, trace: Trace) -> list[Text]:
    """Title and shapes, options, facts and notes."""
    lines = [title(paper, trace)]
    if said := " · ".join(map(paper.say, _said(paper, trace))):
        lines.append(Text(paper.text(said)))
    for fact in trace.facts:
        line = paper.muted(fact.label)
        if fact.equation is not None:
            line = Text("  ").join([line, Text.assemble(*paper.formula(fact.equation))])
        lines.append(line)
    lines += [paper.muted(note) for note in trace.notes]
    return [paper.hanging(line) for line in lines]


def _said(paper: Paper, trace: Trace) -> Iterator[Words]:
    """What is not as usual, and what is shown of a batch: numbers are of all of it."""
    yield from trace.said
    n, count = paper.appearance.drawn_sample, trace.samples
    if count > 1 and paper.appearance.sample is None and View(trace, "input").numbered(paper):
        yield Words("{n} samples", n=count)
    elif count > 1:
        yield Words("sample {n} of {count}", n=min(n, count - 1), count=count)


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
        line += paper.name(
            trace.called(name), trace.roles.get(name, "plain"), trace.array(name).shape
        )
    return line
