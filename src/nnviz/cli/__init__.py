"""The command line: the only code that prints, reads the environment or exits.

Importing this costs nothing, and `--version` is answered before anything else is loaded.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command in `sys.argv` and exit with its code."""
    words = sys.argv[1:]
    if words == ["--version"]:
        from nnviz.version import __version__

        try:
            print(f"nnviz {__version__}", flush=True)  # noqa: T201 - the one that must not wait
        except OSError:
            pass  # a full disk or a closed pipe: as for every other command, below
        else:
            return
    try:
        from nnviz.cli.app import run

        code = run(words)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
