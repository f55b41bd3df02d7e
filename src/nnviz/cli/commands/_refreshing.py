"""The blocks of a note, run again: what they make is written anew."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

from nnviz import files, formats, lang, memory
from nnviz.cli import checks, flow, reading, streams
from nnviz.cli.commands import Task
from nnviz.cli.commands._assets import Assets, differs
from nnviz.cli.commands._note import Block, Note, read
from nnviz.cli.commands.notes import NotesOptions
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.formats.note.walk import alternative
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.records import NamedTuple
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words

_FORMATS = {"": "svg", "md": "md", "text": "txt"}
"""What a block becomes, by what stands after `nnviz` in its info string."""
_ELSEWHERE = ("output", "map", "format", "json", "trace", "get")
"""Options that say what is written where: of a block its info string does."""


def refresh(task: Task[NotesOptions]) -> int:
    """Make the results of some notes anew; 1 where a block fails, or is stale."""
    notes = [made for path in task.words if (made := _opened(path, task)) is not None]
    count, done = sum(len(note.note.blocks) for note in notes), 0
    with (
        memory.at_most(task.general.max_memory),
        streams.progress(task.general.quiet, task.general.color) as progress,
    ):

        def tell() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, count)

        fine = [note.refresh(tell) for note in notes]
    return 0 if all(fine) and len(notes) == len(task.words) else 1


def _opened(path: str, task: Task[NotesOptions]) -> _Opened | None:
    """A note, read; None where it cannot be, which is said."""
    try:
        return _Opened(Path(path), task)
    except UsageError:
        raise
    except NnvizError as error:
        _complain(error, path, None, task)
        return None


def _complain(error: NnvizError, path: str, line: int | None, task: Task[NotesOptions]) -> None:
    language = streams.spoken(lang.resolve(task.general.lang, task.env), sys.stderr)
    where = Words("{path}, line {line}", path=path, line=line)
    said = describe(error, lambda words: lang.say(words, language))
    streams.remark(f"error: {lang.say(where, language) if line else path}: {said}")


class _Made(NamedTuple):
    """What a block has become, and its figure."""

    text: str
    figure: tuple[Path, bytes] | None = None


class _Opened:
    """A note that is being made anew."""

    def __init__(self, path: Path, task: Task[NotesOptions]) -> None:
        self._path, self._task = path, task
        try:
            self._old = path.read_bytes().decode()
        except OSError as error:
            why = error.strerror or str(error)
            raise NnvizError("cannot read {name}: {reason}", name=str(path), reason=why) from None
        except UnicodeDecodeError as error:
            raise NnvizError(
                "{name} is not UTF-8: byte {n}", name=str(path), n=error.start + 1
            ) from None
        self.note: Note = read(self._old)
        self._assets = Assets(path, self._folder(), [block.made for block in self.note.blocks])

    def _folder(self) -> Path:
        """Of the figures; UsageError where it is not in the note's own folder."""
        asked = self._task.options.assets
        folder = self._path.parent / (asked or f"{self._path.stem}.assets")
        if asked and not self._holds(folder):
            raise UsageError("--assets {path} is outside the folder of the note", path=asked)
        return Path(os.path.normpath(folder))

    def _holds(self, path: Path) -> bool:
        """Whether a path is in the note's folder, wherever links lead."""
        return path.resolve().is_relative_to(self._path.parent.resolve())

    def refresh(self, tell: Callable[[], None]) -> bool:
        """Run the blocks and write what has changed; whether all is well."""
        made: list[_Made | None] = []
        faults: dict[int, NnvizError] = {}
        for i, block in enumerate(self.note.blocks):
            try:
                with chdir(self._path.parent):
                    made.append(self._made(i, block))
            except NnvizError as error:
                made.append(None)
                faults[i] = error
            tell()
        text = self.note.replaced([each and each.text for each in made])
        figures = dict(each.figure for each in made if each and each.figure)
        changed = {path: data for path, data in figures.items() if differs(path, data)}
        fine = not faults
        if self._task.options.check:
            text, stale = self._old, bool(changed) or text != self._old
            if stale:
                self._say(Words("{path} is stale: nnviz notes writes it anew", path=self._name))
            fine = fine and not stale
        else:
            try:
                self._write(text, changed)
            except NnvizError as error:
                _complain(error, self._name, None, self._task)
                return False
        for i, fault in faults.items():  # where the block stands now
            _complain(fault, self._name, read(text).blocks[i].line, self._task)
        return fine

    @property
    def _name(self) -> str:
        return str(self._path)

    def _write(self, text: str, figures: dict[Path, bytes]) -> None:
        for path, content in figures.items():
            if not self._holds(path):
                raise NnvizError(
                    "{path} is outside the folder of the note, through a link", path=str(path)
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write(str(path), content)
        if text != self._old:
            files.write(self._name, text.encode())
        for path in self._assets.left(text):
            path.unlink(missing_ok=True)
        if figures or text != self._old:
            self._say(Words("wrote {file}", file=f"{self._name} ({len(figures)} SVG)"))

    def _say(self, words: Words) -> None:
        if not self._task.general.quiet:
            language = lang.resolve(self._task.general.lang, self._task.env)
            streams.remark(lang.say(words, language))

    def _made(self, number: int, block: Block) -> _Made:
        """What a block makes."""
        if block.kind not in _FORMATS:
            raise UsageError(
                "a block is nnviz, nnviz md or nnviz text, not nnviz {kind}", kind=block.kind
            )
        form = formats.load(_FORMATS[block.kind])
        trace, shared = _computed(block.text, form)
        look = flow.appearance(shared, self._language(shared), self._task.env)
        beside = flow.besides(shared, look, Context(Stdin(None, typed=True)))
        trace, asked = flow.as_exercise(trace, flow.request(shared, look, beside=beside), shared)
        content = form.write(trace, asked).content
        if block.kind == "text":
            return _Made(f"```text\n{content.decode().rstrip()}\n```")
        if form.kind != "figure":
            return _Made(content.decode())
        name = self._assets.name(number, trace.op, form.suffixes[0])
        embedded = self._assets.embedded(name, alternative(trace, look), self._task.options.embed)
        return _Made(embedded, (self._assets.folder / name, content))

    def _language(self, shared: Shared) -> str:
        """The block's, else the note's own, so that it is the same for everyone."""
        own = self.note.lang if self.note.lang in lang.languages() else None
        asked = shared.general.lang or own or self._task.general.lang
        return lang.resolve(asked, self._task.env)


# --- the commands of a block ---------------------------------------------------


def _computed(text: str, form: formats.Format) -> tuple[Trace, Shared]:
    """What the last command of a block's pipe comes to, and its options."""
    stdin = Stdin(None, typed=True)
    *before, last = _commands(text)
    for words in before:
        trace, _ = _one(words, stdin, formats.load("json"))
        piped = formats.load("json").write(trace, Request())
        stdin = Stdin(io.BytesIO(piped.content))
    return _one(last, stdin, form)


def _one(words: list[str], stdin: Stdin, form: formats.Format) -> tuple[Trace, Shared]:
    found = reading.read(words)
    if found is None or found[0].announcement(found[1].texts) is not None:
        raise UsageError("{words} is no command that computes", words=shlex.join(words) or "''")
    operation, given = found
    for name in _ELSEWHERE:
        if given.texts.get(name):
            raise UsageError(
                "--{name} has no place in a note: a block's first line says what it becomes",
                name=name,
            )
    checks.check_used(operation, given, [form], maps=False)
    computed = flow.compute(operation, given, Context(stdin))
    return computed.trace, computed.shared


def _commands(text: str) -> Iterator[list[str]]:
    """The commands of a pipe, as a shell splits them; the name of the program may be left out."""
    scanner = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|")
    scanner.whitespace_split = True
    try:
        words = list(scanner)
    except ValueError:
        raise UsageError("a quote of this block is never closed") from None
    command: list[str] = []
    for word in [*words, "|"]:
        if word != "|":
            command.append(word)
            continue
        yield command[1:] if command[:1] == ["nnviz"] else command
        command = []
