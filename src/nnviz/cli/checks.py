"""What is checked of a command: its words before it reads, its result before it is shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nnviz import formats
from nnviz import steps as _steps
from nnviz.cli import options
from nnviz.cli.options import InputOptions, Shared
from nnviz.errors import UsageError
from nnviz.figure import views_of_command
from nnviz.formats import Format
from nnviz.libraries import np
from nnviz.numerals import all_finite
from nnviz.options.kinds import plain
from nnviz.options.operation import Operation
from nnviz.options.option import Option, Text, declared
from nnviz.read import Stdin
from nnviz.records import NamedTuple
from nnviz.request import WALK, check_filter, check_sample
from nnviz.trace import Trace
from nnviz.words import Words

STANDARD_OUTPUT = "-"
"""What -o calls standard output."""
SAVED = "save_weights"
"""The option of a command that names one more file that it writes."""


class Written(NamedTuple):
    """What a command was given: the texts of its options, and each INPUT."""

    texts: Mapping[str, Text]
    inputs: tuple[str, ...] = ()

    @property
    def input(self) -> str | None:
        """The only one, or the first."""
        return next(iter(self.inputs), None)


def no_beside(text: str) -> UsageError:
    """The error of a text that is no command with a figure."""
    return UsageError(
        "--beside {text} is no command",
        text=text,
        hint="write one as after nnviz: --beside 'conv other.txt -k box'",
    )


BESIDE = ("steps", "view", "title", "sample", "filter")
"""What a command beside may say of its figure; all else is the first command's."""


def check_beside(text: str, operation: Operation[Any], given: Written) -> None:
    """Raise UsageError where a command that stands beside another has no figure, or says what is
    that one's.
    """
    if operation.announcement(given.texts) is not None:
        raise no_beside(text)
    inputs = {option.name for option in declared(InputOptions)}
    for option in options.all_shared():
        written = given.texts.get(option.name)
        if written and option.name not in (*BESIDE, *inputs):
            raise UsageError(
                "--beside: {flag} belongs to the whole page; write it outside", flag=option.label
            )


def check_view(
    operation: Operation[Any], given: Written, shared: Shared, forms: Sequence[Format] = ()
) -> None:
    """Raise UsageError where the command has no such picture; of a layer that is known later."""
    view = shared.figure.view
    if view is None or given.texts.get("layer") is not None:
        return
    if view not in views_of_command(operation.name):
        raise UsageError(
            "{op} has no view {name}",
            op=operation.name,
            name=view,
            hint=Words("it has: {names}", names=", ".join(views_of_command(operation.name))),
        )
    formats.check_view(operation.name, view, forms)


def outputs(given: Written, shared: Shared) -> list[str]:
    """The files that are asked for; UsageError where one has no format, or is not to be."""
    outputs = [path for path in shared.output.output if path != STANDARD_OUTPUT]
    for path in outputs:
        formats.by_suffix(path)
    if shared.output.map:
        from nnviz.formats.raster import maps as _map

        for path in shared.output.map:
            _map.check(path)
        outputs += shared.output.map
    if saved := given.texts.get(SAVED):
        outputs.append(str(saved))
    for flag in ("open", "skip_existing"):
        if getattr(shared.output, flag) and not outputs:
            raise UsageError(
                "{flag} is about what -o and --map write, and there is neither",
                flag=f"--{flag.replace('_', '-')}",
            )
    if shared.practice.quiz:
        if shared.output.map:
            raise UsageError("--quiz and --map contradict each other: a map is the answers")
        outputs += [answers_of(path) for path in outputs]
    return outputs


def sources(operation: Operation[Any], given: Written) -> list[str]:
    """What a command reads, as far as its words say it."""
    return [text for _, text in _sources((*operation.options, *options.all_shared()), given)]


def answers_of(path: str) -> str:
    """Where the key of an exercise is written: note-answers.svg of note.svg."""
    return str(Path(path).with_stem(f"{Path(path).stem}-answers"))


def check_used(
    operation: Operation[Any], given: Written, forms: Sequence[Format], *, maps: bool
) -> None:
    """Raise UsageError where an option of every command could change nothing that is asked for.

    `forms` are the formats of the files and of standard output; `maps`, whether --map is.
    """
    used = {name for form in forms for name in form.uses} | ({*formats.MAP} if maps else set())
    for option in (o for group in options.shared_by(operation).values() for o in group):
        if given.texts.get(option.name) is None:
            continue
        for needed in option.belongs_to:
            if not given.texts.get(needed):
                raise UsageError("{flag} belongs to {what}", flag=option.label, what=f"--{needed}")
        for other in filter(given.texts.get, option.apart_from):
            raise UsageError(
                "{flag} and {other} contradict each other", flag=option.label, other=f"--{other}"
            )
        if not can_use(operation, option):
            raise UsageError("{op} cannot use {flag}", op=operation.name, flag=option.label)
        if option.use == "format":
            formats.check_use(option.name, option.label, used)
        if option.use == "input" and not operation.reads_input(given.texts):
            raise UsageError(
                "{flag} is for an INPUT, and {op} reads none with these options",
                flag=option.label,
                op=operation.name,
            )


