"""Files that are not read: known by their content, with the way to numbers out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nnviz.errors import NnvizError
from nnviz.read.text import STANDARD_INPUT
from nnviz.records import NamedTuple
from nnviz.words import Words

HEAD = 4096
"""Bytes of a file's beginning that `foreign_file` wants, if there are as many."""


class Foreign(NamedTuple):
    """A kind of file that is not read."""

    what: Words
    how: Words | str
    """How to get numbers out of it: in words, or as lines of Python with FILE for its name."""
    why: Words | None = None
    """Why it is not read, where it could be."""


_AS_CSV = Words("save the sheet as CSV")
_AS_PNG = Words("save it as PNG; of a table in it, copy the numbers")

EXCEL = Foreign(Words("an Excel workbook"), _AS_CSV)
OFFICE = Foreign(Words("an office document"), _AS_CSV)
KERAS = Foreign(
    Words("a Keras model"),
    "np.save('w.npy', keras.models.load_model('FILE').layers[0].get_weights()[0])",
)
ONNX = Foreign(
    Words("an ONNX model"),
    "np.save('w.npy', onnx.numpy_helper.to_array(onnx.load('FILE').graph.initializer[0]))",
)
HDF5 = Foreign(Words("an HDF5 file"), "np.save('x.npy', h5py.File('FILE')['NAME'][()])")
MATLAB = Foreign(
    Words("a MAT file of MATLAB"), "np.save('x.npy', scipy.io.loadmat('FILE')['NAME'])"
)
IDX = Foreign(
    Words("an IDX file, as MNIST has them"),
    "np.save('x.npy', np.fromfile('FILE', 'u1', offset=16).reshape(-1, 28, 28)[0])",
)
PARQUET = Foreign(
    Words("a Parquet file"), "pandas.read_parquet('FILE').to_csv('x.csv', index=False)"
)
ARROW = Foreign(Words("an Arrow file"), "pandas.read_feather('FILE').to_csv('x.csv', index=False)")
SOUND = Foreign(Words("a sound file"), "np.save('x.npy', scipy.io.wavfile.read('FILE')[1])")
DICOM = Foreign(Words("a DICOM file"), "np.save('x.npy', pydicom.dcmread('FILE').pixel_array)")
HTML = Foreign(
    Words("an HTML page"), Words("a link may lead to a page about a file: download the raw file")
)
SVG = Foreign(Words("an SVG drawing"), _AS_PNG)
XML = Foreign(Words("an XML document"), Words("give its numbers as CSV or JSON"))
TEX = Foreign(Words("a LaTeX document"), Words(r"give what is from \begin to \end of a matrix"))
PDF = Foreign(Words("a PDF document"), _AS_PNG)
HEIC = Foreign(Words("a HEIC photo"), Words("save it as PNG or JPEG"))
FILM = Foreign(Words("a film"), Words("save a frame as PNG: ffmpeg -i FILE -frames:v 1 frame.png"))
PICKLED = Foreign(
    Words("a pickled file of Python or PyTorch"),
    "import torch; from safetensors.torch import save_file\n"
    "save_file(torch.load('FILE', weights_only=True), 'FILE.safetensors')",
    Words("nothing is ever unpickled, since a pickle runs code as it is read"),
)
ARRAYS = Foreign(
    Words("an archive of arrays, or of other files"),
    Words("give the chain of its layers, and the file with --weights"),
)
PACKED = Foreign(Words("a packed file"), Words("unpack it, and give the file that was in it"))
MODEL = Foreign(
    Words("a model"), Words("take its weights out with the library that made it, as .npy")
)
DATABASE = Foreign(Words("an SQLite database"), Words("write a table as CSV"))

_CONTROL = bytes([*range(9), *range(14, 27)])
"""Bytes that no text has."""

