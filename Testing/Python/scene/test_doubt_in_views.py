"""The overlay in a real slice view: what is seen, what a drag does, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doubt_reading import SUPPRESSED, reading

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.scene.legend import legends
from HipLandmarksLib.scene.render import CANNOT_RENDER, can_render, offscreen_view

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

import slicer
from slice_viewer import Mouse, Viewer

from HipLandmarksLib.scene import HipStudy

pytestmark = pytest.mark.skipif(not can_render(), reason=CANNOT_RENDER)

LEFT = Side.LEFT


@pytest.fixture
def viewer(case: Any) -> Viewer:
    """The left hip, whose LCP the model suppressed; no overlay yet."""
    says = reading(case.image, case.landmarks)
    viewer = Viewer(case.image, says.landmarks)
    viewer.picture.show(viewer.study.volume_node, case.landmarks[(LEFT, "FHC")].position)
    return viewer


def rgb(path: Path) -> np.ndarray:
    from matplotlib.image import imread

    return np.asarray(imread(path)[..., :3])


def test_what_is_doubted_is_coloured_and_the_switch_brings_the_same_picture_back(
    viewer: Viewer, case: Any, tmp_path: Path
) -> None:
    study, view = viewer.study, viewer.picture
    view.save(tmp_path / "before.png")
    overlay = study.show_doubt(reading(case.image, case.landmarks))
    view.save(tmp_path / "on.png")
    overlay.switch(False)
    view.save(tmp_path / "off.png")
    before, on, off = (rgb(tmp_path / f"{name}.png") for name in ("before", "on", "off"))
    assert (before == off).all()
    x, y = view.pixel_of(overlay.suppressed[SUPPRESSED])
    row, column = round(on.shape[0] - 1 - y), round(x)
    near = (slice(row - 12, row + 13), slice(column - 12, column + 13))
    coloured = [(np.ptp(each[near], axis=-1) > 0.3).sum() for each in (before, on)]
    assert coloured[1] > coloured[0] + 60
    study.drop_doubt()
    view.save(tmp_path / "gone.png")
    assert (rgb(tmp_path / "gone.png") == before).all()


def test_a_drag_with_the_mouse_ends_with_everything_up_to_date(viewer: Viewer, case: Any) -> None:
    study, view = viewer.study, viewer.picture
    overlay = study.show_doubt(reading(case.image, case.landmarks))
    view.view.render()
    point = study.landmarks[(LEFT, "LAE")].position
    assert point is not None
    Mouse(view).drag(view.pixel_of(point), (60, -50))
    assert overlay.standings[(LEFT, "LAE")].outside is True
    dragged = slicer.util.arrayFromVolume(overlay.volume_node).copy()
    overlay.choose(overlay.state.choice)  # everything anew
    anew = slicer.util.arrayFromVolume(overlay.volume_node)
    assert np.abs(dragged.astype(int) - anew.astype(int)).max() <= 1


def own_legends(picture: Any) -> int:
    view = picture.view
    return len(legends(view._logic.GetSliceCompositeNode(), view.renderers()))


def test_a_view_that_is_older_than_the_legend_gets_no_second_one(
    scene: Any, case: Any, tmp_path: Any
) -> None:
    says = reading(case.image, case.landmarks)
    study = HipStudy.create(scene, case.image, says.landmarks)
    head = says.landmarks.position(Side.RIGHT, "FHC")
    with offscreen_view(scene) as older:
        older.show(study.volume_node, head)
        assert own_legends(older) == 0  # no doubt, no legend
        study.show_doubt(says)
        older.save(tmp_path / "older.png")
        assert own_legends(older) == 0  # Slicer draws it
        with offscreen_view(scene) as newer:
            newer.show(study.volume_node, head)
            assert own_legends(newer) == 1
