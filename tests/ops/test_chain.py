"""The chain language: words as a POSIX shell splits them, errors with a caret."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnviz.errors import NnvizError, UsageError
from nnviz.ops._chain import parse_chain
from nnviz.options.option import Context
from nnviz.read import Stdin

CONTEXT = Context(Stdin(None))

REFUSALS = [
    ("empty", "", "no layers"),
    ("comment alone", "# nothing", "no layers"),
    ("two pipes", "act relu | | flatten", "no layer before this"),
    ("pipe first", "| flatten", "no layer before this"),
    ("pipe last", "flatten |", "no layer after this"),
    ("open quote", "conv -k '1 2", "never closed"),
    ("unknown layer", "convv", "convv is not a layer"),
    ("not a layer", "params flatten", "params is not a layer"),
    ("unknown option", "conv --strid 2", "conv has no option --strid"),
    ("option of the whole command", "conv --json", "conv has no option --json"),
    ("value missing", "conv --stride", "--stride needs a value"),
    ("argument missing", "act", "act needs NAME"),
    ("argument too many", "flatten 3", "flatten takes no argument 3"),
    ("lists kernels", "flatten | conv --list-kernels", "takes no input"),
    ("brings its own text", "act relu | rnn --hidden 1 --text a", "takes no input"),
    ("two of standard input", "conv -k - | conv -k -", "can be read once"),
    ("bad value", "conv --stride two", "two is not a whole number"),
    ("bad matrix", "conv -k '1 2; 3'", "row 2"),
]


@pytest.mark.parametrize(
    ("text", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses_with_a_place(text: str, message: str) -> None:
    with pytest.raises(NnvizError, match=message) as caught:
        parse_chain(text, "NET", CONTEXT)
    if text and not text.startswith("#"):
        assert caught.value.place is not None
        assert "^" in str(caught.value)


WORDS = [
    ("pipes and lines", "flatten | flatten\nflatten", 3),
    ("pipes without spaces", "flatten|flatten", 2),
    ("blank lines and comments", "\n# a net\nflatten # first\n\n  flatten\n", 2),
    ("windows lines", "flatten\r\nflatten\r\n", 2),
    ("quoted pipe is a value", "conv -k 'edge'|flatten", 2),
]


@pytest.mark.parametrize(("text", "count"), [w[1:] for w in WORDS], ids=[w[0] for w in WORDS])
def test_splits_into_layers(text: str, count: int) -> None:
    assert len(parse_chain(text, "NET", CONTEXT).nodes) == count


def test_quotes_protect_and_a_backslash_outside_them_is_itself() -> None:
    def said(text: str) -> str:
        with pytest.raises(UsageError) as caught:
            parse_chain(f"conv --stride {text}", "NET", CONTEXT)
        return (
            str(caught.value.message)
            .removeprefix("--stride ")
            .removesuffix(" is not a whole number")
        )

    assert said("'a b'\"c\"d") == "a bcd"
    assert said(r"a\b") == r"a\b"
    assert said(r'"a\"b\\c\d"') == r'a"b\c\d'
    assert said("'a|b#c;d'") == "a|b#c;d"
    assert "two" in said("'two\nlines'")
    assert "lines" in said("'two\nlines'")


def test_options_mean_what_they_mean_on_the_command_line() -> None:
    chain = parse_chain(
        "conv -k2 --stride=2x1 --bias -1"
        "| pool -k 2 --pad 1 --ceil --kind avg --no-count-include-pad",
        "NET",
        CONTEXT,
    )
    conv, pool = (link.options for link in chain.nodes)
    assert (conv.kernel, conv.stride, conv.bias) == (2, (2, 1), -1)
    assert (pool.ceil_mode, pool.count_include_pad) == (True, False)


def test_a_file_is_read_and_named(tmp_path: Path) -> None:
    from nnviz import ops

    path = tmp_path / "net.txt"
    path.write_text("act relu\nconv --nope\n")
    with pytest.raises(UsageError) as caught:
        ops.load("net").parse({"net": str(path)}, CONTEXT)
    assert f"{path}, line 2, column 6" in str(caught.value)


def test_two_layers_of_one_writing_do_not_share_standard_input() -> None:
    with pytest.raises(NnvizError, match="standard input"):
        parse_chain("conv -k - | conv -k -", "net", Context(Stdin(None)))
