"""Sizes in symbols, in place of numbers, as a formula sheet prints them: W_x is Dₕ×d."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.expressions import Equation, Expr, Name
from nnviz.figure.formulas.equations import Sizes as SizesOf
from nnviz.figure.layout.blocks import Block, lines
from nnviz.figure.layout.style import Piece, Style
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.trace import Role, Step, Trace, tokens
from nnviz.words import Words

_D: dict[Role, Name] = {"input": Name("d"), "hidden": Name("D", "h"), "output": Name("D", "y")}


@dataclass(frozen=True)
class Sizes:
    """What the sizes of a net's vectors and weights are called."""

    trace: Trace
    style: Style

    @property
    def hidden(self) -> int:
        return int(self.trace.arrays["h0"].shape[-1])

    def _name(self, role: Role, count: int) -> Name:
        """D with its letter; of hidden states side by side, and of gates, a multiple."""
        many = count // self.hidden if role == "hidden" else 1
        name = _D[role]
        return name if many == 1 else name._replace(text=f"{many}{name.text}")

    def _pieces(self, *sizes: Name) -> list[Piece]:
        found: list[Piece] = []
        for i, size in enumerate(sizes):
            found += [Piece("×")] if i else []
            found += [Piece(t.text, place=t.place) for t in tokens(Equation((size,)), str)]
        return found

    def named(self, role: Role) -> list[Piece]:
        """What one of a role is called."""
        return self._pieces(_D[role])

    def of_vector(self, letter: str, count: int) -> list[Piece]:
        """The size of x, h, c or y."""
        roles: dict[str, Role] = {"x": "input", "y": "output"}
        return self._pieces(self._name(roles.get(letter, "hidden"), count))

    def of_weight(self, letter: str, end: str) -> list[Piece]:
        """The size of an array of weights, its gates below each other."""
        shape = self.trace.arrays["W" + letter + end].shape
        first = not end or end.startswith("_l0")
        return self._pieces(*self._weight(letter, shape, first=first))

    def _weight(self, letter: str, shape: Sequence[int], *, first: bool) -> tuple[Name, Name]:
        """Rows and columns; the `first` layer reads the input."""
        rows = self._name("output" if letter == "y" else "hidden", shape[0])
        reads: Role = "input" if letter == "x" and first else "hidden"
        return rows, self._name(reads, shape[1])

    def of_step(self, step: Step) -> SizesOf:
        """The size of any expression in the equations of a step."""
        first = step.detail["layer"] == 0

        def said(expr: Expr, value: np.ndarray, left: Name) -> list[Piece]:
            role: Role = "output" if left.role == "output" else "hidden"
            if isinstance(expr, Name) and expr.text == "W":
                return self._pieces(*self._weight(expr.sub[0], value.shape, first=first))
            if isinstance(expr, Name) and expr.role in ("input", "hidden"):
                role = expr.role
            return self._pieces(self._name(role, len(value)))

        return said


def sizes_said(trace: Trace, style: Style) -> list[Block]:
    """What the symbols of sizes stand for, where they stand in place of numbers."""
    if not style.symbols:
        return []
    sizes, arrays = Sizes(trace, style), trace.arrays
    counts: dict[Role, int] = {"input": arrays["input"].shape[1], "hidden": sizes.hidden}
    if "y" in trace.results:
        counts["output"] = trace.results["y"].shape[1]
    pieces = [Piece(style.say(Words("sizes")) + "  ", style.theme.muted)]
    for role, count in counts.items():
        color = style.theme.tone(role).line
        name = [p._replace(fill=color) for p in sizes.named(role)]
        pieces += [*name, Piece(f" = {count}, ")]
    return [lines(style, [*pieces, Piece(f"T = {len(arrays['input'])}")])]


def timeless(step: Step) -> Step:
    """A step whose symbols keep the t of the formulas."""
    equations = [e._replace(at=replace(e.at, subs={})) for e in step.equations]
    return replace(step, equations=tuple(equations))
