"""All measurements stand in the table and stay true; only the chosen ones are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import cos, nan, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Midline, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementStatus,
    MeasurementTable,
    Sex,
)

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import HipStudy, load_scene, save_scene  # noqa: E402
from HipLandmarksLib.scene.record import SETTINGS  # noqa: E402

RIGHT, LEFT, PELVIS = Side.RIGHT, Side.LEFT, Midline.PELVIS
DIFFERENCE = "right − left"
OFFSETS = {
    **{"FHC": (0, 0), "NA": (20, -19), "LAE": (16, 23), "LCP": (22, 9), "SHP": (43, -70)},
    **{"SHD": (44, -200), "NB": (27, -24), "TD": (-33, -17), "MSO": (-14, 23), "GT": (50, 2)},
    **{"ISCH": (-32, -45), "ILM": (-37, 45), "TRI": (-26, 14), "FOV": (-22, 5)},
    **{"HEDGE": (0, -24), "LT": (17, -55), "NCS": (26, -8), "NCI": (16, -30), "AF": (-31, 1)},
}
"""(lateral, cranial) mm from the head centre."""
SPREAD = ((0.6, 0.0, 0.1), (0.0, 0.2, 0.0), (0.1, 0.0, 0.4))


@pytest.fixture
def full(scene: Any, case: Any) -> Iterator[Any]:
    """A study with every common point of both hips; the left hip is a little different."""
    points = []
    for side, sign, more in ((RIGHT, -1.0, 0.0), (LEFT, 1.0, 2.0)):
        for key, (lateral, cranial) in OFFSETS.items():
            x, z = sign * (90.0 + lateral), cranial - more * (key in ("LT", "LAE"))
            points.append(Landmark(side, key, (x, 0.0, z), covariance=SPREAD))
    study = HipStudy.create(scene, case.image, HipLandmarks.of(points, case_id="full"))
    yield study
    study.close()


def index_of(node: Any, key: str) -> int:
    return node.GetControlPointIndexByLabel(key)


def put(study: Any, side: Any, key: str, lps: Any) -> None:
    """Place a point through its node, as the mouse does."""
    x, y, z = lps
    node = study.points_node(side)
    node.SetNthControlPointPosition(index_of(node, key), -x, -y, z)


def cells(study: Any) -> list[list[str]]:
    """All cells of the table node as text."""
    table = study.table_node
    columns = range(table.GetNumberOfColumns())
    return [[table.GetCellText(r, c) for c in columns] for r in range(table.GetNumberOfRows())]


def row(study: Any, id_: str, side: str) -> dict[str, str]:
    """Cells of one row by column name."""
    table = study.table_node
    names = [table.GetColumnName(c) for c in range(table.GetNumberOfColumns())]
    known = [m.name for m in study.measurements if m.id == id_]
    known += [d.name for d in study.differences if d.id == id_]
    found = [r for r in cells(study) if r[0] in known and r[1] == side]
    assert len(found) == 1, (id_, side, found)
    return dict(zip(names, found[0], strict=True))


def nodes(scene: Any) -> list[str]:
    return [scene.GetNthNode(i).GetID() for i in range(scene.GetNumberOfNodes())]


def test_the_table_holds_every_common_measurement_with_its_difference(full: Any) -> None:
    ids = [d.id for d in MeasurementTable.load().select(None, extra_points=False)]
    assert list(dict.fromkeys(m.id for m in full.measurements)) == ids
    assert all(m.value is not None for m in full.measurements if m.id != "ai_hilgenreiner")
    of_hips = [m for m in full.measurements if m.side is RIGHT]
    assert len(cells(full)) == len(full.measurements) + len(of_hips)
    assert [d.id for d in full.differences] == [m.id for m in of_hips]
    lengths = row(full, "lt_depth_mm", DIFFERENCE)
    assert lengths["Value"] == "L longer by 2.0 mm"
    assert float(lengths["Exact value"]) == pytest.approx(-2.0)
    assert row(full, "obliquity_teardrop", "pelvis")["Value"] == "0°"


def test_the_table_gives_range_class_and_source(full: Any) -> None:
    alpha = row(full, "alpha", "right")
    assert alpha["Usual range"] == "< 60°"
    assert "van Klij" in alpha["Source of range"]
    lce = full.measurement(RIGHT, "lce")
    shown = row(full, "lce", "right")
    assert shown["Class"] == (lce.classification or "")
    assert shown["Uncertainty"] == f"± {round(1.96 * lce.sigma)}°"
    assert (
        row(full, "skinner_mm", "right")["Finding"] == full.measurement(RIGHT, "skinner_mm").finding
    )


def test_after_any_drag_every_cell_equals_a_full_recompute(full: Any, case: Any) -> None:
    rng = np.random.default_rng(11)
    start = full.landmarks
    keys = tuple(OFFSETS)
    for step in range(150):
        side, key = Side("RL"[rng.integers(2)]), keys[rng.integers(len(keys))]
        node = full.points_node(side)
        chance = rng.random()
        if chance < 0.08:
            node.SetNthControlPointPositionMissing(index_of(node, key))
        elif chance < 0.14:
            node.UnsetNthControlPointPosition(index_of(node, key))
        elif chance < 0.18 and (side.opposite, key) in full.landmarks:
            other = full.landmarks.position(side.opposite, key)
            if other is not None:  # swapped over: sides contradict each other
                put(full, side, key, other)
        else:
            put(full, side, key, start[(side, key)].point() + rng.normal(0.0, 5.0, 3))
        if step % 6 == 5:
            fresh = HipStudy.create(slicer.vtkMRMLScene(), case.image, full.landmarks)
            assert cells(full) == cells(fresh)
            fresh.close()


def test_a_drag_makes_no_node_and_rewrites_only_what_changed(full: Any) -> None:
    put(full, RIGHT, "LCP", (-113.0, 0.0, 8.0))
    before = nodes(full.scene)
    table = full.table_node.GetTable()
    columns = {
        table.GetColumnName(c): table.GetColumn(c) for c in range(table.GetNumberOfColumns())
    }
    times = {name: column.GetMTime() for name, column in columns.items()}
    put(full, RIGHT, "LCP", (-114.0, 0.0, 5.0))
    assert nodes(full.scene) == before
    changed = {name for name, column in columns.items() if column.GetMTime() != times[name]}
    assert {"Value", "Exact value"} <= changed
    assert not changed & {"Measurement", "Side", "Unit", "Usual range", "Reference", "Finding"}


def test_a_point_that_nothing_needs_leaves_the_table_alone(full: Any) -> None:
    full.offer_points(RIGHT, ["PH1"])
    heard: list[str] = []
    full.table_node.AddObserver("ModifiedEvent", lambda *_: heard.append("table"))
    put(full, RIGHT, "PH1", (-80.0, 0.0, 10.0))
    assert full.landmarks[(RIGHT, "PH1")].position == (-80.0, 0.0, 10.0)
    assert heard == []


# --- marks -------------------------------------------------------------------------------------


def drawn(study: Any) -> set[str]:
    """Ids that have nodes in the scene."""
    ids = MeasurementTable.load().ids
    return {id_ for id_ in ids for s in (RIGHT, LEFT, PELVIS) if study.mark_nodes(s, id_)}


def test_only_the_usual_four_are_drawn_at_first(full: Any) -> None:
    assert full.marks == ("alpha", "lce", "nsa", "femoral_offset_mm")
    assert drawn(full) == set(full.marks)


def test_other_marks_are_shown_on_request_and_the_rest_leaves_the_scene(full: Any) -> None:
    before = len(nodes(full.scene))
    full.show_marks({"tonnis", "alpha", "obliquity_teardrop"})
    assert full.marks == ("alpha", "tonnis", "obliquity_teardrop")
    assert drawn(full) == set(full.marks)
    assert len(full.mark_nodes(PELVIS, "obliquity_teardrop")) >= 2
    tonnis = full.measurement(LEFT, "tonnis")
    texts = [n for n in full.mark_nodes(LEFT, "tonnis") if n.IsA("vtkMRMLMarkupsFiducialNode")]
    assert texts[0].GetNthControlPointLabel(0) == f"{tonnis.short_name} {tonnis.display}"
    full.show_marks(())
    assert drawn(full) == set()
    full.show_marks(("alpha", "lce", "nsa", "femoral_offset_mm"))
    assert len(nodes(full.scene)) == before


def test_marks_that_appeared_later_follow_a_drag(full: Any) -> None:
    full.show_marks(["sharp"])
    put(full, RIGHT, "TD", (-60.0, 0.0, -25.0))
    sharp = full.measurement(RIGHT, "sharp")
    text = next(n for n in full.mark_nodes(RIGHT, "sharp") if n.GetNumberOfControlPoints() == 1)
    assert text.GetNthControlPointLabel(0).endswith(sharp.display)


def test_an_unknown_mark_is_refused_and_changes_nothing(full: Any) -> None:
    with pytest.raises(ConfigurationError, match="tonis"):
        full.show_marks(["tonis"])
    assert drawn(full) == set(full.marks) == {"alpha", "lce", "nsa", "femoral_offset_mm"}


def test_marks_are_kept_with_the_scene(full: Any, tmp_path: Path) -> None:
    full.show_marks(["mce", "sharp"])
    save_scene(full.scene, tmp_path / "s.mrb")
    (again,) = HipStudy.reopen(load_scene(tmp_path / "s.mrb"))
    assert again.marks == ("mce", "sharp")
    assert drawn(again) == {"mce", "sharp"}
    assert len(nodes(again.scene)) <= len(nodes(full.scene)) + 1, "no old display node is left"
    assert [r[2] for r in cells(again)] == [r[2] for r in cells(full)]


def test_a_scene_of_the_first_version_is_still_read(full: Any) -> None:
    """Its record knows neither marks nor sex."""
    import json

    record = json.loads(full.table_node.GetAttribute(SETTINGS))
    for key in ("marks", "sex", "open_physes", "extra_points", "calibration_detail"):
        record.pop(key)
    record["ids"] = ["alpha", "lce"]
    full.close()
    full.table_node.SetAttribute(SETTINGS, json.dumps(record))
    (again,) = HipStudy.reopen(full.scene)
    assert again.marks == ("alpha", "lce", "nsa", "femoral_offset_mm")
    assert {m.id for m in again.measurements} == {"alpha", "lce"}


# --- midline and lists ---------------------------------------------------------------------------


def test_midline_points_have_a_list_of_their_own_that_comes_back(full: Any, tmp_path: Path) -> None:
    assert full.points_node(PELVIS) is None, "no empty list in the scene"
    symphysis = Landmark(PELVIS, "SYM", (1.0, 0.0, -50.0), covariance=SPREAD)
    full.set_landmarks(full.landmarks.with_landmark(symphysis))
    node = full.points_node(PELVIS)
    assert node.GetName() == "full pelvis midline"
    assert index_of(node, "SCJ") >= 0
    put(full, PELVIS, "SCJ", (-2.0, 0.0, -12.0))
    assert full.landmarks[(PELVIS, "SCJ")].position == (-2.0, 0.0, -12.0)
    save_scene(full.scene, tmp_path / "s.mrb")
    (again,) = HipStudy.reopen(load_scene(tmp_path / "s.mrb"))
    assert again.landmarks[(PELVIS, "SYM")].covariance == symphysis.covariance
    for key in ("SYM", "SCJ"):
        now, was = (study.landmarks.position(PELVIS, key) for study in (again, full))
        assert now == pytest.approx(was)
    put(again, PELVIS, "SYM", (4.0, 0.0, -50.0))
    assert again.landmarks[(PELVIS, "SYM")].position == (4.0, 0.0, -50.0)


def test_numbered_points_are_offered_placed_and_kept(full: Any, tmp_path: Path) -> None:
    node = full.points_node(RIGHT)
    node.UnsetNthControlPointPosition(index_of(node, "HEDGE"))
    assert full.measurement(RIGHT, "head_diameter_mm").value is None
    full.offer_points(RIGHT, [f"RIM{n}" for n in range(1, 6)])
    assert node.GetFixedNumberOfControlPoints()
    for number in range(1, 6):
        a = radians(-70.0 + 72.0 * number)
        put(full, RIGHT, f"RIM{number}", (-90.0 + 23.0 * sin(a), 0.0, 23.0 * cos(a)))
    assert full.measurement(RIGHT, "head_diameter_mm").value == pytest.approx(46.0)
    assert row(full, "head_diameter_mm", "right")["Value"] == "46.0 mm"
    save_scene(full.scene, tmp_path / "s.mrb")
    (again,) = HipStudy.reopen(load_scene(tmp_path / "s.mrb"))
    assert again.measurement(RIGHT, "head_diameter_mm").value == pytest.approx(46.0)


# --- other ways of measuring, bad input ----------------------------------------------------------


def film_settings(**changes: Any) -> MeasurementSettings:
    known = Calibration(SpacingProvenance.DETECTOR_PLANE)
    settings = MeasurementSettings(calibration=known, modality=Modality.XRAY)
    return replace(settings, **changes)


def test_a_new_calibration_scales_lengths_and_moves_no_point(full: Any, tmp_path: Path) -> None:
    points = full.landmarks
    offset, alpha = (full.measurement(RIGHT, i).value for i in ("femoral_offset_mm", "alpha"))
    ball = Calibration(SpacingProvenance.MARKER, 1 / 1.2, "ball of 25 mm", ("short arc",))
    full.measure_with(film_settings(calibration=ball))
    assert full.landmarks == points
    assert full.measurement(RIGHT, "femoral_offset_mm").value == pytest.approx(offset / 1.2)
    assert full.measurement(RIGHT, "alpha").value == pytest.approx(alpha)
    save_scene(full.scene, tmp_path / "s.mrb")
    (again,) = HipStudy.reopen(load_scene(tmp_path / "s.mrb"))
    kept = again.measurement(RIGHT, "femoral_offset_mm")
    assert kept.value == pytest.approx(offset / 1.2)
    assert (kept.calibration.provenance, kept.calibration.remarks) == (
        SpacingProvenance.MARKER,
        ("short arc",),
    )


def test_lengths_of_an_uncalibrated_film_say_so_and_have_no_class(full: Any) -> None:
    full.measure_with(film_settings())
    shown = row(full, "femoral_offset_mm", "right")
    assert shown["Value"].endswith("mm")
    assert "UNCALIBRATED" in shown["Status"]
    assert shown["Reason"]
    assert shown["Class"] == shown["Flag"] == ""


def test_a_child_is_not_compared_with_adults(full: Any) -> None:
    full.measure_with(film_settings(patient_age_years=9.0, sex=Sex.FEMALE))
    shown = row(full, "alpha", "right")
    assert shown["Value"] != "–"
    assert shown["Class"] == ""
    assert "adults" in shown["Reason"]


def test_swapped_sides_are_told_in_words(full: Any) -> None:
    swapped = [
        replace(point, side=point.side.opposite)
        for point in full.landmarks.values()
        if point.side is not PELVIS
    ]
    full.set_landmarks(HipLandmarks.of(swapped, case_id="full"))
    shown = row(full, "alpha", "right")
    assert "SIDE_INCONSISTENT" in shown["Status"]
    assert "check the side labels" in shown["Reason"]
    assert shown["Class"] == ""


def test_coinciding_points_are_no_angle_of_zero(full: Any) -> None:
    put(full, RIGHT, "LCP", full.landmarks[(RIGHT, "FHC")].point())
    shown = row(full, "alpha", "right")
    assert (shown["Value"], shown["Status"]) == ("–", "DEGENERATE")
    assert "too close together" in shown["Reason"]
    assert shown["Exact value"].lower() == "nan"


@pytest.mark.parametrize("wrong", [nan, float("inf")])
def test_a_position_that_is_no_number_is_as_if_it_were_not_placed(full: Any, wrong: float) -> None:
    put(full, RIGHT, "LCP", (wrong, 0.0, 10.0))
    shown = row(full, "alpha", "right")
    assert shown["Value"] == "–"
    assert "LCP" in shown["Reason"]
    assert full.measurement(RIGHT, "lce").value is not None
    put(full, RIGHT, "LCP", (-112.0, 0.0, 9.0))
    assert full.measurement(RIGHT, "alpha").value is not None


def test_an_image_that_is_turned_out_of_the_coronal_plane_is_told_and_forgiven(full: Any) -> None:
    before = cells(full)
    turn = full.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    full.volume_node.SetAndObserveTransformNodeID(turn.GetID())
    matrix = np.eye(4)
    matrix[1:3, 1:3] = [[0.0, -1.0], [1.0, 0.0]]  # coronal becomes axial
    set_matrix(turn, matrix)
    assert "coronal" in full.problem
    assert {m.value for m in full.measurements} == {None}
    assert {m.status for m in full.measurements} == {(MeasurementStatus.NOT_APPLICABLE,)}
    assert row(full, "alpha", "right")["Reason"] == full.problem
    put(full, RIGHT, "LCP", (-113.0, 0.0, 3.0))
    assert row(full, "alpha", "right")["Value"] == "–"
    put(full, RIGHT, "LCP", (-112.0, 0.0, 9.0))
    set_matrix(turn, np.eye(4))
    assert full.problem == ""
    assert [r[2] for r in cells(full)] == [r[2] for r in before]


def set_matrix(node: Any, array: np.ndarray) -> None:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    matrix.DeepCopy(array.ravel().tolist())
    node.SetMatrixTransformToParent(matrix)
