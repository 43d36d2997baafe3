"""What the drawings are checked for: all entries, both sides, texts as boxes on the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from HipLandmarksLib.illustration.label_places import Box, text_width

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class PageText:
    """A text of a drawing and the box it needs at most."""

    words: str
    box: Box
    size: float


def view_box(root: ET.Element) -> Box:
    """The page as a box."""
    x, y, width, height = (float(v) for v in root.attrib["viewBox"].split())
    return Box(x, y, x + width, y + height)


def texts(root: ET.Element) -> list[PageText]:
    """All visible texts; the halo behind a text counts once."""
    found = []
    for element in root.iter(f"{SVG}text"):
        if element.attrib.get("aria-hidden") == "true":
            continue
        words = element.text or ""
        size, x, y = (float(element.attrib[name]) for name in ("font-size", "x", "y"))
        bold = element.attrib.get("font-weight") == "bold"
        width = text_width(words, size) * (1.0 if bold else 0.9)
        left = x - width / 2 if element.attrib.get("text-anchor") == "middle" else x
        box = Box(left, y - 0.78 * size, left + width, y + 0.22 * size)
        found.append(PageText(words, box, size))
    return found


def numbers(svg: str) -> list[float]:
    """All numbers of the paths."""
    return [float(v) for d in re.findall(r' d="([^"]+)"', svg) for v in re.findall(r"-?[\d.]+", d)]
