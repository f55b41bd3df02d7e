"""One command, from the texts of its options to what is written."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from nnviz import files, formats, lang
from nnviz.cli import options, streams
from nnviz.errors import NnvizError, UsageError
from nnviz.figure import view_names
from nnviz.figure.look import Look
from nnviz.formats import Request, _steps
from nnviz.ops._operation import Context, Operation
from nnviz.read import ImageOptions, Stdin, read_input
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

_PNG = b"\x89PNG\r\n\x1a\n"


class Written(NamedTuple):
    """What a command was given: its own options as text, INPUT, and the shared ones."""

    own: Mapping[str, Any]
    input: str | None
    shared: dict[str, Any]


class _File(NamedTuple):
    path: str
    content: bytes
    size: str = ""
    """In pixels, where it is a picture."""


def execute(operation: Operation, given: Written, env: Mapping[str, str]) -> None:
    """Run one command: check, read, compute, render, and write, in this order."""
    stdin = Stdin(sys.stdin.buffer if sys.stdin is not None else None)
    context = Context(stdin)
    shared = options.parse(given.shared, context)
    language = lang.resolve(shared["lang"], env)
    stream = _stream(shared)
    _check_view(operation, shared["view"])
    _check_files(operation, given, shared)
    _check_arguments(operation, given)
    _check_texts(operation, given)
    _reserve(operation, given, stdin)
    announced = operation.announce(_texts(operation, given))
    if announced is not None:  # checked all the same, but nothing is waited for
        own = {name: None if text == "-" else text for name, text in given.own.items()}
        operation.parse(own, context)
        streams.write_text(announced)
        return
    values = operation.parse(given.own, context)
    trace = _run(operation, values, given, shared, stdin)
    look = _look(shared, language, env)
    made = list(_render(trace, look, shared))
    # Once more: the chain may have named files, and a map of channels is several.
    files.check([file.path for file in made], stdin.opened)
    shown, notes = b"", list(trace.notes)
    if stream is not None:
        request = _request(shared, look, screen=streams.screen(shared["color"], env))
        shown = formats.load(stream).write(trace, request)
        # The table says the notes of the trace itself.
        notes = [] if stream == "table" else notes
        notes += formats.load(stream).notes(trace, request)
    for file in made:
        files.write(file.path, file.content)
    if stream is not None:
        streams.write(shown)
    if not shared["quiet"]:
        _remark(notes, made, lambda words: lang.say(words, language))


# --- before anything is computed -----------------------------------------------


def _stream(shared: Mapping[str, Any]) -> str | None:
    """What standard output gets; None where files are all that was asked for."""
    named = [*shared["format"], *["json"] * shared["json"], *["trace"] * shared["trace"]]
    if len(named) > 1:
        raise UsageError(
            "the format of standard output is given {n} times: {names}",
            n=len(named),
            names=", ".join(named),
            hint="-f, --json and --trace each name it; -o writes further files",
        )
    if not named:
        return None if shared["output"] or shared["map"] else "table"
    if formats.load(named[0]).binary and streams.is_terminal(sys.stdout):
        raise UsageError(
            "{name} is binary and is not written to a terminal",
            name=named[0],
            hint=Words("write a file: -o output.{name}", name=named[0]),
        )
    return str(named[0])


def _check_view(operation: Operation, view: str | None) -> None:
    if view is not None and view not in view_names(operation.name):
        raise UsageError(
            "{op} has no view {name}",
            op=operation.name,
            name=view,
            hint=Words("it has: {names}", names=", ".join(view_names(operation.name))),
        )


def _check_files(operation: Operation, given: Written, shared: Mapping[str, Any]) -> None:
    outputs = list(shared["output"])
    for path in outputs:
        formats.by_suffix(path)
    if shared["map"] is not None:
        from nnviz.formats import _map

        _map.check(shared["map"])
        outputs.append(shared["map"])
    inputs = [text for _, text in _sources(operation, given)]
    files.check(outputs, [*inputs, *([shared["font"]] if shared["font"] else [])])


def _check_arguments(operation: Operation, given: Written) -> None:
    for argument in operation.arguments:
        if given.own.get(argument.name) is None and argument.default is None:
            choices = argument.kind.choices if argument.kind is not None else ()
            raise UsageError(
                "{op} needs {name}: {what}",
                op=operation.name,
                name=argument.label,
                what=", ".join(choices) or argument.help,
                hint=Words("for example: nnviz {example}", example=operation.example),
            )


def _check_texts(operation: Operation, given: Written) -> None:
    """A file may have any name, but what is drawn and written has to be text."""
    own = [(option, given.own.get(option.name)) for option in operation.options]
    shared = [(s.option, given.shared.get(s.option.name)) for s in options.all_shared()]
    for option, text in (*own, *shared):
        if option.kind is not None and option.kind.metavar == "TEXT" and isinstance(text, str):
            try:
                text.encode()
            except UnicodeEncodeError:
                raise UsageError(
                    "{flag} {text} has bytes that are no text here",
                    flag=option.label,
                    text=text,
                    hint="write it in the encoding of the locale, such as UTF-8",
                ) from None


def _sources(operation: Operation, given: Written) -> list[tuple[str, str]]:
    """What each argument that takes a file was given, by its label."""
    found = [
        (option.label, text)
        for option in operation.options
        if option.kind is not None and "FILE" in option.kind.metavar
        if isinstance(text := given.own.get(option.name), str)
    ]
    return found if given.input is None else [*found, (options.INPUT.label, given.input)]


def _texts(operation: Operation, given: Written) -> dict[str, Any]:
    """Every option of a command, as far as can be said before any is parsed."""
    texts = {option.name: option.default for option in operation.options}
    return texts | {name: text for name, text in given.own.items() if text is not None}


def _reserve(operation: Operation, given: Written, stdin: Stdin) -> None:
    """Find the second - of a command before the first is read, which may take forever."""
    asked = [label for label, text in _sources(operation, given) if text == "-"]
    texts = _texts(operation, given)
    if given.input is None and operation.reads_input(texts):
        asked += [] if streams.is_terminal(sys.stdin) else [options.INPUT.label]
    for label in asked:
        stdin.reserve(label)


# --- computing -----------------------------------------------------------------


def _run(
    operation: Operation,
    values: dict[str, Any],
    given: Written,
    shared: Mapping[str, Any],
    stdin: Stdin,
) -> Trace:
    image = ImageOptions(shared["gray"], shared["resize"], shared["unit"], shared["frame"])
    if not operation.reads_input(values):
        if given.input is not None:
            raise UsageError(
                "{op} reads no INPUT with these options, and {input} was given",
                op=operation.name,
                input=given.input,
            )
        return _checked(operation.run(None, values), shared)
    spec = _spec(operation, given.input)
    source = read_input(spec, stdin=stdin, image=image)
    x = source.array if shared["dtype"] is None else source.array.astype(shared["dtype"])
    try:
        trace = operation.run(x, values)
    except NnvizError as error:
        error.context.append(
            Words("in {op} on an input of {shape}", op=operation.name, shape=times(x.shape))
        )
        raise
    return _checked(replace(trace, image=source.image) if source.image else trace, shared)


def _spec(operation: Operation, given: str | None) -> str:
    if given is not None:
        return given
    if streams.is_terminal(sys.stdin):
        raise UsageError(
            "{op} needs an INPUT",
            op=operation.name,
            hint=Words("for example: nnviz {example}", example=operation.example),
        )
    return "-"


def _checked(trace: Trace, shared: Mapping[str, Any]) -> Trace:
    """The trace, once --get, --steps and --sample are known to fit it."""
    names = [*trace.results, *trace.arrays]
    if shared["get"] not in ("output", "shape", *names):
        raise UsageError(
            "--get {name}: {op} has no such result",
            name=shared["get"],
            op=trace.op,
            hint=Words("there is: {names}", names=", ".join(["shape", *names])),
        )
    _check_steps(trace, shared["steps"])
    if shared["sample"] >= _samples(trace):
        raise UsageError(
            "--sample {sample}: the batch has {n}, counted from 0",
            sample=shared["sample"],
            n=_samples(trace),
        )
    return trace


def _check_steps(trace: Trace, spec: str | None) -> None:
    if spec in (None, "all", "none"):
        return
    assert spec is not None
    if not len(trace.steps):
        raise UsageError(
            "--steps {spec}: {op} has no steps of its own to count",
            spec=spec,
            op=trace.op,
            hint="--trace has those of every layer; --steps all or none"
            if trace.layers
            else "leave --steps out",
        )
    _steps.choose(spec, len(trace.steps))


def _samples(trace: Trace) -> int:
    """How many inputs a batch has: N of N×C×H×W, with as many axes as the window slides over."""
    if "input" not in trace.arrays:
        return 1
    shape = trace.arrays["input"].shape
    return int(shape[0]) if len(shape) == (len(trace.axes) or 2) + 2 else 1


# --- rendering and writing -----------------------------------------------------


def _look(shared: Mapping[str, Any], language: str, env: Mapping[str, str]) -> Look:
    return Look(
        view=shared["view"],
        theme=shared["theme"],
        title=shared["title"],
        scale=shared["scale"],
        font=shared["font"] or env.get("NNVIZ_FONT") or None,
        lang=language,
        precision=shared["precision"],
        sample=shared["sample"],
        fps=shared["fps"],
    )


def _request(shared: Mapping[str, Any], look: Look, **screen: Any) -> Request:
    return Request(steps=shared["steps"], get=shared["get"], look=look, **screen)


def _render(trace: Trace, look: Look, shared: Mapping[str, Any]) -> Iterator[_File]:
    request = _request(shared, look)
    for path in shared["output"]:
        content = formats.by_suffix(path).write(trace, request)
        yield _File(path, content, _pixels(content))
    if shared["map"] is not None:
        from nnviz.formats import _map

        output = trace.array("output")
        for picture in _map.render(output, shared["map"], shared["range"], shared["sample"]):
            yield _File(picture.path, picture.content, f"{picture.width}×{picture.height}")


def _pixels(content: bytes) -> str:
    if not content.startswith(_PNG):
        return ""
    width, height = struct.unpack(">II", content[16:24])
    return f"{width}×{height}"


def _remark(notes: Iterable[Words], made: list[_File], say: Callable[[Words], str]) -> None:
    """Notes and files written, on standard error."""
    for note in notes:
        streams.remark(say(Words("note: {note}", note=note)))
    for file in made:
        size = files.size(len(file.content))
        text = ", ".join(part for part in (file.path, file.size, size) if part)
        streams.remark(say(Words("wrote {file}", file=text)))
