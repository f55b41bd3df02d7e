"""nnviz beside its peers, as ratios in one run: `python -m bench.run [--memory] [--turns N]`."""

from __future__ import annotations

import argparse

from bench.core import adaptive, convolutions, memory, pools, transposed
from bench.program import programs


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--turns", type=int, default=9, help="runs of which the median counts")
    options.add_argument("--memory", action="store_true", help="measure memory too (1.5 GB)")
    options.add_argument("--only", choices=["core", "program"], help="one half of the figures")
    given = options.parse_args()
    if given.only != "program":
        convolutions(given.turns)
        pools(given.turns)
        adaptive(given.turns)
        transposed(given.turns)
    if given.memory:
        memory()
    if given.only != "core":
        programs(given.turns)


if __name__ == "__main__":
    main()
