"""A saved scene holds everything, and is live again when it is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side, SourceKind
from HipLandmarksLib.anatomy.markups import read_markups
from HipLandmarksLib.errors import HipLandmarksError, ImageError
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import Edge, MeasurementSettings, Reference

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import HipStudy, load_scene, save_scene  # noqa: E402

RIGHT, LEFT = Side.RIGHT, Side.LEFT


def reopened(study: Any, path: Path) -> Any:
    """The study after saving its scene and loading it into a new one."""
    save_scene(study.scene, path)
    (again,) = HipStudy.reopen(load_scene(path), reader="ben")
    return again


def test_everything_comes_back(study: Any, tmp_path: Path) -> None:
    node = study.points_node(RIGHT)
    node.SetNthControlPointPosition(3, 100.0, 0.0, 20.0)  # Anna moves the LCP
    node.SetNthControlPointPositionMissing(4)
    study.points_node(LEFT).UnsetNthControlPointPosition(5)
    again = reopened(study, tmp_path / "study.mrb")
    assert list(again.landmarks) == list(study.landmarks)
    for id_, landmark in again.landmarks.items():
        before = study.landmarks[id_]
        assert (landmark.state, landmark.source) == (before.state, before.source)
        assert (landmark.confidence, landmark.covariance) == (before.confidence, before.covariance)
        if before.position is not None:
            assert landmark.position == pytest.approx(before.position, abs=1e-9)
    assert again.landmarks[(RIGHT, "LCP")].source.name == "anna"
    assert again.landmarks[(RIGHT, "SHP")].state is LandmarkState.ABSENT
    assert (LEFT, "SHD") not in again.landmarks
    assert again.landmarks.case_id == "demo"
    values = [(m.id, m.side, m.value) for m in study.measurements]
    for (id_, side, value), now in zip(values, again.measurements, strict=True):
        assert (now.id, now.side) == (id_, side)
        assert now.value == (None if value is None else pytest.approx(value, abs=1e-9))


def test_a_loaded_study_is_live_and_has_one_of_everything(study: Any, tmp_path: Path) -> None:
    again = reopened(study, tmp_path / "study.mrb")
    for name in ("Fiducial", "Angle", "Line"):
        kind = f"vtkMRMLMarkups{name}Node"
        count = study.scene.GetNumberOfNodesByClass(kind)
        assert again.scene.GetNumberOfNodesByClass(kind) == count
    again.points_node(RIGHT).SetNthControlPointPosition(3, 100.0, 0.0, 20.0)
    before = study.measurement(RIGHT, "alpha").value
    assert again.measurement(RIGHT, "alpha").value != pytest.approx(before, abs=1.0)
    assert again.landmarks[(RIGHT, "LCP")].source.name == "ben"
    assert again.landmarks[(RIGHT, "FHC")].source.kind is SourceKind.MODEL


def test_the_settings_come_back(scene: Any, case: Any, tmp_path: Path) -> None:
    settings = MeasurementSettings.for_image(
        case.image, reference=Reference.FHC, edge=Edge.SOURCIL, reader_sigma_mm=0.8
    )
    study = HipStudy.create(
        scene, case.image, case.landmarks, settings=settings, ids=["lce", "alpha"]
    )
    again = reopened(study, tmp_path / "study.mrb")
    assert [m.id for m in again.measurements] == ["alpha", "alpha", "lce", "lce"]
    lce = again.measurement(RIGHT, "lce")
    assert (lce.reference, lce.edge) == (Reference.FHC, Edge.SOURCIL)
    assert lce.sigma == pytest.approx(study.measurement(RIGHT, "lce").sigma)


def test_the_file_is_what_slicer_expects(study: Any, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "study.mrb"
    save_scene(study.scene, path)
    with ZipFile(path) as bundle:
        names = bundle.namelist()
        bundle.extract("study/Data/demo right hip.mrk.json", tmp_path)
        table = bundle.read("study/Data/demo hip measurements (research use).tsv").decode()
    assert "study/study.mrml" in names
    assert "study/Data/case.nrrd" in names
    assert "Alpha angle" in table and "50°" in table
    right = read_markups(tmp_path / "study/Data/demo right hip.mrk.json")
    assert list(right.values()) == study.landmarks.side(RIGHT)
    assert [p.name for p in path.parent.iterdir()] == ["study.mrb"]


def test_nothing_is_left_when_saving_fails(study: Any, tmp_path: Path) -> None:
    with pytest.raises(HipLandmarksError, match=r"\*\.mrb"):
        save_scene(study.scene, tmp_path / "study.zip")
    (tmp_path / "study.mrb").mkdir()  # in the way
    with pytest.raises((HipLandmarksError, OSError)):
        save_scene(study.scene, tmp_path / "study.mrb")
    assert [p.name for p in tmp_path.iterdir()] == ["study.mrb"]


def test_what_is_no_scene_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HipLandmarksError, match="Cannot read"):
        load_scene(tmp_path / "none.mrb")
    (tmp_path / "text.mrb").write_text("no zip", encoding="utf-8")
    with pytest.raises(HipLandmarksError, match="Cannot read"):
        load_scene(tmp_path / "text.mrb")
    with ZipFile(tmp_path / "empty.mrb", "w") as bundle:
        bundle.writestr("readme.txt", "nothing here")
    with pytest.raises(HipLandmarksError, match="holds no scene"):
        load_scene(tmp_path / "empty.mrb")


def test_an_incomplete_study_is_named(study: Any, tmp_path: Path) -> None:
    study.scene.RemoveNode(study.points_node(LEFT))
    save_scene(study.scene, tmp_path / "study.mrb")
    with pytest.raises(HipLandmarksError, match="incomplete"):
        HipStudy.reopen(load_scene(tmp_path / "study.mrb"))


def test_damaged_settings_are_named(study: Any) -> None:
    for text in ("", "{}", json.dumps({"case_id": 1, "ids": 3})):
        study.table_node.SetAttribute("HipLandmarks.Settings", text)
        with pytest.raises(HipLandmarksError, match="incomplete"):
            HipStudy.reopen(study.scene)


def test_an_axial_image_is_refused_before_the_scene_is_touched(scene: Any, case: Any) -> None:
    axial = HipImage(
        np.random.default_rng(0).random((4, 32, 32)),
        np.eye(4),
        case.image.modality,
        case.image.calibration,
    )
    nodes = scene.GetNumberOfNodes()
    with pytest.raises(ImageError, match="coronal"):
        HipStudy.create(scene, axial, case.landmarks)
    assert scene.GetNumberOfNodes() == nodes
