"""What an explored stack draws into slice views, offscreen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explored_case import HEADS, RADIUS, alpha_at, explored

from HipLandmarksLib.anatomy import Side

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from PIL import Image

from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.exploration import StackExplorer
from HipLandmarksLib.scene.exploration.radial import slice_to_ras
from HipLandmarksLib.scene.render import CANNOT_RENDER, SlicePicture, can_render, offscreen_view
from HipLandmarksLib.scene.style import SIDE_COLOURS

pytestmark = pytest.mark.skipif(not can_render(), reason=CANNOT_RENDER)
Vec3 = tuple[float, float, float]


@pytest.fixture
def explorer(scene: Any, case: Any) -> Iterator[StackExplorer]:
    """All slices of the case."""
    found = explored(case.image)
    study = HipStudy.create(scene, case.image, found.stack.case())
    explorer = StackExplorer.create(study, found)
    yield explorer
    explorer.close()
    study.close()


def is_drawn(picture: SlicePicture, path: Path, points: list[Vec3], side: Side) -> list[bool]:
    """Whether the colour of a hip is seen within two pixels of points (LPS mm)."""
    picture.save(path)
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=float) / 255.0
    near = np.abs(pixels - np.asarray(SIDE_COLOURS[side])).max(axis=2) < 0.25
    found = []
    for point in points:
        x, y = picture.pixel_of(point)
        column, row = round(x), pixels.shape[0] - 1 - round(y)
        found.append(bool(near[row - 2 : row + 3, column - 2 : column + 3].any()))
    return found


@pytest.mark.parametrize("index", [10, 8])
def test_a_slice_shows_the_circle_that_it_cuts_out_of_the_sphere(
    explorer: StackExplorer, tmp_path: Path, index: int
) -> None:
    explorer.go_to(index)
    x, y, z = HEADS[Side.RIGHT]
    depth = -explorer.stack.at(index).depth_mm
    radius = float(np.sqrt(RADIUS**2 - (depth - y) ** 2))
    turns = np.radians([200.0, 220.0, 240.0, 260.0, 280.0])  # clear of points and angles
    circle = [(x + radius * np.cos(t), depth, z + radius * np.sin(t)) for t in turns]
    inside = [(x + 0.8 * radius * np.cos(t), depth, z + 0.8 * radius * np.sin(t)) for t in turns]
    with offscreen_view(explorer.study.scene, (700, 560)) as picture:
        picture.show(explorer.study.volume_node, (x, depth, z))
        picture.zoom_to((x, depth, z), 120.0)
        assert all(is_drawn(picture, tmp_path / "slice.png", circle, Side.RIGHT))
        assert not any(is_drawn(picture, tmp_path / "slice.png", inside, Side.RIGHT))


def test_a_radial_view_shows_the_point_of_alpha_on_the_sphere(
    explorer: StackExplorer, tmp_path: Path
) -> None:
    explorer.show_radial(Side.LEFT, 60.0)
    radial = explorer.exploration.sides[Side.LEFT].radial
    assert radial is not None
    alpha = np.radians(alpha_at(60.0))
    exit_point = radial.frame.place(RADIUS * np.cos(alpha), RADIUS * np.sin(alpha), 60.0)
    with offscreen_view(explorer.study.scene, (700, 560)) as picture:
        picture.show(explorer.study.volume_node, radial.frame.head)
        node = picture.view.get_view_node()
        node.GetSliceToRAS().DeepCopy(slice_to_ras(radial.frame, 60.0))
        node.SetFieldOfView(110.0, 88.0, node.GetFieldOfView()[2])
        node.UpdateMatrices()
        x, y = picture.pixel_of(exit_point)
        middle_x, middle_y = picture.pixel_of(radial.frame.head)
        assert x > middle_x and y > middle_y  # the neck to the right, 2 o'clock on top
        assert is_drawn(picture, tmp_path / "radial.png", [exit_point], Side.LEFT) == [True]
