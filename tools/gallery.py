"""Make the figures of docs/gallery again, each with the command that stands above it.

    python tools/gallery.py

Run it in the repository's folder; look at every figure it changes before you commit it.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"


def main() -> None:
    """Run every command of the gallery's page, into the gallery's folder."""
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"<!-- figure -->\n```\w*\n(.*?)```", page, re.DOTALL):
        program, *words, name = shlex.split(block)
        assert program == "nnviz"
        command = [sys.executable, "-m", "nnviz", *words, str(GALLERY / name)]
        subprocess.run(command, check=True, cwd=GALLERY.parent.parent)


if __name__ == "__main__":
    main()
