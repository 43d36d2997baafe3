"""Colours of doubt: perceptually uniform, colour-blind safe, never grey, clear where nothing is.

Grey belongs to the image, so every colour of the table is saturated; lightness rises with doubt,
so that it can be read without colours as well. Colours are mixed in Oklab, where equal steps look
equally large (B. Ottosson, 2020).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..style import Colour

LEVELS = 101
"""Doubt is shown in per cent: 0 stands for nothing to say."""

TABLE_NAME = "Doubt (per cent)"

_ANCHORS = ((0.34, 0.15, 295.0), (0.50, 0.19, 335.0), (0.66, 0.17, 25.0), (0.86, 0.15, 90.0))
"""(lightness, chroma, hue in degrees): violet, purple, red, yellow."""

_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def doubt_colours(count: int = LEVELS) -> NDArray[np.float64]:
    """(count, 3) sRGB in [0, 1], from no doubt to all doubt, in equal steps to the eye."""
    lightness, chroma, hue = (np.array(column) for column in zip(*_ANCHORS, strict=True))
    turn = np.radians(np.unwrap(hue, period=360.0))
    anchors = np.stack([lightness, chroma * np.cos(turn), chroma * np.sin(turn)], axis=1)
    fine = _smooth(anchors, 2048)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    even = np.linspace(0.0, way[-1], count)
    return srgb_of_oklab(np.stack([np.interp(even, way, axis) for axis in fine.T], axis=1))


def colour_of(doubt: float) -> Colour:
    """The colour of a doubt in [0, 1], of lines and glyphs."""
    return _table()[round(min(max(doubt, 0.0), 1.0) * (LEVELS - 1))]


@lru_cache(maxsize=1)
def _table() -> tuple[Colour, ...]:
    return tuple((r, g, b) for r, g, b in doubt_colours().tolist())


def add_colour_table(scene: Any) -> Any:
    """Add the vtkMRMLColorTableNode: visible in editors, or the scene would not save it."""
    node = scene.AddNewNodeByClass("vtkMRMLColorTableNode", TABLE_NAME)
    node.SetTypeToUser()
    node.SetNumberOfColors(LEVELS)
    for index, rgb in enumerate(doubt_colours()):
        name, opacity = (f"doubt {index} %", 1.0) if index else ("nothing to say", 0.0)
        node.SetColor(index, name, *rgb, opacity)
    node.GetLookupTable().SetTableRange(0, LEVELS - 1)
    node.SetHideFromEditors(False)
    return node


def srgb_of_oklab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3) Oklab to sRGB in [0, 1], cut off at the gamut's edge."""
    linear = np.clip((lab @ _TO_LMS.T) ** 3 @ _TO_LINEAR.T, 0.0, 1.0)
    bent = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, bent), dtype=np.float64)


def _smooth(anchors: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """A curve through the anchors without corners."""
    from scipy.interpolate import PchipInterpolator

    at = np.arange(len(anchors), dtype=np.float64)
    curve = PchipInterpolator(at, anchors)(np.linspace(0.0, at[-1], count))
    return np.asarray(curve, dtype=np.float64)