def can_use(operation: Operation[Any], option: Option) -> bool:
    """Whether a command can ever use an option that every command is asked for."""
    if option.use == "input" and not operation.takes_input:
        return False
    return option.name not in operation.lacks


def check_arguments(operation: Operation[Any], given: Written) -> None:
    """Raise UsageError where an argument is missing that stands before INPUT."""
    if any(given.texts.get(option.name) for option in operation.options if option.prints):
        return
    for argument in operation.arguments:
        if given.texts.get(argument.name) is None and argument.default is None:
            raise UsageError(
                "{op} needs {name}: {what}",
                op=operation.name,
                name=argument.label,
                what=Words(argument.help)
                if argument.kind.looks
                else ", ".join(argument.kind.choices),
                hint=Words("for example: nnviz {example}", example=operation.example),
            )


def check_order(operation: Operation[Any], given: Written) -> None:
    """Raise UsageError where INPUT stands where an argument belongs, and the other way about."""
    if given.input is None or not operation.arguments:
        return
    argument = operation.arguments[-1]
    text = given.texts.get(argument.name)
    if isinstance(text, str) and not looks(argument, text) and looks(argument, given.input):
        raise UsageError(
            "{name} stands before INPUT",
            name=argument.label,
            hint=Words(
                "for example: nnviz {example}",
                example=shlex.join([operation.name, given.input, text]),
            ),
        )


def looks(argument: Option, text: str) -> bool:
    """Whether a word looks like what an argument takes."""
    if argument.kind.looks is not None:
        return argument.kind.looks(text)
    return plain(text, argument.kind.choices) in argument.kind.choices


def check_texts(operation: Operation[Any], given: Written) -> None:
    """A file may have any name, but what is drawn and written has to be text."""
    for option in (*operation.options, *options.all_shared()):
        text = given.texts.get(option.name)
        if option.kind.is_text and isinstance(text, str):
            try:
                text.encode()
            except UnicodeEncodeError:
                raise UsageError(
                    "{flag} {text} has bytes that are no text here",
                    flag=option.label,
                    text=text,
                    hint="write it in the encoding of the locale, such as UTF-8",
                ) from None


def _sources(known: Iterable[Option], given: Written) -> list[tuple[str, str]]:
    """What each argument that takes a file was given, by its label."""
    found = [
        (option.label, text)
        for option in known
        if option.kind.is_read and isinstance(text := given.texts.get(option.name), str)
    ]
    return [*found, *((options.INPUT.label, text) for text in given.inputs)]


def reserve(operation: Operation[Any], given: Written, stdin: Stdin) -> None:
    """Find the second - of a command before the first is read, which may take forever."""
    asked = [label for label, text in _sources(operation.options, given) if text == "-"]
    if given.input is None and operation.reads_input(given.texts):
        asked += [] if stdin.typed else [options.INPUT.label]
    for label in asked:
        stdin.reserve(label)


def checked(trace: Trace, shared: Shared) -> Trace:
    """The trace, once --get, --steps, --sample and --filter are known to fit it."""
    names = [*trace.results, *trace.arrays]
    if shared.output.get not in ("output", "shape", *names):
        raise UsageError(
            "--get {name}: {op} has no such result",
            name=shared.output.get,
            op=trace.command,
            hint=Words("there is: {names}", names=", ".join(["shape", *names])),
        )
    _check_steps(trace, shared.output.steps)
    asked = shared.output
    walks = (getattr(shared.practice, name) for name in WALK)
    of_layers = trace.layers and any((asked.trace, "trace" in asked.format, *walks))
    if asked.explain and not of_layers:
        formats.check_explained(trace)
    check_sample(shared.figure.sample or 0, trace.samples)
    if trace.plan is not None:
        check_filter(shared.figure.filter, trace.plan.filters)
    return trace


def _check_steps(trace: Trace, spec: str | None) -> None:
    if spec in (None, "all", "none"):
        return
    assert spec is not None
    if not len(trace.steps):
        raise UsageError(
            "--steps {spec}: {op} has no steps of its own to count",
            spec=spec,
            op=trace.command,
            hint="--layer N has those of a layer" if trace.layers else "leave --steps out",
        )
    _steps.choose(spec, len(trace.steps))


def past(trace: Trace, given: np.ndarray) -> Iterator[Words]:
    """A note where finite numbers came to what their type has no number for."""
    if "output" not in trace.results:
        return
    others = [array for name, array in trace.arrays.items() if name != "input"]
    made = trace.output
    if all_finite(made) or not all(map(all_finite, (given, *others))):
        return
    yield Words(
        "numbers of the output that {dtype} cannot hold (inf or nan): {n} of {count}",
        n=int(made.size - np.isfinite(made).sum()),
        count=made.size,
        dtype=str(made.dtype),
    )
