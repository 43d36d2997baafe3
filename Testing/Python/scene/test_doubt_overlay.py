"""A model's doubt in the scene: what is drawn, how it follows the points, and how it goes away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from doubt_reading import RADIUS, SUPPRESSED, calibration, reading

from HipLandmarksLib.anatomy import LandmarkState, Side, SourceKind
from HipLandmarksLib.detection import MapChoice, MapWhat
from HipLandmarksLib.errors import ConfigurationError

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.scene.doubt import DoubtOverlay, DoubtPart

RIGHT, LEFT = Side.RIGHT, Side.LEFT
RIGHT_SLICE, LEFT_SLICE = 10, 12


@pytest.fixture
def doubtful(scene: Any, case: Any) -> HipStudy:
    """The case as a model reads it that doubts the left LCP; the overlay is switched on."""
    says = reading(case.image, case.landmarks)
    study = HipStudy.create(scene, case.image, says.landmarks, reader="anna")
    study.show_doubt(says)
    return study


def overlay_of(study: HipStudy) -> DoubtOverlay:
    assert study.doubt is not None
    return study.doubt


def percent(study: HipStudy) -> np.ndarray:
    """The map, (slices, rows, columns)."""
    return slicer.util.arrayFromVolume(overlay_of(study).volume_node).copy()


def pixel(study: HipStudy, case: Any, side: Side, key: str) -> tuple[int, int, int]:
    """(slice, row, column) of a point of the case."""
    position = case.landmarks[(side, key)].point()
    i, j, k = np.linalg.solve(case.image.ijk_to_lps, [*position, 1.0])[:3]
    return round(k), round(j), round(i)


def move(study: HipStudy, side: Side, key: str, by: tuple[float, float, float]) -> None:
    """Move a point by (left, posterior, superior) mm."""
    x, y, z = np.add(study.landmarks[(side, key)].point(), by).tolist()
    study.place_point(side, key, (x, y, z))


def row_of(study: HipStudy, side: Side, key: str, table: Any = None) -> dict[str, str]:
    """A row of the table of landmarks, or of another, by the names of its columns."""
    table = table or overlay_of(study).table_node
    for row in range(table.GetNumberOfRows()):
        if [table.GetCellText(row, c) for c in (0, 1)] == [key, side.word]:
            columns = range(table.GetNumberOfColumns())
            return {table.GetColumnName(c): table.GetCellText(row, c) for c in columns}
    raise AssertionError(f"no row of {side.word} {key}")


class Views:
    """Slice views of a scene, with what they show."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene

    def add(self, name: str, back: Any, front: Any = None, opacity: float = 0.0) -> Any:
        node = slicer.vtkMRMLSliceCompositeNode()
        node.SetLayoutName(name)
        node.SetSingletonTag(name)
        node = self.scene.AddNode(node)
        node.SetBackgroundVolumeID(None if back is None else back.GetID())
        node.SetForegroundVolumeID(None if front is None else front.GetID())
        node.SetForegroundOpacity(opacity)
        return node


def saved(scene: Any) -> dict[str, str]:
    """Every node by its id, as it would be saved; where it stands in the hierarchy is left out."""
    scene.SetSaveToXMLString(True)
    scene.Commit()
    nodes = ElementTree.fromstring(scene.GetSceneXMLString())
    scene.SetSaveToXMLString(False)
    found = {node.get("id", ""): ElementTree.tostring(node).decode().strip() for node in nodes}
    return {id_: text for id_, text in found.items() if "SubjectHierarchy" not in id_}


def node_ids(scene: Any) -> set[str]:
    return {scene.GetNthNode(i).GetID() for i in range(scene.GetNumberOfNodes())}


