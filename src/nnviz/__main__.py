"""`python -m nnviz` is the command `nnviz`."""

from __future__ import annotations

from nnviz.cli import main

if __name__ == "__main__":
    main()
