"""`notes FILE.md …`: the nnviz blocks of a note are run again, and what they make is written anew.

Nothing but nnviz is run, in this one process; nothing but the note and the figures that it
embeds, in its own folder, is written.
"""

from __future__ import annotations

from nnviz.cli.commands import Command, Task
from nnviz.options import kinds
from nnviz.options.option import option
from nnviz.records import dataclass
from nnviz.request import EMBEDS, Embed


@dataclass(frozen=True, kw_only=True)
class NotesOptions:
    """Where figures go, and whether anything is written."""

    assets: str | None = option(
        "--assets",
        kind=kinds.text(),
        help="The folder of the figures, in the note's own (default: NAME.assets).",
    )
    embed: Embed = option(
        "--embed",
        kind=kinds.choice(*EMBEDS),
        help="How a figure is embedded: ![](file), or Obsidian's ![[file]].",
        default="markdown",
    )
    check: bool = option("--check", help="Write nothing; exit 1 where something is stale.")


def run(task: Task[NotesOptions]) -> int:
    """Make the results of some notes anew; 1 where a block fails, or is stale."""
    from nnviz.cli.commands._refreshing import refresh

    return refresh(task)


COMMAND = Command(
    name="notes",
    help="Run the nnviz blocks of a note again and refresh what stands beneath them.",
    example="notes note.md",
    more=("notes --check docs/note.md",),
    record=NotesOptions,
    run=run,
    rest="FILE...",
)
