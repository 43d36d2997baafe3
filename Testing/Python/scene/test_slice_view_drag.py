"""With real parts: a slice view of trame-slicer, a mouse, and a landmark that is dragged."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import degrees
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.imaging import HipImage, read_image

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")
from slice_viewer import SIZE, Mouse, Viewer, drag

from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.render import CANNOT_RENDER, can_render, render_study

pytestmark = pytest.mark.skipif(not can_render(), reason=CANNOT_RENDER)

RIGHT, LEFT = Side.RIGHT, Side.LEFT


def alpha_of_nodes(study: HipStudy, side: Side) -> float:
    """Alpha from the control points alone, in the plane of the slices (RAS of the node)."""
    node = study.points_node(side)
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    p = {k: np.array(node.GetNthControlPointPosition(i)) for i, k in enumerate(labels)}
    normal = np.array([-1.0, -1.0, 1.0]) * study_normal(study)
    a, b = (v - normal * (normal @ v) for v in (p["NA"] - p["FHC"], p["LCP"] - p["FHC"]))
    return degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def study_normal(study: HipStudy) -> np.ndarray:
    """Normal of the volume's slices, LPS, from the node."""
    from HipLandmarksLib.scene import image_of_volume

    return image_of_volume(study.volume_node).slice_normal


def table_alpha(study: HipStudy, side: Side) -> float:
    """Exact alpha as it stands in the table node."""
    table = study.table_node
    for row in range(table.GetNumberOfRows()):
        if [table.GetCellText(row, c) for c in (0, 1)] == ["Alpha angle", side.word]:
            return table.GetTable().GetColumnByName("Exact value").GetValue(row)
    raise AssertionError("no alpha in the table")


def coloured(path: Path, test: Callable[[Any], Any]) -> np.ndarray:
    """Columns (x) of the pixels of a picture whose RGB passes ``test``."""
    from matplotlib.image import imread

    rgb = imread(path)[..., :3]
    return np.nonzero(test(rgb))[1]


@pytest.mark.parametrize(
    ("key", "by", "changes"),
    [
        ("LCP", (6, 16), {"alpha"}),
        ("NA", (-4, 10), {"alpha", "nsa"}),
        ("LAE", (-12, -4), {"lce"}),
    ],
)
def test_a_dragged_landmark_takes_its_numbers_along(
    case: Any, tmp_path: Path, key: str, by: tuple[float, float], changes: set[str]
) -> None:
    viewer = Viewer(case.image, case.landmarks)
    study, view = viewer.study, viewer.picture
    view.save(tmp_path / f"{key}_before.png")
    before = {(m.side, m.id): m.value for m in study.measurements}
    was = study.landmarks[(RIGHT, key)].point()
    drag(study, view, key, by)
    view.save(tmp_path / f"{key}_after.png")

    moved = study.landmarks[(RIGHT, key)]
    x, y = view.pixel_of(tuple(was.tolist()))
    assert view.pixel_of(moved.position) == pytest.approx((x + by[0], y + by[1]), abs=1.0)
    assert (moved.source.kind, moved.source.name) == (SourceKind.READER, "anna")
    after = {(m.side, m.id): m.value for m in study.measurements}
    assert {k for k in before if before[k] != after[k]} == {(RIGHT, id_) for id_ in changes}
    assert table_alpha(study, RIGHT) == pytest.approx(alpha_of_nodes(study, RIGHT), abs=1e-9)
    assert table_alpha(study, LEFT) == pytest.approx(case.alpha[LEFT])
    pictures = [(tmp_path / f"{key}_{when}.png").read_bytes() for when in ("before", "after")]
    assert pictures[0] != pictures[1]


def test_the_number_in_the_view_follows(case: Any) -> None:
    viewer = Viewer(case.image, case.landmarks)
    study, view = viewer.study, viewer.picture
    drag(study, view, "LCP", (8, 20))
    nodes = study.mark_nodes(RIGHT, "alpha")
    text = next(n for n in nodes if n.IsA("vtkMRMLMarkupsFiducialNode"))
    assert text.GetNthControlPointLabel(0) == f"alpha {round(alpha_of_nodes(study, RIGHT))}°"


