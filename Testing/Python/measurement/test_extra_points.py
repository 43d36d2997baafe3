"""Measurements that need extra points: values, signs in words, and honest nulls."""

from __future__ import annotations

import json
from math import cos, radians, sin
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkTable, Midline, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementStatus,
    MeasurementTable,
    Sex,
    ViewPlane,
    affected_by,
    measure,
)

VECTORS = json.loads((Path(__file__).parent / "extra_point_cases.json").read_text("utf-8"))
TOLERANCE = VECTORS["tolerance"]
EXTRA = {d.id for d in MeasurementTable.load().definitions.values() if d.extra}
R, L, B = Side.RIGHT, Side.LEFT, Midline.PELVIS

MEASURED = {
    "triangular_index": ("triangular_index_mm", "excess_mm"),
    "acetabular_depth_width_ratio": ("acetabular_depth_width_ratio_pct", "adr_pct"),
    "posterior_wall_distance": ("posterior_wall_mm", "value_mm"),
    "crossover_retroversion_index": ("retroversion_index_pct", "retroversion_index_pct"),
    "fear_index": ("fear", "value_deg"),
    "shenton_step": ("shenton_mm", "step_mm"),
}
POSITIVE = {
    "positive": "triangular index positive",
    "posterior_wall_sign": "posterior-wall sign",
    "crossover": "crossover",
}


def of(points, **fields):
    """A case from (left, cranial) mm by id."""
    return HipLandmarks.of(
        Landmark(side, key, (x, 0.0, z), **fields) for (side, key), (x, z) in points.items()
    )


def run(points, ids=None, calibrated=True, fields=None, **changes):
    provenance = SpacingProvenance.PATIENT_PLANE if calibrated else SpacingProvenance.DETECTOR_PLANE
    chosen = MeasurementSettings(
        calibration=Calibration(provenance), **{"extra_points": True, **changes}
    )
    found = measure(of(points, **(fields or {})), ViewPlane.coronal((1.0, 1.0)), chosen, ids)
    return {(m.side, m.id): m for m in found}


def named(case):
    """Points of a vector by landmark id; y of the image points down."""
    side = {"R": R, "L": L}.get(case["side"])
    lists = {"anterior": "AW", "posterior": "PW"}
    single = {"lateral_edge": (side, "LAE"), "inferior_end": (side, "TD"), "PW": (side, "PW1")}
    single |= {"TDR": (R, "TD"), "TDL": (L, "TD"), "SYM": (B, "SYM"), "SCJ": (B, "SCJ")}
    points = {}
    for key, value in case["points_mm_y_down"].items():
        if key in lists:
            points |= {(side, f"{lists[key]}{i}"): xy for i, xy in enumerate(value, 1)}
        else:
            points[single.get(key, (side, key))] = value
    return {id_: (x, -y) for id_, (x, y) in points.items()}


def cases(*kinds):
    return [pytest.param(case, id=case["id"]) for case in VECTORS["cases"] if case["kind"] in kinds]


@pytest.mark.parametrize("case", cases(*MEASURED))
def test_value_and_sign_of_a_worked_example(case):
    id_, expected = MEASURED[case["kind"]]
    result = run(named(case))[(Side(case["side"]), id_)]
    if case["expected"][expected] is None:
        assert result.value is None and result.reason
    else:
        assert result.value == pytest.approx(case["expected"][expected], abs=TOLERANCE)
    for key in POSITIVE.keys() & case["expected"].keys():
        assert result.finding is not None
        positive = POSITIVE[key] in result.finding and not result.finding.startswith("no ")
        assert positive is case["expected"][key]


@pytest.mark.parametrize("case", cases("pelvic_rotation_tilt_qc"))
def test_rotation_and_tilt_of_a_worked_example(case):
    found = run(named(case))
    expected = case["expected"]
    rotation, tilt = found[(B, "pelvic_rotation_mm")], found[(B, "pelvic_tilt_mm")]
    assert rotation.value == pytest.approx(expected["rotation_mm_towards_left"], abs=TOLERANCE)
    assert tilt.value == pytest.approx(expected["tilt_distance_mm"], abs=TOLERANCE)


