"""The chain language: layers between `|` and new lines, repeats and branches in braces.

    chain  := layer (('|' | new line) layer)*
    layer  := [NAME ':'] (COMMAND … | N 'x' { chain } | 'residual' { chain } [{ chain }]
            | 'concat' { chain } { chain } … | 'add' NAME …)

Words are split as a POSIX shell does; a brace is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nnviz.errors import Place, UsageError
from nnviz.read.text import listed, place_at
from nnviz.records import NamedTuple
from nnviz.words import Words

Join = Literal["add", "concat"]
MOST = 10_000
"""Layers of a network, its repeats counted."""
_TURNS = re.compile(r"(\d+)([x×]?)")
_NAME = re.compile(r"[^\W\d][\w-]*:")
_INPUT = "input"
"""What the network's own input is called where a layer is named."""


class Word(NamedTuple):
    """A word with its quotes taken away."""

    text: str
    start: int
    end: int

    @property
    def bare(self) -> str:
        """The word where nothing in it was quoted, else nothing."""
        return self.text if self.end - self.start == len(self.text) else ""


class Laid(NamedTuple):
    """A layer in its place: repeats and branches are one after the other."""

    number: int
    words: tuple[Word, ...]
    text: str
    place: Place
    sources: tuple[int, ...]
    """The layers that it takes, 0 for the input."""
    name: str
    join: Join | None = None
    """How branches meet here; None: a layer that its words say."""


def layers(text: str, source: str) -> list[Laid]:
    """The layers that a text names, from first to last; an error points at what is wrong."""
    parts = _Reader(text, source).chain()
    layout = _Layout(text, source)
    layout.lay(parts, 0, "")
    return layout.laid


# --- what is written -----------------------------------------------------------


class _Part(NamedTuple):
    """A layer as it is written, a repeat, or branches that meet."""

    words: tuple[Word, ...]
    name: str
    chains: tuple[tuple[_Part, ...], ...] = ()
    """Inside its braces."""
    turns: int = 0
    """Of a repeat."""
    join: Join | None = None
    names: tuple[Word, ...] = ()
    """Of the layers that are joined to what comes in."""


class _Reader:
    """The parts of a text, read from left to right."""

    def __init__(self, text: str, source: str) -> None:
        self._text, self._source = text, source
        self._items = [*_scan(text, source)]
        self._at = 0
        self._named: set[str] = set()

    def chain(self, opened: Word | None = None) -> tuple[_Part, ...]:
        """The layers up to the end, or up to the brace that closes `opened`."""
        parts: list[_Part] = []
        separated, pipe = True, None
        while (item := self._next) is not None and not self._is("}"):
            if isinstance(item, Word):
                if not separated:
                    raise UsageError(
                        "there is no | before {word}", word=item.text, place=self._place(item)
                    )
                parts.append(self._part())
                separated, pipe = False, None
                continue
            self._at += 1
            if item.text == "|":
                if separated:
                    raise UsageError("there is no layer before this |", place=self._place(item))
                pipe = item
            separated = True
        if pipe is not None:
            raise UsageError("there is no layer after this |", place=self._place(pipe))
        self._close(opened)
        return tuple(parts)

    def _close(self, opened: Word | None) -> None:
        if self._next is None:
            if opened is not None:
                raise UsageError(
                    "this {brace} is never closed",
                    brace="{",
                    hint="braces are words of their own, with blanks around them",
                    place=self._place(opened),
                )
            return
        if opened is None:
            raise UsageError(
                "this {brace} has nothing to close", brace="}", place=self._place(self._next)
            )
        self._at += 1

    def _part(self) -> _Part:
        name = ""
        first = self._word()
        if _NAME.fullmatch(first.bare):
            name = first.bare[:-1]
            if name in self._named or name == _INPUT:
                raise UsageError("the name {name} is taken", name=name, place=self._place(first))
            self._named.add(name)
            if not isinstance(self._next, Word) or self._is("}"):
                raise UsageError(
                    "there is no layer after {name}", name=first.text, place=self._place(first)
                )
            first = self._word()
        return self._block(first, name) or self._layer(first, name)

    def _block(self, first: Word, name: str) -> _Part | None:
        """What has braces, or names layers; None where it is a layer of its own."""
        if turns := self._turns(first):
            chains = self._braces(first, 1, 1)
            return _Part((first,), name, chains, turns)
        match first.bare:
            case "residual":
                inside, projection = (*self._braces(first, 1, 2), ())[:2]
                return _Part((first,), name, (inside, projection), join="add")
            case "concat" if self._is("{", past_lines=True):
                chains = self._braces(first, 2, MOST, empty=True)
                return _Part((first,), name, chains, join="concat")
            case "add" | "concat" as join:
                names = self._words()
                if not names:
                    raise UsageError(
                        "{op} needs the name of a layer", op=join, place=self._place(first)
                    )
                return _Part((first, *names), name, join=join, names=names)
        return None

    def _layer(self, first: Word, name: str) -> _Part:
        if first.bare in ("{", "}"):
            raise UsageError(
                "there is no layer before this {brace}", brace=first.text, place=self._place(first)
            )
        words = (first, *self._words())
        if self._is("{"):
            raise UsageError(
                "{op} takes no braces",
                op=first.text,
                hint=Words("braces stand after {words}", words="3 x, residual, concat"),
                place=self._place(self._word()),
            )
        return _Part(words, name)

    def _turns(self, first: Word) -> int:
        """How often `3 x` repeats; 0 where that is not what stands there."""
        found = _TURNS.fullmatch(first.bare)
        if not found:
            return 0
        if not found[2]:
            if not (isinstance(self._next, Word) and self._next.bare in ("x", "×")):
                return 0
            self._at += 1
        turns = int(found[1][:9])
        if not 1 <= turns <= MOST:
            raise UsageError(
                "{n} is not a number of times from 1 to {most}",
                n=turns,
                most=MOST,
                place=self._place(first),
            )
        return turns

    def _braces(
        self, first: Word, least: int, most: int, *, empty: bool = False
    ) -> tuple[tuple[_Part, ...], ...]:
        """The chains in the braces after a word; only where `empty` allows may the first be so."""
        chains: list[tuple[_Part, ...]] = []
        while len(chains) < most and self._is("{", past_lines=True):
            chains.append(self.chain(self._word()))
        if len(chains) < least:
            op = first.text if _TURNS.fullmatch(first.text) is None else f"{first.text} x"
            raise UsageError(
                "{op} needs layers in braces",
                op=op,
                hint=Words("for example {e}", e=" ".join([op, *["{ act relu }"] * least])),
                place=self._place(first),
            )
        if not empty and not chains[0]:
            raise UsageError(
                "there are no layers in the braces of {op}",
                op=first.text,
                place=self._place(first),
            )
        return tuple(chains)

    # --- one item after the other

    @property
    def _next(self) -> Word | _Sign | None:
        return self._items[self._at] if self._at < len(self._items) else None

    def _is(self, brace: str, *, past_lines: bool = False) -> bool:
        """Whether a brace comes next; `past_lines` goes on to the line that it stands in."""
        at = self._at
        while past_lines and at < len(self._items) and self._items[at].text == "\n":
            at += 1
        item = self._items[at] if at < len(self._items) else None
        found = isinstance(item, Word) and item.bare == brace
        if found:
            self._at = at
        return found

    def _word(self) -> Word:
        item = self._items[self._at]
        assert isinstance(item, Word)
        self._at += 1
        return item

    def _words(self) -> tuple[Word, ...]:
        """The words up to a sign or a brace."""
        found = []
        while isinstance(self._next, Word) and not self._is("{") and not self._is("}"):
            found.append(self._word())
        return tuple(found)

    def _place(self, at: Word | _Sign) -> Place:
        return place_at(self._text, at.start, self._source, at.end - at.start)


