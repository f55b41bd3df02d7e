"""One command, from the texts of its options to what is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import starmap
from typing import Any, NamedTuple

from nnviz import files, formats, lang, memory, numerals, tensors
from nnviz.cli import checks, options, streams, walk
from nnviz.cli.checks import Written
from nnviz.cli.computing import Computed, computed
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError
from nnviz.formats import Made
from nnviz.options.operation import Operation
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.request import Appearance, Request
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words


class _File(NamedTuple):
    path: str
    made: Made


_Drawn = tuple[Trace, Request]
"""A trace, and how it is drawn."""


class Ran(NamedTuple):
    """What a command that was run has read and written, and what is to follow."""

    read: list[str]
    written: list[str]
    output: options.OutputOptions


def run_command(operation: Operation[Any], given: Written, env: Mapping[str, str]) -> Ran:
    """Run one command: check, read, compute, render, and write, in this order."""
    context = Context(standard_input())
    shared = options.parse(given.texts, context)
    with memory.at_most(shared.general.max_memory):
        written = _run_with(shared, operation, given, env, context)
    return Ran(context.stdin.opened, written, shared.output)


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


def _run_with(
    shared: Shared,
    operation: Operation[Any],
    given: Written,
    env: Mapping[str, str],
    context: Context,
) -> list[str]:
    stdin = context.stdin
    language = lang.resolve(shared.general.lang, env)
    walk.check(shared, env)
    stream = _stream(shared)
    forms = _forms(shared, stream)
    checks.check_view(operation, given, shared, forms)
    checks.check_files(operation, given, shared)
    checks.check_used(operation, given, forms, maps=bool(shared.output.map))
    _check_words(operation, given, stdin)
    announced = operation.announcement(given.texts)
    if announced is not None:  # checked all the same, but nothing is waited for
        read = {name: text for name, text in given.texts.items() if text != "-"}
        operation.parse(read, context)
        streams.write_text(announced)
        return []
    trace, failed = _as_far_as(operation, given, shared, context, forms)
    formats.check_view(trace.op, shared.figure.view, forms)  # of a layer
    _check_watch(shared, stdin)
    look = appearance(shared, language, env)
    made = list(_render(trace, look, shared, besides(shared, look, context)))
    # Once more: the chain may have named files, and a map of channels is several.
    files.check([file.path for file in made], stdin.opened)
    shown, notes = b"", list(trace.notes)
    if stream is not None:
        screen = streams.screen(shared.general.color, env)
        asked = request(shared, look, screen=screen)
        shown, said = _shown(*as_exercise(trace, asked, shared), stream, shared)
        # The table says the notes of the trace itself.
        notes = said if stream == "table" else [*notes, *said]
    for file in made:
        files.write(file.path, file.made.content)
    if stream is not None:
        streams.write(shown)
    if not shared.general.quiet:
        heard = streams.spoken(language, sys.stderr)
        notes += [note for file in made for note in file.made.notes]
        remark(dict.fromkeys([*stdin.notes, *notes]), made, lambda words: lang.say(words, heard))
    if failed is not None:  # what there is of it is drawn
        raise failed
    return [file.path for file in made]


def _check_watch(shared: Shared, stdin: Stdin) -> None:
    if shared.output.watch and (stdin.is_read or not stdin.opened):
        raise UsageError(
            "--watch waits for a file to change, and {what} is read",
            what=Words("standard input") if stdin.is_read else Words("none"),
        )


def _as_far_as(
    operation: Operation[Any],
    given: Written,
    shared: Shared,
    context: Context,
    forms: Sequence[formats.Format],
) -> tuple[Trace, NnvizError | None]:
    """What was computed; of what fails the part before, to be drawn, and why it does."""
    try:
        return computed(operation, given, shared, context).trace, None
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
    """What standard output gets, in a language that it can carry, and what to say of it."""
    form, language = formats.load(stream), asked.appearance.lang
    spoken = streams.spoken(language, sys.stdout) if form.kind == "text" else language
    asked = asked._replace(appearance=asked.appearance._replace(lang=spoken))
    if walk.wanted(shared):
        walk.run(trace, asked, shared)
        return b"", list(trace.notes)
    made = form.write(trace, asked)
    notes = list(made.notes)
    if spoken != language and made.content:
        notes.append(streams.unspoken(language, sys.stdout))
    return made.content, notes


def _render(
    trace: Trace, look: Appearance, shared: Shared, beside: tuple[_Drawn, ...]
) -> Iterator[_File]:
    asked = shared.output
    for path in _files(shared):
        form = formats.by_suffix(path)
        general = shared.general
        with streams.progress(general.quiet, general.color) as progress:
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
    if trace.saved is not None:
        path, arrays = trace.saved
        yield _File(path, Made(tensors.safetensors(arrays)))
    if asked.map:
        from nnviz.formats.raster import maps as _map

        output = trace.array("output")
        for path in asked.map:
            chosen = shared.figure.sample, shared.figure.filter
            maps = _map.render(output, path, asked.range, *chosen)
            yield from starmap(_File, maps)


def remark(notes: Iterable[Words], made: list[_File], say: Callable[[Words], str]) -> None:
    """Notes and files written, on standard error."""
    for note in notes:
        streams.remark(say(Words("note: {note}", note=note)))
    for file in made:
        pixels = times(file.made.size) if file.made.size else ""
        size = numerals.size(len(file.made.content))
        text = ", ".join(part for part in (file.path, pixels, size) if part)
        streams.remark(say(Words("wrote {file}", file=text)))