# A whole pelvis with every point. The left hip, (left, cranial) mm; the right one is its mirror.
LEFT_HIP = {
    "FHC": (90.0, 0.0),
    "HEDGE": (90.0, -24.0),
    "LAE": (103.0, 25.0),
    "MSO": (80.0, 22.0),
    "TD": (58.0, -18.0),
    "SHP": (132.0, -65.0),
    "SHD": (126.0, -145.0),
    "Q": (111.0, 12.0),
    "DOME": (72.0, 24.0),
    "PH1": (82.0, 8.0),
    "PH2": (96.0, 4.0),
    "NECK": (84.0, -26.0),
    "OBT": (70.0, -24.0),
    "SPINE": (52.0, 8.0),
    "BRIM": (55.0, 9.0),
    "AW1": (103.0, 25.0),
    "AW2": (104.0, 16.0),
    "AW3": (88.0, -6.0),
    "AW4": (70.0, -18.0),
    "PW1": (103.0, 25.0),
    "PW2": (100.0, 16.0),
    "PW3": (96.0, -4.0),
    "PW4": (80.0, -22.0),
}
MIDDLE = {"SYM": (1.0, -20.0), "SCJ": (-1.0, 20.0)}
PELVIS = (
    {(L, key): point for key, point in LEFT_HIP.items()}
    | {(R, key): (-x, z) for key, (x, z) in LEFT_HIP.items()}
    | {(B, key): point for key, point in MIDDLE.items()}
)


class TestSwitch:
    def test_extra_points_are_asked_for(self):
        everything = {id_ for _, id_ in run(PELVIS)}
        assert everything >= EXTRA
        assert not {id_ for _, id_ in run(PELVIS, extra_points=False)} & EXTRA

    def test_by_name_they_are_measured_without_the_switch(self):
        found = run(PELVIS, ids=["fear", "pelvic_tilt_mm"], extra_points=False)
        assert set(found) == {(R, "fear"), (L, "fear"), (B, "pelvic_tilt_mm")}

    def test_everything_can_be_measured_on_a_whole_pelvis(self):
        found = run(PELVIS)
        for (side, id_), result in found.items():
            if id_ in EXTRA:
                assert result.value is not None, (side, id_, result.reason)
                assert result.drawing is not None and result.drawing.segments

    @pytest.mark.parametrize("id_", sorted(EXTRA))
    def test_without_points_each_says_what_it_needs(self, id_):
        for result in run({(L, "GT"): (140.0, 0.0)}, ids=[id_]).values():
            assert result.value is None and result.finding is None
            assert result.status == (MeasurementStatus.MISSING_LANDMARK,)
            assert result.missing and all(key in result.reason for key in result.missing)

    def test_the_points_of_shentons_line_are_described(self):
        table = LandmarkTable.load()
        assert {"NECK", "OBT"} <= set(table.keys)
        assert "Shenton" in table["NECK"].serves and "Shenton" in table["OBT"].serves


def left(key, found):
    return found[(L, key)]


def wall(name, *points):
    return {(L, f"{name}{i}"): point for i, point in enumerate(points, 1)}


def without(points, *names):
    return {id_: point for id_, point in points.items() if id_[1].rstrip("0123456789") not in names}