def test_the_switch_gives_back_the_users_layers_exactly(scene: Any, case: Any) -> None:
    study = HipStudy.create(scene, case.image, case.landmarks)
    other = add_volume(scene, case.image)
    views = Views(scene)
    bare = views.add("Red", study.volume_node)
    own = views.add("Green", study.volume_node, other, 0.3)
    own.SetCompositing(2)
    views.add("Yellow", other, study.volume_node, 0.7)
    before_nodes = node_ids(scene)
    before = saved(scene)

    overlay = study.show_doubt(reading(case.image, case.landmarks))
    overlay.set_opacity(0.45)
    shown = [view.GetForegroundVolumeID() for view in (bare, own)]
    assert shown == [overlay.volume_node.GetID()] * 2
    assert (own.GetForegroundOpacity(), own.GetCompositing()) == (0.45, 0)
    overlay.switch(False)
    after = saved(scene)
    assert {id_: after[id_] for id_ in before} == before
    overlay.switch(True)
    study.drop_doubt()
    assert saved(scene) == before
    assert node_ids(scene) == before_nodes


def test_a_layer_that_the_user_chose_meanwhile_stays(doubtful: HipStudy, case: Any) -> None:
    overlay, scene = overlay_of(doubtful), doubtful.scene
    other = add_volume(scene, case.image)
    view = Views(scene).add("Red", doubtful.volume_node)
    overlay.switch(True)
    assert view.GetForegroundVolumeID() == overlay.volume_node.GetID()
    view.SetForegroundVolumeID(other.GetID())
    overlay.switch(False)
    assert view.GetForegroundVolumeID() == other.GetID()


def test_removing_the_map_by_hand_brings_the_users_layer_back(
    doubtful: HipStudy, case: Any
) -> None:
    overlay, scene = overlay_of(doubtful), doubtful.scene
    other = add_volume(scene, case.image)
    view = Views(scene).add("Red", doubtful.volume_node, other, 0.3)
    overlay.switch(True)
    scene.RemoveNode(overlay.volume_node)
    assert view.GetForegroundVolumeID() == other.GetID()
    assert view.GetForegroundOpacity() == 0.3
    move(doubtful, RIGHT, "LAE", (0.0, 0.0, 2.0))  # the rest goes on
    overlay.switch(False)


def test_the_map_lies_on_the_images_grid_one_slice_per_hip(doubtful: HipStudy, case: Any) -> None:
    node, image = overlay_of(doubtful).volume_node, doubtful.volume_node
    assert node.GetImageData().GetDimensions() == image.GetImageData().GetDimensions()
    assert (slicer.util.arrayFromVolume(node).shape) == case.image.pixels.shape
    map_ = percent(doubtful)
    assert set(np.nonzero(map_.any(axis=(1, 2)))[0]) == {RIGHT_SLICE, LEFT_SLICE}
    doubted = map_[pixel(doubtful, case, LEFT, "LCP")]
    assert doubted > 60
    assert map_[pixel(doubtful, case, RIGHT, "LCP")] < 20
    assert map_[LEFT_SLICE, :, :100].max() == 0  # the right hip was read on another slice


def test_the_colours_have_a_legend_and_little_doubt_is_clear(doubtful: HipStudy) -> None:
    display = overlay_of(doubtful).volume_node.GetDisplayNode()
    assert display.GetApplyThreshold() and display.GetLowerThreshold() > 0
    assert display.GetColorNode().GetName() == "Doubt (per cent)"
    kind = "vtkMRMLColorLegendDisplayNode"
    assert doubtful.scene.GetNumberOfNodesByClass(kind) == 1
    legend = doubtful.scene.GetNthNodeByClass(0, kind)
    assert legend.GetPrimaryDisplayNode() is display
    assert legend.GetTitleText() == "Doubt, %\nsurprisal of the limbs,\nnot calibrated"


