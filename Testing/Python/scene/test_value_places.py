"""The column of values stands clear of the trochanter and its name, and inside the image."""

from __future__ import annotations

from typing import Any

import pytest
from hip_points import hip_points

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side

pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene.layout import value_places

TROCHANTER_MM = 62.0  # lateral of the head centre on the detector of a film, magnified 1.25 times
NAME_MM = 6.0
TEXT_MM = 36.0
FILM_MM = 240.0


@pytest.mark.parametrize("side", list(Side))
def test_the_name_of_the_trochanter_stays_readable_on_a_film(study: Any, side: Side) -> None:
    out = 1.0 if side is Side.LEFT else -1.0
    points = hip_points(side, 50.0, 30.0, 0.0)
    trochanter = (out * (90.0 + TROCHANTER_MM), 0.0, 5.0)
    case = HipLandmarks.of([*points, Landmark(side, "GT", trochanter)], case_id="film")
    places = value_places(case, study.plane, side, ("alpha", "lce"), (-FILM_MM, FILM_MM))
    for left_edge, _depth, _height in places.values():
        inner = left_edge if side is Side.LEFT else left_edge + TEXT_MM
        assert out * (inner - trochanter[0]) >= (NAME_MM if side is Side.LEFT else 0.0)
        assert -FILM_MM <= left_edge <= FILM_MM - TEXT_MM


@pytest.mark.parametrize("side", list(Side))
def test_values_stay_in_an_image_that_ends_beside_the_trochanter_and_stand_above_it(
    study: Any, side: Side
) -> None:
    edge = 90.0 + TROCHANTER_MM + 20.0
    case = HipLandmarks.of(hip_points(side, 50.0, 30.0, 0.0), case_id="narrow")
    head = case.position(side, "FHC")
    assert head is not None
    places = value_places(case, study.plane, side, ("alpha", "lce", "nsa"), (-edge, edge))
    for left_edge, _depth, height in places.values():
        assert -edge <= left_edge <= edge - TEXT_MM
        assert height - head[2] >= 15.0


def test_values_stand_in_slices_and_not_in_the_void_of_a_3d_view(study: Any, scene: Any) -> None:
    points = scene.GetNodesByClass("vtkMRMLMarkupsFiducialNode")
    nodes = [points.GetItemAsObject(number) for number in range(points.GetNumberOfItems())]
    values = [n for n in nodes if n.GetNthControlPointLabel(0).startswith("alpha ")]
    assert len(values) == 2
    for node in values:
        display = node.GetDisplayNode()
        assert display.GetVisibility() and not display.GetVisibility3D()
