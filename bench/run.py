"""nnviz beside its peers, as ratios in one run: `python -m bench.run [PART …]`; all without."""

from __future__ import annotations

import argparse
import os

PARTS = ("core", "gradients", "growth", "memory", "program")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; or all")
    options.add_argument("--seconds", type=float, default=2, help="how long a case takes turns")
    options.add_argument(
        "--turns", type=int, default=9, help="runs of a program, of which the median counts"
    )
    options.add_argument(
        "--case", default="", help="only the core's cases that have this in their name"
    )
    options.add_argument("--threads", type=int, default=2, help="of the core; 1 counts CPU time")
    given = options.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        options.error(f"no such part: {', '.join(unknown)}")
    parts = given.parts or PARTS
    if "core" in parts:
        os.environ["OPENBLAS_NUM_THREADS"] = str(given.threads)  # before NumPy is imported
        from bench.core import compare

        compare(given.seconds, given.case, given.threads)
    if "gradients" in parts:
        from bench.gradients import gradients

        gradients(given.seconds)
    if "growth" in parts:
        from bench.growth import growth

        growth()
    if "memory" in parts:
        from bench.growth import memory

        memory()
    if "program" in parts:
        from bench.program import programs

        programs(given.turns)


if __name__ == "__main__":
    main()
