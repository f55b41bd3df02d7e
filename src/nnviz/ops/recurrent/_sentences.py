"""What a cell does at one time and why, in plain sentences: how far its gates are open."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.libraries import np
from nnviz.trace import Show, Step, Trace
from nnviz.words import Words

_SHARES = (
    (0.9, Words("nearly all")),
    (0.6, Words("most")),
    (0.4, Words("about half")),
    (0.25, Words("less than half")),
    (0.1, Words("a small part")),
    (-1.0, Words("hardly anything")),
)
"""From where on a gate is said to let so much through."""


def sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """What the gates let through; without gates, what the state is made of."""
    at = {quantity.key: quantity.value for quantity in step.quantities}
    if not all(np.isfinite(value).all() for value in at.values()):
        return

    def gate(key: str) -> dict[str, Words | str]:
        mean = at[key].mean()
        said = show(mean)
        several = at[key].size > 1
        value = Words("{value} on average", value=said) if several else said
        return {"value": value, "share": next(words for least, words in _SHARES if mean >= least)}

    if "f" in at:
        yield (
            Words("The forget gate is {value}: {share} of the old memory is kept.", **gate("f"))
            if at["c_prev"].any()
            else Words("The memory is still empty: the forget gate has nothing to keep.")
        )
        yield Words(
            "The input gate is {value}: {share} of the candidate is written down.", **gate("i")
        )
        yield Words(
            "The output gate is {value}: {share} of the memory is shown as the new state.",
            **gate("o"),
        )
        return
    if "z" in at:
        yield Words(
            "The reset gate is {value}: the candidate sees {share} of the old state.", **gate("r")
        )
        yield Words(
            "The update gate is {value}: {share} of the old state is kept, "
            "and the candidate fills the rest.",
            **gate("z"),
        )
    else:
        yield _read(trace, step)
    unit = int(np.abs(at["h"] - at["h_prev"]).argmax())
    before, now = show(at["h_prev"][unit].item()), show(at["h"][unit].item())
    yield Words("Unit {n} changes most: from {before} to {now}.", n=unit, before=before, now=now)
    if "y" in at and "z" not in at:
        best = int(at["y"].argmax())
        yield Words(
            "The output is made of this state; its largest number is {value}, of unit {n}.",
            value=show(at["y"][best].item()),
            n=best,
        )


def _read(trace: Trace, step: Step) -> Words:
    """What a new state is made of."""
    plan = trace.recurrence
    assert plan is not None
    if not plan.has_x(step.index[0] + 1):
        return Words("There is no input here: the new state is made of the state before alone.")
    if 1 <= plan.at(step.number).before <= plan.length:
        return Words(
            "The new state is made of the input and of the state before, "
            "which holds what was read so far."
        )
    return Words("The new state is made of the input and of h₀: nothing was read before.")