_FILMS = (b"ftypiso", b"ftypmp4", b"ftypM4V", b"ftypqt", b"ftyp3gp", b"ftypavc1")
_MAGICS: tuple[tuple[int, tuple[bytes, ...], Foreign], ...] = (
    (0, (b"\x89HDF\r\n\x1a\n",), HDF5),
    (0, (b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"), MATLAB),
    (0, (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), EXCEL),
    (0, (b"PAR1",), PARQUET),
    (0, (b"ARROW1",), ARROW),
    (4, (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"), HEIC),
    (4, _FILMS, FILM),
    (8, (b"AVI LIST",), FILM),
    (0, (b"\x1aE\xdf\xa3",), FILM),
    (8, (b"WAVEfmt", b"AIF"), SOUND),
    (0, (b"fLaC", b"ID3", b"OggS"), SOUND),
    (128, (b"DICM",), DICOM),
    (4, (b"TFL3",), MODEL),
    (0, (b"GGUF",), MODEL),
    (0, (b"SQLite format 3\0",), DATABASE),
    (0, (b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"), PACKED),
    (0, (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"), PACKED),
    (0, tuple(b"BZh%d1AY" % level for level in range(1, 10)), PACKED),
    (257, (b"ustar",), PACKED),
)
"""What binary files have at an offset, one of several."""

_MARKUP: tuple[tuple[bytes, Foreign], ...] = (
    (rb"%PDF-", PDF),
    (rb"(?:\s|<\?xml[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE svg[^>]*>)*<svg", SVG),
    (rb"<\?xml", XML),
    (rb"<(?!tf\.)[!a-zA-Z]", HTML),
    (rb"(?:\s|%[^\n]*\n)*\\documentclass", TEX),
)
"""What texts begin with that are no matrix; the first that fits counts."""


def foreign_file(head: bytes) -> Foreign | None:
    """What the bytes are the beginning of, if it is nothing that is read."""
    if len(head.translate(None, _CONTROL)) < len(head):
        for offset, magics, foreign in _MAGICS:
            if head.startswith(magics, offset):
                return foreign
        if (unmarked := _unmarked(head)) is not None:
            return unmarked
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"<", b"%", b"\\")):  # else no pattern need be compiled
        for pattern, foreign in _MARKUP:
            if re.match(pattern, text, re.DOTALL):
                return foreign
    return None


def _unmarked(head: bytes) -> Foreign | None:
    """Formats without a magic word, by the form of their first bytes."""
    first = head[:5].ljust(5, b"\xff")
    if first[0] == 0x80 and first[1] in range(2, 6):
        return PICKLED
    # Field 1 of a message in protobuf, a small version number, and one of the next fields.
    if first[0] == 8 and first[1] in range(1, 32) and first[2] in b"\x12\x1a\x22\x28\x32\x3a\x42":
        return ONNX
    # Two zeros, the type of the numbers, how many axes, and the first byte of the first size.
    is_idx = first[:2] == b"\0\0" and first[2] in b"\x08\x09\x0b\x0c\x0d\x0e"
    return IDX if is_idx and first[3] in range(1, 6) and first[4] == 0 else None


def foreign_archive(names: Iterable[str]) -> Foreign | None:
    """What a ZIP archive with files of these names is, if it is no bundle of arrays."""
    held = set(names)
    folders = {name.partition("/")[0] for name in held if "/" in name}
    if "xl" in folders:
        return EXCEL
    if {"word", "ppt"} & folders or {"mimetype", "content.xml"} <= held:
        return OFFICE
    if "model.weights.h5" in held:
        return KERAS
    if any(name.endswith("data.pkl") for name in held):
        return PICKLED
    return None


def not_read(foreign: Foreign, name: str) -> NnvizError:
    """The error that says what a file is, and how to get numbers out of it."""
    how = foreign.how
    if isinstance(how, str):
        plain = name != STANDARD_INPUT and name.isprintable() and not {"'", "\\"} & set(name)
        first, *more = (how.replace("FILE", name) if plain else how).splitlines()
        how = Words("in Python: {code}", code=first)
        for line in more:
            how = Words("{how}\n    {code}", how=how, code=line)
    if foreign.why is not None:
        how = Words("{why};\n  {how}", why=foreign.why, how=how)
    return NnvizError("{name} is {what}, which is not read", name=name, what=foreign.what, hint=how)
