"""A small SVG writer: deterministic, own background, nothing but plain elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from .curves import Curve, Point

FONT = "Helvetica, Arial, sans-serif"


class SvgPage:
    """Collects elements in the order of painting.

    Args:
        size: width and height of the page; the picture scales with its viewBox.
        title: what the picture shows, for screen readers and tooltips.
        description: one sentence, for screen readers.
        background: colour of the page, so that it reads the same on light and dark surroundings.
    """

    def __init__(self, size: Point, title: str, description: str, background: str) -> None:
        width, height = _number(size[0]), _number(size[1])
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" font-family="{FONT}">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f'<rect width="{width}" height="{height}" rx="8" fill="{background}"/>',
        ]
        self._clips = 0

    def open_clip(self, corner: Point, size: Point) -> None:
        """Show what follows only inside a rectangle, until :meth:`close`."""
        self._clips += 1
        name = f"clip{self._clips}"
        box = (*corner, *size)
        x, y, width, height = (_number(value) for value in box)
        self._parts.append(
            f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
            f'</clipPath><g clip-path="url(#{name})">'
        )

    def open_group(self, **style: object) -> None:
        """Give what follows common attributes, until :meth:`close`."""
        self._parts.append(f"<g{_attributes(style)}>")

    def close(self) -> None:
        """End the innermost clip or group."""
        self._parts.append("</g>")

    def path(self, curves: Sequence[Curve], **style: object) -> None:
        """Draw curves as one path (holes by the even-odd rule)."""
        data = "".join(path_data(curve) for curve in curves)
        self._parts.append(f'<path d="{data}"{_attributes(style)}/>')

    def line(self, start: Point, end: Point, **style: object) -> None:
        """Draw a straight line."""
        data = f"M{_pair(start)}L{_pair(end)}"
        self._parts.append(f'<path d="{data}"{_attributes(style)}/>')

    def circle(self, centre: Point, radius: float, **style: object) -> None:
        """Draw a circle."""
        x, y = _number(centre[0]), _number(centre[1])
        self._parts.append(f'<circle cx="{x}" cy="{y}" r="{_number(radius)}"{_attributes(style)}/>')

    def rect(self, corner: Point, size: Point, **style: object) -> None:
        """Draw a rectangle."""
        x, y, width, height = (_number(value) for value in (*corner, *size))
        self._parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}"{_attributes(style)}/>'
        )

    def text(self, at: Point, words: str, size: float, halo: str = "", **style: object) -> None:
        """Write one line of text at its baseline; ``halo`` is the colour of a border around it."""
        place = f'<text x="{_number(at[0])}" y="{_number(at[1])}" font-size="{_number(size)}"'
        if halo:
            ring = {**style, "fill": halo, "stroke": halo, "stroke_width": 3.2}
            self._parts.append(
                f"{place}{_attributes({**ring, 'stroke_linejoin': 'round', 'aria_hidden': 'true'})}"
                f">{escape(words)}</text>"
            )
        self._parts.append(f"{place}{_attributes(style)}>{escape(words)}</text>")

    def finished(self) -> str:
        """The whole file."""
        return "\n".join([*self._parts, "</svg>"]) + "\n"


def path_data(curve: Curve) -> str:
    """``d`` attribute of a curve."""
    data = f"M{_pair(curve.start)}"
    if curve.cubics:
        data += "C" + " ".join(_pair(p) for piece in curve.cubics for p in piece)
    return data + ("Z" if curve.closed else "")


def arc_data(start: Point, end: Point, radius: float, clockwise: bool) -> str:
    """``d`` attribute of the shorter circular arc between two points of the page."""
    r = _number(radius)
    return f"M{_pair(start)}A{r} {r} 0 0 {int(clockwise)} {_pair(end)}"


def on_page(transform: Callable[[Point], Point], curves: Sequence[Curve]) -> list[Curve]:
    """Curves moved to the page."""
    return [curve.moved(transform) for curve in curves]


def _attributes(style: dict[str, object]) -> str:
    return "".join(
        f" {name.replace('_', '-')}={quoteattr(_value(value))}" for name, value in style.items()
    )


def _value(value: object) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _pair(p: Point) -> str:
    return f"{_number(p[0])} {_number(p[1])}"


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"
