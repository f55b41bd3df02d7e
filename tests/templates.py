"""Every template in the source: what a catalogue has to say.

Read off the syntax tree, so that a text which nobody could translate (an f-string, a sum)
is found too; what such an expression can come to is written down in `KNOWN`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nnviz
from nnviz import fields, sentences
from nnviz.axes import CELL_NAMES, SIZE_NAMES
from nnviz.cli import options, reading
from nnviz.cli.help import _EVERY
from nnviz.ops.recurrent.rnn import OPERATION as RNN
from nnviz.ops.windows import _window, pool
from nnviz.ops.windows.conv import OPERATION as CONV
from nnviz.read.text import STANDARD_INPUT

ROOT = Path(nnviz.__file__).parent
TAKERS = {"Words", "NnvizError", "UsageError", "WordsError", "say", "_fact", "fail"}
"""What takes a template first."""
_CELLS = tuple(name for names in CELL_NAMES.values() for name in names)
_SIZES = tuple(f"output {name}" for names in SIZE_NAMES.values() for name in names)
_NEURONS = ("inputs", "outputs", "weights", "inputs with the padding")
_HELD = ()
"""Words from elsewhere, or the user's own."""
KNOWN: dict[str, tuple[str, ...]] = {
    "errors.py: template": _HELD,
    "errors.py: hint": _HELD,
    "cli/complaints.py: words.template": _HELD,
    "cli/complaints.py: arg": _HELD,
    "cli/complaints.py: STANDARD_INPUT": (STANDARD_INPUT,),
    "cli/checks.py: argument.help": _HELD,
    "cli/help.py: command.help": _HELD,
    "cli/help.py: operation.help": _HELD,
    "cli/help.py: option.help": _HELD,
    "cli/help.py: name": _HELD,
    "cli/help.py: prefix": _HELD,
    "cli/help.py: second": _HELD,
    "formats/_columns.py: name": _HELD,
    "formats/note/model.py: words": _HELD,
    "formats/terminal/paper.py: words": _HELD,
    "figure/formulas/parameter_counts.py: template": ("{n} weights", "{n} biases"),
    "trace.py: name": (),  # an array: looked up, below
    "figure/arrays/neurons.py: what": _NEURONS,
    "figure/single/act_equation.py: role": ("input", "output"),
    "figure/networks/params_bars.py: kind": ("weights", "biases"),
    "fields.py: ALONG[name][len(along) != 1]": tuple(
        each for both in fields.ALONG.values() for each in both
    ),
    "formats/player/linked.py: template": (),  # the same
    "read/headings.py: STANDARD_INPUT": (STANDARD_INPUT,),
    "read/text.py: template": _HELD,
    "read/safetensors.py: what": ("its header", "its shape or place"),
    "ops/recurrent/_equations.py: label": _HELD,
    "checking/mistakes/conv.py: yours": (),  # choices, below
    "checking/mistakes/conv.py: ours": (),
    "ops/recurrent/_explained.py: plan.mode": (),
    "ops/windows/_window.py: plan.mode": (),
    "ops/windows/_kernels.py: what": ("input channels", "filters"),
    "ops/windows/_window.py: 'output ' + name": _SIZES,
    "ops/windows/_window.py: said[several]": (*_window._NOT_USED, *_window._NOT_USED_OF_PADDING),
    "ops/windows/_window.py: SUBJECTS[name][several]": tuple(
        each for both in _window.SUBJECTS.values() for each in both
    ),
    "ops/windows/_window.py: name": _CELLS,
    "ops/_layer.py: name": (),  # names of axes, below
    "ops/windows/_window.py: LAYOUTS[dims]": tuple(_window.LAYOUTS.values()),
    "ops/windows/pool.py: _CALLED[scope_of(options), kind][0]": tuple(
        title for title, _ in pool._CALLED.values()
    ),
    "ops/windows/pool.py: _CALLED[scope, options.kind][1]": tuple(
        short for _, short in pool._CALLED.values()
    ),
    "padding.py: mode": (),
    "sentences.py: said": tuple(each for some in sentences.ACTIVATIONS.values() for each in some),
    "ops/recurrent/_explained.py: _TITLES[self.given.cell]": (),  # RNN, LSTM and GRU are names
    "gradient.py: said": (),  # symbols
}
"""What an expression in the place of a template can come to."""

LOOKED_UP = {
    *("products", "arithmetic", "sum", "bias", "before", "pre", "activation", "value"),
    *("cell", "row", "column", "plane", "sample", "channel", "filter", "layer", "direction"),
    *("derivation", "weights", "biases", "params", "MACs", "receptive field"),
    *("weights, shared", "as a dense layer", "input", "kernel", "weight", "output"),
}
"""Headings and names of options that the terminal view looks up as it needs them."""


TYPER = {
    *(
        "[OPTIONS]",
        "COMMAND [ARGS]...",
        _EVERY,
        "Usage: ",
        "Options",
        "Commands",
        "Arguments",
        "Show this message and exit.",
    ),
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
}
"""What stands in the help beside our declarations."""


def _choices() -> Iterator[str]:
    """Values of options that a view says."""
    for operation, name in ((CONV, "padding_mode"), (RNN, "mode")):
        yield from operation.option(name).kind.choices


def _help() -> Iterator[str]:
    for command in reading.every():
        yield command.help
        yield from (option.help for option in command.options)
    yield from (option.help for option in (*options.all_shared(), options.VERSION))
    yield from options.GROUPS
    yield options.INPUT.help


def templates() -> set[str]:
    """Every template that a catalogue has to have."""
    found, _ = in_source()
    known = {template for every in KNOWN.values() for template in every}
    return found | known | LOOKED_UP | TYPER | set(_choices()) | set(_help())


def in_source() -> tuple[set[str], set[str]]:
    """The templates that stand in the source, and the expressions that are none."""
    found: set[str] = set()
    unknown: set[str] = set()
    for path in sorted(ROOT.rglob("*.py")):
        texts, others = in_file(path.read_text(encoding="utf-8"))
        found |= texts
        unknown |= {f"{path.relative_to(ROOT).as_posix()}: {other}" for other in others}
    return found, unknown


def in_file(source: str) -> tuple[set[str], set[str]]:
    """The same of one file."""
    tree = ast.parse(source)
    named = _assigned(tree)
    found: set[str] = set()
    unknown: set[str] = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        places = [k.value for k in call.keywords if k.arg == "hint"]
        places += call.args[:1] if name in TAKERS else []
        for place in places:
            for text in _texts(place, named):
                if isinstance(text, str):
                    found.add(text)
                # What is said or given as a hint may be Words already.
                elif name in TAKERS - {"say"} and (place in call.args or _is_made(text)):
                    unknown.add(ast.unparse(text))
    return found, unknown


def _is_made(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each name is given, anywhere in the file."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    return named


def _texts(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str | ast.expr]:
    """The texts that an expression can be; the parts of it that are no texts."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, named)
        yield from _texts(node.orelse, named)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value, named)
    elif isinstance(node, ast.Name) and any(_is_text(value) for value in named.get(node.id, ())):
        for value in named[node.id]:
            if _is_text(value):
                yield from _texts(value, {})
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words":
        pass  # found where it stands
    else:
        yield node


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
