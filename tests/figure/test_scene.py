"""Marks have extents before a pixel exists."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz.figure.scene import (
    Box,
    Ellipse,
    Group,
    Image,
    Mark,
    Path,
    Rect,
    Scene,
    Span,
    Text,
    extent,
    flatten,
)
from nnviz.figure.typeface import Fonts


def text(anchor: str, place: str = "") -> Text:
    spans = (Span("ab", "#000000", 20), Span("c", "#000000", 6, place=place))  # type: ignore[arg-type]
    return Text(100, 50, spans, 10, anchor)  # type: ignore[arg-type]


EXTENTS: list[tuple[str, Mark, Box]] = [
    ("a rectangle without outline", Rect(4, 8, 20, 12, "#ffffff"), Box(4, 8, 20, 12)),
    ("its outline", Rect(4, 8, 20, 12, stroke="#000000", line=4), Box(2, 6, 24, 16)),
    ("an ellipse", Ellipse(10, 10, 4, 2), Box(6, 8, 8, 4)),
    ("a path", Path((("M", (1, 2)), ("L", (5, 9)), ("Z", ()))), Box(1, 2, 4, 7)),
    ("an image", Image(1, 2, 3, 4, np.zeros((2, 2), np.uint8)), Box(1, 2, 3, 4)),
    ("a group", Group((Rect(0, 0, 2, 2), Rect(8, 8, 2, 2)), 4, 8), Box(4, 8, 10, 10)),
    ("an empty group", Group(()), Box(0, 0, 0, 0)),
    ("text from its start", text("start"), Box(100, 42.3, 26, 10.1)),
    ("text around its middle", text("middle"), Box(87, 42.3, 26, 10.1)),
    ("text to its end", text("end"), Box(74, 42.3, 26, 10.1)),
]


@pytest.mark.parametrize(("mark", "box"), [e[1:] for e in EXTENTS], ids=[e[0] for e in EXTENTS])
def test_extent(mark: Mark, box: Box) -> None:
    found = extent(mark)
    assert (found.x, found.y, found.width, found.height) == pytest.approx(
        (box.x, box.y, box.width, box.height)
    )


@pytest.mark.parametrize("place", ["sub", "sup"])
def test_what_is_raised_or_lowered_takes_more_room(place: str) -> None:
    plain, moved = extent(text("start")), extent(text("start", place))
    assert moved.height > plain.height or moved.y < plain.y


def test_boxes_that_share_an_edge_do_not_overlap() -> None:
    assert not Box(0, 0, 10, 10).overlaps(Box(10, 0, 10, 10))
    assert Box(0, 0, 10, 10).overlaps(Box(9, 9, 10, 10))
    assert Box(0, 0, 10, 10).holds(Box(0, 0, 10, 10))
    assert not Box(0, 0, 10, 10).holds(Box(1, 1, 10, 10))


def test_groups_move_what_is_in_them() -> None:
    path = Path((("M", (0, 0)), ("C", (1, 1, 2, 2, 3, 3))))
    lettered = Text(1, 1, (), 10, cell=Box(0, 0, 4, 4))
    moved = list(flatten([Group((Group((path,), 1, 2), lettered), 10, 20)]))
    assert moved == [
        Path((("M", (11, 22)), ("C", (12, 23, 13, 24, 14, 25)))),
        Text(11, 21, (), 10, cell=Box(10, 20, 4, 4)),
    ]


def test_a_scene_says_what_no_font_has() -> None:
    def scene(content: str) -> Scene:
        spans = (Span(content, "#000000", 10),)
        return Scene(40, 40, (Text(0, 20, spans, 10),), "title", "desc", Fonts())

    assert scene("한글 x₁ ⌊σ⌋").missing == ""
    assert scene("a\U0010fffd").missing == "\U0010fffd"


def test_the_parts_of_a_scene_say_where_an_array_begins_and_ends() -> None:
    dot = Rect(0, 0, 2, 2)
    inner = Group((dot,), 8, 4, "kernel, 1 by 1")
    outer = Group((dot, inner, Group((dot,), 1, 1)), 4, 4, "input, 2 by 2")
    scene = Scene(40, 40, (outer, dot), "t", "d", Fonts())
    found = [p if p is None or isinstance(p, str) else extent(p)[:2] for p in scene.parts()]
    assert found == [
        "input, 2 by 2", (4, 4), "kernel, 1 by 1", (12, 8), None, (5, 5), None, (0, 0),
    ]  # fmt: skip
    assert [extent(mark)[:2] for mark in scene.flat()] == [(4, 4), (12, 8), (5, 5), (0, 0)]