class TestPosteriorWall:
    """At the level of the head centre (90, 0)."""

    def measured(self, *points, **changes):
        case = without(PELVIS, "PW") | wall("PW", *points)
        return left("posterior_wall_mm", run(case, **changes))

    def test_lateral_of_the_centre(self):
        result = self.measured((100.0, 10.0), (94.0, -10.0))
        assert result.value == pytest.approx(7.0)
        assert result.finding == "posterior wall lateral of the head centre"

    def test_medial_of_the_centre_is_the_sign(self):
        result = self.measured((90.0, 10.0), (80.0, -10.0))
        assert result.value == pytest.approx(-5.0)
        assert result.finding.startswith("posterior-wall sign")
        assert "posterior-wall sign" in result.classification

    def test_a_corner_at_the_level_counts_once(self):
        assert self.measured((100.0, 10.0), (95.0, 0.0), (80.0, -9.0)).value == pytest.approx(5.0)

    def test_a_wall_that_ends_at_the_level_is_enough(self):
        assert self.measured((100.0, 10.0), (95.0, 0.0)).value == pytest.approx(5.0)

    def test_one_point_at_the_level_is_enough(self):
        assert self.measured((95.0, 1.0)).value == pytest.approx(5.0)

    @pytest.mark.parametrize(
        ("points", "word"),
        [
            ([(100.0, 10.0), (95.0, 3.0)], "further down"),
            ([(95.0, -3.0), (80.0, -9.0)], "further up"),
            ([(95.0, 5.0)], "further down"),
        ],
    )
    def test_a_wall_beside_the_level_gives_null(self, points, word):
        result = self.measured(*points)
        assert result.value is None and result.finding is None
        assert result.status == (MeasurementStatus.DEGENERATE,)
        assert word in result.reason

    def test_a_wall_that_passes_the_level_twice_gives_null(self):
        result = self.measured((100.0, 10.0), (95.0, -10.0), (93.0, 10.0))
        assert result.value is None and "more than once" in result.reason

    def test_the_sign_needs_no_calibration_the_millimetres_do(self):
        result = self.measured((90.0, 10.0), (80.0, -10.0), calibrated=False)
        assert MeasurementStatus.UNCALIBRATED in result.status
        assert result.classification is None
        assert result.finding.startswith("posterior-wall sign")

    def test_a_wall_within_the_uncertainty_is_at_the_centre(self):
        result = self.measured((92.0, 10.0), (92.0, -10.0), reader_sigma_mm=2.0)
        assert result.finding == "posterior wall at the head centre"


class TestCrossover:
    def measured(self, anterior, posterior, points=PELVIS, **changes):
        case = without(points, "AW", "PW") | wall("AW", *anterior) | wall("PW", *posterior)
        return left("retroversion_index_pct", run(case, **changes))

    EDGE = (103.0, 25.0)
    BACK = ((103.0, 25.0), (100.0, 10.0), (90.0, -18.0))

    def test_a_crossing_is_measured_down_the_opening(self):
        result = left("retroversion_index_pct", run(PELVIS))
        assert result.finding == "crossover"
        assert 0.0 < result.value < 100.0

    def test_no_crossing_is_a_finding_without_a_number(self):
        result = self.measured([self.EDGE, (92.0, 12.0), (72.0, -16.0)], self.BACK)
        assert result.value is None and result.sigma is None
        assert result.finding == "no crossover"
        assert result.status[0] is MeasurementStatus.NOT_APPLICABLE
        assert "do not cross" in result.reason and "tilt" in result.reason

    def test_touching_is_not_crossing(self):
        result = self.measured([self.EDGE, (92.0, 15.0), (100.0, 10.0), (80.0, -5.0)], self.BACK)
        assert result.finding == "no crossover"

    def test_starts_a_little_apart_do_not_cross(self):
        anterior = [(103.6, 24.6), (92.0, 12.0), (72.0, -16.0)]
        assert self.measured(anterior, [(102.6, 24.2), *self.BACK[1:]]).finding == "no crossover"

    def test_of_several_crossings_the_first_counts(self):
        zigzag = [self.EDGE, (104.0, 15.0), (94.0, 5.0), (97.0, -12.0), (75.0, -16.0)]
        first = self.measured([self.EDGE, (104.0, 15.0), (94.0, 5.0)], self.BACK)
        several = self.measured(zigzag, self.BACK)
        assert several.value == pytest.approx(first.value)

    def test_walls_that_do_not_lie_side_by_side_say_nothing(self):
        result = self.measured([self.EDGE, (98.0, 18.0)], [(95.0, -5.0), (80.0, -20.0)])
        assert result.value is None and result.finding is None
        assert result.status == (MeasurementStatus.DEGENERATE,)
        assert "side by side" in result.reason

    def test_exchanged_walls_are_noticed(self):
        front = [self.EDGE, (92.0, 12.0), (72.0, -16.0)]
        result = self.measured(self.BACK, front)
        assert result.value is None and result.finding is None
        assert "exchanged" in result.reason

    def test_walls_that_cross_the_wrong_way_round_are_noticed(self):
        crossed = left("retroversion_index_pct", run(PELVIS))
        assert "exchanged" not in crossed.reason
        points = {"AW": [], "PW": []}
        for key, point in LEFT_HIP.items():
            points.get(key[:2], []).append(point)
        result = self.measured(points["PW"], points["AW"])
        assert result.value == pytest.approx(crossed.value) and "exchanged" in result.reason

    def test_a_wall_of_one_point_is_not_a_wall(self):
        result = self.measured([self.EDGE], self.BACK)
        assert result.status == (MeasurementStatus.MISSING_LANDMARK,)
        assert result.missing == ("AW",)

    def test_no_finding_on_the_wrong_side(self):
        medial = PELVIS | {(L, "SHP"): (40.0, -65.0)}
        result = self.measured([self.EDGE, (92.0, 12.0), (72.0, -16.0)], self.BACK, medial)
        assert result.finding is None
        assert MeasurementStatus.SIDE_INCONSISTENT in result.status


