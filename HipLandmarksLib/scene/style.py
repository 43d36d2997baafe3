"""Colours and sizes in the views; colour-blind safe on grey images (after Okabe and Ito 2008)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..anatomy import AnySide, Midline, Side

Colour = tuple[float, float, float]

SIDE_COLOURS: dict[AnySide, Colour] = {
    Side.RIGHT: (1.00, 0.72, 0.20),
    Side.LEFT: (0.40, 0.80, 1.00),
    Midline.PELVIS: (0.90, 0.90, 0.90),
}
MEASUREMENT_COLOURS: dict[str, Colour] = {
    "alpha": (0.96, 0.91, 0.30),
    "lce": (0.35, 0.85, 0.60),
    "nsa": (0.95, 0.60, 0.80),
    "femoral_offset_mm": (0.75, 0.80, 1.00),
}
OTHER_COLOUR: Colour = (0.85, 0.85, 0.85)


@contextmanager
def one_event(node: Any) -> Iterator[None]:
    """Views hear of all changes of a node at once: each would cost them as much as all."""
    modifying = node.StartModify()
    try:
        yield
    finally:
        node.EndModify(modifying)


def style_points(display: Any, side: AnySide) -> None:
    """Small crosses that leave the anatomy visible, with short labels."""
    with one_event(display):
        _colour(display, SIDE_COLOURS[side])
        display.SetGlyphTypeFromString("CrossDot2D")
        display.SetUseGlyphScale(True)
        display.SetGlyphScale(2.2)
        display.SetTextScale(2.6)
        display.SetPointLabelsVisibility(True)
        display.SetPropertiesLabelVisibility(False)
        display.SetHandlesInteractive(False)


def style_drawing(display: Any, measurement_id: str) -> None:
    """Thin lines without points or text."""
    with one_event(display):
        _colour(display, _measurement_colour(measurement_id))
        display.SetPointLabelsVisibility(False)
        display.SetPropertiesLabelVisibility(False)
        display.SetGlyphTypeFromString("Vertex2D")
        display.SetUseGlyphScale(True)
        display.SetGlyphScale(0.6)
        display.SetCurveLineSizeMode(display.UseLineThickness)
        display.SetLineThickness(0.6)
        display.SetOpacity(0.85)
        display.SetHandlesInteractive(False)


def style_value(display: Any, measurement_id: str) -> None:
    """Text only, in the colour of the drawing; in slices, for it hangs in the void of a 3D view."""
    with one_event(display):
        display.SetVisibility3D(False)
        _colour(display, _measurement_colour(measurement_id))
        display.SetPointLabelsVisibility(True)
        display.SetPropertiesLabelVisibility(False)
        display.SetGlyphTypeFromString("Circle2D")
        display.SetUseGlyphScale(True)
        display.SetGlyphScale(0.01)
        display.SetTextScale(2.8)
        display.SetHandlesInteractive(False)
        text = display.GetTextProperty()
        text.SetBackgroundColor(0.0, 0.0, 0.0)
        text.SetBackgroundOpacity(0.5)


def _measurement_colour(measurement_id: str) -> Colour:
    return MEASUREMENT_COLOURS.get(measurement_id, OTHER_COLOUR)


def _colour(display: Any, colour: Colour) -> None:
    display.SetColor(*colour)
    display.SetSelectedColor(*colour)
    display.SetActiveColor(*colour)
