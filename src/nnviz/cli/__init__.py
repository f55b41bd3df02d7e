"""The command line: the only code that prints, reads the environment or exits.

Importing this costs nothing, and `--version` is answered before anything else is loaded.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from contextlib import suppress


def main() -> None:
    """Run the command in `sys.argv` and exit with its code."""
    if "NNVIZ_DEBUG" not in os.environ:
        warnings.simplefilter("ignore")  # they are for who writes Python, whatever -W says
    # Its threads would spin as NumPy is imported, on a processor that others have work for; what
    # is large is shared among threads of ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(150_000)  # what is loaded at the start is no garbage
    words = sys.argv[1:]
    if words == ["--version"]:
        from nnviz.version import __version__

        with suppress(OSError, AttributeError):  # full or closed: as every other command, below
            os.write(sys.stdout.fileno(), f"nnviz {__version__}\n".encode())
            return
    try:
        from nnviz.cli.app import run

        code = run(words)
    except KeyboardInterrupt:
        code = 130
    gc.freeze()  # Python would search all of it for garbage once more before it ends
    sys.exit(code)
