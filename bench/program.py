"""The program from start to exit, beside what the interpreter and bare scripts take."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np
from bench.measure import environment, medians, report
from PIL import Image, ImageDraw

PYTHON = sys.executable
NNVIZ = [PYTHON, "-m", "nnviz"]

BARE = """
import json, sys
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
x = np.array(json.load(open(sys.argv[1])))
w = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])
y = (sliding_window_view(x, w.shape) * w).sum((2, 3))
print(json.dumps(y.tolist()))
"""

PHOTO = """
import sys
import numpy as np
from PIL import Image, ImageOps
image = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("L")
x = np.asarray(image, dtype=np.float32)
total = np.zeros((x.shape[0] - 2, x.shape[1] - 2), np.float32)
for i, row in enumerate(((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))):
    for j, weight in enumerate(row):
        total += weight * x[i : i + total.shape[0], j : j + total.shape[1]]
low, high = total.min(), total.max()
Image.fromarray(((total - low) * (255 / (high - low))).astype(np.uint8)).save(sys.argv[2])
"""


DRAWING = "import numpy, PIL.Image, PIL.ImageDraw, PIL.ImageFont"
NOTE = "1 2 3 4 5; 2 1 0 1 2; 3 0 1 1 0; 1 4 1 1 2; 2 1 1 0 0"


def programs(turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        matrix, photo = Path(folder, "matrix.json"), Path(folder, "photo.jpg")
        matrix.write_text("[[1,2,3,4],[2,1,0,1],[3,0,1,1],[1,4,1,1]]")
        ours, theirs = str(Path(folder, "ours.png")), str(Path(folder, "theirs.png"))
        kernel = ["-k", "1 0 1; 1 0 1; 0 1 0"]
        compare(
            "conv of a matrix to JSON",
            [*NNVIZ, "conv", str(matrix), *kernel, "--json"],
            {"a bare script": [PYTHON, "-c", BARE, str(matrix)]},
            turns,
            1.5,
        )
        drawn: list[tuple[str, list[str], float]] = [
            ("one step as PNG", ["--steps", "1", "-o", str(Path(folder, "step.png"))], 2.3),
            ("nine steps as GIF", ["-o", str(Path(folder, "steps.gif"))], 3.5),
        ]
        for what, more, goal in drawn:
            compare(
                what,
                [*NNVIZ, "conv", NOTE, *kernel, *more],
                {"NumPy's and Pillow's imports": [PYTHON, "-c", DRAWING]},
                turns,
                goal,
            )
        layer = [*NNVIZ, "params", "conv --size 3", "--input", "3x224x224"]
        compare("params resnet50", [*NNVIZ, "params", "resnet50"], {"one layer": layer}, turns, 1.5)
        compare("--version", [*NNVIZ, "--version"], {"pass": [PYTHON, "-c", "pass"]}, turns, 2.5)
        numpy = {"import numpy": [PYTHON, "-c", "import numpy"]}
        compare("--help", [*NNVIZ, "--help"], numpy, turns, 1.6)
        for what, side, goal in (("512×512", 512, 1.4), ("12 MP", None, 0.8)):
            draw(photo, side)
            compare(
                f"{what} photograph to a map",
                [*NNVIZ, "conv", "--gray", str(photo), "--map", ours],
                {
                    "NumPy and Pillow": [PYTHON, "-c", PHOTO, str(photo), theirs],
                    "vips conv": vips(folder),
                },
                max(3, turns // 3),
                goal,
            )
        text(Path(folder), turns)
        many(Path(folder), turns)


TEXT = """
import sys
import numpy as np
import orjson
x = np.array(orjson.loads(open(sys.argv[1], "rb").read()))
sys.stdout.buffer.write(orjson.dumps(np.maximum(x, 0), option=orjson.OPT_SERIALIZE_NUMPY))
"""


def text(folder: Path, turns: int) -> None:
    """A matrix of 1000×1000 as JSON, in and out."""
    rng = np.random.default_rng(0)
    script = find_spec("orjson") and [PYTHON, "-c", TEXT]
    for what, x in {
        "floats": rng.normal(size=(1000, 1000)),
        "whole numbers": rng.integers(-999, 999, (1000, 1000)),
    }.items():
        given = str(folder / f"{x.dtype}.json")
        Path(given).write_text(json.dumps(x.tolist()))
        peers = {"orjson and NumPy": [*script, given] if script else None}
        ours = [*NNVIZ, "act", "relu", given, "--json"]
        compare(f"relu of a million {what}", ours, peers, turns, 2)


def vips(folder: str) -> list[str] | None:
    """The same map by `vips conv`, where it is installed: it reads and writes a file a step."""
    if which("vips") is None or which("sh") is None:
        return None
    Path(folder, "edge.mat").write_text("3 3 1 0\n-1 -1 -1\n-1 8 -1\n-1 -1 -1\n")
    steps = "colourspace photo.jpg a.v b-w", "conv a.v b.v edge.mat", "scale b.v theirs.png"
    return ["sh", "-c", " && ".join([f"cd {folder}", *(f"vips {step}" for step in steps)])]


FOLDER = """
import sys
from pathlib import Path
import cv2
import numpy as np
kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
for path in Path(sys.argv[1]).glob("*.png"):
    y = cv2.filter2D(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), cv2.CV_32F, kernel)[1:-1, 1:-1]
    low, high = y.min(), y.max()
    made = ((y - low) * (255 / (high - low))).astype(np.uint8)
    cv2.imwrite(str(Path(sys.argv[2], path.name)), made)
