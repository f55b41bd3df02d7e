"""The gradients of a normalization: of x through the mean and the variance too, of γ and of β."""

from __future__ import annotations

from nnviz.core import gradients
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.records import NamedTuple
from nnviz.shapes import ravel, unravel
from nnviz.trace import Index
from nnviz.words import Words


class Normalized(NamedTuple):
    """What was normalized; the view has one mean along some of its axes."""

    shape: Index
    view: Index
    axes: Index
    """Of the view, those that a mean is taken over; none where the means are given."""
    hat: np.ndarray
    deviation: np.ndarray
    """√(σ² + ε), as it meets the numbers of the view."""
    gamma: np.ndarray
    learned: Index
    """The shape of γ and β."""


def norm_backward(of: Normalized, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`."""
    back = _Back(of, g.reshape(of.view), np.broadcast_to(of.gamma, of.view))
    sharing = g.size // max(1, of.gamma.size)
    inside = places(len(of.learned))
    through = (Words("the gradient goes through the mean and the variance too"),)
    return Backward(
        g,
        {
            "input": Part(
                back.input,
                back.input_terms,
                places=places(len(of.shape)),
                terms_a_cell=back.together if of.axes else 1,
                said=through if of.axes else (),
            ),
            "gamma": Part(
                lambda: gradients.summed_to(back.g * of.hat, of.gamma.shape).reshape(of.learned),
                lambda index: back.shared(index, of.hat),
                places=inside,
                terms_a_cell=sharing,
            ),
            "beta": Part(
                lambda: gradients.summed_to(back.g, of.gamma.shape).reshape(of.learned),
                lambda index: back.shared(index, np.ones(of.view)),
                places=inside,
                terms_a_cell=sharing,
            ),
        },
    )


class _Back(NamedTuple):
    of: Normalized
    g: np.ndarray
    scale: np.ndarray
    """γ at every number of the view."""

    @property
    def together(self) -> int:
        """How many numbers have one mean."""
        return int(np.prod([self.of.view[axis] for axis in self.of.axes], dtype=int))

    def input(self) -> np.ndarray:
        given, hat = self.g * self.scale, self.of.hat
        if self.of.axes:
            over = {"axis": self.of.axes, "keepdims": True}
            given = given - given.mean(**over) - hat * (given * hat).mean(**over)
        made: np.ndarray = given / self.of.deviation
        return made.reshape(self.of.shape)

    def input_terms(self, index: Index) -> list[Term]:
        """Each output that a number has moved: its own, and all that have its mean."""
        of = self.of
        at = unravel(ravel(index, of.shape), of.view)
        deviation = np.broadcast_to(of.deviation, of.view)[at].item()
        if not of.axes:
            return [Term(index, self.scale[at].item() / deviation)]
        found, count = [], self.together
        spans = [range(n) if a in of.axes else (at[a],) for a, n in enumerate(of.view)]
        for other in np.stack(np.meshgrid(*spans, indexing="ij"), -1).reshape(-1, len(at)).tolist():
            place = tuple(other)
            moved = (place == at) - (1 + of.hat[at].item() * of.hat[place].item()) / count
            factor = self.scale[place].item() / deviation * moved
            found.append(Term(unravel(ravel(place, of.view), of.shape), factor))
        return found

    def shared(self, index: Index, factors: np.ndarray) -> list[Term]:
        """Each output that a γ or a β helps to make."""
        of = self.of
        numbers = np.arange(of.gamma.size).reshape(of.gamma.shape)
        own = np.broadcast_to(numbers, of.view) == ravel(index, of.learned)
        cells = [tuple(at) for at in np.argwhere(own).tolist()]
        return [Term(unravel(ravel(at, of.view), of.shape), factors[at].item()) for at in cells]