class TestFilm:
    """Signs of retroversion hang on tilt and rotation of the pelvis."""

    SIGNS = ("posterior_wall_mm", "retroversion_index_pct", "ischial_spine")

    @pytest.mark.parametrize("id_", SIGNS)
    def test_each_says_that_tilt_and_rotation_can_turn_it_around(self, id_):
        reason = left(id_, run(PELVIS, sex=Sex.MALE)).reason
        assert "tilt of 6 degrees or a rotation of 7 degrees" in reason
        assert "not adequate" not in reason and "not known" not in reason

    @pytest.mark.parametrize("id_", SIGNS)
    def test_unknown_tilt_is_said(self, id_):
        result = left(id_, run(without(PELVIS, "SYM")))
        assert "not known here: place SYM." in result.reason

    @pytest.mark.parametrize(
        ("x", "word"), [(12.0, "towards the left"), (-14.0, "towards the right")]
    )
    def test_a_rotated_film_is_said(self, x, word):
        points = PELVIS | {(B, "SYM"): (x, -20.0)}
        reason = left("retroversion_index_pct", run(points, sex=Sex.MALE)).reason
        assert "not adequate" in reason and word in reason

    def test_tilt_is_judged_by_sex(self):
        def reason(sex):
            points = PELVIS | {(B, "SYM"): (0.0, -30.0)}
            return left("retroversion_index_pct", run(points, sex=sex)).reason

        assert "tilted film (men)" in reason(Sex.MALE)
        assert "not adequate" not in reason(Sex.FEMALE)
        assert "tilt of the pelvis (50 mm) cannot be judged" in reason(Sex.UNKNOWN)

    def test_without_calibration_the_film_cannot_be_judged(self):
        reason = left("retroversion_index_pct", run(PELVIS, calibrated=False)).reason
        assert "cannot be judged here: the pixel size is not calibrated" in reason

    def test_other_measurements_do_not_talk_about_the_film(self):
        found = run(PELVIS)
        assert "rotation of 7 degrees" not in left("fear", found).reason
        assert "rotation of 7 degrees" not in left("lce", found).reason

    @pytest.mark.parametrize("key", ["SYM", "SCJ"])
    def test_a_moved_midline_point_concerns_them_on_both_sides(self, key):
        affected = affected_by(B, key)
        assert {(side, id_) for side in (R, L) for id_ in self.SIGNS} <= affected
        assert {(B, "pelvic_rotation_mm"), (B, "pelvic_tilt_mm")} <= affected
        assert (L, "lce") not in affected


