"""--max-memory: what will not fit is refused before it is made, with the figure."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnviz import NnvizError, memory, ops, params, pool

# A word, and what it needs at least: the numbers that are made, in bytes.
TOO_LARGE = {
    "filters": (["conv", "1 2; 3 4", "--filters", "200000000", "--size", "1"], "15 GB"),
    "a wide kernel": (["conv", "1 2; 3 4", "--size", "20000", "--pad", "full"], "12 GB"),
    "hidden": (["rnn", "1 2; 3 4", "--hidden", "20000"], "9 GB"),
    "hidden, on one row": (["rnn", "1 2", "--hidden", "20000"], "9 GB"),
    "hidden, on a text": (["rnn", "--text", "hello", "--hidden", "20000"], "9 GB"),
    "times": (
        ["rnn", "1 2", "--hidden", "2", "--mode", "one-to-many", "--length", "2000000000"],
        "119 GB",
    ),
    "units": (["dense", "1 2 3", "--units", "2000000000"], "209 GB"),
    "windows": (
        ["pool", "1 2", "-k", "2000000000", "--pad", "1999999999", "--stride", "1"],
        "30 GB",
    ),
    "adaptive": (["pool", "1 2; 3 4", "--adaptive", "40000x40000"], "12 GB"),
    "transposed": (["conv", "1 2; 3 4", "--transpose", "--stride", "50000"], "19 GB"),
    "resize": (["show", "bomb.png", "--resize", "12000x12000"], "1 GB"),
    "a picture": (["show", "bomb.png"], "200 MB"),
    "zeros": (["show", "zeros.npz"], "600 MB"),
    "a kernel": (["conv", "1 2; 3 4", "-k", "zeros.npz"], "600 MB"),
    "weights": (["rnn", "1 2; 3 4", "--weights", "zeros.npz"], "600 MB"),
    "a chain": (
        ["net", "conv --filters 4000 | conv --filters 4000 --size 1 --pad 50", "1 2 3;" * 3],
        "",
    ),
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture and an archive that are small, of very much."""
    Image.new("L", (6000, 6000)).save(tmp_path / "bomb.png")
    np.savez_compressed(tmp_path / "zeros.npz", np.zeros(2**26, np.int8))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("words", "about"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_does_not_fit_is_refused_before_it_is_made(
    nnviz: Any, words: list[str], about: str
) -> None:
    nnviz("show", "1")  # what is loaded once is not counted
    tracemalloc.start()
    result = nnviz(*words, "--max-memory", "100M")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.code == 1, result.err
    assert "of memory, and there are 100.0 MB" in result.err
    assert peak < 30e6
    said, unit = result.err.split(" needs ")[1].split(" of memory")[0].split()
    if about:
        expected, in_unit = about.split()
        assert unit == in_unit
        assert float(expected) / 3 < float(said.replace(",", "")) < 4 * float(expected)


@pytest.mark.parametrize("size", ["0", "2X", "-1", "", "M", "1e9", "nan"])
def test_a_size_that_is_none(nnviz: Any, size: str) -> None:
    result = nnviz("show", "1", f"--max-memory={size}")
    assert result.code == 2
    assert "--max-memory" in result.err


@pytest.mark.parametrize(
    "size", ["2G", "2g", "2GB", "2 GiB", "0.5G", "200m", "900000K", "999999999"]
)
def test_sizes(nnviz: Any, size: str) -> None:
    assert nnviz("show", "1 2", "--json", "--max-memory", size).out.strip() == "[1,2]"


def test_counting_allocates_nothing() -> None:
    chain = "rnn --hidden 20000\ndense --units 2000000000"
    params("rnn --hidden 2", input=(2, 2))
    tracemalloc.start()
    total = params(chain, input=(2, 2)).total
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 20000·(20000 + 2) and 2·10⁹·20000.
    assert total["weights"] == 400_040_000 + 40_000_000_000_000
    assert peak < 5e6


def test_python_calls_keep_to_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free", lambda: 2**28)
    with pytest.raises(NnvizError, match=r"needs 11\.9 GB of memory"):
        pool([[1, 2], [3, 4]], adaptive=(40000, 40000))


def test_what_is_free_is_known() -> None:
    assert 2**20 < memory.free() < 2**50


X, IMAGE = np.ones((700, 700)), np.ones((3, 500, 500), np.uint8)
MEASURED: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "conv": ("conv", X, {"kernel": np.ones((3, 3))}),
    "conv, whole": ("conv", X.astype(int), {"kernel": np.ones((3, 3), int)}),
    "conv, filters": ("conv", IMAGE, {"filters": 16}),
    "conv, sigmoid": ("conv", X, {"kernel": np.ones((3, 3)), "act": "sigmoid"}),
    "many filters": ("conv", X[:2, :2], {"filters": 30_000, "padding": (1,)}),
    "a large kernel": ("conv", X[:2, :2], {"size": (1000, 1000), "padding": "full"}),
    "transposed": (
        "conv",
        X[:400, :400],
        {"kernel": np.ones((3, 3)), "transpose": True, "stride": (2,)},
    ),
    "max": ("pool", X, {"kernel": (2,), "stride": (1,)}),
    "average": ("pool", X, {"kernel": (2,), "stride": (1,), "kind": "avg"}),
    "dense": ("dense", X[0, :100], {"units": 20_000}),
    "dense, rows": ("dense", X[:, :2], {"units": 2000}),
    "rnn": ("rnn", X[:4, :3], {"hidden": 500}),
    "lstm": ("rnn", X[:4, :3], {"hidden": 300, "cell": "lstm"}),
    "sigmoid": ("act", X, {"name": "sigmoid"}),
    "gelu": ("act", X, {"name": "gelu"}),
    "relu": ("act", X, {"name": "relu"}),
}


