"""HTML: one page that needs nothing else, with the steps as SVG and a player for them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from nnviz import lang
from nnviz.figure import draw
from nnviz.figure.scene import Box, Scene
from nnviz.figure.theme import Theme, theme, twins
from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._figure import within
from nnviz.formats._fonts import faces, stack
from nnviz.formats._steps import staged
from nnviz.formats.player.linked import linked
from nnviz.formats.player.tables import tables
from nnviz.formats.player.targets import targets
from nnviz.formats.player.themed import Colors, themed
from nnviz.formats.raster.frames import Film, film
from nnviz.formats.svg import escape, number
from nnviz.records import NamedTuple
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words

_PLAYER = Path(__file__).parent / "player"
_CONTROLS = 64
"""What the slider and its buttons take below the figure."""
_PHONE = 360
_TRIM = 12
"""The width of the arrangement for narrow pages, which has smaller margins."""
_DATA = re.compile(r'(?<= href=)"data:[^"]*"')
_LABELS = {
    "steps": Words("steps"),
    "first": Words("first step"),
    "back": Words("previous step"),
    "play": Words("play"),
    "pause": Words("pause"),
    "next": Words("next step"),
    "last": Words("last step"),
    "step": Words("step"),
}


class _Drawn(NamedTuple):
    """An arrangement of the figures: their lines, one figure with what is seen in each frame."""

    name: str
    film: Film
    lines: list[str]
    packed: str = ""
    """What the script puts in the place of the lines, which are then those of one frame."""

    @property
    def trim(self) -> int:
        """What is left out of the margins on each side."""
        return _TRIM if self.name == "narrow" else 0

    @property
    def width(self) -> float:
        return self.film.scenes[0].width - 2 * self.trim

    @property
    def zoom(self) -> float:
        return self.film.scenes[0].zoom

    @property
    def box(self) -> str:
        height = self.film.scenes[0].height - 2 * self.trim
        return f"{self.trim} {self.trim} {number(self.width)} {number(height)}"


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as a page with a slider, keys, and output cells that lead to them."""
    trace = staged(trace, request)
    made, colors = film(trace, request), _inks(request)
    drawn = [_drawn("wide", trace, made, request, colors)]
    if drawn[0].width > _PHONE:
        look = request.appearance._replace(width=_PHONE + 2 * _TRIM, ratio=None)
        narrow = request._replace(appearance=look)
        drawn.append(_drawn("narrow", trace, film(trace, narrow, 1), narrow, colors))
    return Made(_page(trace, drawn, request, colors).encode(), notes=made.notes)


def framed(trace: Trace, request: Request, most: int) -> str | None:
    """The page inside a frame as large as it is, as a notebook takes it: its keys stay its own.

    None where it takes more bytes than `most`.
    """
    trace = staged(trace, request)
    made, colors = film(trace, request), _inks(request)

    def write(kept: Callable[[Scene], Scene]) -> str:
        drawn = _drawn("wide", trace, made, request, colors, kept)
        # Between single quotes, which are few: "&quot;" is a third of a page.
        page = _page(trace, [drawn], request, colors).replace("&", "&amp;").replace("'", "&#39;")
        return (
            f'<iframe title="{escape(made.title)}" sandbox="allow-scripts" width="100%" '
            f'height="{number(made.scenes[0].height + _CONTROLS)}" '
            f'style="border:0;max-width:{number(drawn.width)}px" '
            f"srcdoc='{page}'></iframe>"
        )

    return within(most, write)


def _inks(request: Request) -> Colors:
    """The colour of text comes first: it is the page's own."""
    look = request.appearance.theme
    return {(theme(look).ink, theme("dark" if look == "light" else look).ink): 0}


def _drawn(
    name: str,
    trace: Trace,
    made: Film,
    request: Request,
    colors: Colors,
    kept: Callable[[Scene], Scene] | None = None,
) -> _Drawn:
    """An arrangement; where Scenes are to be `kept`, packed."""
    look = request.appearance
    follows = look.theme == "light"  # its reader's page
    dark = twins(theme("light"), theme("dark")) if follows else {}

    def twin(i: int) -> Scene:
        drawn = draw(trace, look._replace(theme="dark"), made.steps[i : i + 1])
        return kept(drawn) if kept else drawn

    def lines(scenes: Sequence[Scene]) -> list[str]:
        return themed([kept(s) if kept else s for s in scenes], dark, twin, colors, name[0])

    if kept is None or len(made.scenes) == 1:
        return _Drawn(name, made, lines(made.scenes))
    every, one = lines(made.scenes), lines(made.scenes[:1])
    return _Drawn(name, made, one, _packed(every, one))


def _packed(every: Sequence[str], one: Sequence[str]) -> str:
    """Lines as a script unpacks them, the pictures that are among those of one frame by number."""
    text = "\n".join(every)
    for i, data in enumerate(dict.fromkeys(_DATA.findall("".join(one)))):
        text = text.replace(data, f'"{i}"')
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


def _page(trace: Trace, drawn: Sequence[_Drawn], request: Request, colors: Colors) -> str:
    """The page as text."""
    made = drawn[0].film
    several = len(made.scenes) > 1
    style = _style(drawn, colors, request)
    script = _player("player.js") if several else ""
    if (fields := made.scenes[0].fields) is not None:
        script = f"{_player('fields.js')}({linked(fields, request.appearance.lang)});"
    body = [
        "<main>",
        f'<h1 class="unseen">{escape(made.title)}</h1>',
        f'<figure role="group" aria-label="{escape(made.desc)}">',
        *(line for each in drawn for line in _figure(trace, each)),
        "</figure>",
        *([*_steps(trace, made, request), _controls(len(made.scenes), request)] if several else ()),
        '<div class="unseen">',
        *tables(made.scenes[-1]),
        "</div>",
        "</main>",
        *([f"<script>{script}</script>"] if script else ()),
    ]
    head = [
        "<!doctype html>",
        f'<html lang="{request.appearance.lang}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="generator" content="nnviz">',
        f"<title>{escape(made.title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
    ]
    return "\n".join([*head, *body, "</body>", "</html>\n"])