def test_a_triangular_index_within_2_mm_is_no_sign():
    def finding(excess, **changes):
        points = PELVIS | {(L, "Q"): (90.0, 24.0 + excess)}
        return left("triangular_index_mm", run(points, **changes)).finding

    assert "positive" not in finding(1.999)
    assert "positive" in finding(2.0)
    assert finding(3.0, calibrated=False) is None, "2 mm must be true millimetres"


def test_the_head_radius_of_the_triangular_index_may_come_from_the_rim():
    rim = {
        (L, f"RIM{i}"): (90.0 + 24.0 * cos(radians(a)), 24.0 * sin(radians(a)))
        for i, a in enumerate((150, 190, 230, 270, 310), 1)
    }
    plain = left("triangular_index_mm", run(PELVIS))
    fitted = left("triangular_index_mm", run(without(PELVIS, "HEDGE") | rim))
    assert fitted.value == pytest.approx(plain.value)
    assert MeasurementStatus.HEAD_RADIUS_FIT in fitted.status


def test_a_spine_at_the_brim_is_a_value_not_a_null():
    points = PELVIS | {(L, "SPINE"): PELVIS[(L, "BRIM")]}
    result = left("ischial_spine", run(points))
    assert result.value == 0.0 and result.finding == "ischial spine at the pelvic brim"


def test_a_medial_sourcil_end_below_the_head_centre_is_no_roof_for_fear():
    result = left("fear", run(PELVIS | {(L, "MSO"): (75.0, -12.0)}))
    assert result.value is None
    assert result.status == (MeasurementStatus.NOT_APPLICABLE,)


@pytest.mark.parametrize("id_", sorted(EXTRA))
def test_sigma_agrees_with_moving_every_point(id_):
    """Central differences of the value over all landmarks, 1 mm on each axis."""
    identity = tuple(tuple(float(i == j) for j in range(3)) for i in range(3))
    side = B if MeasurementTable.load().definitions[id_].pelvic else L
    tilted = {name: (x, z + 0.1 * x) for name, (x, z) in PELVIS.items()}
    result = run(tilted, ids=[id_], fields={"covariance": identity})[(side, id_)]
    step, variance = 1e-4, 0.0
    for name, (x, z) in tilted.items():
        for dx, dz in ((step, 0.0), (0.0, step)):
            high, low = (
                run(tilted | {name: (x + sign * dx, z + sign * dz)}, ids=[id_])[(side, id_)].value
                for sign in (1.0, -1.0)
            )
            variance += ((high - low) / (2.0 * step)) ** 2
    assert result.sigma == pytest.approx(variance**0.5, rel=1e-4)


@given(turn=st.floats(-20.0, 20.0), x=st.floats(-200.0, 200.0), z=st.floats(-200.0, 200.0))
@settings(max_examples=25, deadline=None)
def test_turning_and_moving_the_image_changes_nothing(turn, x, z):
    c, s = cos(radians(turn)), sin(radians(turn))
    moved = {name: (c * a - s * b + x, s * a + c * b + z) for name, (a, b) in PELVIS.items()}
    before, after = run(PELVIS, ids=EXTRA), run(moved, ids=EXTRA)
    for key, result in before.items():
        assert after[key].value == pytest.approx(result.value, abs=1e-6)
        assert after[key].finding == result.finding


def test_both_sides_of_a_symmetric_pelvis_read_the_same():
    found = run(PELVIS)
    for id_ in EXTRA - {"pelvic_rotation_mm", "pelvic_tilt_mm"}:
        assert found[(R, id_)].value == pytest.approx(found[(L, id_)].value)
        assert found[(R, id_)].finding == found[(L, id_)].finding


@given(scale=st.floats(0.5, 2.0))
@settings(max_examples=10, deadline=None)
def test_lengths_grow_with_the_pixel_size_and_angles_do_not(scale):
    scaled = {name: (scale * x, scale * z) for name, (x, z) in PELVIS.items()}
    before, after = run(PELVIS, ids=EXTRA), run(scaled, ids=EXTRA)
    for key, result in before.items():
        factor = scale if result.unit == "mm" else 1.0
        assert after[key].value == pytest.approx(factor * result.value, abs=1e-6)
