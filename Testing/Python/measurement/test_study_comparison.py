"""Two studies of one patient: the same measurements, their difference and its interval."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panel_case import landmarks

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkState, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    ComparedStudy,
    Edge,
    MeasurementSettings,
    Reference,
    ViewPlane,
    compare_studies,
    difference_interval,
    measure,
)

RIGHT, LEFT = Side.RIGHT, Side.LEFT
TRUE_MM = MeasurementSettings(calibration=Calibration(SpacingProvenance.PATIENT_PLANE))
UNKNOWN_MM = MeasurementSettings(calibration=Calibration(SpacingProvenance.DETECTOR_PLANE))
FEW = ("SHP", "SHD")
"""Points of an MRI: no teardrop."""


def study(points=None, settings=TRUE_MM, **changes):
    points = landmarks() if points is None else points
    return ComparedStudy(points, ViewPlane.coronal(), replace(settings, **changes))


def moved(points, id_, by):
    x, y, z = points[id_].position
    new = replace(points[id_], position=(x + by[0], y + by[1], z + by[2]))
    return HipLandmarks.of([new if p is points[id_] else p for p in points.values()])


def found(comparison):
    return {(d.side, d.id): d for d in comparison.differences}


def test_a_study_does_not_differ_from_itself():
    differences = compare_studies(study(), study()).differences
    assert differences
    assert all(d.value == 0.0 for d in differences if d.value is not None)
    assert all(d.beyond_doubt is False for d in differences if d.interval is not None)


def test_the_difference_is_second_minus_first_on_its_own_side():
    later = moved(landmarks(), (LEFT, "LCP"), (3.0, 0.0, 4.0))
    one, two = study(), study(later)
    differences = found(compare_studies(one, two))
    left = differences[(LEFT, "alpha")]
    assert left.value == pytest.approx(left.second.value - left.first.value)
    assert left.value > 0.0
    assert differences[(RIGHT, "alpha")].value == 0.0
    assert found(compare_studies(two, one))[(LEFT, "alpha")].value == pytest.approx(-left.value)


def test_both_are_measured_against_a_line_that_both_have():
    film, mri = study(), study(landmarks(FEW))
    comparison = compare_studies(film, mri)
    assert comparison.reference is Reference.FHC
    lce = found(comparison)[(LEFT, "lce")]
    assert {lce.first.reference, lce.second.reference} == {Reference.FHC}
    assert lce.value == pytest.approx(0.0, abs=1e-9)
    assert compare_studies(film, film).reference is Reference.TEARDROP


def test_a_tilted_pelvis_is_no_difference():
    tilted = landmarks(FEW)
    for side, by in ((RIGHT, -12.0), (LEFT, 12.0)):
        for _, key in [id_ for id_ in tilted.items_ if id_[0] is side]:
            tilted = moved(tilted, (side, key), (0.0, 0.0, by))
    comparison = compare_studies(study(), study(tilted))
    own = {m.side: m for m in measure(tilted, ViewPlane.coronal(), TRUE_MM, ["lce"])}
    lce = found(comparison)[(LEFT, "lce")]
    assert lce.second.value == pytest.approx(own[LEFT].value)
    assert comparison.reference is Reference.FHC


def test_the_interval_of_normal_values_is_that_of_their_difference():
    alpha = found(compare_studies(study(), study()))[(LEFT, "alpha")]
    reach = 1.96 * alpha.first.sigma * 2**0.5
    assert alpha.interval == pytest.approx((-reach, reach), rel=1e-3)
    narrower = found(compare_studies(study(), study(), level=0.8))[(LEFT, "alpha")]
    assert narrower.interval[1] == pytest.approx(reach * 1.2816 / 1.96, rel=1e-3)


def test_the_intervals_of_a_calibrated_model_are_used_where_they_are_given():
    around = replace(study(), interval_of=lambda m: (m.value - 3.0, m.value + 8.0))
    alpha = found(compare_studies(around, around, ["alpha"]))[(LEFT, "alpha")]
    assert alpha.interval == pytest.approx((-(73**0.5), 73**0.5))
    none = replace(study(), interval_of=lambda m: None)
    assert found(compare_studies(around, none, ["alpha"]))[(LEFT, "alpha")].interval is None


@given(
    st.tuples(st.floats(0, 90), st.floats(0, 40), st.floats(0, 40)),
    st.tuples(st.floats(0, 90), st.floats(0, 40), st.floats(0, 40)),
)
def test_the_interval_holds_the_difference_and_turns_with_it(a, b):
    (first, of_first), (second, of_second) = [(v, (v - low, v + up)) for v, low, up in (a, b)]
    low, high = difference_interval(first, of_first, second, of_second)
    assert low <= second - first + 1e-9 and high >= second - first - 1e-9
    turned = difference_interval(second, of_second, first, of_first)
    assert turned == pytest.approx((-high, -low))


def test_angles_at_different_edges_are_not_subtracted():
    film = study(edge=Edge.SOURCIL)
    lce = found(compare_studies(film, study()))[(LEFT, "lce")]
    assert lce.value is None and lce.interval is None
    assert "sourcil in the first study and the bone in the second" in lce.reason
    assert lce.first.value == pytest.approx(lce.second.value)


def test_millimetres_of_a_magnified_film_are_not_subtracted_but_its_angles_are():
    differences = found(compare_studies(study(settings=UNKNOWN_MM), study()))
    offset = differences[(LEFT, "femoral_offset_mm")]
    assert offset.value is None
    assert "first study has no true millimetres" in offset.reason
    assert differences[(LEFT, "nsa")].value == 0.0


def test_what_one_study_lacks_is_told_with_its_reason():
    only_first = found(compare_studies(study(), study(landmarks(FEW))))[(RIGHT, "sharp")]
    assert only_first.first.value is not None and only_first.value is None
    assert only_first.reason.startswith("There is no value in the second study.")
    assert "TD" in only_first.reason


def test_what_neither_has_is_left_out():
    few = study(landmarks(()))
    assert (RIGHT, "nsa") not in found(compare_studies(few, few))


def test_exchanged_sides_are_not_compared():
    points = landmarks()
    exchanged = HipLandmarks.of(replace(p, side=p.side.opposite) for p in points.values())
    alpha = found(compare_studies(study(), study(exchanged)))[(LEFT, "alpha")]
    assert alpha.value is None
    assert "may be exchanged in the second study" in alpha.reason


def test_an_estimated_point_is_told_with_the_difference():
    points = landmarks()
    guess = replace(points[(LEFT, "LCP")], state=LandmarkState.ESTIMATED)
    unsure = HipLandmarks.of(
        [guess if p.side is LEFT and p.key == "LCP" else p for p in points.values()]
    )
    alpha = found(compare_studies(study(), study(unsure)))[(LEFT, "alpha")]
    assert alpha.value == 0.0
    assert alpha.reason.startswith("In the second study:") and "LCP" in alpha.reason
