"""HTML: one page that needs nothing else, with the steps as SVG and a player for them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from nnviz import lang
from nnviz.figure.scene import Box
from nnviz.figure.theme import Theme, theme
from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._fonts import stack
from nnviz.formats.player.targets import targets
from nnviz.formats.player.themed import ThemedFigures, themed
from nnviz.formats.raster.frames import Film, film
from nnviz.formats.svg import escape, number
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words

_PLAYER = Path(__file__).parent / "player"
_CONTROLS = 64
"""What the slider and its buttons take below the figure."""
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


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as a page with a slider, keys, and output cells that lead to them."""
    made = film(trace, request)
    return Made(_page(trace, made, request).encode(), notes=made.notes)


def framed(trace: Trace, request: Request) -> str:
    """The page inside a frame as large as it is, as a notebook takes it: its keys stay its own."""
    made = film(trace, request)
    scene = made.scenes[0]
    height = number(scene.height + _CONTROLS)
    # Between single quotes, which are few: "&quot;" is a third of a page.
    page = _page(trace, made, request).replace("&", "&amp;").replace("'", "&#39;")
    return (
        f'<iframe title="{escape(made.title)}" sandbox="allow-scripts" width="100%" '
        f'height="{height}" style="border:0;max-width:{number(scene.width)}px" '
        f"srcdoc='{page}'></iframe>"
    )


def _page(trace: Trace, made: Film, request: Request) -> str:
    """The page as text."""
    look = request.appearance
    dark = None
    if look.theme == "light":  # then it follows its reader
        dark = film(trace, request._replace(appearance=look._replace(theme="dark")), 1).scenes
    drawn = themed(made.scenes, dark)
    several = len(made.scenes) > 1
    style = _style(made, theme(look.theme), drawn, request)
    script = _player("player.js") if several else ""
    body = [
        "<main>",
        f'<figure role="group" aria-label="{escape(made.desc)}">',
        *_frames(trace, made, drawn, request),
        *(_hits(trace, made, request) if several else ()),
        "</figure>",
        *([_controls(len(made.scenes), request)] if several else ()),
        "</main>",
        *([f"<script>{script}</script>"] if several else ()),
    ]
    head = [
        "<!doctype html>",
        f'<html lang="{look.lang}">',
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


def _style(made: Film, own_theme: Theme, drawn: ThemedFigures, request: Request) -> str:
    """The player's style sheet, the colours of the figure, and the font where it is embedded."""
    width = number(made.scenes[0].width * made.scenes[0].zoom * (request.appearance.scale or 1))
    own = {"width": f"{width}px", "stack": stack(request.appearance.embed_font)}
    light = own | _colors(own_theme) | {f"c{i}": pair[0] for i, pair in enumerate(drawn.colors)}
    rules = [*drawn.faces(request.appearance.embed_font), _rule(light)]
    rules.append(_player("player.css"))
    if drawn.two:
        dark = _colors(theme("dark")) | {f"c{i}": p[1] for i, p in enumerate(drawn.colors)}
        shown = ".in-light{display:none}.in-dark{display:inline}"
        rules.append(f"@media screen and (prefers-color-scheme:dark){{{_rule(dark)}{shown}}}")
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


def _frames(trace: Trace, made: Film, drawn: ThemedFigures, request: Request) -> Iterator[str]:
    """The figures, the first of which is seen without a script too."""
    if drawn.shared:
        yield '<svg class="shared" aria-hidden="true"><defs>'
        yield from drawn.shared
        yield "</defs></svg>"
    width, height = number(made.scenes[0].width), number(made.scenes[0].height)
    for i, (scene, lines) in enumerate(zip(made.scenes, drawn.figures, strict=True)):
        data = ""
        if len(made.scenes) > 1:
            name = _step(made.steps[i], trace, request)
            data = f' data-delay="{made.delays[i]}" data-name="{escape(name)}" '
            data += f'data-group="{_group(trace, made.steps[i])}"'
        now = " now" if i == 0 else ""
        yield (
            f'<svg class="frame{now}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(scene.desc)}"{data}>'
        )
        yield from lines
        yield "</svg>"


def _group(trace: Trace, step: int) -> str:
    """What outputs are seen together: those of one channel of one sample."""
    return escape(json.dumps(trace.steps[step - 1].index[:-2]))


def _step(step: int, trace: Trace, request: Request) -> str:
    words = Words("step {n} of {count}", n=step, count=len(trace.steps))
    return lang.say(words, request.appearance.lang)


def _hits(trace: Trace, made: Film, request: Request) -> Iterator[str]:
    """The output cells, over the figure: each leads to its step."""
    width, height = number(made.scenes[0].width), number(made.scenes[0].height)
    seen: set[tuple[str, Box]] = set()
    yield f'<svg class="hits" viewBox="0 0 {width} {height}">'
    for i, boxes in enumerate(map(targets, made.scenes)):
        group = _group(trace, made.steps[i])
        name = escape(_step(made.steps[i], trace, request))
        # One of them for the keyboard and to be read out; the mouse may have more.
        role = f' role="button" tabindex="-1" aria-label="{name}"'
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
