"""Show what a change did to the figures that are stored: before, after, and where they differ.

    python tools/goldens.py [REVISION]

Every figure of tests/golden and docs/gallery that is not what it was in REVISION (HEAD unless
said) becomes a picture in build/goldens: as it was, as it is, and in red what changed. Needs
the extra `test`, whose resvg draws SVG.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import resvg_py
from PIL import Image, ImageChops, ImageDraw

ROOT = Path(__file__).parent.parent
FONTS = ROOT / "src" / "nnviz" / "figure" / "fonts"
FOLDER = ROOT / "build" / "goldens"
STORED = ("tests/golden", "docs/gallery")
GAP, RED = 24, (200, 30, 30)


def changed(revision: str) -> list[str]:
    """The stored figures that differ from those of a revision, new and deleted ones too."""
    made = _git("ls-files", "--others", "--exclude-standard", "--", *STORED)
    names = _git("diff", "--name-only", "--no-renames", revision, "--", *STORED) + made
    return [name for name in names.decode().split() if name.endswith((".svg", ".png"))]


def compared(before: bytes | None, after: bytes | None) -> Image.Image:
    """The two pictures of a figure side by side, and the second with its changes in red."""
    old, new = _opened(before), _opened(after)
    size = max(old.width, new.width), max(old.height, new.height)
    old, new = _on_page(old, size), _on_page(new, size)
    apart = ImageChops.difference(old, new).convert("L").point(lambda level: 255 * (level > 8))
    marked = Image.blend(new, Image.new("RGB", size, "white"), 0.6)
    marked.paste(RED, mask=apart)
    width, height = size
    sheet = Image.new("RGB", (3 * width + 4 * GAP, height + 3 * GAP), (222, 222, 222))
    for i, (name, picture) in enumerate({"before": old, "after": new, "changed": marked}.items()):
        left = GAP + i * (width + GAP)
        ImageDraw.Draw(sheet).text((left, GAP // 2), name, "black", font_size=20)
        sheet.paste(picture, (left, 2 * GAP))
    return sheet


def _opened(content: bytes | None) -> Image.Image:
    if content is None:
        return Image.new("RGBA", (1, 1), "white")
    if b"<svg" in content[:200]:
        fonts = [str(path) for path in FONTS.glob("*.[ot]tf")]
        text = content.decode("utf-8")
        content = bytes(resvg_py.svg_to_bytes(svg_string=text, zoom=2, font_files=fonts))
    return Image.open(io.BytesIO(content)).convert("RGBA")


def _on_page(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    page = Image.new("RGBA", size, "white")
    page.alpha_composite(picture)
    return page.convert("RGB")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def _stored(revision: str, name: str) -> bytes | None:
    """What a file held in a revision; nothing where it was not there."""
    there = _git("ls-tree", "--name-only", revision, "--", name)
    return _git("show", f"{revision}:{name}") if there else None


def main() -> None:
    """Write a picture of every figure that changed."""
    revision = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name in changed(revision):
        path = ROOT / name
        after = path.read_bytes() if path.exists() else None
        target = FOLDER / f"{path.parent.name}-{path.stem}.png"
        compared(_stored(revision, name), after).save(target)
        sys.stdout.write(f"{target.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
