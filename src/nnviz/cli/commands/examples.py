"""`examples [TOPIC]`: commands that run, to try and to change."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.cli import reading, streams
from nnviz.cli.commands import Command, Task
from nnviz.errors import UsageError
from nnviz.records import dataclass
from nnviz.words import Words


@dataclass(frozen=True, kw_only=True)
class ExamplesOptions:
    """It has none of its own."""


def every() -> dict[str, tuple[str, ...]]:
    """The examples of each command, by its name."""
    return {each.name: (each.example, *each.more) for each in reading.every()}


def _chosen(topics: tuple[str, ...]) -> Iterator[str]:
    examples = every()
    for topic in topics:
        if topic not in examples:
            raise UsageError(
                "there are no examples of {topic}",
                topic=topic,
                hint=Words("there are some of: {names}", names=", ".join(examples)),
            )
    for topic in topics or examples:
        yield from (f"nnviz {example}" for example in examples[topic])


def run(task: Task[ExamplesOptions]) -> int:
    """Print the examples of some commands, or of all."""
    streams.write_text("\n".join(_chosen(task.words)))
    return 0


COMMAND = Command(
    name="examples",
    help="Print commands that run.",
    example="examples",
    more=("examples pool",),
    record=ExamplesOptions,
    run=run,
    rest="[TOPIC]...",
    rank=30,
)