"""


def many(folder: Path, turns: int) -> None:
    """200 pictures of 128², each to its map; files are new each time, as replacing takes longer."""
    for name in ("in", "ours", "theirs"):
        Path(folder, name).mkdir()
    down, across = np.mgrid[:128, :128]
    rng = np.random.default_rng(0)
    for n in range(200):
        slopes = 127 + 60 * np.sin((across + n) / 9) + 50 * np.cos(down / (7 + n % 5))
        pixels = slopes[..., None] + rng.normal(0, 4, (128, 128, 3))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"in/{n}.png")
    ours = ["conv", f"{folder}/in/*.png", "-k", "sobel-x", "--gray", "--map"]
    theirs = [PYTHON, "-c", FOLDER, f"{folder}/in", f"{folder}/theirs"]
    compare(
        "200 pictures to maps",
        [*NNVIZ, *ours, f"{folder}/ours/{{name}}.png", "-q"],
        {"OpenCV": theirs if find_spec("cv2") else None},
        max(3, turns // 2),
        2.5,
        [folder / "ours", folder / "theirs"],
    )


def compare(
    what: str,
    ours: list[str],
    peers: Mapping[str, list[str] | None],
    turns: int,
    goal: float,
    emptied: Sequence[Path] = (),
) -> None:
    every = {"nnviz": ours, **peers}
    calls = {name: process(words, emptied) for name, words in every.items() if words}
    report(what, medians(calls, turns), goal, [name for name, words in every.items() if not words])


def process(words: list[str], emptied: Sequence[Path] = ()) -> Callable[[], object]:
    """Run a command to its end, after folders are `emptied`; a failure is an error, not a short
    time.
    """
    env = environment()

    def call() -> object:
        for path in (path for folder in emptied for path in folder.iterdir()):
            path.unlink()
        done = subprocess.run(words, env=env, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(words[:4])} … failed:\n{done.stderr.decode()}")
        return done

    return call


def draw(path: Path, side: int | None = None) -> None:
    """A picture of 12 megapixels without noise, or a square of `side` cut out of its middle:
    slopes of grey and some shapes.
    """
    down, across = np.linspace(0, 128, 3000)[:, None], np.linspace(0, 127, 4000)
    image = Image.fromarray((down + across).astype(np.uint8)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for k in range(40):
        left, top = k * 97 % 3700, k * 61 % 2700
        pen.ellipse(
            (left, top, left + 60 + 5 * k, top + 40 + 6 * k), fill=(6 * k, 200, 255 - 5 * k)
        )
    if side is not None:
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    image.save(path, quality=92)
