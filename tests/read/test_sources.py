"""The entry: what an argument turns out to be, and what its content turns out to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contents import NONE, npy, npz, picture, piped, safetensors
from nnviz.errors import NnvizError, UsageError
from nnviz.read import ImageOptions, Source, read_array, read_input, read_weights

REFUSED = {
    "an empty file": (b"", "x is empty"),
    "white space": (b" \n\t\n", "x is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "x is empty"),
    "bytes that are nothing": (b"\x00\x01\x02" * 9, "x is not a picture that can be opened"),
    "Latin-1": (b"1 2 \xe9", "x is not a picture that can be opened"),
    "Latin-1 far down": (b"1 " * 5000 + b"\xe9", "byte 0xe9 at offset 10000 cannot be read"),
    "a word": (b"1 2\n3 x", "'x' is not a number\n  x, line 2, column 3\n    3 x\n      ^\n"),
    "a word in UTF-16": ("1 x".encode("utf-16"), "'x' is not a number\n  x, line 1, column 3"),
    "another object": (b'{"a": 1}', "x is a JSON object with the keys a, not a matrix"),
    "a picture cut short": (picture()[:-30], "the picture x is broken"),
    "a broken .npy": (b"\x93NUMPY", "x is a broken array file"),
    "a broken .npz": (b"PK\x03\x04", "x is a broken array file"),
    "several arrays": (npz(a=1, b=2), "x holds 2 arrays: a, b"),
    "several tensors": (safetensors(a=[1], b=[2]), "x holds 2 arrays: a, b"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_a_file(data: bytes, message: str, here: Path) -> None:
    (here / "x").write_bytes(data)
    with pytest.raises(NnvizError) as caught:
        read_input("x", stdin=NONE)
    assert message in str(caught.value) + "\n"
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_standard_input(data: bytes, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read_input("-", stdin=piped(data))
    words = message.replace("x, line", "standard input, line").replace("picture x", "picture STD")
    words = words.replace("x ", "standard input ", 1) if words.startswith("x ") else words
    assert words.replace("STD", "standard input") in str(caught.value) + "\n"


REFUSED_SPECS = {
    "nothing": ("", "INPUT is empty"),
    "a missing file": ("nothing.png", "no such file: nothing.png"),
    "a missing folder": ("no/such.png", "no such file: no/such.png"),
    "a folder": (".", ". is a folder"),
    "a word": ("1 2; x 4", "'x' is not a number\n  INPUT, line 1, column 6"),
    "a null character": ("a\0b", r"no such file: a\x00b"),
    "a name in a matrix": ("m.csv:a", "m.csv holds no arrays by name"),
    "a name that is not there": ("w.npz:c", "w.npz has no array named 'c'; it has a, b"),
    "a tensor that is not there": ("w.st:c", "w.st has no array named 'c'; it has a, b"),
    "an array not named": ("w.npz", "say which with a colon and its name"),
}


@pytest.mark.parametrize(("spec", "message"), REFUSED_SPECS.values(), ids=REFUSED_SPECS.keys())
def test_refuses(spec: str, message: str, here: Path) -> None:
    (here / "m.csv").write_text("1,2")
    (here / "w.npz").write_bytes(npz(a=1, b=2))
    (here / "w.st").write_bytes(safetensors(a=[1], b=[2]))
    with pytest.raises(NnvizError) as caught:
        read_input(spec, stdin=NONE)
    assert message in str(caught.value)


def test_what_does_not_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nnviz.read.rows.parse_rows", run_out)
    with pytest.raises(NnvizError, match="INPUT does not fit into memory"):
        read_input("1 2", stdin=NONE)


READ = {
    "JSON": b"[[1, 2], [3, 4]]",
    "a document of nnviz": b'{"nnviz": "0.1", "op": "act", "output": [[1, 2], [3, 4]]}',
    "rows": b"1 2\n3 4\n",
    "CSV with a mark": b"\xef\xbb\xbf1,2\r\n3,4\r\n",
    "TSV in UTF-16": "1\t2\n3\t4".encode("utf-16"),
    "semicolons": b"1 2; 3 4",
    ".npy": npy([[1, 2], [3, 4]]),
    ".npz": npz(only=[[1, 2], [3, 4]]),
}


@pytest.mark.parametrize("name", ["x", "x.json", "x.csv", "x.npy", "x.png", "1 2; 3 4", "가.txt"])
@pytest.mark.parametrize("data", READ.values(), ids=READ.keys())
def test_content_decides_and_not_the_suffix(data: bytes, name: str, here: Path) -> None:
    (here / name).write_bytes(data)
    expected = np.array([[1, 2], [3, 4]])
    for source in (read_input(name, stdin=NONE), read_input("-", stdin=piped(data))):
        np.testing.assert_array_equal(source.array, expected, strict=True)
        assert source.image is False
    assert read_input(name, stdin=NONE).name == name


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "PPM", "WEBP", "TGA", "ICO"])
def test_pictures_are_known_by_their_content(kind: str, here: Path) -> None:
    (here / "x.csv").write_bytes(picture(kind))
    source = read_input("x.csv", stdin=NONE)
    assert source.image is True
    assert source.array.dtype == np.uint8


def test_text_that_begins_as_a_picture_may() -> None:
    with pytest.raises(NnvizError, match="'P' is not a number"):
        read_input("-", stdin=piped(b"P 3"))
    assert read_input("-", stdin=piped(b"P2 2 1 9 0 9")).array.tolist() == [[0, 255]]


def test_what_a_source_is_called(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "x.npz").write_bytes(npz(a=[1], b=[2]))
    assert read_input("sub/x.npz:b", stdin=NONE).name == "x.npz:b"
    assert read_input("-", stdin=piped(b"1")).name == "standard input"
    assert read_input("1", stdin=NONE).name == "INPUT"
    assert read_input("1", stdin=NONE, name="x").name == "x"


def test_an_array_by_name(here: Path) -> None:
    (here / "w:1.npz").write_bytes(npz(a=[1], b=[2]))
    (here / "w.st").write_bytes(safetensors(a=[1], b=[2]))
    assert read_input("w:1.npz:b", stdin=NONE).array.tolist() == [2]
    assert read_input("w.st:b", stdin=NONE).array.tolist() == [2.0]
    assert read_array("w.st:a", stdin=NONE, name="--kernel").tolist() == [1.0]


def test_one_number_is_a_vector_as_input_and_has_no_axes_as_option() -> None:
    assert read_input("5", stdin=NONE).array.shape == (1,)
    assert read_array("5", stdin=NONE, name="--bias").shape == ()


def test_an_option_takes_a_picture_as_whole_numbers() -> None:
    array = read_array("-", stdin=piped(picture()), name="--kernel")
    np.testing.assert_array_equal(array, np.full((2, 3), 9), strict=True)


def test_options_of_pictures() -> None:
    source = read_input("-", stdin=piped(picture()), image=ImageOptions(resize=(4, 4), unit=True))
    assert source.array.shape == (4, 4)
    assert source.array.dtype == np.float32


@pytest.mark.parametrize(
    "image",
    [ImageOptions(gray=True), ImageOptions(unit=True), ImageOptions(frame=1),
     ImageOptions(resize=(2, 2))],
    ids=["--gray", "--unit", "--frame", "--resize"],
)  # fmt: skip
def test_options_of_pictures_without_one_are_refused(image: ImageOptions) -> None:
    with pytest.raises(UsageError, match="INPUT is not a picture: --gray, --resize"):
        read_input("1 2", stdin=NONE, image=image)


WEIGHTS = {
    "JSON": b'{"Wx": [1, 2], "b": [3]}',
    ".npz": npz(Wx=[1, 2], b=[3]),
    ".safetensors": safetensors(Wx=[1, 2], b=[3]),
}


@pytest.mark.parametrize("data", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_weights(data: bytes, here: Path) -> None:
    (here / "w").write_bytes(data)
    for held in (
        read_weights("w", stdin=NONE, name="--weights"),
        read_weights("-", stdin=piped(data), name="--weights"),
    ):
        assert {name: array.tolist() for name, array in held.items()} == {"Wx": [1, 2], "b": [3]}


@pytest.mark.parametrize(
    "data",
    [
        b'{"lstm.Wx": [1, 2], "lstm.b": [3], "out.W": [4]}',
        npz(**{"lstm.Wx": [1, 2], "lstm.b": [3], "out.W": [4]}),
        safetensors(**{"lstm.Wx": [1, 2], "lstm.b": [3], "out.W": [4]}),
    ],
    ids=["JSON", ".npz", ".safetensors"],
)
def test_weights_below_a_prefix(data: bytes, here: Path) -> None:
    (here / "w").write_bytes(data)
    held = read_weights("w:lstm", stdin=NONE, name="--weights")
    assert {name: array.tolist() for name, array in held.items()} == {"Wx": [1, 2], "b": [3]}
    with pytest.raises(
        NnvizError, match=r"w has no arrays whose names begin with 'gru\.'"
    ) as caught:
        read_weights("w:gru", stdin=NONE, name="--weights")
    assert "there is: lstm, out" in str(caught.value)


def test_what_was_left_out_is_told_to_who_reads(here: Path) -> None:
    (here / "a.csv").write_text("x,y\n1,2\n3,4\n")
    (here / "k.csv").write_text("# a kernel\n1,2\n")
    stdin = piped(b"1,2,\n3,4,\n")
    read_input("a.csv", stdin=stdin)
    read_array("k.csv", stdin=stdin, name="--kernel")
    read_array("-", stdin=stdin, name="--bias")
    assert list(map(str, stdin.notes)) == [
        "the first line of a.csv is left out: x, y",
        "the line of k.csv that begins with # is left out",
        "the empty cell at the end of every line of standard input is left out",
    ]


NO_WEIGHTS = {
    "a matrix": b"1 2",
    "a list": b"[1, 2]",
    ".npy": npy([1]),
    "a picture": picture(),
    "nothing": b"",
}


@pytest.mark.parametrize("data", NO_WEIGHTS.values(), ids=NO_WEIGHTS.keys())
def test_refuses_weights(data: bytes) -> None:
    with pytest.raises(NnvizError, match="standard input has no arrays by name"):
        read_weights("-", stdin=piped(data), name="--weights")


def test_weights_written_out() -> None:
    held = read_weights('{"b": [1]}', stdin=NONE, name="--weights")
    assert held["b"].tolist() == [1]
    with pytest.raises(NnvizError, match="--weights has no arrays by name"):
        read_weights("1 2", stdin=NONE, name="--weights")
    with pytest.raises(NnvizError, match=r"no such file: w\.json"):
        read_weights("w.json", stdin=NONE, name="--weights")


STARTS = [b"", b"[", b"{", b"\x93NUMPY\x01\0", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"GIF89a",
          b"\xff\xd8\xff\xe0", b"BM", b"II*\0", b"P6 ", b"\xff\xfe", b"1 ", b"RIFF\0\0\0\0WEBP",
          b"8BPS", b"\x02\0\0\0\0\0\0\0{}", b"#define ", b"\0\0\x01\0"]  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(start: bytes, data: bytes) -> None:
    try:
        source = read_input("-", stdin=piped(start + data))
    except NnvizError as error:
        words = str(error)
    else:
        assert isinstance(source, Source)
        words = str(source.array.dtype)
    assert words


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30))
def test_any_argument_is_read_or_refused(spec: str) -> None:
    try:
        words = str(read_input(spec, stdin=piped(b"1")).array.dtype)
    except NnvizError as error:
        words = str(error)
    assert words


def test_importing_loads_neither_numpy_nor_pillow() -> None:
    code = (
        "import sys, nnviz.read; "
        "print([m for m in ('numpy', 'PIL', 'rich', 'zipfile', 'logging') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
