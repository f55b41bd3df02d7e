"""One command, from the texts of its options to what is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any

from nnviz import files, formats, lang, numerals, tensors
from nnviz.cli import checks, options, streams, walk
from nnviz.cli.checks import Written
from nnviz.cli.computing import Computed, computed
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError
from nnviz.formats import Made
from nnviz.options.operation import Operation
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.records import NamedTuple, asdict
from nnviz.request import Appearance, Request, Screen
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words


class _File(NamedTuple):
    path: str
    made: Made


_Drawn = tuple[Trace, Request]
"""A trace, and how it is drawn."""


class Run(NamedTuple):
    """What is the same for every INPUT of a command; another process can be sent it."""

    command: str
    language: str
    stream: str | None
    look: Appearance
    screen: Screen
    spoken: str
    """The language that standard output can carry."""
    folder: str = ""
    """Where the paths begin, of several INPUTs."""
    stdin: bytes | None = None
    """What there is for the one that reads it."""
    memory: int | None = None
    """The bytes that it may use; None: what is free."""
    taken: Mapping[str, str] | None = None
    """Where there are several INPUTs, the files that they are and make."""


class Outcome(NamedTuple):
    """What came of one INPUT."""

    read: list[str]
    written: list[str]
    shown: bytes = b""
    notes: Sequence[Words] = ()
    wrote: Sequence[str] = ()
    """What is said of the files."""
    failed: NnvizError | None = None


def standard_input() -> Stdin:
    """What a command reads where it is told nothing else."""
    stream = sys.stdin.buffer if sys.stdin is not None else None
    return Stdin(stream, typed=streams.is_terminal(sys.stdin))


def compute(operation: Operation[Any], given: Written, context: Context) -> Computed:
    """A command for what is not its own output: to stand beside, to be compared, for a note."""
    shared = options.parse(given.texts, context)
    checks.check_view(operation, given, shared)
    if flag := walk.wanted(shared):
        raise UsageError("{flag} changes nothing of what is asked for here", flag=flag)
    _check_words(operation, given, context.stdin)
    return computed(operation, given, shared, context)


def prepared(
    operation: Operation[Any],
    given: Written,
    shared: Shared,
    env: Mapping[str, str],
    stdin: Stdin,
) -> Run:
    """Check what is the same for every INPUT, before one is read."""
    language = lang.resolve(shared.general.lang, env)
    walk.check(shared, env)
    stream = _stream(shared)
    forms = _forms(shared, stream)
    checks.check_view(operation, given, shared, forms)
    checks.outputs(given, shared)
    checks.check_used(operation, given, forms, maps=bool(shared.output.map))
    _check_words(operation, given, stdin)
    look = appearance(shared, language, env)
    spoken = language
    if stream is not None and formats.load(stream).kind == "text":
        spoken = streams.spoken(language, sys.stdout)
    screen = streams.screen(shared.general.color, env)
    return Run(
        operation.name,
        language,
        stream,
        look,
        screen,
        spoken,
        memory=shared.general.max_memory,
    )


def one(
    run: Run,
    operation: Operation[Any],
    given: Written,
    shared: Shared,
    context: Context,
    record: Any,
) -> Outcome:
    """Compute, render and write what is made of one INPUT; not to standard output."""
    stdin, look = context.stdin, run.look
    forms = _forms(shared, run.stream)
    trace, failed = _as_far_as(operation, given, shared, context, forms, record)
    formats.check_view(trace.op, shared.figure.view, forms)  # of a layer
    if shared.output.watch and (stdin.is_read or not stdin.opened):
        raise UsageError(
            "--watch waits for a file to change, and {what} is read",
            what=Words("standard input") if stdin.is_read else Words("none"),
        )
    made = list(_render(trace, look, shared, besides(shared, look, context), run.taken is None))
    if trace.saved is not None:
        made.append(_File(str(given.texts[checks.SAVED]), Made(tensors.safetensors(trace.saved))))
    paths = [file.path for file in made]
    # Once more: the chain may have named files, and a map of channels is several.
    files.check(paths, stdin.opened, run.taken or {}, checks.outputs(given, shared))
    shown, notes = b"", list(trace.notes)
    if run.stream is not None:
        asked = request(shared, look._replace(lang=run.spoken), screen=run.screen)
        shown, said = _shown(*as_exercise(trace, asked, shared), run.stream, shared)
        # The table says the notes of the trace itself.
        notes = said if run.stream == "table" else [*notes, *said]
    for file in reversed(made):  # what stands beside a file is there once that is
        files.write(file.path, file.made.content, file.made.numbers)
    notes = [*stdin.notes, *notes, *(note for file in made for note in file.made.notes)]
    return Outcome(stdin.opened, paths, shown, notes, list(map(_wrote, made)), failed)


def tell(run: Run, done: Outcome, shared: Shared, heard: set[Words]) -> None:
    """Standard output and standard error, for one INPUT; no note is `heard` twice."""
    if run.stream is not None:
        streams.write(done.shown)
    if shared.general.quiet:
        return
    notes = list(done.notes)
    if run.spoken != run.language and done.shown:
        notes.append(streams.unspoken(run.language, sys.stdout))
    language = streams.spoken(run.language, sys.stderr)
    new = [note for note in dict.fromkeys(notes) if note not in heard]
    heard.update(new)
    remark(new, done.wrote, lambda words: lang.say(words, language))


def _as_far_as(
    operation: Operation[Any],
    given: Written,
    shared: Shared,
    context: Context,
    forms: Sequence[formats.Format],
    record: Any,
) -> tuple[Trace, NnvizError | None]:
    """What was computed; of what fails the part before, to be drawn, and why it does."""
    try:
        return computed(operation, given, shared, context, record).trace, None
    except NnvizError as error:
        of_values = bool(shared.output.map) or any(form.kind == "values" for form in forms)
        if error.partial is None or of_values:
            raise
        return error.partial, error


# --- before anything is computed -----------------------------------------------


def _check_words(operation: Operation[Any], given: Written, stdin: Stdin) -> None:
    """Raise where the words of a command, here or beside, do not make sense of themselves."""
    checks.check_arguments(operation, given)
    checks.check_order(operation, given)
    checks.check_texts(operation, given)
    checks.reserve(operation, given, stdin)


def _forms(shared: Shared, stream: str | None) -> list[formats.Format]:
    """Every format that is asked for, of files and of standard output."""
    made = [formats.by_suffix(path) for path in _files(shared)]
    if stream is None:
        return made
    form = formats.load(stream)
    return [*made, form._replace(uses=(*form.uses, *["fps"] * shared.practice.play))]


def _files(shared: Shared) -> list[str]:
    return [path for path in shared.output.output if path != checks.STANDARD_OUTPUT]


def _stream(shared: Shared) -> str | None:
    """What standard output gets; None where files are all that was asked for."""
    asked = shared.output
    to_stream = checks.STANDARD_OUTPUT in asked.output
    named = [*asked.format, *["json"] * asked.json, *["trace"] * asked.trace]
    if len(named) > 1:
        raise UsageError(
            "the format of standard output is given {n} times: {names}",
            n=len(named),
            names=", ".join(named),
            hint="-f, --json and --trace each name it; -o writes further files",
        )
    if not named:
        return None if (asked.output or asked.map) and not to_stream else "table"
    if formats.load(named[0]).binary and streams.is_terminal(sys.stdout):
        raise UsageError(
            "{name} is binary and is not written to a terminal",
            name=named[0],
            hint=Words("write a file: -o output.{name}", name=named[0]),
        )
    return named[0]


# --- what stands beside --------------------------------------------------------


def besides(shared: Shared, look: Appearance, context: Context) -> tuple[_Drawn, ...]:
    """What --beside asks for."""
    return tuple(_beside(text, shared, look, context) for text in shared.output.beside)


def _beside(text: str, shared: Shared, look: Appearance, context: Context) -> _Drawn:
    """The trace of a command beside, and how it is drawn: as the first where it says nothing."""
    from nnviz.cli.reading import read_beside

    operation, given = read_beside(text)
    checks.check_beside(text, operation, given)
    trace, own = compute(operation, given, context)[-2:]
    figure = own.figure
    look = look._replace(
        view=figure.view or look.view,
        title=figure.title,
        sample=figure.sample,
        filter=figure.filter,
    )
    return trace, Request(own.output.steps or shared.output.steps, appearance=look)


# --- rendering and writing -----------------------------------------------------


def appearance(shared: Shared, language: str, env: Mapping[str, str]) -> Appearance:
    """How a command's figures look, as its options say."""
    of_text = {name: getattr(shared.output, name) for name in ("precision", "explain")}
    asked = Appearance(lang=language, **of_text, **asdict(shared.figure))
    return asked._replace(font=asked.font or env.get("NNVIZ_FONT") or None)


