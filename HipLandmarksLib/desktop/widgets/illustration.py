"""Line drawings in a label, sharp on any screen."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import qt

WIDTH = 360
"""Of a drawing on the panel, in pixels that do not depend on the screen."""
_SVG = "{http://www.w3.org/2000/svg}"


def show_svg(label: Any, svg: str, width: int = WIDTH) -> None:
    """Show an SVG drawing in a QLabel; an empty text shows none.

    The drawing is scaled before it is drawn in pixels, so that lines and letters stay sharp.
    """
    if not svg:
        label.clear()
        return
    ratio = float(label.devicePixelRatioF())
    pixmap = qt.QPixmap()
    pixmap.loadFromData(qt.QByteArray(for_qt(svg, width * ratio).encode()))
    pixmap.setDevicePixelRatio(ratio)
    label.setPixmap(pixmap)


def for_qt(svg: str, width: float) -> str:
    """The same drawing, ``width`` pixels wide, in what Qt knows of SVG.

    Qt draws SVG Tiny 1.2, which cannot clip: what reaches beyond a clipped group is painted over
    in the colour of the page.
    """
    ElementTree.register_namespace("", _SVG[1:-1])
    root = ElementTree.fromstring(svg)
    full, tall = float(root.get("width", "1")), float(root.get("height", "1"))
    root.set("width", f"{width:.0f}")
    root.set("height", f"{width * tall / full:.0f}")
    page = root.find(f"{_SVG}rect")
    colour = "#ffffff" if page is None else page.get("fill", "#ffffff")
    windows = {
        f"url(#{clip.get('id')})": clip.find(f"{_SVG}rect") for clip in root.iter(f"{_SVG}clipPath")
    }
    for parent in list(root.iter()):
        for place, child in reversed(list(enumerate(parent))):
            if child.tag == f"{_SVG}clipPath":
                parent.remove(child)  # Qt would draw the window itself, in black
            window = windows.get(child.get("clip-path", ""))
            if window is not None:
                del child.attrib["clip-path"]
                parent.insert(place + 1, _frame(window, full, tall, colour))
    return ElementTree.tostring(root, encoding="unicode")


def _frame(
    window: ElementTree.Element, full: float, tall: float, colour: str
) -> ElementTree.Element:
    """The page around a window, as one shape with a hole."""
    x, y, w, h = (float(window.get(name, "0")) for name in ("x", "y", "width", "height"))
    outer = f"M0 0H{full}V{tall}H0Z"
    hole = f"M{x} {y}h{w}v{h}h{-w}z"
    shape = {"d": outer + hole, "fill": colour, "fill-rule": "evenodd"}
    return ElementTree.Element(f"{_SVG}path", shape)
