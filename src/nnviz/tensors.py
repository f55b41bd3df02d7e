"""Arrays by name as a file, to be read again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nnviz.libraries import np


def safetensors(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays by name as a file of safetensors: a length, a header in JSON, and the bytes.

    Source: https://github.com/huggingface/safetensors#format

    >>> import numpy as np
    >>> safetensors({"b": np.zeros(1)})[8:62]
    b'{"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}'
    """
    header, parts, at = {}, [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, "<f8").tobytes()
        places = [at, at := at + len(data)]
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": places}
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