# --- the layers in their places ------------------------------------------------


@dataclass
class _Layout:
    """Repeats and branches one after the other, and what each layer takes."""

    text: str
    source: str
    laid: list[Laid] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {_INPUT: 0})

    def lay(self, parts: Sequence[_Part], at: int, turn: str) -> int:
        """Lay some layers after layer `at`; the last of them."""
        for part in parts:
            at = self._part(part, at, turn)
            if part.name:
                self.names[part.name] = at
        return at

    def _part(self, part: _Part, at: int, turn: str) -> int:
        if part.turns:
            for n in range(1, part.turns + 1):
                at = self.lay(part.chains[0], at, f"{turn}.{n}")
            return at
        if part.join is None:
            return self._add(part, (at,), turn)
        ends = [self.lay(chain, at, turn) for chain in part.chains] or [at]
        return self._add(part, (*ends, *map(self._called, part.names)), turn)

    def _called(self, word: Word) -> int:
        if word.text not in self.names:
            known = listed([name for name in self.names if name != _INPUT])
            raise UsageError(
                "there is no layer called {name} before this",
                name=word.text,
                hint=Words("there is: {names}", names=known) if known else None,
                place=place_at(self.text, word.start, self.source, word.end - word.start),
            )
        return self.names[word.text]

    def _add(self, part: _Part, sources: tuple[int, ...], turn: str) -> int:
        start, end = part.words[0].start, part.words[-1].end
        place = place_at(self.text, start, self.source, end - start)
        if len(self.laid) == MOST:
            raise UsageError("the chain has more than {most} layers", most=MOST, place=place)
        written = " ".join(self.text[start:end].split())
        said = part.join if part.chains and part.join else written
        name = part.name and part.name + turn
        number = len(self.laid) + 1
        self.laid.append(Laid(number, part.words, said, place, sources, name, part.join))
        return number


# --- words ---------------------------------------------------------------------


class _Sign(NamedTuple):
    text: str
    start: int
    end: int


_QUOTED = r"""'(?P<raw>[^']*)'|"(?P<text>(?:[^"\\]|\\["\\]|\\(?!["\\]))*)\""""
"""Quotes protect everything; between double ones `\\"` and `\\\\` are `"` and `\\`."""
_QUOTES = re.compile(_QUOTED)
_ITEMS = re.compile(
    rf"""(?P<sign>[|\n])|\#[^\n]*|(?P<word>(?:{_QUOTED}|[^\s|'"])+)|(?P<open>['"])"""
)


def _scan(text: str, name: str) -> Iterator[Word | _Sign]:
    """Words, and the signs between layers."""
    for found in _ITEMS.finditer(text):
        if found["open"]:
            raise UsageError(
                "the quote {quote} is never closed",
                quote=found[0],
                place=place_at(text, found.start(), name),
            )
        if found["word"]:
            yield Word(_QUOTES.sub(_unquoted, found[0]), *found.span())
        elif found["sign"]:
            yield _Sign(found[0], *found.span())


def _unquoted(quoted: re.Match[str]) -> str:
    if quoted["text"] is None:
        return quoted["raw"]
    return re.sub(r'\\(["\\])', r"\1", quoted["text"])
