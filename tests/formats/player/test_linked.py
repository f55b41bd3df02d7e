"""A page whose maps light one another: by mouse and keys, both ways, as the fields say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from browser import browser, needs_browser
from helpers import run
from nnviz.fields import Map, coordinates
from nnviz.formats import load
from nnviz.formats.player.linked import linked
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

NET = "conv --filters 2 --size 3 --pad 1 --dilation 2 | act relu | pool -k 2 --stride 3"
SIGNAL = "conv -k '1 0 1' --dims 1 | conv --transpose -k '1 1' --stride 2 --dims 1"
VGG = " | ".join(
    part
    for turns, filters in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
    for part in [*[f"conv --filters {filters} --size 3 --pad 1 | act relu"] * turns, "pool -k 2"]
)


def asked(net: str, shape: tuple[int, ...], *field: int) -> Trace:
    return run("params", None, net=net, input=shape, field=field)


def page(trace: Trace, **look: Any) -> str:
    return load("html").write(trace, Request(appearance=Appearance(**look))).content.decode()


def test_what_the_script_is_told() -> None:
    fields = asked("conv -k '1 0 1' --pad 1 --dims 1", (4,), 0).fields
    assert fields is not None
    assert fields.maps[1] == Map(fields.maps[1].names, (((0, 1), (0, 1, 2), (1, 2, 3), (2, 3)),))
    told = json.loads(linked(fields, "en"))
    assert told == {
        "maps": [["   "], ["0-1 0-2 1-3 2-3"]],
        "say": [["cell {which}", "cells {which}"]],
    }


def test_a_page_is_small_and_only_one_of_fields_has_the_script() -> None:
    assert len(page(asked(VGG, (3, 224, 224), 3, 3)).encode()) <= 150_000
    assert "<script>" in page(asked(NET, (12, 12), 1, 1))
    assert "<script>" not in page(asked(NET, (12, 12), 1, 1), view="bars")


MOVE = """(([at, row, column]) => {
    const group = [...document.querySelectorAll('.wide [role=group]')][at];
    const frame = group.querySelector('rect'), box = frame.getBoundingClientRect();
    const [h, w] = %s[at %% %d];
    group.dispatchEvent(new PointerEvent('pointermove', {
        clientX: box.x + (column + 0.5) * box.width / w,
        clientY: box.y + (row + 0.5) * box.height / h}));
    return [...document.querySelectorAll('.wide [role=group]')].map((g) =>
        [...g.querySelectorAll('text')].slice(-%d).map((t) => t.textContent));
})(%s)"""
LIT = """[...document.querySelectorAll('.wide [role=group]')].map((g) =>
    g.querySelector('path').getAttribute('d'))"""


@needs_browser
@pytest.mark.parametrize(
    ("net", "shape", "field"),
    [(NET, (12, 12), (1, 1)), (SIGNAL, (7,), (2,))],
    ids=["of maps", "of a signal"],
)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_cell_lights_what_it_sees_and_what_it_reaches(
    net: str, shape: tuple[int, ...], field: tuple[int, ...], lang: str, tmp_path: Path
) -> None:
    from nnviz.lang import say

    trace = asked(net, shape, *field)
    fields = trace.fields
    assert fields is not None
    path = tmp_path / "field.html"
    path.write_text(page(trace, lang=lang), encoding="utf-8")
    sizes = [list((1, *made.shape)[-2:]) for made in fields.maps]
    with browser(tmp_path / "profile") as reader:
        reader.open(path)
        assert not reader.errors
        before = reader.value(LIT)
        for at, (h, w) in enumerate(sizes):
            for cell in {(0, 0), (h // 2, w // 2), (h - 1, w - 1)}:
                panel = at % 2 * len(sizes)  # in either
                move = json.dumps([panel + at, *cell])
                said = reader.value(MOVE % (sizes, len(sizes), len(field), move))
                lit = fields.around(at, cell[-len(field) :])
                expected = [[say(words, lang) for words in coordinates(cells)] for cells in lit]
                assert said[panel : panel + len(sizes)] == expected
        assert reader.value(LIT) != before
        leave = "g.dispatchEvent(new PointerEvent('pointerleave'))"
        reader.value(f"document.querySelectorAll('.wide [role=group]').forEach((g) => {leave})")
        assert reader.value(LIT) == before


@needs_browser
def test_keys_move_from_cell_to_cell(tmp_path: Path) -> None:
    path = tmp_path / "field.html"
    path.write_text(page(asked("conv -k box", (7, 7), 0, 0)), encoding="utf-8")
    texts = (
        "[...document.querySelectorAll('.wide [role=group]')].slice(0, 2).map((g) =>"
        " [...g.querySelectorAll('text')].slice(-2).map((t) => t.textContent).join(', '))"
    )
    with browser(tmp_path / "profile") as reader:
        reader.open(path)
        reader.value("document.querySelectorAll('.wide [role=group]')[1].focus()")
        for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"):
            reader.press(key)
        assert reader.value(texts) == ["rows 0–2, columns 2–4", "row 0, column 2"]
        reader.point(".wide [role=group] path")
        assert reader.value(texts)[0] == "row 1, column 3"
        assert not reader.errors
