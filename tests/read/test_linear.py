"""A text eight times as long is read, or refused, in about eight times the time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from contents import NONE, piped
from nnviz.errors import NnvizError
from nnviz.read import read_input, read_weights

N = 4_000
GROWTH = 24
"""Of the time, for eight times the text: 8 where it is linear, 64 where it is quadratic."""
LEAST = 0.008
"""Seconds below which a time is not told from the noise of the machine."""

TEXTS: dict[str, Callable[[int], str]] = {
    "tabs between numbers": lambda n: "1" + "\t" * n + "2",
    "tabs alone": lambda n: "\t" * n,
    "spaces between numbers": lambda n: "1" + " " * n + "2",
    "spaces and tabs": lambda n: "1" + " \t" * n + "2",
    "commas": lambda n: "1" + ", " * n + "2",
    "semicolons": lambda n: "1" + " ;" * n,
    "blanks before a semicolon": lambda n: "1" + " " * n + ";x",
    "lines": lambda n: "1\n" * n + "x",
    "empty lines": lambda n: "1" + "\n" * n + "x",
    "a long number": lambda n: "1" * n + "x",
    "a long fraction": lambda n: "1/" * n,
    "points": lambda n: "1" + "." * n,
    "zeros": lambda n: "0" * n + "1",
    "quotes": lambda n: '"' * n + "x",
    "quoted numbers": lambda n: '"1",' * n,
    "headings": lambda n: "a," * n + "a\n" + "1," * n + "1",
    "names of rows": lambda n: "a,b\n" + "x,2\n" * n + "3,4",
    "empty last cells": lambda n: ("1" + "," * n + "\n") * 3,
    "empty headings": lambda n: "," * n + "\n" + "1," * n,
    "comments": lambda n: "#\n" * n + "1",
    "a comment of blanks": lambda n: "# shape" + " " * n + "x\n1",
    "a mix of separators": lambda n: "1, 2 " * n,
    "a decimal comma far down": lambda n: "1, 2, " * n + "1,5 2",
    "a list of blanks": lambda n: "[" + " " * n + "1" + " " * n + "x",
    "a list that is not closed": lambda n: "[" + "1 " * n,
    "a list over lines": lambda n: "[" + "1\n" * n + "]",
    "lists over lines": lambda n: "[1]\n" * n + "x",
    "lists apart": lambda n: ("[1]" + " " * 50) * (n // 10) + "x",
    "open brackets": lambda n: "[" * n,
    "open braces": lambda n: "{" * n + "1",
    "blanks in a tuple": lambda n: "(1," + " " * n + "x",
    "escaped quotes": lambda n: '["' + '\\"' * n,
    "NaN in an object": lambda n: '{"a": ' + "NaN " * n + "}",
    "keys of an object": lambda n: "{" + '"a": [1],' * n + '"b": [x]}',
    "a long name": lambda n: "a" * n + " = [1]",
    "names with points": lambda n: "a." * n + "array([1])",
    "blanks after a call": lambda n: "array([1]" + " " * n + ",dtype=)" + " " * n + "x",
    "brackets after a call": lambda n: "array([1], a=" + ")" * n + "x",
    "points of a dtype": lambda n: "array([1], dtype=" + "a." * n,
    "types of numbers": lambda n: "[" + "np.float64(" * n,
    "bars": lambda n: "|" * n + "\n" + "|-" * n,
    "rules": lambda n: "|1|\n" + "|-|\n" * n,
    "blanks before a bar": lambda n: " " * n + "|" + " " * n + "x",
    "blanks before a rule": lambda n: "1 |" + " " * n + "\n" + " " * n + "-x",
    "cells of LaTeX": lambda n: r"\begin{matrix}" + "1 & " * n + r"\end{matrix}",
    "rows of LaTeX": lambda n: r"\begin{matrix}" + r"1 \\" * n + r"\end{matrix}",
    "fractions of LaTeX": lambda n: r"\begin{matrix}" + r"\frac{" * n + r"\end{matrix}",
    "blanks in a fraction": lambda n: r"\begin{matrix}\frac{1" + " " * n + r"\end{matrix}",
    "blanks before a fraction": lambda n: r"\begin{matrix}" + " " * n + r"\frac\end{matrix}",
    "blanks after LaTeX": lambda n: r"\begin{matrix}1\end{matrix}" + "$ " * n + "x",
    "rows of the view": lambda n: "⎡ 1 ⎤\n" * n,
    "a long number of the view": lambda n: "⎡ " + "1" * n + " ⎤",
    "blanks after the view": lambda n: "⎡ 1 ⎤" + " " * n + "x",
    "a long heading of the view": lambda n: "a" + " 1" * n + "x\n⎡ 1 ⎤",
    "colons": lambda n: "1 :" * n,
    "suffixes": lambda n: "a" + ".a:" * n + "!",
    "signs of full width": lambda n: "１\u3000" * n + "ｘ",
    "comments of HTML": lambda n: "<!-- -->" * n,
    "comments of LaTeX": lambda n: "%\n" * n,
    "blanks before a tag": lambda n: " " * n + "<?xml",
}
READERS: dict[str, Callable[[str], object]] = {
    "a file": lambda text: read_input("-", stdin=piped(text.encode())),
    "an argument": lambda text: read_input(text, stdin=NONE),
    "weights": lambda text: read_weights("-", stdin=piped(text.encode()), name="--weights"),
}


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    """What other tests left behind is not looked through while one is timed."""
    gc.disable()
    yield
    gc.enable()


def seconds(read: Callable[[str], object], text: str) -> float:
    gc.disable()  # a collection looks at all that the tests hold, whatever is read
    start = time.process_time()
    try:
        read(text)
    except NnvizError as error:
        str(error)
    finally:
        gc.enable()
    return time.process_time() - start


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_text(name: str, reader: str) -> None:
    read, make = READERS[reader], TEXTS[name]
    short, long = make(N), make(8 * N)
    tries = []
    for _ in range(4):  # the least of several: other work on the machine only adds
        tries.append((seconds(read, short), seconds(read, long)))
        before, after = (min(times) for times in zip(*tries, strict=True))
        if after < GROWTH * max(before, LEAST):
            return
    pytest.fail(f"{before:.3f} s for {len(short)} characters, {after:.3f} s for {len(long)}")


def test_the_whole_of_a_row_with_100_000_tabs() -> None:
    assert seconds(READERS["a file"], "1" + "\t" * 100_000 + "2") < 1
