"""What the script of a chain's maps is told: which cells read which, and what they are called."""

from __future__ import annotations

import json

from nnviz import lang
from nnviz.axes import CELL_NAMES
from nnviz.fields import ALONG, Fields, Table
from nnviz.formats.player.merged import ranges
from nnviz.words import Words


def linked(fields: Fields, language: str) -> str:
    """The argument of `fields.js`."""
    maps = [[_short(table) for table in made.reads] for made in fields.maps]
    words = [ALONG[name] for name in CELL_NAMES[len(fields.asked)]]
    say = [[lang.say(Words(template), language) for template in both] for both in words]
    return json.dumps({"maps": maps, "say": say}, separators=(",", ":")).replace("<", "\\u003c")


def _short(table: Table) -> str:
    """A cell's reads as 0-2,5; those of all cells, a space between."""
    return " ".join(ranges(read).replace(" ", ",") for read in table)
