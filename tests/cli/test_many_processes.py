"""Several INPUTs in several processes: the same results, and nothing lost where one is ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyte
import pytest
from PIL import Image

from nnviz import processors
from nnviz.cli import many, workers
from nnviz.cli.flow import Outcome
from nnviz.core.threads import available


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()


def photos(count: int, side: int = 40) -> None:
    rng = np.random.default_rng(0)
    for n in range(count):
        Image.fromarray(rng.integers(0, 256, (side, side), dtype=np.uint8)).save(f"in/p{n}.png")


def test_processes_give_what_one_gives(spawn: Callable[..., Any]) -> None:
    photos(9)
    words = ["conv", "in/p*.png", "-k", "sobel-x", "--json"]
    one = spawn(*words, "--jobs", "1")
    assert one.code == 0, one.err
    several = spawn(*words, "--jobs", "3")
    assert (several.code, several.out) == (0, one.out)
    assert one.out.count("\n") == 9


def test_a_bar_stands_below_what_is_said(nnviz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnviz.cli.streams.PATIENCE", 0.0)
    photos(3)
    done = nnviz("act", "relu", "in/*.png", "no.png", "-o", "{name}.json", terminal=True)
    screen = pyte.Screen(60, 12)
    pyte.Stream(screen).feed(done.err.replace("\n", "\r\n"))
    lines = [line.rstrip() for line in screen.display]
    said = [line for line in lines if line and not line.startswith(" ")]
    assert [line.split(",")[0] for line in said] == [
        *(f"wrote p{n}.json" for n in range(3)),
        "error: no such file: no.png",
        "error: 1 of 4 INPUTs failed",
    ]
    assert "100%" in done.err
    assert "%" not in "".join(lines)


@pytest.mark.parametrize(("count", "jobs", "several"), [(1, 0, False), (2, 0, True), (1, 2, True)])
def test_as_many_processes_as_there_are_processors_for_this_one(
    nnviz: Any, monkeypatch: pytest.MonkeyPatch, count: int, jobs: int, several: bool
) -> None:
    asked: list[int] = []

    def shared(_: Any, left: Sequence[Any], processes: int, __: float) -> Iterator[Outcome]:
        asked.append(processes)
        return iter([Outcome([], [])] * len(left))

    photos(4)
    monkeypatch.setattr(processors, "count", lambda: count)
    monkeypatch.setattr(workers, "in_processes", shared)
    monkeypatch.setattr(many, "_WORTH", 0)
    words = ["--jobs", str(jobs)] if jobs else []
    assert nnviz("act", "relu", "in/*.png", "-o", "{name}.json", *words).code == 0
    assert asked == [2] * several


COUNTED = """
import atexit, os, sys
atexit.register(lambda: print(len(os.listdir("/proc/self/task")), "numpy" in sys.modules))
from nnviz.cli import main
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells how many threads there are")
def test_no_thread_stands_by_for_products() -> None:
    words = ["dense", "1 2; 3 4", "--units", "2", "-f", "none"]
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    said = subprocess.check_output([sys.executable, "-c", COUNTED, *words], env=env, text=True)
    assert said == "1 True\n"


def _own(jobs: Sequence[Any]) -> list[Outcome]:
    return [Outcome([str(available())], []) for _ in jobs]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process begins anew")
@pytest.mark.parametrize(("processes", "own"), [(1, 4), (2, 2), (3, 1), (8, 1)])
def test_each_process_has_its_part_of_the_processors(
    monkeypatch: pytest.MonkeyPatch, processes: int, own: int
) -> None:
    monkeypatch.setattr(processors, "count", lambda: 4)
    assert available() == 4
    made = workers.in_processes(_own, [cast("Any", None)] * 4, processes, 1.0)
    assert [done.read for done in made] == [[str(own)]] * 4
    assert available() == 4


ENDED = """
import os, signal, sys
from nnviz.cli import app, flow
first, real = os.getpid(), flow.one

def one(run, operation, given, *rest):
    if "p3" in given.input and os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(run, operation, given, *rest)

flow.one = one
sys.exit(app.run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what is patched is forked there alone")
def test_an_input_that_ends_its_process_is_reported_and_the_others_go_on() -> None:
    photos(40)
    words = ["conv", "in/p*.png", "-k", "sobel-x", "--json", "--jobs", "2"]
    done = subprocess.run([sys.executable, "-c", ENDED, *words], capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.count(b"\n") == 29  # without p3 and p30 to p39
    errors = [line.split(":")[1] for line in done.stderr.decode().splitlines() if "error:" in line]
    lost = [f" in/p{n}.png" for n in (3, *range(30, 40))]
    assert errors == [*lost, " 11 of 40 INPUTs failed"]


def _lives(process: str) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """It is killed, whatever it does: what is there is whole, and the rest is made after."""
    photos(12, 60)
    words = ["-m", "nnviz", "conv", "in/p*.png", "-o", "{name}.gif", "--steps", "1-40"]
    command = [sys.executable, *words, "--jobs", "2", "--skip-existing", "-q"]
    first = subprocess.Popen(command)
    until = time.monotonic() + 60
    while not list(tmp_path.glob("p*.gif")) and time.monotonic() < until:
        time.sleep(0.05)
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children")
    workers = children.read_text().split() if children.exists() else []
    first.kill()
    first.wait()
    while any(map(_lives, workers)):  # nobody waits for what they make
        assert time.monotonic() < until
        time.sleep(0.05)
    there = {path: path.stat().st_mtime_ns for path in tmp_path.glob("p*.gif")}
    assert 0 < len(there) < 12
    assert subprocess.run(command, check=False).returncode == 0
    made = sorted(tmp_path.glob("p*.gif"))
    assert len(made) == 12
    assert all(path.stat().st_mtime_ns == at for path, at in there.items())
    for path in made:
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) == 40
