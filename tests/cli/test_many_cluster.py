"""Several INPUTs on a cluster of dask: two workers of this machine, one of which is killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("distributed", reason="dask is not installed: pip install distributed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers are ended by a signal")

Nnviz = Callable[..., Any]


class Cluster(NamedTuple):
    """Where its scheduler is, and the processes of its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def _start(kind: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, in a folder of their own."""
    folder = tmp_path_factory.mktemp("cluster")
    file = str(folder / "scheduler.json")
    processes = [_start("scheduler", "--port", "0", "--scheduler-file", file)]
    try:
        until = time.monotonic() + 60
        while not Path(file).exists():
            assert time.monotonic() < until
            time.sleep(0.1)
        where = ["--scheduler-file", file, "--local-directory", str(folder)]
        processes += [_start("worker", "--no-nanny", "--nthreads", "1", *where) for _ in range(2)]
        yield Cluster(json.loads(Path(file).read_text())["address"], processes[1:])
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.fixture(autouse=True)
def _photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    rng = np.random.default_rng(0)
    for n in range(16):
        Image.fromarray(rng.integers(0, 256, (40, 40), dtype=np.uint8)).save(f"in/p{n}.png")


def run(*words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "nnviz", *words], stdout=pipe, stderr=pipe)


def test_a_cluster_gives_what_one_process_gives(cluster: Cluster) -> None:
    Path("in/bad.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    words = ["conv", "in/*.png", "-k", "sobel-x", "--json"]
    here = run(*words, "--jobs", "1")
    there = run(*words, "--scheduler", cluster.address)
    alone, sent = here.communicate(), there.communicate(timeout=120)
    assert sent == alone
    assert (here.returncode, there.returncode, sent[0].count(b"\n")) == (1, 1, 16)


def test_a_worker_that_is_killed_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    words = ["conv", "in/*.png", "-o", "{name}.gif", "--steps", "1-40", "--json"]
    sent = run(*words, "--scheduler", cluster.address)
    until = time.monotonic() + 120
    while not list(tmp_path.glob("*.gif")):
        assert time.monotonic() < until
        time.sleep(0.05)
    cluster.workers[0].kill()
    out, err = sent.communicate(timeout=240)
    assert sent.returncode == 0, err
    assert out.count(b"\n") == 16
    for n in range(16):
        with Image.open(f"p{n}.gif") as picture:
            assert getattr(picture, "n_frames", 1) == 40


def test_a_scheduler_that_is_not_there_is_an_error() -> None:
    for address in ("tcp://127.0.0.1:9", "nowhere://x", "tcp://no.such.host.invalid:1"):
        done = run("conv", "in/*.png", "--json", "--scheduler", address)
        out, err = done.communicate(timeout=120)
        assert (done.returncode, out) == (1, b"")
        assert err.startswith(f"error: --scheduler {address}".encode()), err
        assert err.count(b"\n") <= 3