def request(shared: Shared, look: Appearance, **more: Any) -> Request:
    """What a command asks of a format."""
    asked = shared.output
    return Request(asked.steps, asked.get, look, embed=asked.embed, **more)


def as_exercise(trace: Trace, asked: Request, shared: Shared) -> tuple[Trace, Request]:
    """A trace with blanks where an exercise is wanted, and what is asked of its format."""
    wanted = shared.practice
    if not wanted.quiz:
        return trace, asked
    from nnviz.exercise import Exercise, exercise

    quiz = Exercise(wanted.blank, wanted.faded)
    asked = asked._replace(
        steps=quiz.steps(asked.steps, len(trace.steps)),
        beside=tuple(as_exercise(t, r, shared) for t, r in asked.beside),
    )
    return exercise(trace, quiz, asked.steps), asked


def _shown(trace: Trace, asked: Request, stream: str, shared: Shared) -> tuple[bytes, list[Words]]:
    """What standard output gets, and what to say of it."""
    if walk.wanted(shared):
        walk.run(trace, asked, shared)
        return b"", list(trace.notes)
    made = formats.load(stream).write(trace, asked)
    return made.content + made.numbers, list(made.notes)


def _render(
    trace: Trace, look: Appearance, shared: Shared, beside: tuple[_Drawn, ...], alone: bool
) -> Iterator[_File]:
    asked = shared.output
    for path in _files(shared):
        form = formats.by_suffix(path)
        general = shared.general
        with streams.progress(general.quiet or not alone, general.color) as progress:
            whole = request(shared, look, progress=progress, beside=beside, path=path)
            blanked, wanted = as_exercise(trace, whole, shared)
            made = [(path, form.write(blanked, wanted))]
            if shared.practice.quiz:
                key = checks.answers_of(path)
                asked_whole = wanted._replace(beside=whole.beside, path=key)
                made.append((key, form.write(trace, asked_whole)))
        for written, each in made:
            yield _File(written, each)
            yield from (_File(beside_it, Made(content)) for beside_it, content in each.more)
    if asked.map:
        from nnviz.formats.raster import maps as _map

        output = trace.array("output")
        for path in asked.map:
            chosen = shared.figure.sample, shared.figure.filter
            maps = _map.render(output, path, asked.range, *chosen)
            yield from starmap(_File, maps)


def remark(notes: Iterable[Words], wrote: Iterable[str], say: Callable[[Words], str]) -> None:
    """Notes and files written, on standard error."""
    said = [Words("note: {note}", note=note) for note in notes]
    for words in (*said, *(Words("wrote {file}", file=file) for file in wrote)):
        streams.remark(say(words))


def _wrote(file: _File) -> str:
    """A file, its pixels and bytes."""
    made = file.made
    pixels = times(made.size) if made.size else ""
    taken = numerals.size(len(made.content) + len(made.numbers))
    return ", ".join(filter(None, (file.path, pixels, taken)))