def test_the_map_is_of_what_was_chosen(doubtful: HipStudy, case: Any) -> None:
    overlay = overlay_of(doubtful)
    both = percent(doubtful)
    overlay.choose(MapChoice(MapWhat.LANDMARKS))
    points = percent(doubtful)
    overlay.choose(MapChoice(MapWhat.LIMBS))
    limbs = percent(doubtful)
    overlay.choose(MapChoice(parts=frozenset({(RIGHT, "FHC")})))
    one = percent(doubtful)
    assert (points > 0).sum() < (limbs > 0).sum() <= (both > 0).sum()
    assert one[pixel(doubtful, case, RIGHT, "FHC")] > 0
    assert (one > 0).sum() < (points > 0).sum() / 4


def test_ellipses_are_the_models_regions(doubtful: HipStudy, case: Any) -> None:
    curves = overlay_of(doubtful).drawings.ellipses.nodes
    assert SUPPRESSED not in curves and len(curves) == len(case.landmarks) - 1
    curve, point = curves[(RIGHT, "NA")], case.landmarks[(RIGHT, "NA")]
    assert curve.IsA("vtkMRMLMarkupsClosedCurveNode") and curve.GetLocked()
    ras = slicer.util.arrayFromMarkupsControlPoints(curve)
    off = ras * [-1, -1, 1] - point.point()
    assert np.abs(off[:, 1]).max() < 1e-9  # in the slice of the landmark
    inverse = np.linalg.inv(np.array(point.covariance)[np.ix_([0, 2], [0, 2])])
    flat = off[:, [0, 2]]
    distance = np.sqrt(np.einsum("ni,ij,nj->n", flat, inverse, flat))
    assert distance == pytest.approx(RADIUS)
    assert curve.GetName() == "right NA: 90 percent region"


def test_a_region_without_enough_calibration_cases_is_not_drawn(scene: Any, case: Any) -> None:
    says = reading(case.image, case.landmarks, calibration=calibration(patients=8))
    study = HipStudy.create(scene, case.image, says.landmarks)
    overlay = study.show_doubt(says)
    assert overlay.drawings.ellipses.nodes == {}
    assert "more calibration cases needed" in row_of(study, RIGHT, "FHC")["Model's region"]


def test_a_model_without_calibration_says_so(scene: Any, case: Any) -> None:
    says = reading(case.image, case.landmarks, calibration=None)
    bare = {id_: replace(p, evidence=None) for id_, p in case.landmarks.items()}
    says = replace(says, landmarks=replace(says.landmarks, items_=bare))
    study = HipStudy.create(scene, case.image, says.landmarks)
    overlay = study.show_doubt(says)
    assert "not calibrated" in overlay.table_node.GetDescription()
    assert "not calibrated" in row_of(study, RIGHT, "FHC")["Model's region"]
    curve = overlay.drawings.ellipses.nodes[(RIGHT, "FHC")]
    assert curve.GetName() == "right FHC: 95 percent ellipse, not calibrated"


def test_signs_grade_the_models_points_and_offer_suppressed_ones(doubtful: HipStudy) -> None:
    signs = overlay_of(doubtful).drawings.signs.nodes
    found = {
        grade: {
            node.GetNthControlPointDescription(i) for i in range(node.GetNumberOfControlPoints())
        }
        for grade, node in signs.items()
    }
    assert found["green"] == {"right FHC", "left FHC"}
    assert found["amber"] == {"right NA", "left NA"}
    assert found["suppressed"] == {"left LCP"}
    assert signs["suppressed"].GetNthControlPointLabel(0) == "LCP ?"
    assert "90 percent within 3.4 mm" in signs["green"].GetName()
    assert all(node.GetLocked() for node in signs.values())
    assert row_of(doubtful, RIGHT, "FHC")["Grade"] == "green"


