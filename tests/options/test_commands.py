"""Words as the texts of options, where the command line and chains have no say in it."""

from __future__ import annotations

import pytest

from nnviz.cli import options
from nnviz.errors import UsageError
from nnviz.options.commands import read
from nnviz.options.option import SWITCH, Option, Text
from nnviz.options.program import WordsError

SHARED = (options.INPUT, *options.all_shared())

READ: list[tuple[str, list[str], dict[str, Text], tuple[str, ...]]] = [
    ("nothing", [], {}, ()),
    ("one argument", ["1 2"], {"input": ["1 2"]}, ()),
    ("several arguments", ["1 2", "3", "4"], {"input": ["1 2", "3", "4"]}, ()),
    ("standard input", ["-"], {"input": ["-"]}, ()),
    ("an empty argument", [""], {"input": [""]}, ()),
    ("a number", ["-1"], {"input": ["-1"]}, ()),
    ("what repeats is kept", ["-o", "a", "--output=b"], {"output": ["a", "b"]}, ()),
    ("what is counted", ["--json", "--trace", "--json"], {"json": 2, "trace": 1}, ()),
    ("several short ones", ["-qo", "a"], {"quiet": True, "output": ["a"]}, ()),
    ("several with the value", ["-qoa"], {"quiet": True, "output": ["a"]}, ()),
    ("an equals sign is a value's own", ["-o=a"], {"output": ["=a"]}, ()),
    ("two equals signs", ["--title=a=b"], {"title": "a=b"}, ()),
    ("an empty value", ["--title="], {"title": ""}, ()),
    ("a value like an option", ["--title", "--json"], {"title": "--json"}, ()),
    (
        "after two dashes",
        ["-q", "--", "--json", "-q"],
        {"quiet": True, "input": ["--json", "-q"]},
        (),
    ),
    ("two dashes as a value", ["--title", "--"], {"title": "--"}, ()),
]


@pytest.mark.parametrize(
    ("words", "texts", "extra"), [case[1:] for case in READ], ids=[case[0] for case in READ]
)
def test_words_are_read(words: list[str], texts: dict[str, Text], extra: tuple[str, ...]) -> None:
    assert read(words, "show", SHARED) == ("show", texts, extra)


def test_an_option_off_is_a_switch_that_says_no() -> None:
    option = Option("ceil", ("--ceil",), SWITCH, "Round up.", off="--no-ceil")
    assert read(["--no-ceil"], "pool", (option,)).texts == {"ceil": False}
    assert read(["--no-ceil", "--ceil"], "pool", (option,)).texts == {"ceil": True}
    with pytest.raises(UsageError, match="--no-ceil takes no value"):
        read(["--no-ceil=1"], "pool", (option,))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--them", "show has no option --them\n  did you mean --theme?"),
        ("--xyzzy", "show has no option --xyzzy"),
        ("-x", "show has no option -x"),
        ("-qx", "show has no option -x"),
        ("-title", "show has no option -t"),
    ],
)
def test_what_is_no_option_is_named(word: str, said: str) -> None:
    with pytest.raises(WordsError) as caught:
        read([word, "dark"], "show", SHARED)
    assert str(caught.value) == said