@pytest.mark.parametrize(("op", "x", "given"), MEASURED.values(), ids=MEASURED.keys())
def test_what_is_said_is_what_is_taken(op: str, x: Any, given: dict[str, Any]) -> None:
    operation = ops.load(op)
    options = operation.accept(given)
    needs = operation.needs(x.shape, x.itemsize, options)
    assert needs is not None
    operation.run(x[..., :3, :3] if op in ("conv", "pool", "act") else x, options)
    tracemalloc.start()
    operation.run(x, options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 3 < needs.bytes < 3 * peak


def zeros(path: Path, head: bytes, size: int) -> None:
    """A picture that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the zeros are written")
@pytest.mark.parametrize(
    "words", [["conv", "-k", "sobel-x", "--stride", "32"], ["pool", "-k", "32"]]
)
def test_a_gigapixel_takes_little_more_than_its_map(
    nnviz: Any, words: list[str], tmp_path: Path
) -> None:
    given, made = tmp_path / "x.pgm", tmp_path / "y.npy"
    zeros(given, b"P5 32768 32768 255\n", 2**30)
    nnviz(words[0], "1 2; 3 4", *words[1:3], "--pad", "1", "-o", str(made), "-q")  # loaded once
    tracemalloc.start()
    result = nnviz(words[0], str(given), *words[1:], "-o", str(made), "-q")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.code == 0, result.err
    output = np.load(made)
    assert output.shape == (1024, 1024)
    assert peak < output.nbytes + 2**24


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the zeros are written")
@pytest.mark.parametrize("words", [[], ["--gray"], ["--resize", "99x99"]])
def test_a_large_picture_is_drawn_in_less_than_itself(
    nnviz: Any, words: list[str], tmp_path: Path
) -> None:
    zeros(tmp_path / "x.ppm", b"P6 8000 8000 255\n", 3 * 8000**2)
    nnviz("show", "1 2; 3 4", "-o", str(tmp_path / "y.png"))  # loaded once
    tracemalloc.start()
    result = nnviz("show", str(tmp_path / "x.ppm"), *words, "-o", str(tmp_path / "y.png"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.code == 0, result.err
    assert peak < 8000**2 * (0.3 if not words else 1.3)  # a channel, where one is made
