"""--walk, --ask and --play, at a pseudo-terminal and key by key."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import numpy as np
import pytest
from rich.console import Console

from cli.conftest import Nnviz, Result
from helpers import run
from nnviz.backpropagation import backward
from nnviz.cli._answers import judge, numbers_in
from nnviz.cli._walking import Walk, stages
from nnviz.errors import NnvizError
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace
from screens import TRACES

if sys.platform != "win32":
    from cli.terminals import terminal

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
CONV = ("conv", "1 2 3; 4 5 6; 7 8 9", "-k", "1 0; 0 1")
"""Four steps: 1 + 5, 2 + 6, 4 + 8, 5 + 9."""
X, K = np.arange(1, 10).reshape(3, 3), np.array([[1, 0], [0, 1]])


def seen(walk: Walk, columns: int = 80, rows: int = 24) -> str:
    """A screen of a walk, as text."""
    console = Console(width=columns, height=rows, no_color=True)
    with console.capture() as capture:
        console.print(walk.moment(Screen(columns, encoding="utf-8", height=rows)))
    return capture.get()


def walk(trace: Trace, *keys: str, asking: bool = False, lang: str = "en") -> Walk:
    request = Request(appearance=Appearance(lang=lang))
    made = Walk(stages(trace, request), request, asking=asking)
    for key in keys:
        assert made.press(key)
    return made


# --- keys -----------------------------------------------------------------------------

PRESSED: list[tuple[str, list[str], list[str], list[str]]] = [
    ("nothing yet", [], ["step 1 of 4"], ["(1×1)"]),
    ("space", [" ", " "], ["step 1 of 4", "(1×1) + (2×0) + …", "so far: 1"], ["= 6"]),
    ("down", ["down"], ["(1×1) + …"], []),
    ("up", [" ", " ", "up"], ["(1×1) + …"], ["(2×0)"]),
    ("all terms and the value", [" "] * 5, ["(5×1) = 6", "⎡  6  · ⎤"], ["so far"]),
    ("on to the next step", [" "] * 6, ["step 2 of 4", "(2×1) + …", "⎡  6  ? ⎤"], []),
    ("right", ["right"], ["step 2 of 4", "= 8", "⎡  6  8 ⎤"], []),
    ("left", ["end", "left"], ["step 3 of 4", "= 12"], ["14"]),
    ("back a step by terms", ["right", "home", "up"], ["step 1 of 4"], ["(1×1)"]),
    ("end", ["end"], ["step 4 of 4", "= 14"], []),
    ("past the end", ["end", "right", " "], ["step 4 of 4", "= 14"], []),
    ("home", ["end", "home"], ["step 1 of 4"], ["(1×1)"]),
    ("a number", ["3"], ["step 1 of 4", "to step 3"], []),
    ("a number and Enter", ["3", "enter"], ["step 3 of 4", "= 12"], ["to step"]),
    ("a number that is none", ["9", "enter"], ["step 1 of 4", "there are 4 steps"], []),
    ("taken back", ["9", "back", "2", "enter"], ["step 2 of 4"], []),
    ("what means nothing", ["x", "other", "é"], ["step 1 of 4"], ["to step"]),
]


@pytest.mark.parametrize(
    ("keys", "there", "gone"), [p[1:] for p in PRESSED], ids=[p[0] for p in PRESSED]
)
def test_what_a_key_does(keys: list[str], there: list[str], gone: list[str]) -> None:
    text = seen(walk(run("conv", X, kernel=K), *keys))
    assert all(each in text for each in there), text
    assert not any(each in text for each in gone), text


@pytest.mark.parametrize("key", ["q", "escape"])
def test_what_leaves(key: str) -> None:
    assert not walk(run("conv", X, kernel=K)).press(key)


@pytest.mark.parametrize(
    ("lang", "size"),
    [("ko", (60, 20)), ("en", (80, 24)), ("ko", (120, 40)), ("en", (12, 3))],
)
@pytest.mark.parametrize("name", [n for n, make in TRACES.items() if len(make().steps)])
def test_every_moment_fits_its_window(name: str, lang: str, size: tuple[int, int]) -> None:
    trace = TRACES[name]()
    for keys in ([" "] * 3, ["end"]):
        lines = seen(walk(trace, *keys, lang=lang), *size).rstrip("\n").split("\n")
        assert len(lines) <= size[1]
        assert max(Console().measure(line).maximum for line in lines) <= size[0]


def test_the_window_of_a_large_array_stays_in_sight() -> None:
    x = np.arange(10_000).reshape(100, 100)
    text = seen(walk(run("conv", x, kernel=K), *"5000", "enter"), 60, 20)
    # Step 5000 is row 50, column 49 of a map of 99 columns.
    assert all(f" {n} " in text for n in (5049, 5050, 5149, 5150)), text


def test_a_network_is_gone_through_layer_by_layer() -> None:
    trace = run("net", X, net="conv -k '1 0; 0 1' | relu | flatten | dense --units 2")
    assert "layer 1 of 4 · step 1 of 14" in seen(walk(trace))
    assert "layer 4 of 4 · step 14 of 14" in seen(walk(trace, "end"))


BACK = [
    ([], ["step 4 of 4", "row 1, column 1", "⎣ · ? ⎦"]),
    (["right"], ["step 3 of 4", "⎣ 3 4 ⎦"]),
    (["2", "enter"], ["step 2 of 4", "row 0, column 1"]),
    (["end"], ["step 1 of 4", "⎣ 3 4 ⎦    ", "= (1×1) = 1"]),
]


@pytest.mark.parametrize(("keys", "there"), BACK)
def test_a_way_back_counts_down(keys: list[str], there: list[str]) -> None:
    trace = backward(run("conv", X[:2, :2], kernel=np.array([[1]])), np.array([[1, 2], [3, 4]]))
    text = seen(walk(trace, *keys))
    assert all(each in text for each in there), text


def test_a_network_is_gone_back_through_from_its_last_layer() -> None:
    trace = backward(run("net", X[0], net="residual { relu } | dense --units 2"))
    assert "layer 3 of 3 · step 12 of 12" in seen(walk(trace))
    assert "step 1 of 12" in seen(walk(trace, "end"))


# --- answers --------------------------------------------------------------------------

JUDGED = [
    ("6", 6, "right"), ("6.0", 6, "right"), ("7", 6, "wrong"), ("1/2", 0.5, "right"),
    ("1/3", 1 / 3, "right"), ("0.33", 1 / 3, "rounded"), ("0.34", 1 / 3, "wrong"),
    ("-0.03", -0.02999, "rounded"), ("0.3", 1 / 3, "wrong"), ("2", 2.5, "wrong"),
    ("13", 12.5, "wrong"), ("5.48", 30**0.5, "rounded"), ("0.00", 0.004, "wrong"),
    ("6.1", 6, "wrong"), ("1.5e-7", 1.52e-7, "rounded"), ("inf", float("inf"), "right"),
    ("nan", float("nan"), "right"), ("1", float("nan"), "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "value", "verdict"), JUDGED)
def test_an_answer_is_judged(word: str, value: float, verdict: str) -> None:
    assert judge(word, value).verdict == verdict


@pytest.mark.parametrize(
    ("typed", "count", "words"),
    [("−3", 1, ["-3"]), ("[1 2]", 2, ["1", "2"]), ("0.5, 1/4", 2, ["0.5", "1/4"]), ("2", 3, ["2"])],
)
def test_answers_as_people_write_them(typed: str, count: int, words: list[str]) -> None:
    assert numbers_in(typed, count) == words


@pytest.mark.parametrize("typed", ["0,5", "1.2.3", "1 2 3", "--", "1/0", ""])
def test_what_is_no_answer(typed: str) -> None:
    with pytest.raises(NnvizError):
        numbers_in(typed, 2)


def test_a_value_is_asked_for_before_it_is_shown() -> None:
    asked = walk(run("conv", X, kernel=K), *[" "] * 9, asking=True)
    assert "(5×1)" in seen(asked)
    assert "= 6" not in seen(asked)
    assert "so far" not in seen(asked)
    for key in ("7", "enter"):
        asked.press(key)
    assert "not 7: it is 6; too large by 1" in seen(asked)
    assert "= 6" in seen(asked)
    for key in ("right", "8", "enter"):
        asked.press(key)
    assert [str(words) for words in asked.summary()] == [
        "1 of 2 right",
        "step 1: 7 is off by 1",
    ]


def test_a_vector_is_asked_for_number_by_number_or_as_a_list() -> None:
    weights = {"Wx": np.eye(2), "Wh": np.zeros((2, 2)), "b": np.zeros(2)}
    trace = run("rnn", np.array([[1.0, 0], [0.5, 2]]), weights=weights)
    # tanh of 1, 0, 0.5 and 2.
    asked = walk(trace, *"0.76", "enter", asking=True)
    assert "number 2 of 2" in seen(asked)
    assert "right, rounded: 0.76 for 0.7616" in seen(asked)
    for key in ["0", "enter", "right", *"[0.4621 0.9]", "enter"]:
        asked.press(key)
    assert "not 0.9: it is 0.9640; too small by 0.06403" in seen(asked)
    assert "3 of 4 right, 2 of them rounded" in seen(asked)


@pytest.mark.parametrize("name", [n for n, make in TRACES.items() if len(make().steps)])
def test_no_hint_tells_the_value(name: str) -> None:
    """While a value is asked for, the arithmetic never gets to what it comes to."""
    asked = walk(TRACES[name](), *["down"] * 200, asking=True)
    assert asked.open
    moment = asked.moment(Screen(80, height=24))
    assert not moment.done
    assert not (
        moment.written
        and moment.beats[moment.written - 1].ends
        and moment.beats[moment.written - 1].number == moment.beats[-1].number
    )


# --- what is refused ------------------------------------------------------------------

REFUSED = [
    (("--walk", "-o", "x.svg"), "--walk and -o contradict"),
    (("--walk", "-f", "csv"), "--walk and -f contradict"),
    (("--ask", "--json"), "--ask and --json contradict"),
    (("--walk", "--trace"), "--walk and --trace contradict"),
    (("--play", "--walk"), "--play and --walk contradict"),
    (("--play", "--ask"), "--play and --ask contradict"),
    (("--walk", "--watch"), "--walk and --watch contradict"),
    (("--walk", "--quiz"), "--walk and --quiz contradict"),
    (("--walk", "--fps", "2"), "--fps belongs to --play"),
    (("--walk", "--theme", "dark", "--title", "x"), "--title"),
    (("--walk",), "--walk needs a terminal, and standard input is none"),
    (("--play",), "--play needs a terminal, and standard input is none"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_a_walk_is_refused(nnviz: Nnviz, words: tuple[str, ...], message: str) -> None:
    done = nnviz(*CONV, *words, terminal="--title" in words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_terminal_that_cannot_be_drawn_on(nnviz: Nnviz) -> None:
    done = nnviz(*CONV, "--walk", terminal=True, TERM="dumb")
    assert done.code == 2
    assert "TERM is dumb" in done.err


@pytest.mark.parametrize("op", ["show", "params"])
def test_what_has_no_steps(nnviz: Nnviz, op: str) -> None:
    assert nnviz(op, "1 2", "--walk").code == 2


@posix
def test_refused_where_standard_output_is_none(spawn: Callable[..., Result]) -> None:
    assert spawn(*CONV, "--walk").code == 2


# --- at a terminal --------------------------------------------------------------------


@posix
def test_keys_of_a_terminal() -> None:
    with terminal(80, 24, *CONV, "--walk", "--lang", "en") as t:
        t.until("step 1 of 4")
        t.press("  ", "so far: 1")
        t.press("\x1b[C", "step 2 of 4")
        t.press("\x1b[D", "step 1 of 4")
        t.press("\x1b[F", "step 4 of 4")
        t.press("\x1bOH", "step 1 of 4")
        t.press("3\r", "step 3 of 4")
        t.press("\x1a", "step 3 of 4")  # ^Z would leave the screen behind
        t.resize(60, 20)
        t.press("\x1b[A\x1b[A", "so far: 4")  # 4 + 0 + 0, and the 8 to come
        t.resize(30, 8)
        t.until("too small")
        t.resize(120, 40)
        t.until("so far")
        t.press("q", "")
        assert t.ended() == 0


@posix
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_terminal_is_left_as_it_was(sign: int, code: int) -> None:
    with terminal(80, 24, *CONV, "--walk", "--lang", "en") as t:
        t.until("step 1 of 4")
        if sign == signal.SIGINT:
            t.press("\x03", "")
        else:
            t.process.send_signal(sign)
        assert t.ended() == code


@posix
def test_the_terminal_is_left_as_it_was_after_an_error() -> None:
    code = (
        "import sys; from nnviz.cli import app, _walking\n"
        "def fail(*_): raise RuntimeError('broken')\n"
        "_walking.Walk.press = fail\n"
        f"sys.exit(app.run({[*CONV, '--walk', '--lang', 'en']!r}))"
    )
    with terminal(80, 24, command=code) as t:
        t.until("step 1 of 4")
        t.press(" ", "")
        assert t.ended() == 1
        assert "broken" in t.after


@posix
def test_answers_at_a_terminal_are_summed_up() -> None:
    with terminal(60, 20, *CONV, "--ask", "--lang", "ko") as t:
        t.until("값은?")
        t.press("6\r", "맞았습니다")
        t.press("\x1b[C9\r", "1만큼 큽니다")
        t.press("q", "")
        assert t.ended() == 0
        assert t.after == "2개 중 1개 맞음\n2단계: 답 9, 차이 1\n"


@posix
def test_it_plays() -> None:
    with terminal(80, 24, *CONV, "--play", "--fps", "50", "--lang", "en") as t:
        t.until("= 14")
        t.press("q", "")
        assert t.ended() == 0
