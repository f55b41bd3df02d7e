"""Figures of several steps as one: it has the lines of each frame, in their order."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.formats.player.merged import CLOSE, OPEN, merged, ranges

Tree = list["str | tuple[str, Tree]"]
LEAVES = st.sampled_from([f'<rect x="{n}"/>' for n in range(4)] + ["<text y='1'>a</text>"])
NAMES = st.sampled_from(["input", "output"])
INNER = st.lists(LEAVES | st.tuples(NAMES, st.lists(LEAVES, max_size=2)), max_size=3)
TREES: st.SearchStrategy[Tree] = st.lists(LEAVES | st.tuples(NAMES, INNER), max_size=4)


def lines(tree: Tree) -> list[str]:
    found = []
    for node in tree:
        if isinstance(node, str):
            found.append(node)
        else:
            found += [f'{OPEN} aria-label="{node[0]}">', *lines(node[1]), CLOSE]
    return found


def seen(element: ElementTree.Element, frame: int) -> list[str]:
    """What a browser shows of a merged figure, as lines."""
    found = []
    for child in element:
        at = child.attrib.pop("data-at", "0-999")
        ends = [list(map(int, part.split("-"))) for part in at.split(" ")]
        assert (child.attrib.pop("data-on", None) == "") == (at != "0-999" and ends[0][0] == 0)
        if not any(first <= frame <= last for first, *_, last in (e * 2 for e in ends)):
            continue
        inner = seen(child, frame)
        if child.tag != "g":
            found.append(ElementTree.tostring(child).decode())
        elif "role" in child.attrib:
            found += [f'{OPEN} aria-label="{child.get("aria-label")}">', *inner, CLOSE]
        else:
            found += inner
    return found


@settings(deadline=None)
@given(st.lists(TREES, min_size=1, max_size=4))
def test_each_frame_is_as_it_was(trees: list[Tree]) -> None:
    frames = [lines(tree) for tree in trees]
    root = "".join(["<svg>", *merged(frames), "</svg>"])
    for i, frame in enumerate(frames):
        plain = ElementTree.fromstring("".join(["<svg>", *frame, "</svg>"]))
        assert seen(ElementTree.fromstring(root), i) == seen(plain, i)


def test_what_frames_share_is_written_once() -> None:
    head, group = '<rect x="0"/>', f'{OPEN} aria-label="input">'
    frames = [[head, group, f'<text y="1">{n}</text>', CLOSE] for n in "112"]
    assert merged(frames) == [
        head,
        group,
        '<text data-on="" data-at="0-1" y="1">1</text>',
        '<text data-at="2" y="1">2</text>',
        CLOSE,
    ]


def test_a_line_of_several_elements_is_hidden_whole() -> None:
    two = '<g class="in-light"><rect/></g><g class="in-dark"><rect/></g>'
    assert merged([[two], []]) == ['<g data-on="" data-at="0">', two, CLOSE]
    assert re.findall("data-at", "".join(merged([[two], [two]]))) == []


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([3], "3"),
        ([0, 1], "0-1"),
        ([0, 2, 3, 4, 9], "0 2-4 9"),
        ([5, 6, 8, 9], "5-6 8-9"),
    ],
)
def test_ranges(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text
