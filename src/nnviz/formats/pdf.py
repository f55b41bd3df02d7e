"""PDF: a page as large as the figure, with text as text and nothing lost."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError
from nnviz.figure import scene
from nnviz.figure.typeface import Face
from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._figure import boxes, figure_of
from nnviz.formats.raster.strokes import hatched
from nnviz.libraries import Image
from nnviz.request import Request
from nnviz.trace import Trace

if TYPE_CHECKING:
    from fpdf import FPDF

POINT = 0.75
"""Points a unit: a unit is a pixel of 1/96 inch, a point 1/72."""
_LARGEST = 14400
"""The longest side of a page in points, by the standard."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The date in every document: the same figure is the same bytes."""


def write(trace: Trace, request: Request) -> Made:
    """The figure of a trace as a PDF document of one page, with its description in it."""
    drawn = figure_of(trace, request)
    scale = POINT * (request.appearance.scale or 1) * drawn.zoom
    longest = max(drawn.width, drawn.height) * scale
    if longest > _LARGEST:
        raise NnvizError(
            "the page would be {long} points long: PDF has at most {most}",
            long=round(longest),
            most=_LARGEST,
            hint="use a smaller --scale, or fewer --steps",
        )
    with warnings.catch_warnings(action="ignore"):  # fpdf's are for its makers
        page = _Page(_document(drawn, scale, request.appearance.lang), drawn, scale)
        for mark in drawn.flat():
            page.mark(mark)
        return Made(bytes(page.pdf.output()), notes=boxes([drawn]))


def _document(drawn: scene.Scene, scale: float, language: str) -> FPDF:
    try:
        from fpdf import FPDF, encryption
    except ModuleNotFoundError as error:
        if error.name != "fpdf":
            raise
        raise NnvizError(
            "PDF is written with the package fpdf2, which is not installed",
            hint="python -m pip install fpdf2, or write .svg",
        ) from None
    # The error of a package that fpdf does without would keep every caller's arrays alive.
    if (kept := getattr(encryption, "import_error", None)) is not None:
        kept.__traceback__ = None
    pdf = FPDF(unit="pt", format=(drawn.width * scale, drawn.height * scale))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_image_filter("FlateDecode")  # the others lose something
    pdf.set_title(drawn.title)
    pdf.set_subject(drawn.desc)
    pdf.set_creator("nnviz")
    pdf.set_lang(language)
    pdf.set_creation_date(_EPOCH)
    pdf.add_page()
    return pdf


class _Page:
    """What paints the marks of a scene on a page."""

    def __init__(self, pdf: FPDF, drawn: scene.Scene, scale: float) -> None:
        self.pdf = pdf
        self.fonts = drawn.fonts
        self._title = drawn.title
        self.scale = scale
        self._families: dict[tuple[Any, int], str] = {}
        if drawn.page:
            self.mark(scene.Rect(0, 0, drawn.width, drawn.height, drawn.page))

    def mark(self, mark: scene.Leaf) -> None:
        """A mark, tagged: a text as a paragraph, a picture with its name, lines as decoration."""
        if isinstance(mark, scene.Image):
            self._image(mark)
            return
        with self._tagged(isinstance(mark, scene.Text)):
            self._leaf(mark)

    @contextmanager
    def _tagged(self, text: bool) -> Iterator[None]:
        # fpdf2 has public names for the tags of pictures alone.
        pdf: Any = self.pdf
        tag = "/Artifact BMC"
        if text:
            mcid = pdf.struct_builder.next_mcid_for_page(pdf.page)
            pdf._add_marked_content(struct_type="/P", mcid=mcid)  # noqa: SLF001
            tag = f"/P <</MCID {mcid}>> BDC"
        pdf._out(tag)  # noqa: SLF001
        yield
        pdf._out("EMC")  # noqa: SLF001

    def _leaf(self, mark: scene.Shape | scene.Text) -> None:
        match mark:
            case scene.Rect():
                self._rect(mark)
            case scene.Ellipse(x=x, y=y, rx=rx, ry=ry):
                s = self.scale
                self._shape(mark, lambda path: path.ellipse(x * s, y * s, rx * s, ry * s))
            case scene.Path():
                self._shape(mark, lambda path: self._trace(path, mark.commands))
            case scene.Text():
                self._text(mark)

    def _rect(self, mark: scene.Rect) -> None:
        s = self.scale
        box = [v * s for v in (mark.x, mark.y, mark.width, mark.height)]
        round_ = mark.radius * s
        if mark.fill or mark.stroke:
            self._shape(mark, lambda path: path.rectangle(*box, round_, round_))
        if mark.hatch:
            self._leaf(hatched(mark, mark.hatch))

    def _shape(self, mark: scene.Shape, draw: Callable[[Any], object]) -> None:
        from fpdf.enums import StrokeCapStyle, StrokeJoinStyle

        with self.pdf.new_path() as path:
            style = path.style
            style.auto_close = False
            style.fill_color = mark.fill
            style.stroke_color = mark.stroke
            if mark.stroke:
                style.stroke_cap_style = StrokeCapStyle.BUTT
                style.stroke_width = mark.line * self.scale
                style.stroke_dash_pattern = [d * self.scale for d in mark.dash] or None
                if isinstance(mark, scene.Path) and mark.line > 1:
                    style.stroke_join_style = StrokeJoinStyle.ROUND
            draw(path)

    def _trace(self, path: Any, commands: tuple[scene.Command, ...]) -> None:
        moves = {"M": path.move_to, "L": path.line_to, "C": path.curve_to, "Z": path.close}
        for letter, points in commands:
            moves[letter](*(p * self.scale for p in points))

    def _image(self, mark: scene.Image) -> None:
        s = self.scale
        picture = Image.fromarray(mark.pixels)
        x, y, width, height = (v * s for v in (mark.x, mark.y, mark.width, mark.height))
        self.pdf.image(picture, x, y, width, height, alt_text=self._title)

    def _text(self, mark: scene.Text) -> None:
        """A line of text, run by run of one font."""
        x = mark.start
        for span in mark.spans:
            size = mark.size * (scene.SMALLER if span.place else 1)
            y = mark.y + scene.SHIFT[span.place] * mark.size
            at = x
            self.pdf.set_text_color(span.fill)
            for face, run in self.fonts.runs(span.text, span.bold):
                self.pdf.set_font(self._family(face), size=size * self.scale)
                self.pdf.text(at * self.scale, y * self.scale, run)
                at += size * sum(face.advance(character) or 0 for character in run)
            x += span.width

    def _family(self, face: Face) -> str:
        key = face.path, face.index
        if key not in self._families:
            name = f"font{len(self._families)}"
            self.pdf.add_font(name, fname=face.path, collection_font_number=face.index)
            self._families[key] = name
        return self._families[key]


FORMAT = Format("figure", (".pdf",), write, binary=True, uses=(*FIGURE, "beside"))
