"""``Figure``: a drawing of a hip or the pelvis with a construction, laid out and written as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, pi, sin

from ..anatomy import AnySide, Side
from .curves import Curve, Point, polyline
from .label_places import Box, Label, Obstacles, place_labels
from .painting import ACCENT, INK, PAPER, Backdrop
from .svg import SvgPage

PAGE_WIDTH = 520.0
_TITLE_BAND, _FOOTER_BAND, _MARGIN = 40.0, 26.0, 10.0
_KEY_SIZE, _VALUE_SIZE = 13.0, 17.0
_TALLEST = 1.12  # of the picture, relative to its width
_DASH = {"baseline": "7 4", "axis": "9 4", "reference": "3 4", "aid": "2 3"}
_WIDTH = {"distance": 2.8, "ray": 2.0, "baseline": 1.7, "axis": 1.7, "reference": 1.1, "aid": 1.2}
NOTICE = "Research software, not a medical device."


@dataclass(frozen=True)
class Line:
    """A straight line of the construction, mm; ``role`` decides how it looks."""

    start: Point
    end: Point
    role: str


@dataclass(frozen=True)
class Sector:
    """The shorter arc about ``centre`` from ``start`` to ``end``, mm."""

    centre: Point
    start: Point
    end: Point


@dataclass(frozen=True)
class Mark:
    """A landmark of the drawing, mm; an empty ``words`` leaves it without a label."""

    words: str
    at: Point


@dataclass(frozen=True)
class Value:
    """What was measured on the drawing, mm; ``name`` is what it is called without its number."""

    words: str
    at: Point
    name: str = ""


@dataclass(frozen=True)
class Figure:
    """What is drawn; coordinates in mm, x to the patient's left, z cranial.

    Attributes:
        backdrop: the anatomy.
        side: side that is shown large, or the midline for the whole pelvis.
        title, description: heading, and the sentence for screen readers.
        lines, sector, circles: the construction; circles as (centre, radius).
        marks: landmarks.
        guides: lines of the anatomy to which the construction looks.
        values: what was measured on it.
        footer: last line.
        emphasised: larger marks, for drawings of a single landmark.
        window: (lowest x, lowest z, highest x, highest z) that must be in the picture.
    """

    backdrop: Backdrop
    side: AnySide
    title: str
    description: str
    window: tuple[float, float, float, float]
    lines: tuple[Line, ...] = ()
    sector: Sector | None = None
    circles: tuple[tuple[Point, float], ...] = ()
    marks: tuple[Mark, ...] = ()
    values: tuple[Value, ...] = ()
    guides: tuple[Curve, ...] = ()
    footer: str = NOTICE
    emphasised: bool = False

    def svg(self) -> str:
        """The drawing as an SVG file."""
        return _Layout(self).page()

    def without_numbers(self) -> Figure:
        """The same with names in place of values, to stand beside the value of a patient."""
        named = tuple(replace(each, words=each.name) for each in self.values if each.name)
        return replace(self, values=named, footer=NOTICE)


class _Layout:
    """Places one figure on its page.

    A left hip is laid out as the mirror image of a right one and mirrored back, so that both
    drawings are mirror images down to their labels.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        x0, z0, x1, z1 = figure.window
        width, height = x1 - x0, z1 - z0
        self.picture_width = PAGE_WIDTH - 2 * _MARGIN
        tallest = _TALLEST * self.picture_width
        self.px = min(self.picture_width / width, tallest / height)
        self.picture_height = height * self.px
        self.left = (x0 + x1) / 2 - self.picture_width / 2 / self.px
        self.top = z1
        self.height = self.picture_height + _TITLE_BAND + _FOOTER_BAND

    def page(self) -> str:
        """Paint everything."""
        figure = self.figure
        size = (PAGE_WIDTH, self.height)
        page = SvgPage(size, figure.title, figure.description, PAPER)
        page.open_clip((_MARGIN, _TITLE_BAND), (self.picture_width, self.picture_height))
        figure.backdrop.paint(page, self.to_page)
        self._construction(page)
        page.close()
        self._labels(page)
        self._frame(page)
        return page.finished()

    def to_page(self, p: Point) -> Point:
        """Millimetres to page coordinates."""
        return (
            _MARGIN + (p[0] - self.left) * self.px,
            _TITLE_BAND + (self.top - p[1]) * self.px,
        )

    def _frame(self, page: SvgPage) -> None:
        figure = self.figure
        page.text((_MARGIN + 4, 26.0), figure.title, 18.0, fill=INK, font_weight="bold")
        page.text((_MARGIN + 4, self.height - 9), figure.footer, 11.0, fill="#5b6470")
        for words, x in self._side_letters():
            page.rect(
                (x - 11, _TITLE_BAND + 8), (22.0, 22.0), rx=4.0, fill=PAPER, stroke=INK,
                stroke_width=1.3,
            )  # fmt: skip
            page.text(
                (x, _TITLE_BAND + 24.2), words, 15.0, fill=INK, font_weight="bold",
                text_anchor="middle",
            )  # fmt: skip

    def _side_letters(self) -> list[tuple[str, float]]:
        right, left = ("R", _MARGIN + 20), ("L", PAGE_WIDTH - _MARGIN - 20)
        if isinstance(self.figure.side, Side):
            return [right] if self.figure.side is Side.RIGHT else [left]
        return [right, left]

    def _construction(self, page: SvgPage) -> None:
        figure = self.figure
        page.open_group(stroke=ACCENT, fill="none", stroke_linecap="round")
        if figure.sector is not None:
            wedge, bow = self._sector(figure.sector)
            page.path([wedge], fill=ACCENT, fill_opacity=0.13, stroke="none")
            page.path([bow], stroke_width=2.4)
        for guide in figure.guides:
            page.path([guide.moved(self.to_page)], stroke_width=1.6, stroke_dasharray="2 4")
        for centre, radius in figure.circles:
            page.circle(
                self.to_page(centre), radius * self.px, stroke_width=1.3, stroke_dasharray="4 3"
            )
        for line in figure.lines:
            dash = {"stroke_dasharray": _DASH[line.role]} if line.role in _DASH else {}
            start, end = self.to_page(line.start), self.to_page(line.end)
            page.line(start, end, stroke_width=_WIDTH.get(line.role, 2.0), **dash)
            if line.role == "distance":
                self._ticks(page, start, end)
        page.close()
        for mark in figure.marks:
            radius = 5.6 if figure.emphasised else 4.0
            at = self.to_page(mark.at)
            page.circle(at, radius, fill=ACCENT, stroke=PAPER, stroke_width=1.6)

    def _ticks(self, page: SvgPage, start: Point, end: Point) -> None:
        length = hypot(end[0] - start[0], end[1] - start[1])
        if length < 1.0:
            return
        across = (5 * (start[1] - end[1]) / length, 5 * (end[0] - start[0]) / length)
        for p in (start, end):
            a, b = (p[0] - across[0], p[1] - across[1]), (p[0] + across[0], p[1] + across[1])
            page.line(a, b, stroke_width=2.0)

    def _sector(self, sector: Sector) -> tuple[Curve, Curve]:
        centre, start, end = (self.to_page(p) for p in (sector.centre, sector.start, sector.end))
        bow = _bow(centre, start, end)
        wedge = polyline([centre, *bow], closed=True)
        return wedge, polyline(bow)

    def _labels(self, page: SvgPage) -> None:
        labels = self._wanted()
        mirrored = self.figure.side is Side.LEFT
        flip = _mirror if mirrored else _same
        turned = [
            Label(x.words, flip(x.anchor), x.size, flip(x.away_from), x.on_anchor) for x in labels
        ]
        obstacles = self._obstacles()
        strong, weak = ([flip(p) for p in points] for points in (obstacles.strong, obstacles.weak))
        boxes = place_labels(turned, Obstacles(strong, weak), self._room())
        for label, box in zip(labels, boxes, strict=True):
            centre = flip(box.centre)
            self._leader(page, label, box, centre)
            is_value = label.size == _VALUE_SIZE
            page.text(
                (centre[0], centre[1] + 0.35 * label.size), label.words, label.size, halo=PAPER,
                fill=ACCENT if is_value else INK, font_weight="bold", text_anchor="middle",
            )  # fmt: skip

    def _leader(self, page: SvgPage, label: Label, box: Box, centre: Point) -> None:
        gap = hypot(centre[0] - label.anchor[0], centre[1] - label.anchor[1])
        if label.on_anchor or gap < label.extent[0] / 2 + 1.9 * label.size:
            return
        ends = [label.anchor, centre]
        page.line(*ends, stroke=INK, stroke_width=0.8, stroke_opacity=0.6)

    def _wanted(self) -> list[Label]:
        figure = self.figure
        points = [self.to_page(mark.at) for mark in figure.marks]
        middle = _mean(points) if points else (PAGE_WIDTH / 2, self.height / 2)
        labels = []
        labels += [
            Label(value.words, self.to_page(value.at), _VALUE_SIZE, middle, on_anchor=True)
            for value in figure.values
        ]
        size = _VALUE_SIZE - 0.5 if figure.emphasised else _KEY_SIZE
        labels += [
            Label(mark.words, point, size, middle)
            for mark, point in zip(figure.marks, points, strict=True)
            if mark.words
        ]
        return labels

    def _room(self) -> Box:
        """Where labels may lie."""
        top, bottom = _TITLE_BAND + 4, _TITLE_BAND + self.picture_height - 4
        return Box(_MARGIN + 4, top, PAGE_WIDTH - _MARGIN - 4, bottom)

    def _obstacles(self) -> Obstacles:
        figure = self.figure
        strong = [self.to_page(mark.at) for mark in figure.marks for _ in range(4)]
        for line in figure.lines:
            strong += _spread(self.to_page(line.start), self.to_page(line.end), 5.0)
        if figure.sector is not None:
            ends = (figure.sector.centre, figure.sector.start, figure.sector.end)
            strong += _bow(*(self.to_page(p) for p in ends))
        for centre, radius in figure.circles:
            x, y = self.to_page(centre)
            reach = radius * self.px
            strong += [(x + reach * cos(a * pi / 36), y + reach * sin(a * pi / 36))
                       for a in range(72)]  # fmt: skip
        for guide in figure.guides:
            strong += [self.to_page(p) for p in guide.samples(10)]
        for letter in self._side_letters():
            strong += [
                (letter[1] + dx, _TITLE_BAND + dy) for dx in (-9, 0, 9) for dy in (9, 19, 29)
            ]
        weak = [p for curve in figure.backdrop.contours() for p in map(self.to_page, curve)]
        return Obstacles(strong, weak)


def _bow(centre: Point, start: Point, end: Point) -> list[Point]:
    """Points of the shorter arc about ``centre``."""
    a = (start[0] - centre[0], start[1] - centre[1])
    b = (end[0] - centre[0], end[1] - centre[1])
    sweep = atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])
    first, radius = atan2(a[1], a[0]), hypot(*a)
    count = max(2, int(abs(sweep) * 12))
    angles = [first + sweep * n / count for n in range(count + 1)]
    return [(centre[0] + radius * cos(t), centre[1] + radius * sin(t)) for t in angles]


def _spread(a: Point, b: Point, step: float) -> list[Point]:
    count = max(1, int(hypot(b[0] - a[0], b[1] - a[1]) / step))
    return [
        (a[0] + (b[0] - a[0]) * n / count, a[1] + (b[1] - a[1]) * n / count)
        for n in range(count + 1)
    ]


def _mean(points: Sequence[Point]) -> Point:
    return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))


def _mirror(p: Point) -> Point:
    """Mirrored on the page; rounded, so that both sides choose the same places."""
    return (round(PAGE_WIDTH - p[0], 4), round(p[1], 4))


def _same(p: Point) -> Point:
    return (round(p[0], 4), round(p[1], 4))
