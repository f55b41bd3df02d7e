"""`check MINE COMMAND …`: a learner's own result beside a command's, and the mistake in it."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

from nnviz import formats, lang, memory
from nnviz.cli import checks, flow, options, reading, streams
from nnviz.cli.commands import Command, Task
from nnviz.errors import UsageError
from nnviz.options import kinds
from nnviz.options.option import Context, argument
from nnviz.read import read_input
from nnviz.records import dataclass
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.checking.diagnosis import Finding

_ELSEWHERE = ("output", "map", "get", "trace")
"""Options that speak of the output of a command, which is compared here and not written."""


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What is checked."""

    mine: str = argument(kind=kinds.text(), help="Your result: an array, as INPUT is one.")


def run(task: Task[CheckOptions]) -> int:
    """Say whether MINE is what the command gives, and where not, by which mistake."""
    from nnviz.checking.case import Back
    from nnviz.checking.diagnosis import diagnose

    operation, given = _asked(task.words)
    stdin = flow.standard_input()
    if task.options.mine == "-":
        stdin.reserve("MINE")
    own = options.parse(given.texts, Context(stdin)).general
    with memory.at_most(own.max_memory or task.general.max_memory):
        made = flow.compute(operation, given, Context(stdin))
        if "output" not in made.trace.results:
            raise UsageError("{op} has no output to compare with", op=operation.name)
        mine = read_input(task.options.mine, stdin=stdin, name="MINE").array
        asked = made.shared.gradient
        back = Back(asked.grad, asked.of) if asked.backward else None
        finding = diagnose(mine, operation, made.given, made.options, back)
    shared = made.shared
    spoken = lang.resolve(own.lang or task.general.lang, task.env)
    language = streams.spoken(spoken, sys.stdout)
    if shared.output.json or shared.output.format:
        streams.write_text(json.dumps(_document(finding, language), ensure_ascii=False))
    else:
        from nnviz.cli.commands._finding import FindingView
        from nnviz.formats.terminal.view import printed

        look = flow.appearance(shared, language, task.env)
        screen = streams.screen(own.color, task.env)
        request = flow.request(shared, look, screen=screen)
        streams.write(printed(FindingView(finding, made.trace, request, screen.whole), screen))
    if not (own.quiet or task.general.quiet):
        heard = streams.spoken(spoken, sys.stderr)
        flow.remark([*stdin.notes, *made.trace.notes], [], lambda words: lang.say(words, heard))
    return 0 if finding.right else 1


def _asked(words: tuple[str, ...]) -> tuple[Any, checks.Written]:
    """The command that MINE should equal; UsageError where it cannot be compared with."""
    found = reading.read(words)
    if found is None or found[0].announcement(found[1].texts) is not None:
        raise UsageError("{words} is no command that computes", words=shlex.join(words))
    operation, given = found
    for name in _ELSEWHERE:
        if given.texts.get(name):
            raise UsageError(
                "--{name} has no place in a check, which writes what it finds", name=name
            )
    if given.texts.get("format") not in (None, "json", ["json"]):
        raise UsageError("a check is written for people, or with -f json")
    checks.check_used(operation, given, [formats.load("table")], maps=False)
    return operation, given


def _document(finding: Finding, language: str) -> dict[str, Any]:
    """All that is found, for a program."""
    from nnviz.notation import text
    from nnviz.numerals import exact

    def say(words: Words) -> str:
        return lang.say(words, language)

    cells = [
        {"index": list(at), "yours": yours.item(), "ours": ours.item()}
        for at, yours, ours in finding.cells()
    ]
    explained = [
        {
            "mistake": each.name,
            "text": say(each.said),
            **(
                {
                    "index": list(each.sums.at),
                    "yours": text((each.sums.yours,), exact),
                    "ours": text((each.sums.ours,), exact),
                }
                if each.sums
                else {}
            ),
        }
        for each in finding.explanations
    ]
    return {
        "right": finding.right,
        "shapes": {"yours": list(finding.mine.shape), "ours": list(finding.ours.shape)},
        "differing": cells,
        "explanations": explained,
        "same_shape": [{"mistake": name, "text": say(said)} for name, said in finding.shaped],
    }


COMMAND = Command(
    name="check",
    help="Compare your result with a command's and name the mistake.",
    example='check "0.46 0.76" act tanh "0.5 1"',
    more=('check "6 7; 3 10" conv "1 2 0; 4 3 1; 2 5 3" -k "1 0; 2 -1"',),
    record=CheckOptions,
    run=run,
    rest="COMMAND...",
    whole=True,
    rank=10,
)
