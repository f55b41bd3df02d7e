"""Korean as a reader would write it, where it stands: figures, tables and messages."""

from __future__ import annotations

from typing import Any

import pytest

from helpers import run
from nnviz import figure, lang
from nnviz.request import Appearance
from nnviz.words import Words

SAID = [
    pytest.param("filter {f} of {count}", {"f": 0, "count": 2}, "필터 0번 (총 2개)", id="filter"),
    pytest.param("sample {n} of {count}", {"n": 1, "count": 3}, "샘플 1번 (총 3개)", id="sample"),
    pytest.param("{title} rolled up", {"title": "RNN"}, "RNN의 순환 구조", id="rolled up"),
    pytest.param(
        "{which} is not used",
        {"which": Words("row {numbers}", numbers="4")},
        "4번 행은 쓰이지 않습니다",
        id="not used",
    ),
    pytest.param(
        "{path} has no suffix that nnviz knows",
        {"path": "a.xyz"},
        "a.xyz: 지원하지 않는 확장자입니다",
        id="a suffix",
    ),
    pytest.param(
        "there is no command {word}", {"word": "xx"}, "xx: 그런 명령은 없습니다", id="a command"
    ),
    pytest.param(
        "the view {name} cannot draw this: {why}",
        {"name": "iso", "why": "…"},
        "iso 보기로 그릴 수 없습니다: …",
        id="a view",
    ),
    pytest.param("[OPTIONS]", {}, "[옵션]", id="options"),
]


@pytest.mark.parametrize(("template", "args", "said"), SAID)
def test_words(template: str, args: dict[str, Any], said: str) -> None:
    assert lang.say(Words(template, **args), "ko") == said


X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
DRAWN = [
    pytest.param("conv", {"kernel": [[1, 0], [0, 1]]}, (), "특성 맵", id="a feature map"),
    pytest.param("conv", {"act": "relu"}, (), "합성곱, ReLU", id="an activation"),
    pytest.param("act", {"name": "leaky-relu"}, (), "활성화 함수 leaky ReLU", id="act"),
    pytest.param("rnn", {"hidden": 2}, (2,), "시점별로 펼친 RNN, 시점 t = 2", id="a time"),
    pytest.param("rnn", {"hidden": 2}, (1, 2), "시점 t = 2", id="times in a sheet"),
]


@pytest.mark.parametrize(("op", "options", "steps", "said"), DRAWN)
def test_figures(op: str, options: dict[str, Any], steps: tuple[int, ...], said: str) -> None:
    scene = figure.draw(run(op, X, **options), Appearance(lang="ko"), steps)
    assert said in [text.content for text in scene.texts()]
