"""Which steps are shown: the text of --steps, against how many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnviz.errors import UsageError

_RANGE = r"([0-9]{1,20})(?:-([0-9]{1,20}))?"
_EXAMPLES = "write a number (3), a range (1-4), a list (1,5,9), all or none"


def choose(spec: str, count: int) -> Sequence[int]:
    """The step numbers (from 1) that `spec` names, of `count` steps, in its order.

    >>> list(choose("1-3,9", 9))
    [1, 2, 3, 9]
    """
    check(spec)
    if spec == "none":
        return ()
    if spec == "all":
        return range(1, count + 1)
    chosen: list[range] = []
    for part in spec.split(","):
        first, last = _ends(part)
        if max(first, last) > count:
            raise UsageError(
                "--steps {spec} asks for step {step}, but there are {count}",
                spec=spec,
                step=max(first, last),
                count=count,
            )
        chosen.append(range(first, last + 1))
    if len(chosen) == 1:
        return chosen[0]
    return tuple(dict.fromkeys(step for part in chosen for step in part))


def check(spec: str) -> None:
    """Raise UsageError where `spec` is not a choice of steps, whatever their number."""
    if spec in ("all", "none"):
        return
    for part in spec.split(","):
        if not re.fullmatch(_RANGE, part):
            raise UsageError("--steps {spec} is not a choice of steps", spec=spec, hint=_EXAMPLES)
        first, last = _ends(part)
        if not 1 <= first <= last:
            raise UsageError(
                "--steps {spec}: steps count from 1 and ranges go up", spec=spec, hint=_EXAMPLES
            )


def _ends(part: str) -> tuple[int, int]:
    match = re.fullmatch(_RANGE, part)
    assert match is not None
    return int(match[1]), int(match[2] or match[1])
