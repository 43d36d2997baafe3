"""The colours of doubt: even steps, readable with every kind of colour vision, never grey."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import new_scene
from HipLandmarksLib.scene.doubt.colours import LEVELS, add_colour_table, doubt_colours
from HipLandmarksLib.scene.doubt.glyphs import SIGNS

# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB
VISION = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def linear(rgb: np.ndarray) -> np.ndarray:
    """sRGB to linear RGB."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def cielab(rgb_linear: np.ndarray) -> np.ndarray:
    """Linear RGB to CIE L*a*b* (D65): an independent measure of how different colours look."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = np.clip(rgb_linear, 0, 1) @ to_xyz.T / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def seen_with(vision: str, rgb: np.ndarray) -> np.ndarray:
    """Colours as they look to a reader of that vision, CIE L*a*b*."""
    return cielab(linear(rgb) @ np.array(VISION[vision]).T)


def test_equal_steps_of_doubt_look_alike() -> None:
    coarse = cielab(linear(doubt_colours()[::10]))
    steps = np.linalg.norm(np.diff(coarse, axis=0), axis=1)
    assert steps.max() < 2.0 * steps.min()


def test_more_doubt_is_lighter_so_that_no_colour_vision_is_needed() -> None:
    lightness = cielab(linear(doubt_colours()))[:, 0]
    assert (np.diff(lightness) > 0).all()
    assert lightness[-1] - lightness[0] > 50


@pytest.mark.parametrize("vision", VISION)
def test_colour_blind_readers_see_the_order(vision: str) -> None:
    seen = seen_with(vision, doubt_colours()[::20])
    apart = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    assert (np.diff(seen[:, 0]) > 0).all()
    assert apart.min() > 6


def test_no_colour_can_be_taken_for_the_grey_image() -> None:
    _, a, b = cielab(linear(doubt_colours())).T
    assert np.hypot(a, b).min() > 40


@pytest.mark.parametrize("vision", VISION)
def test_grades_differ_in_colour_for_everyone_and_in_shape(vision: str) -> None:
    signs = [SIGNS[grade] for grade in ("green", "amber", "red")]
    seen = seen_with(vision, np.array([sign.colour for sign in signs]))
    apart = [np.linalg.norm(seen[a] - seen[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(apart) > 15
    assert len({sign.shape for sign in SIGNS.values()}) == len(SIGNS)


def test_nothing_to_say_is_clear_in_the_table() -> None:
    table = add_colour_table(new_scene())
    rgba = [0.0] * 4
    opacity = []
    for index in range(LEVELS):
        table.GetColor(index, rgba)
        opacity.append(rgba[3])
    assert opacity == [0.0] + [1.0] * (LEVELS - 1)
    assert table.GetColorName(0) == "nothing to say"
