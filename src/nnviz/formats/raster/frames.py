"""The frames of an animation: one a step, all of one size, and what changes between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from nnviz.cache import remembering
from nnviz.errors import NnvizError, UsageError
from nnviz.figure import draw
from nnviz.figure.layout.page import describe, heading_of
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.formats._figure import boxes
from nnviz.formats._steps import played, staged
from nnviz.formats.raster.paint_ops import Box, hull, moved
from nnviz.formats.raster.painter import SCALE, Painted, Repainted, painted
from nnviz.records import NamedTuple, replace
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")

MOST = 200
"""Steps past which an animation is refused."""
SLOWEST, FASTEST = 0.05, 50.0
"""Frames a second: below, APNG cannot write the last one's time; above, browsers slow down."""


class Film(NamedTuple):
    """Figures of one size, shown one after the other."""

    scenes: tuple[Scene, ...]
    delays: tuple[int, ...]
    """How long each stands, in thousandths of a second."""
    title: str
    desc: str
    steps: tuple[int, ...] = ()
    """The step (from 1) of each; none where the whole is shown."""

    @property
    def notes(self) -> tuple[Words, ...]:
        """The characters that no font has, in any of the figures."""
        return boxes(self.scenes)


class Frame(NamedTuple):
    """A painted figure until the next is asked for, and the box in which it differs."""

    image: Image.Image
    box: Box
    delay: int
    parts: Sequence[Repainted] | None
    """Parts of the page that hold all that differs; None where all is new."""

    @property
    def part(self) -> Image.Image:
        return self.image.crop(self.box)


def _chosen(trace: Trace, request: Request) -> Sequence[int]:
    """The steps (from 1) that are shown: all unless --steps says which; none, the whole."""
    numbers = played(trace, request)
    if len(numbers) > MOST:
        raise UsageError(
            "an animation of {n} steps is too long: at most {most}",
            n=len(numbers),
            most=MOST,
            hint="choose some with --steps, such as --steps 1-9",
        )
    return numbers


def check_rate(fps: float) -> float:
    """The frames a second, or a UsageError where no animation can keep to them."""
    if not SLOWEST <= fps <= FASTEST:
        raise UsageError(
            "--fps {fps}: an animation has from {low} to {high} frames a second",
            fps=f"{fps:g}",
            low=f"{SLOWEST:g}",
            high=f"{FASTEST:g}",
        )
    return fps


def delays(count: int, fps: float | None) -> tuple[int, ...]:
    """A second a frame unless `fps` is given, the last held twice as long.

    >>> delays(3, None), delays(2, 4)
    ((1000, 1000, 2000), (250, 500))
    """
    each = round(1000 / check_rate(1.0 if fps is None else fps))
    return (*(each,) * (count - 1), 2 * each)


def film(trace: Trace, request: Request, half: int = 0) -> Film:
    """The figures of the steps that are asked for, on pages of one size.

    Drawing them is the first `half` of the work (0) or, of a second film, the other (1).
    """
    trace = staged(trace, request)
    numbers = _chosen(trace, request)
    trace = replace(trace, from_last=trace.back and tuple(numbers) != tuple(sorted(numbers)))
    appearance = request.appearance
    if len(numbers) < 2 and appearance.fps is not None:
        raise UsageError("--fps is for an animation, and this is one picture")
    times = delays(max(1, len(numbers)), appearance.fps)
    drawn = (draw(trace, appearance, (n,)) for n in numbers)
    with remembering():
        scenes = _even(list(_told(drawn, len(numbers), request, half)) or [draw(trace, appearance)])
    title, desc = scenes[0].title, scenes[0].desc
    if len(scenes) > 1:
        style = Style.of(appearance)
        title = heading_of(style, trace, appearance, None)
        desc = describe(style, trace, title, None)
    return Film(scenes, times, title, desc, tuple(numbers))


def _told(parts: Iterable[T], count: int, request: Request, half: int) -> Iterator[T]:
    """The parts as they are made, with word of each to who waits: of all the work, a half."""
    for number, part in enumerate(parts, 1):
        if request.progress is not None:
            request.progress(half * count + number, 2 * count)
        yield part


def _even(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """The scenes on pages as large as the largest."""
    width = max(scene.width for scene in scenes)
    height = max(scene.height for scene in scenes)
    return tuple(
        scene
        if (scene.width, scene.height) == (width, height)
        else replace(scene, width=width, height=height)
        for scene in scenes
    )


def frames(
    made: Film, request: Request, longest: int, *, grid: int = 1, whole: bool = False
) -> Iterator[Frame]:
    """Each figure as a picture, one at a time, with the box in which it differs.

    `longest` is the format's limit of a side, `grid` what the corner's coordinates have to
    be multiples of; `whole` is for formats that cannot put transparency over what was there.
    """
    scale = (request.appearance.scale or SCALE) * made.scenes[0].zoom
    side = max(made.scenes[0].width, made.scenes[0].height) * scale
    if side > longest:
        raise NnvizError(
            "the picture would be {side} pixels long: this format has at most {most}",
            side=round(side),
            most=longest,
            hint="use a smaller --scale, or write .png",
        )
    return _frames(
        _told(painted(made.scenes, scale), len(made.scenes), request, 1), made.delays, grid, whole
    )


def _frames(
    images: Iterable[Painted], times: Sequence[int], grid: int, whole: bool
) -> Iterator[Frame]:
    for (image, parts), delay in zip(images, times, strict=True):
        if parts is None or whole:
            yield Frame(image, (0, 0, *image.size), delay, None)
        else:
            yield Frame(image, _changed(image, parts, grid), delay, parts)


def _changed(image: Image.Image, parts: Sequence[Repainted], grid: int) -> Box:
    """Where a picture differs: a pixel at least, so that a frame is a frame."""
    from PIL import ImageChops

    found = []
    for box, before in parts:
        change = ImageChops.difference(before, image.crop(box)).getbbox(alpha_only=False)
        if change is not None:
            found.append(moved(change, *box[:2]))
    left, top, right, bottom = hull(found) if found else (0, 0, 1, 1)
    return left - left % grid, top - top % grid, right, bottom
