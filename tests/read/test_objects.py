"""What a Python caller gives: read as it is meant, or refused with NnvizError."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nnviz
from nnviz.errors import NnvizError
from nnviz.read import ImageOptions
from nnviz.read.images import read_image
from nnviz.read.objects import as_array


class Tensor:
    """As PyTorch's: no array of what has a gradient, stands elsewhere, or is bfloat16."""

    def __init__(self, values: Any, dtype: str = "float32", state: str = "grad device") -> None:
        self.values, self.dtype, self.state = np.asarray(values), f"torch.{dtype}", state

    def detach(self) -> Tensor:
        return Tensor(self.values, self.dtype[6:], self.state.replace("grad", ""))

    def cpu(self) -> Tensor:
        return Tensor(self.values, self.dtype[6:], self.state.replace("device", ""))

    def float(self) -> Tensor:
        return Tensor(self.values, "float32", self.state)

    def numpy(self) -> np.ndarray:
        if self.state.strip() or self.dtype == "torch.bfloat16":
            raise TypeError("no NumPy array of this")
        return self.values.astype(self.dtype[6:])

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self.numpy()


class Frame:
    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array([[1, 2], [3, 4]], np.int16)


class Broken:
    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise RuntimeError("not on this device")


def masked(values: Any, mask: Any) -> Any:
    """A masked array."""
    return np.ma.array(values, mask=mask)


ROWS = [[1, 2], [3, 4]]
READ: list[tuple[str, Any, str]] = [
    ("list", ROWS, "int64"),
    ("tuple of arrays", (np.array([1, 2]), [3, 4]), "int64"),
    ("tensor", Tensor(ROWS), "float32"),
    ("bfloat16", Tensor(ROWS, "bfloat16"), "float32"),
    ("whole tensor", Tensor(ROWS, "int32"), "int64"),
    ("list of tensors", [Tensor([1, 2]), Tensor([3, 4])], "float32"),
    ("anything with __array__", Frame(), "int16"),
    ("other end first", np.array(ROWS, ">i4"), "int64"),
    ("other end first, float", np.array(ROWS, ">f8"), "float64"),
    ("half", np.array(ROWS, np.float16), "float64"),
    ("mask that hides nothing", masked(ROWS, False), "int64"),
    ("picture", Image.fromarray(np.array(ROWS, np.uint8)), "uint8"),
]


@pytest.mark.parametrize(("value", "dtype"), [r[1:] for r in READ], ids=[r[0] for r in READ])
def test_reads(value: Any, dtype: str) -> None:
    read = as_array(value, "x")
    assert read.tolist() == ROWS
    assert read.dtype == np.dtype(dtype)


def test_torch_itself() -> None:
    torch = pytest.importorskip("torch")
    t = torch.tensor(ROWS, dtype=torch.bfloat16, requires_grad=True)
    assert as_array(t, "x").tolist() == ROWS
    assert nnviz.conv(t, [[1]]).output.tolist() == ROWS


def test_pandas_itself() -> None:
    pandas = pytest.importorskip("pandas")
    assert as_array(pandas.DataFrame(ROWS), "x").tolist() == ROWS


loop: list[Any] = []
loop.append(loop)
REFUSED: list[tuple[str, Any, str]] = [
    ("None", None, "x is None"),
    ("empty", [], r"x is empty: its shape is \(0,\)"),
    ("no columns", np.zeros((2, 0)), "x is empty"),
    ("text", "1 2", "elements of type <U3"),
    ("bytes", b"1 2", "elements of type"),
    ("ragged", [[1, 2], [3]], "rows of x are not of one length"),
    ("None inside", [[1, None]], "elements of type object"),
    ("objects", np.array([{}, []], object), "elements of type object"),
    ("complex", [1j], "elements of type complex128"),
    ("dates", np.zeros(2, "M8[s]"), "elements of type datetime64"),
    ("dict", {"a": 1}, "elements of type object"),
    ("itself", loop, "cannot be read"),
    ("too large", [2**64], "18446744073709551616 in x is too large for a whole number"),
    ("unsigned too large", np.array([2**63], np.uint64), "9223372036854775808 in x is too large"),
    ("masked", masked(ROWS, [[0, 1], [0, 0]]), "its mask hides 1 of 4 numbers"),
    ("masked in a list", [masked([1, 2], [0, 1])], "its mask hides 1 of 2 numbers"),
    ("broken __array__", Broken(), "is a Broken, and not on this device"),
    ("complex tensor", Tensor([1j], "complex64"), "elements of type complex64"),
]


@pytest.mark.parametrize(
    ("value", "message"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refuses(value: Any, message: str) -> None:
    with pytest.raises(NnvizError, match=message):
        as_array(value, "x")


def test_what_is_read_is_nobody_elses() -> None:
    given = np.zeros((2, 2))
    assert not np.shares_memory(as_array(given, "x"), given)


def pictures() -> dict[str, Image.Image]:
    """A picture a way of keeping pixels."""
    rng = np.random.default_rng(0)
    colour = Image.fromarray(rng.integers(0, 256, (3, 2, 3), dtype=np.uint8))
    clear = colour.copy()
    clear.putalpha(Image.fromarray(rng.integers(0, 256, (3, 2), dtype=np.uint8)))
    deep = Image.fromarray(rng.integers(0, 65536, (3, 2), dtype=np.uint16))
    return {
        "RGB": colour,
        "RGBA": clear,
        "L": colour.convert("L"),
        "LA": clear.convert("LA"),
        "1": colour.convert("1"),
        "P": colour.quantize(4),
        "I;16": deep,
    }


def read_file(content: bytes) -> np.ndarray:
    return read_image(io.BytesIO(content), "x", ImageOptions())


@pytest.mark.parametrize("mode", pictures())
@pytest.mark.parametrize("turn", [1, 6], ids=["as it is", "turned by EXIF"])
def test_a_picture_is_read_as_its_file_is(mode: str, turn: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    file = tmp_path / "x.png"
    pictures()[mode].save(file, exif=exif)
    expected = read_file(file.read_bytes())
    assert expected.shape[-2:] == ((3, 2) if turn == 1 else (2, 3))
    with Image.open(file) as opened:
        np.testing.assert_array_equal(as_array(opened, "x"), expected)
        opened.load()
        before = np.asarray(opened).copy()
        np.testing.assert_array_equal(as_array(opened, "x"), expected)
        np.testing.assert_array_equal(np.asarray(opened), before)


def test_a_palette_is_expanded() -> None:
    picture = Image.new("P", (1, 1), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    r = nnviz.act(picture, "relu")
    assert r.output.tolist() == [[[10]], [[20]], [[30]]]
    assert r.trace.image
