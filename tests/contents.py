"""Files as bytes: what a program that writes arrays or pictures would have written; pipes."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
from PIL import Image

from nnviz.read import Stdin

NONE = Stdin(None)


def piped(data: bytes) -> Stdin:
    return Stdin(io.BytesIO(data))


def npz(**held: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{k: np.asarray(v) for k, v in held.items()})
    return file.getvalue()


def npy(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 2), 9).save(file, kind)
    return file.getvalue()


def safetensors(**held: Sequence[float]) -> bytes:
    header, body = {}, b""
    for name, values in held.items():
        data = np.array(values, np.float32).tobytes()
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": offsets}
        body += data
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body