def test_dragging_a_drawing_moves_nothing(case: Any) -> None:
    viewer = Viewer(case.image, case.landmarks)
    study, view = viewer.study, viewer.picture
    view.view.render()
    node = next(n for n in study.mark_nodes(RIGHT, "lce") if n.IsA("vtkMRMLMarkupsAngleNode"))
    r, a, s = node.GetNthControlPointPosition(0)  # upper end of the vertical
    before = [m.value for m in study.measurements]
    Mouse(view).drag(view.pixel_of((-r, -a, s)), (15, 10))
    assert node.GetNthControlPointPosition(0) == (r, a, s)
    assert [m.value for m in study.measurements] == before


def test_the_picture_is_upright_with_the_patients_right_on_the_left(
    study: HipStudy, tmp_path: Path
) -> None:
    def nodes() -> list[str]:
        every = [study.scene.GetNthNode(i) for i in range(study.scene.GetNumberOfNodes())]
        return [node.GetID() for node in every if not node.IsA("vtkMRMLColorNode")]

    before = nodes()
    render_study(study, tmp_path / "study.png", size=SIZE)
    amber = coloured(tmp_path / "study.png", lambda p: (p[..., 0] > 0.8) & (p[..., 2] < 0.4))
    blue = coloured(tmp_path / "study.png", lambda p: (p[..., 2] > 0.9) & (p[..., 0] < 0.5))
    assert len(amber) > 50 and amber.max() < SIZE[0] / 2
    assert len(blue) == 0  # the left points lie on another slice
    render_study(study, tmp_path / "left.png", side=LEFT, size=SIZE)
    assert len(coloured(tmp_path / "left.png", lambda p: p[..., 2] - p[..., 0] > 0.4)) > 50
    assert nodes() == before


def reference_case(root: Path, name: str) -> tuple[HipImage, HipLandmarks]:
    """A development MRI with its reference landmarks."""
    image = read_image(root / "mri" / f"{name}.nrrd")
    data = json.loads((root / "mri" / "landmarks.json").read_text(encoding="utf-8"))
    points = []
    for side in Side:
        hip = data["cases"][name][side.word]
        for key in ("FHC", "NA", "LAE", "LCP"):
            i, j = hip[f"{key}_ij"]
            position = tuple(image.to_lps([i, j, hip["on_slice"]]).tolist())
            source = Source(SourceKind.REFERENCE, "landmarks.json")
            points.append(Landmark(side, key, position, LandmarkState.VISIBLE, source))
    return image, HipLandmarks.of(points, case_id=name)


def test_one_hip_is_magnified_in_the_slice_of_its_head(study: HipStudy, tmp_path: Path) -> None:
    """Also when the shaft lies on other slices."""
    for key in ("SHP", "SHD"):
        node = study.points_node(RIGHT)
        labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
        r, a, s = node.GetNthControlPointPosition(labels.index(key))
        node.SetNthControlPointPosition(labels.index(key), r, a - 16.0, s)
    render_study(study, tmp_path / "right.png", side=RIGHT, size=SIZE)
    render_study(study, tmp_path / "both.png", size=SIZE)
    yellow = [
        len(coloured(tmp_path / name, lambda p: (p[..., 1] > 0.85) & (p[..., 2] < 0.4)))
        for name in ("right.png", "both.png")
    ]  # lines and arc of alpha
    assert yellow[0] > yellow[1] > 0


def test_on_a_real_mri(shared_data: Path, tmp_path: Path) -> None:
    image, landmarks = reference_case(shared_data, "case_03")
    viewer = Viewer(image, landmarks)
    study, view = viewer.study, viewer.picture
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(31.9, abs=0.1)
    assert study.measurement(LEFT, "alpha").value == pytest.approx(32.8, abs=0.1)
    assert study.measurement(RIGHT, "nsa").value is None  # no shaft points: said, not guessed
    assert "SHP" in study.measurement(RIGHT, "nsa").reason
    view.save(tmp_path / "case_03_before.png")
    left = study.measurement(LEFT, "alpha")
    drag(study, view, "LCP", (4, 14))
    view.save(tmp_path / "case_03_after.png")
    assert table_alpha(study, RIGHT) == pytest.approx(alpha_of_nodes(study, RIGHT), abs=1e-9)
    assert table_alpha(study, RIGHT) > 40.0
    assert study.measurement(LEFT, "alpha") is left
