"""SVG: a Scene written as text, sized in pixels (a unit of length is one, unless scaled)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from unicodedata import east_asian_width

from nnviz.figure import scene
from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._figure import boxes, figure_of, within
from nnviz.formats._fonts import faces, stack
from nnviz.libraries import Image
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import safe

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def write(trace: Trace, request: Request) -> Made:
    """The figure of a trace as an SVG document."""
    drawn = figure_of(trace, request)
    look = request.appearance
    text = svg(drawn, embed_font=look.embed_font, scale=look.scale or 1)
    return Made(text.encode(), notes=boxes([drawn]))


def still(trace: Trace, request: Request, most: int) -> str | None:
    """The same for a notebook; None where it takes more bytes than `most`."""
    drawn = figure_of(trace, request)
    return within(most, lambda kept: svg(kept(drawn)))


def svg(drawn: scene.Scene, *, embed_font: bool = False, prefix: str = "", scale: float = 1) -> str:
    """A Scene as an SVG document; `prefix` keeps ids apart where several share a page."""
    width, height = number(drawn.width), number(drawn.height)
    shown, names = scale * drawn.zoom, hatches([drawn])
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{number(drawn.width * shown)}" height="{number(drawn.height * shown)}" '
        f'viewBox="0 0 {width} {height}" role="graphics-document" '
        f'aria-labelledby="{prefix}title {prefix}desc" '
        f'font-family="{escape(stack(embed_font))}">',
        f'<title id="{prefix}title">{escape(drawn.title)}</title>',
        f'<desc id="{prefix}desc">{escape(drawn.desc)}</desc>',
    ]
    if embed_font:
        lines.append(f"<style>{''.join(faces(drawn.texts(), drawn.fonts))}</style>")
    lines += [*patterns(names, prefix), *drawing(drawn, names, prefix)]
    return "\n".join([*lines, "</svg>\n"])


def drawing(
    drawn: scene.Scene,
    names: Mapping[scene.Hatch, str],
    prefix: str = "",
    text: Callable[[scene.Text], str] | None = None,
) -> Iterator[str]:
    """The page and the marks of a Scene, a line a mark, and a line where a group begins or ends.

    `text` writes the texts, where they are to be written otherwise than here.
    """
    write_text = text or _text
    if drawn.page:
        width, height = number(drawn.width), number(drawn.height)
        yield f'<rect width="{width}" height="{height}" fill="{drawn.page}"/>'
    for part in drawn.parts():
        yield write_text(part) if isinstance(part, scene.Text) else _mark(part, names, prefix)


def escape(text: str) -> str:
    """A line of text as XML takes it.

    >>> escape("a < b & c")
    'a &lt; b &amp; c'
    """
    return safe(text).translate(_ESCAPES)


def number(value: float) -> str:
    """A coordinate, to a hundredth, without needless zeros.

    >>> number(12.0), number(7.125), number(-0.001)
    ('12', '7.12', '0')
    """
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def hatches(scenes: Iterable[scene.Scene]) -> dict[scene.Hatch, str]:
    """A name for each hatch of some Scenes."""
    marks = (mark for drawn in scenes for mark in drawn.flat())
    used = (m.hatch for m in marks if isinstance(m, scene.Rect) and m.hatch)
    return {hatch: f"hatch{i}" for i, hatch in enumerate(dict.fromkeys(used))}


def patterns(names: Mapping[scene.Hatch, str], prefix: str = "") -> Iterator[str]:
    """What the hatches are filled with, by their names."""
    for hatch, name in names.items():
        gap, middle = number(hatch.gap), number(hatch.gap / 2)
        turn = -45 if hatch.up else 45
        yield (
            f'<defs><pattern id="{prefix}{name}" width="{gap}" height="{gap}" '
            f'patternUnits="userSpaceOnUse" patternTransform="rotate({turn})">'
            f'<path d="M0 {middle}H{gap}" stroke="{hatch.color}" '
            f'stroke-width="{number(hatch.width)}"/></pattern></defs>'
        )


def _mark(mark: object, names: Mapping[scene.Hatch, str], prefix: str) -> str:
    match mark:
        case None:
            return "</g>"
        case str():
            return f'<g role="group" aria-label="{escape(mark)}">'
        case scene.Rect():
            return _rect(mark, names, prefix)
        case scene.Ellipse(x=x, y=y, rx=rx, ry=ry):
            place = f'cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}"'
            return f"<ellipse {place}{_paint(mark)}/>"
        case scene.Path(commands=commands):
            data = "".join(
                letter + " ".join(number(p) for p in points) for letter, points in commands
            )
            joins = ' stroke-linejoin="round"' if mark.stroke and mark.line > 1 else ""
            return f'<path d="{data}"{_paint(mark)}{joins}/>'
        case scene.Image():
            return _image(mark)
    raise TypeError(type(mark).__name__)


def _paint(mark: scene.Shape) -> str:
    paint = f' fill="{mark.fill or "none"}"'
    if mark.stroke:
        paint += f' stroke="{mark.stroke}" stroke-width="{number(mark.line)}"'
        if mark.dash:
            paint += f' stroke-dasharray="{" ".join(number(d) for d in mark.dash)}"'
    return paint


def _rect(mark: scene.Rect, names: Mapping[scene.Hatch, str], prefix: str) -> str:
    place = (
        f'x="{number(mark.x)}" y="{number(mark.y)}" '
        f'width="{number(mark.width)}" height="{number(mark.height)}"'
    )
    if mark.radius:
        place += f' rx="{number(mark.radius)}"'
    drawn = ""
    if mark.fill or mark.stroke or mark.hatch is None:
        drawn = f"<rect {place}{_paint(mark)}/>"
    if mark.hatch:
        drawn += f'<rect {place} fill="url(#{prefix}{names[mark.hatch]})"/>'
    return drawn


def _image(mark: scene.Image) -> str:
    crisp = (
        ' image-rendering="optimizeSpeed" style="image-rendering:pixelated"' if mark.crisp else ""
    )
    stream = BytesIO()
    Image.fromarray(mark.pixels).save(stream, "PNG", optimize=True)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return (
        f'<image x="{number(mark.x)}" y="{number(mark.y)}" width="{number(mark.width)}" '
        f'height="{number(mark.height)}" preserveAspectRatio="none"{crisp} '
        f'href="data:image/png;base64,{data}"/>'
    )


def _text(mark: scene.Text) -> str:
    """A text with its measured length, so that another face does not break the layout."""
    size = f'font-size="{number(mark.size)}"'
    spans = [span for span in mark.spans if span.text]
    if len(spans) == 1 and not spans[0].place:
        look = f"{placed(mark)} {size}{_face(spans[0])}"
        if "  " in mark.content or mark.content != mark.content.strip():
            look += ' xml:space="preserve"'  # else XML runs spaces together
        return f"<text {look}>{escape(mark.content)}</text>"
    drawn, x = [], mark.start
    for span in spans:
        y = mark.y + scene.SHIFT[span.place] * mark.size
        small = f' font-size="{number(mark.size * scene.SMALLER)}"' if span.place else ""
        if span.text.strip(" "):
            place = f'x="{number(x)}" y="{number(y)}"{small}'
            drawn.append(f"<tspan {place}{_face(span)}>{escape(span.text)}</tspan>")
        x += span.width
    return f'<text {size} xml:space="preserve">{"".join(drawn)}</text>'


def placed(mark: scene.Text) -> str:
    """Where a text stands, and where in its array."""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    cell = f' data-cell="{mark.at[0]} {mark.at[1]}"' if mark.at else ""
    return f'x="{number(mark.x)}" y="{number(mark.y)}"{anchor}{cell}'


def _face(span: scene.Span) -> str:
    weight = ' font-weight="bold"' if span.bold else ""
    length = ""
    if len(span.text) > 1:
        length = f' textLength="{number(span.width)}"'
        # What may come from any face, or be boxes where there is none, is not made wider.
        if not any(east_asian_width(character) in "WF" for character in span.text):
            length += ' lengthAdjust="spacingAndGlyphs"'
    return f' fill="{span.fill}"{weight}{length}'


FORMAT = Format("figure", (".svg",), write, uses=(*FIGURE, "embed_font", "beside"))