def test_a_suppressed_landmark_is_missing_with_its_reason_and_can_be_placed(
    doubtful: HipStudy,
) -> None:
    overlay, (side, key) = overlay_of(doubtful), SUPPRESSED
    node = doubtful.points_node(side)
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    index = labels.index(key)
    assert node.GetNthControlPointPositionStatus(index) == node.PositionMissing
    row = row_of(doubtful, side, key)
    assert row["State"] == "not there"
    assert "not seen by the model" in row["Reason"] and "place the point" in row["Reason"]
    assert doubtful.measurement(side, "alpha").value is None

    doubtful.place_point(side, key, overlay.suppressed[SUPPRESSED])
    point = doubtful.landmarks[SUPPRESSED]
    assert (point.state, point.source.kind) == (LandmarkState.VISIBLE, SourceKind.READER)
    assert point.source.name == "anna"
    assert doubtful.measurement(side, "alpha").value is not None
    assert row_of(doubtful, side, key)["State"] == "there"
    signs = overlay.drawings.signs
    assert SUPPRESSED not in signs.visible_ids()
    node.SetNthControlPointPositionMissing(index)  # on second thoughts
    assert SUPPRESSED in signs.visible_ids()


def test_a_place_that_the_model_itself_does_not_believe_in_is_not_proposed(
    scene: Any, case: Any
) -> None:
    says = reading(case.image, case.landmarks)
    point = says.landmarks[SUPPRESSED]
    assert point.evidence is not None
    study = HipStudy.create(scene, case.image, says.landmarks)
    vague = replace(point, evidence=replace(point.evidence, peak=0.05))
    nowhere = replace(point, evidence=replace(point.evidence, heatmap_presence=0.005))
    for unlikely in (vague, nowhere, replace(point, confidence=0.01)):
        landmarks = says.landmarks.with_landmark(unlikely)
        overlay = study.show_doubt(replace(says, landmarks=landmarks))
        assert SUPPRESSED not in overlay.drawings.signs.visible_ids()
        assert SUPPRESSED in overlay.suppressed  # who asks is told


def test_a_moved_point_is_the_readers_and_told_when_it_leaves_the_region(
    doubtful: HipStudy,
) -> None:
    overlay, id_ = overlay_of(doubtful), (RIGHT, "LAE")
    curve = overlay.drawings.ellipses.nodes[id_]
    agreement = overlay.standings[id_].agreement
    assert agreement is not None and agreement > 0.8
    move(doubtful, *id_, (0.0, 0.0, 0.5))
    assert overlay.standings[id_].outside is False
    assert curve.GetNthControlPointLabel(0) == ""
    assert id_ not in overlay.drawings.signs.visible_ids()  # graded was the model's point
    move(doubtful, *id_, (-12.0, 0.0, 12.0))
    assert overlay.standings[id_].outside is True
    assert curve.GetNthControlPointLabel(0) == "LAE outside the model's 90 % region"
    assert row_of(doubtful, *id_)["Model's region"] == "outside the 90 % region"
    assert row_of(doubtful, *id_)["Expected error"] == ""  # that was the model's
    moved = overlay.standings[id_].agreement
    assert moved is not None and moved < agreement - 0.2


def test_limbs_are_as_wide_as_the_fields_bear_them_out(doubtful: HipStudy) -> None:
    overlay = overlay_of(doubtful)
    assert overlay.drawings.limbs.nodes == {}  # made when first shown
    overlay.show_parts([DoubtPart.LIMBS])
    lines = overlay.drawings.limbs.nodes
    limb = next(limb for limb in lines if set(limb) == {(RIGHT, "FHC"), (RIGHT, "LAE")})
    width = lines[limb].GetDisplayNode().GetLineThickness()
    assert width > 0.8
    move(doubtful, RIGHT, "LAE", (-12.0, 0.0, 12.0))
    assert lines[limb].GetDisplayNode().GetLineThickness() < width - 0.2
    ends = slicer.util.arrayFromMarkupsControlPoints(lines[limb]) * [-1, -1, 1]
    wanted = [doubtful.landmarks[id_].point() for id_ in limb]
    assert ends == pytest.approx(np.array(wanted))


