"""A saved scene keeps the doubt, shows it without this product, and comes alive without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doubt_reading import SUPPRESSED, reading

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import MapChoice, MapWhat
from HipLandmarksLib.errors import HipLandmarksError

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy, load_scene, save_scene
from HipLandmarksLib.scene.doubt import DoubtPart
from HipLandmarksLib.scene.doubt.store import reading_from_text, reading_to_text

RIGHT = Side.RIGHT

WITHOUT_TORCH = """
import json, sys
sys.modules["torch"] = None  # importing it fails
from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.scene import HipStudy, load_scene
(study,) = HipStudy.reopen(load_scene(sys.argv[1]), reader="ben")
before = study.doubt.standings[(Side.RIGHT, "LAE")]
x, y, z = study.landmarks[(Side.RIGHT, "LAE")].position
study.place_point(Side.RIGHT, "LAE", (x - 12.0, y, z + 12.0))
after = study.doubt.standings[(Side.RIGHT, "LAE")]
print(json.dumps([before.agreement, before.outside, after.agreement, after.outside]))
"""


@pytest.fixture
def saved(scene: Any, case: Any, tmp_path: Path) -> tuple[HipStudy, Path]:
    """A study with its doubt, of limbs only and at a third of its opacity, and its file."""
    says = reading(case.image, case.landmarks)
    study = HipStudy.create(scene, case.image, says.landmarks, reader="anna")
    view = slicer.vtkMRMLSliceCompositeNode()
    view.SetLayoutName("Red")
    view.SetSingletonTag("Red")
    view = scene.AddNode(view)
    view.SetBackgroundVolumeID(study.volume_node.GetID())
    view.SetForegroundOpacity(0.25)
    overlay = study.show_doubt(says)
    overlay.set_opacity(0.33)
    overlay.choose(MapChoice(MapWhat.LIMBS))
    overlay.show_parts(list(DoubtPart))
    path = tmp_path / "study.mrb"
    save_scene(scene, path)
    return study, path


def test_the_map_and_its_colours_are_shown_by_any_slicer(saved: tuple[HipStudy, Path]) -> None:
    study, path = saved
    assert study.doubt is not None
    scene = load_scene(path)  # nobody reopens the study
    count = scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    volumes = [scene.GetNthNodeByClass(n, "vtkMRMLScalarVolumeNode") for n in range(count)]
    node = next(v for v in volumes if v.GetName() == study.doubt.volume_node.GetName())
    kept = slicer.util.arrayFromVolume(node)
    assert (kept == slicer.util.arrayFromVolume(study.doubt.volume_node)).all()
    colours = node.GetDisplayNode().GetColorNode()
    rgba = [0.0] * 4
    colours.GetColor(0, rgba)
    assert rgba[3] == 0.0
    colours.GetColor(100, rgba)
    assert rgba[0] > 0.9 and rgba[3] == 1.0
    view = scene.GetNthNodeByClass(0, "vtkMRMLSliceCompositeNode")
    assert view.GetForegroundVolumeID() == node.GetID()
    assert scene.GetNumberOfNodesByClass("vtkMRMLColorLegendDisplayNode") == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsClosedCurveNode") == len(
        study.doubt.drawings.ellipses.nodes
    )


def test_a_reopened_study_shows_its_doubt_as_before(saved: tuple[HipStudy, Path]) -> None:
    study, path = saved
    (again,) = HipStudy.reopen(load_scene(path), reader="ben")
    assert study.doubt is not None and again.doubt is not None
    assert again.doubt.state == study.doubt.state
    assert again.doubt.suppressed == {SUPPRESSED: pytest.approx(study.doubt.suppressed[SUPPRESSED])}
    for kind in ("ClosedCurve", "Line", "Fiducial"):
        name = f"vtkMRMLMarkups{kind}Node"
        counts = [each.scene.GetNumberOfNodesByClass(name) for each in (study, again)]
        assert counts[0] == counts[1]
    maps = [slicer.util.arrayFromVolume(each.doubt.volume_node) for each in (study, again)]
    assert np.abs(maps[0].astype(int) - maps[1].astype(int)).max() <= 3


def test_the_switch_still_gives_back_the_layers_from_before_the_saving(
    saved: tuple[HipStudy, Path],
) -> None:
    (again,) = HipStudy.reopen(load_scene(saved[1]))
    assert again.doubt is not None
    again.doubt.switch(False)
    view = again.scene.GetNthNodeByClass(0, "vtkMRMLSliceCompositeNode")
    assert view.GetForegroundVolumeID() is None
    assert view.GetForegroundOpacity() == 0.25


def test_it_is_live_in_a_process_without_torch(saved: tuple[HipStudy, Path]) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(saved[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, inside, after, outside = json.loads(done.stdout.splitlines()[-1])
    assert before > 0.8 and inside is False
    assert after < before - 0.2 and outside is True


def test_a_reading_survives_as_text(case: Any) -> None:
    says = reading(case.image, case.landmarks)
    again = reading_from_text(reading_to_text(says))
    assert again.landmarks == says.landmarks
    assert again.calibration == says.calibration
    for kept, maps in zip(again.maps, says.maps, strict=True):
        assert (kept.ids, kept.limbs, kept.sides) == (maps.ids, maps.limbs, maps.sides)
        assert kept.fields is not None and maps.fields is not None
        assert np.abs(kept.fields - maps.fields).max() < 0.01
        assert np.abs(kept.heatmaps - maps.heatmaps).max() < 0.01 * maps.heatmaps.max()


@pytest.mark.parametrize("text", ["", "{}", '{"format": "hiplandmarks-doubt-9"}'])
def test_a_damaged_reading_is_named(text: str) -> None:
    with pytest.raises(HipLandmarksError, match="detect the landmarks again"):
        reading_from_text(text)


def test_a_model_without_maps_keeps_its_words(scene: Any, case: Any, tmp_path: Path) -> None:
    says = replace(reading(case.image, case.landmarks), maps=())
    study = HipStudy.create(scene, case.image, says.landmarks)
    overlay = study.show_doubt(says)
    assert overlay.volume_node is None
    save_scene(scene, tmp_path / "study.mrb")
    (again,) = HipStudy.reopen(load_scene(tmp_path / "study.mrb"))
    assert again.doubt is not None and again.doubt.standings.keys() == overlay.standings.keys()