def _policy(style: str, script: str) -> str:
    """Nothing from anywhere: this style, this script, and pictures and fonts of the page."""
    sources = {"style-src": style, "script-src": script}
    allowed = "; ".join(f"{name} {_hash(text)}" for name, text in sources.items() if text)
    return (
        f"default-src 'none'; {allowed}; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _style(drawn: Sequence[_Drawn], colors: Colors, request: Request) -> str:
    """The player's style sheet, the colours of the figure, and the font where it is embedded."""
    look = request.appearance
    own_theme, scenes = theme(look.theme), [s for each in drawn for s in each.film.scenes]
    widths = {
        each.name: f"{number(each.width * each.zoom * (look.scale or 1))}px" for each in drawn
    }
    names = widths | {"stack": stack(look.embed_font)}
    rules: list[str] = []
    if look.embed_font:
        rules += faces((text for scene in scenes for text in scene.texts()), scenes[0].fonts)
    light, dark = ({f"c{i}": pair[k] for i, pair in enumerate(colors)} for k in (0, 1))
    rules += [_rule(names | _colors(own_theme) | light), _player("player.css")]
    rules += [f".c{i}{{fill:var(--c{i})}}" for i in colors.values()]
    if look.theme == "light":
        shown = ".in-light{display:none}.in-dark{display:inline}"
        night = _rule(_colors(theme("dark")) | dark)
        rules.append(f"@media screen and (prefers-color-scheme:dark){{{night}{shown}}}")
    if len(drawn) > 1:  # letters of 11 pixels stay that large
        turned = ".wide{display:none}.narrow{display:block}"
        rules.append(f"@media (max-width:{number(drawn[0].width - 1)}px){{{turned}}}")
    return "\n".join(rules)


def _colors(shown: Theme) -> dict[str, str]:
    return {
        "scheme": "dark" if shown.name == "dark" else "light",
        "page": shown.page or "transparent",
        "panel": shown.panel,
        "ink": shown.ink,
        "rule": shown.rule,
        "accent": shown.tone("input").line,
    }


def _rule(names: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in names.items()) + "}"


def _figure(trace: Trace, drawn: _Drawn) -> Iterator[str]:
    """An arrangement, the first frame of which is seen without a script too."""
    yield f'<div class="arrangement {drawn.name}">'
    yield (
        f'<svg class="frames" viewBox="{drawn.box}" role="graphics-document" '
        f'aria-label="{escape(drawn.film.scenes[0].desc)}"'
        + (f' data-packed="{drawn.packed}">' if drawn.packed else ">")
    )
    yield from drawn.lines
    yield "</svg>"
    if len(drawn.film.scenes) > 1:
        yield from _hits(trace, drawn)
    yield "</div>"


def _steps(trace: Trace, made: Film, request: Request) -> Iterator[str]:
    """What is said of each step, and how long it stands."""
    yield '<ol id="steps" hidden>'
    for scene, step, delay in zip(made.scenes, made.steps, made.delays, strict=True):
        name, group = escape(_step(step, trace, request)), _group(trace, step)
        turn = sorted(made.steps).index(step) + 1
        data = f'data-delay="{delay}" data-name="{name}" data-group="{group}" data-turn="{turn}"'
        yield f"<li {data}>{escape(scene.desc)}</li>"
    yield "</ol>"


def _group(trace: Trace, step: int) -> str:
    """What outputs are seen together: those of one channel of one sample."""
    return escape(json.dumps(trace.steps[step - 1].index[:-2]))


def _step(step: int, trace: Trace, request: Request) -> str:
    words = Words("step {n} of {count}", n=step, count=len(trace.steps))
    return lang.say(words, request.appearance.lang)


def _hits(trace: Trace, drawn: _Drawn) -> Iterator[str]:
    """The output cells, over the figure: each leads to its step."""
    made, seen = drawn.film, set[tuple[str, Box]]()
    yield f'<svg class="hits" viewBox="{drawn.box}">'
    for i, boxes in enumerate(map(targets, made.scenes)):
        group = _group(trace, made.steps[i])
        # One of them for the keyboard and to be read out; the mouse may have more.
        role = ' role="button"'
        for box in boxes:
            if (group, box) in seen:
                continue
            seen.add((group, box))
            place = (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height))
            at = " ".join(f'{side}="{number(value)}"' for side, value in place)
            yield f'<rect class="hit" data-frame="{i}" {at}{role}/>'
            role = ' aria-hidden="true"'
    yield "</svg>"


def _controls(count: int, request: Request) -> str:
    """Buttons, slider and counter; they appear with the script that moves them."""
    language = request.appearance.lang
    labels = {name: escape(lang.say(words, language)) for name, words in _LABELS.items()}
    return Template(_player("controls.html")).substitute(labels, count=count).rstrip("\n")


def _player(name: str) -> str:
    return (_PLAYER / name).read_text(encoding="utf-8")


FORMAT = Format("figure", (".html",), write, uses=(*FIGURE, "fps", "embed_font"))