def test_a_drag_touches_only_its_own_limbs(doubtful: HipStudy) -> None:
    overlay = overlay_of(doubtful)
    overlay.show_parts(list(DoubtPart))
    lines = overlay.drawings.limbs.nodes
    touched: set[Any] = set()
    for limb, node in lines.items():
        node.AddObserver("AnyEvent", lambda *_, limb=limb: touched.add(limb))
    before = percent(doubtful)
    move(doubtful, RIGHT, "LAE", (-12.0, 0.0, 12.0))
    assert touched and all((RIGHT, "LAE") in limb for limb in touched)
    changed = np.argwhere(percent(doubtful) != before)
    assert len(changed) and set(changed[:, 0]) == {RIGHT_SLICE}
    again = percent(doubtful)
    overlay.choose(overlay.state.choice)  # everything anew
    assert np.abs(percent(doubtful).astype(int) - again.astype(int)).max() <= 1


def test_nothing_is_drawn_while_the_overlay_is_off(doubtful: HipStudy) -> None:
    overlay = overlay_of(doubtful)
    overlay.switch(False)
    curve, map_ = overlay.drawings.ellipses.nodes[(RIGHT, "LAE")], percent(doubtful)
    heard: list[str] = []
    curve.AddObserver("AnyEvent", lambda _node, event: heard.append(event))
    move(doubtful, RIGHT, "LAE", (-12.0, 0.0, 12.0))
    assert heard == [] and not curve.GetDisplayNode().GetVisibility()
    assert (percent(doubtful) == map_).all()
    assert overlay.standings[(RIGHT, "LAE")].outside is True  # the table follows all the same
    overlay.switch(True)
    assert curve.GetNthControlPointLabel(0).startswith("LAE outside")
    assert (percent(doubtful) != map_).any()


def test_the_overlay_moves_with_image_and_points(doubtful: HipStudy) -> None:
    scene, overlay = doubtful.scene, overlay_of(doubtful)
    curve = overlay.drawings.ellipses.nodes[(RIGHT, "FHC")]
    before = slicer.util.arrayFromMarkupsControlPoints(curve)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = np.eye(4)
    shift[:3, 3] = (5.0, -7.0, 11.0)
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(shift))
    for node in (doubtful.volume_node, *(doubtful.points_node(side) for side in Side)):
        node.SetAndObserveTransformNodeID(transform.GetID())
    after = slicer.util.arrayFromMarkupsControlPoints(curve)
    assert after - before == pytest.approx(np.tile(shift[:3, 3], (len(after), 1)))
    assert overlay.volume_node.GetTransformNodeID() == transform.GetID()
    assert not any(standing.outside for standing in overlay.standings.values())


def test_intervals_of_measurements_follow_a_drag(doubtful: HipStudy) -> None:
    table = overlay_of(doubtful).intervals_node
    row = row_of(doubtful, RIGHT, "Alpha angle", table)
    low, high = (int(row[end].removesuffix("°")) for end in ("From", "To"))
    assert low < 50 < high and row["Level"] == "90 %"
    assert row["Remark"] == "" and 0 < float(row["P(above threshold)"]) < 0.5
    move(doubtful, RIGHT, "LCP", (0.0, 0.0, 4.0))
    after = row_of(doubtful, RIGHT, "Alpha angle", table)
    assert after["Value"] != row["Value"]
    assert (after["From"], after["Remark"]) != (row["From"], row["Remark"])
    assert after["Remark"] != ""  # the model's calibration says nothing about a reader


def test_other_points_take_the_doubt_about_the_earlier_ones_away(
    doubtful: HipStudy, case: Any
) -> None:
    doubtful.set_landmarks(case.landmarks)
    assert doubtful.doubt is None
    assert doubtful.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsClosedCurveNode") == 0
    assert doubtful.scene.GetNumberOfNodesByClass("vtkMRMLColorTableNode") == 0


def test_an_impossible_opacity_is_refused(doubtful: HipStudy) -> None:
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        overlay_of(doubtful).set_opacity(1.5)
