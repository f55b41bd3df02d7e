"""Text for people, kept apart from the language it will be said in.

The key of a text is its English template; a catalogue in `nnviz.lang` maps it
to another language. Imports nothing.
"""

from __future__ import annotations


class Words:
    """An English template and what fills it: `str()` says it in English.

    >>> str(Words("row {row} has {n} numbers", row=2, n=3))
    'row 2 has 3 numbers'
    """

    __slots__ = ("args", "template")

    def __init__(self, template: str, /, **args: object) -> None:
        self.template = template
        self.args = args

    def __str__(self) -> str:
        return self.template.format(**self.args) if self.args else self.template

    def __repr__(self) -> str:
        return f"Words({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))
