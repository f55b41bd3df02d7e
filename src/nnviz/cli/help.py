"""Help in another language: Typer's own words too, in columns that hold wide letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nnviz.formats.terminal.text import cell_len
from nnviz.words import Words

Say = Callable[[Words], str]
_FLAGS = 30
"""Columns of the flags at most; longer ones stand on a line of their own."""


def speaking(formatter: type[Any], say: Say) -> type[Any]:
    """Typer's class that writes help, with its headings and sentences in a language."""

    class Speaking(formatter):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say(Words(prefix or "Usage: ")))

        def section(self, name: str) -> Any:
            return super().section(say(Words(name)))

        def write_dl(self, rows: Sequence[tuple[str, str]], *_: int) -> None:
            said = [(first, say(Words(second))) for first, second in rows]
            lead = min(max((cell_len(first) for first, _ in said), default=0), _FLAGS) + 2
            left = " " * self.current_indent
            for first, second in said:
                lines = wrapped(second, max(self.width - self.current_indent - lead, 10))
                head = first + " " * (lead - cell_len(first))
                if cell_len(first) + 2 > lead:
                    self.write(f"{left}{first}\n")
                    head = " " * lead
                self.write(f"{left}{head}{lines[0]}".rstrip() + "\n")
                for line in lines[1:]:
                    self.write(f"{left}{' ' * lead}{line}\n")

    return Speaking


def wrapped(text: str, room: int) -> list[str]:
    """Words on lines of at most `room` columns; Hangul takes two a letter.

    >>> wrapped("합성곱을 단계마다 봅니다", 18)
    ['합성곱을 단계마다', '봅니다']
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and cell_len(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
