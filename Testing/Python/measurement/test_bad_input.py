"""Input that is absent, impossible or doubtful: a status and a sentence, never 0 and never NaN."""

from __future__ import annotations

from dataclasses import replace
from math import cos, inf, isfinite, nan, radians, sin

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Midline, Side
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementStatus,
    MeasurementTable,
    Reference,
    Sex,
    ViewPlane,
    measure,
)

LEFT, RIGHT, PELVIS = Side.LEFT, Side.RIGHT, Midline.PELVIS
UNCALIBRATED = Calibration(SpacingProvenance.NONE)
CALIBRATED = Calibration(SpacingProvenance.PATIENT_PLANE)
COMMON = [d for d in MeasurementTable.load().select(None) if not d.extra]
ROWS = {d.id: d for d in COMMON}
NEEDED = [(d.id, name) for d in COMMON for name in d.points]
PAIRS = [(d.id, *pair) for d in COMMON for pair in d.pairs]
RIM = {
    f"RIM{n}": (90.0 + 24.0 * cos(radians(a)), 24.0 * sin(radians(a)))
    for n, a in enumerate((90.0, 135.0, 180.0, 225.0, 270.0), start=1)
}
STAND_INS = {"NB": ("NA", "NCS"), "NA": ("NCS",)}


def id_of(name, side=LEFT):
    key, _, letter = name.partition("_")
    return (Side(letter) if letter else side, key)


def owner(id_):
    return PELVIS if ROWS[id_].pelvic else LEFT


def without(points, *keys, side=LEFT):
    return {id_: p for id_, p in points.items() if id_ not in {(side, key) for key in keys}}


def with_rim(points, rim=None):
    return {**points, **{(LEFT, key): point for key, point in (rim or RIM).items()}}


@pytest.mark.parametrize(("id_", "name"), NEEDED)
def test_an_absent_landmark_is_named(id_, name, plain_points, build, by_id):
    whose, key = id_of(name)
    gone = without(plain_points, key, *STAND_INS.get(key, ()), side=whose)
    result = by_id(build(gone))[(owner(id_), id_)]
    assert result.value is None and result.sigma is None and result.drawing is None
    assert result.status == (MeasurementStatus.MISSING_LANDMARK,)
    assert name in result.missing
    assert f"{whose.word} {key} (not annotated)" in result.reason
    assert result.classification is None and result.finding is None and result.display == "–"


@pytest.mark.parametrize(("id_", "first", "second"), PAIRS)
def test_coincident_points_are_degenerate(id_, first, second, plain_points, build, by_id):
    x, z = plain_points[id_of(first)]
    result = by_id(build({**plain_points, id_of(second): (x + 1.2, z - 1.2)}))[(owner(id_), id_)]
    assert result.value is None
    assert result.status == (MeasurementStatus.DEGENERATE,)
    assert "too close together" in result.reason


@pytest.mark.parametrize("id_", [d.id for d in COMMON if d.needs_radius])
class TestHeadRadius:
    def test_needs_a_point_on_the_head(self, id_, plain_points, build, by_id):
        result = by_id(build(without(plain_points, "HEDGE")))[(LEFT, id_)]
        assert result.missing == ("HEDGE",)
        assert "or three RIM points" in result.reason

    def test_comes_from_the_rim_with_a_flag(self, id_, plain_points, build, by_id):
        case = build(with_rim(without(plain_points, "HEDGE")))
        result = by_id(case)[(LEFT, id_)]
        expected = by_id(build(plain_points))[(LEFT, id_)].value
        assert result.value == pytest.approx(expected, abs=1e-6)
        assert result.status == (MeasurementStatus.HEAD_RADIUS_FIT,)
        assert {"RIM1", "RIM4"} <= {entry.key for entry in result.inputs}

    def test_rim_points_in_one_line_define_none(self, id_, plain_points, build, by_id):
        line = {f"RIM{n}": (70.0 + 5 * n, 20.0) for n in range(1, 5)}
        result = by_id(build(with_rim(without(plain_points, "HEDGE"), line)))[(LEFT, id_)]
        assert result.value is None
        assert result.status == (MeasurementStatus.DEGENERATE,)
        assert "in one line" in result.reason

    def test_a_point_at_the_centre_defines_none(self, id_, plain_points, build, by_id):
        x, z = plain_points[(LEFT, "FHC")]
        result = by_id(build({**plain_points, (LEFT, "HEDGE"): (x + 1.0, z)}))[(LEFT, id_)]
        assert result.value is None
        assert result.status == (MeasurementStatus.DEGENERATE,)


def test_the_fitted_circle_stands_in_for_the_head_centre(plain_points, build, by_id):
    results = by_id(build(with_rim(without(plain_points, "FHC"))))
    expected = by_id(build(plain_points))
    for id_ in ("alpha", "lce", "nsa", "femoral_offset_mm", "acetabular_offset_mm"):
        result = results[(LEFT, id_)]
        assert result.value == pytest.approx(expected[(LEFT, id_)].value)
        assert MeasurementStatus.HEAD_CENTRE_FIT in result.status
        assert result.classification is not None or expected[(LEFT, id_)].classification is None
        assert "FHC" not in {e.key for e in result.inputs if e.side is LEFT}


def test_two_rim_points_are_no_circle(plain_points, build, by_id):
    two = {key: RIM[key] for key in ("RIM1", "RIM2")}
    result = by_id(build(with_rim(without(plain_points, "FHC", "HEDGE"), two)))
    assert result[(LEFT, "lce")].missing == ("FHC",)
    assert result[(LEFT, "head_diameter_mm")].missing == ("FHC", "HEDGE")


def test_a_head_that_is_not_round_is_mentioned(plain_points, build, by_id):
    bumpy = {**RIM, "RIM2": (RIM["RIM2"][0] - 4.0, RIM["RIM2"][1] + 4.0)}
    case = build(with_rim(plain_points, bumpy))
    assert "not round" in by_id(case)[(LEFT, "head_diameter_mm")].reason
    assert (
        "not round" not in by_id(build(with_rim(plain_points)))[(LEFT, "head_diameter_mm")].reason
    )


def test_the_middle_of_the_neck_cortices_stands_in_for_the_neck_axis(plain_points, build, by_id):
    results = by_id(build(without(plain_points, "NA", "NB")))
    for id_ in ("nsa", "alpha", "head_neck_offset_ratio"):
        result = results[(LEFT, id_)]
        assert MeasurementStatus.NECK_AXIS_MIDPOINT in result.status
        assert {"NCS", "NCI"} <= {entry.key for entry in result.inputs}
        assert "NCS and NCI stand in for" in result.reason


class TestRoof:
    @pytest.mark.parametrize("id_", ["tonnis", "mce", "acetabular_arc"])
    @pytest.mark.parametrize(("height", "exists"), [(12.5, True), (11.5, False), (-20.0, False)])
    def test_the_medial_end_must_be_half_a_radius_above(
        self, id_, height, exists, plain_points, build, by_id
    ):
        x, _ = plain_points[(LEFT, "MSO")]
        result = by_id(build({**plain_points, (LEFT, "MSO"): (x, height)}))[(LEFT, id_)]
        assert (result.value is not None) is exists
        assert (result.status == (MeasurementStatus.NOT_APPLICABLE,)) is not exists
        assert ("Hilgenreiner" in result.reason) is not exists

    @pytest.mark.parametrize(("height", "exists"), [(1.0, True), (-1.0, False)])
    def test_without_a_radius_it_must_be_above(self, height, exists, plain_points, build, by_id):
        points = {**without(plain_points, "HEDGE"), (LEFT, "MSO"): (72.0, height)}
        assert (by_id(build(points))[(LEFT, "tonnis")].value is not None) is exists

    def test_without_a_head_it_is_not_asked(self, plain_points, build, by_id):
        points = without({**plain_points, (LEFT, "MSO"): (72.0, -30.0)}, "FHC")
        assert by_id(build(points))[(LEFT, "tonnis")].value is not None


class TestHilgenreiner:
    def test_has_no_other_line(self, plain_points, build, by_id):
        result = by_id(build(without(plain_points, "TRI", side=RIGHT)))[(LEFT, "ai_hilgenreiner")]
        assert result.value is None and result.missing == ("TRI",)
        assert "right TRI (not annotated)" in result.reason

    @pytest.mark.parametrize("reference", [Reference.TEARDROP, Reference.IMAGE, Reference.FHC])
    def test_ignores_the_chosen_line(self, reference, plain_points, build, by_id):
        chosen = by_id(build(plain_points), reference)[(LEFT, "ai_hilgenreiner")]
        assert chosen.reference is Reference.TRIRADIATE
        expected = by_id(build(plain_points))[(LEFT, "ai_hilgenreiner")].value
        assert chosen.value == pytest.approx(expected)

    def test_another_line_on_request_needs_both_its_points(self, plain_points, build, by_id):
        points = without(plain_points, "TD", side=RIGHT)
        asked = {"hilgenreiner_reference": Reference.TEARDROP}
        result = by_id(build(points), **asked)[(LEFT, "ai_hilgenreiner")]
        assert result.value is None and result.missing == ("TD",)
        assert "right TD (not annotated)" in result.reason
        points = without(plain_points, "TRI", side=RIGHT)
        assert by_id(build(points), **asked)[(LEFT, "ai_hilgenreiner")].value is not None

    def test_needs_cartilages_apart(self, plain_points, build, by_id):
        together = {**plain_points, (RIGHT, "TRI"): (63.0, 14.0)}
        result = by_id(build(together))[(LEFT, "ai_hilgenreiner")]
        assert result.status == (MeasurementStatus.DEGENERATE,)


def test_a_shaft_parallel_to_the_line_has_no_crossing(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "SHP")]
    results = by_id(build({**plain_points, (LEFT, "SHD"): (x + 60.0, z)}))
    for id_ in ("femoral_offset_h_mm", "global_offset_h_mm"):
        assert results[(LEFT, id_)].status == (MeasurementStatus.DEGENERATE,)
        assert "parallel" in results[(LEFT, id_)].reason
    assert results[(LEFT, "global_offset_sum_mm")].value is not None


@pytest.mark.parametrize("id_", ["femoral_offset_mm", "femoral_offset_h_mm", "global_offset_h_mm"])
def test_a_shaft_marked_upwards_has_the_same_offset(id_, plain_points, build, by_id):
    upper, lower = (LEFT, "SHP"), (LEFT, "SHD")
    upwards = {**plain_points, upper: plain_points[lower], lower: plain_points[upper]}
    expected = by_id(build(plain_points))[(LEFT, id_)].value
    assert by_id(build(upwards))[(LEFT, id_)].value == pytest.approx(expected)


def test_one_hip_alone(plain_points, build, by_id):
    hip = {id_: point for id_, point in plain_points.items() if id_[0] is LEFT}
    for (side, id_), result in by_id(build(hip)).items():
        if side is LEFT and id_ != "ai_hilgenreiner":
            assert result.value is not None
            fallback = MeasurementStatus.REFERENCE_FALLBACK in result.status
            assert fallback is ROWS[id_].reference
        else:
            assert result.status == (MeasurementStatus.MISSING_LANDMARK,)


def test_a_prosthesis_is_not_measured_and_the_other_side_is(plain_points, build, by_id):
    landmarks = build(plain_points)
    stem = Landmark(LEFT, "FHC", None, LandmarkState.PROSTHESIS)
    for (side, id_), result in by_id(landmarks.with_landmark(stem)).items():
        if side is LEFT:
            assert result.status == (MeasurementStatus.NOT_APPLICABLE,)
            assert "prosthesis on the left side" in result.reason
        else:
            assert result.value is not None, id_


@pytest.mark.parametrize("id_", list(ROWS))
def test_without_calibration_lengths_are_flagged_and_nothing_else(id_, plain_points, build, by_id):
    result = by_id(build(plain_points), calibration=UNCALIBRATED)[(owner(id_), id_)]
    flagged = MeasurementStatus.UNCALIBRATED in result.status
    assert flagged is (result.unit == "px")
    assert result.value is not None
    assert not flagged or result.classification is None


@pytest.mark.parametrize("id_", ["skinner_mm", "kohler_head_mm"])
def test_a_sign_needs_no_calibration(id_, plain_points, build, by_id):
    result = by_id(build(plain_points), calibration=UNCALIBRATED)[(LEFT, id_)]
    assert result.finding is not None and result.classification is None


@pytest.mark.parametrize(
    ("height", "sigma", "finding"),
    [
        (1.5, None, "fovea above the line"),
        (0.9, None, "fovea on the line"),
        (-0.9, None, "fovea on the line"),
        (-1.5, None, "fovea below the line"),
        (3.0, 1.0, "fovea on the line"),
        (-8.0, 1.0, "fovea below the line"),
    ],
)
def test_relation_of_the_fovea_to_the_line(height, sigma, finding, plain_points, build, by_id):
    upright = {**plain_points, (LEFT, "SHD"): (132.0, -145.0)}
    _, z = plain_points[(LEFT, "GT")]
    upright[(LEFT, "FOV")] = (68.0, z + height)
    result = by_id(build(upright), reader_sigma_mm=sigma)[(LEFT, "skinner_mm")]
    assert result.value == pytest.approx(height)
    assert result.finding == finding


@pytest.mark.parametrize("sex", list(Sex))
def test_protrusio_by_the_floor_depends_on_the_sex(sex, plain_points, build, by_id):
    (x1, z1), (x2, z2) = (plain_points[(LEFT, key)] for key in ("ISCH", "ILM"))
    x = x1 + (x2 - x1) * (0.0 - z1) / (z2 - z1) - 4.5  # 4.5 mm medial, nearly
    case = build({**plain_points, (LEFT, "AF"): (x, 0.0)})
    result = by_id(case, sex=sex)[(LEFT, "kohler_floor_mm")]
    assert result.finding == "floor crosses the line"
    if sex is Sex.UNKNOWN:
        assert result.classification is None and "sex is not known" in result.reason
    else:
        assert ("protrusio" in result.classification) is (sex is Sex.MALE)


@pytest.mark.parametrize("settings", [{"patient_age_years": 9.0}, {"open_physes": True}])
def test_a_child_has_values_and_no_adult_classes(settings, plain_points, build, by_id):
    results = by_id(build(plain_points), **settings)
    alpha = results[(LEFT, "alpha")]
    assert alpha.value is not None and alpha.classification is None
    assert alpha.status == (MeasurementStatus.NOT_APPLICABLE,)
    assert "for adults" in alpha.reason
    assert "children" in results[(LEFT, "lce")].classification


@pytest.mark.parametrize("id_", [d.id for d in COMMON if d.max_obliquity_deg is not None])
def test_oblique_slices_have_no_roof_angles(id_, plain_points, build, by_id):
    plane = ViewPlane((sin(radians(20.0)), cos(radians(20.0)), 0.0))
    result = by_id(build(plain_points), plane=plane)[(LEFT, id_)]
    assert result.value is None
    assert result.status == (MeasurementStatus.NOT_APPLICABLE,)
    assert "20 degrees off coronal" in result.reason


def test_a_pelvis_whose_lines_disagree_is_rotated(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "ISCH")]
    results = by_id(build({**plain_points, (LEFT, "ISCH"): (x, z + 10.0)}))
    for key in ((LEFT, "lce"), (RIGHT, "sharp"), (PELVIS, "obliquity_teardrop")):
        assert "rotated or asymmetric" in results[key].reason
        assert results[key].status == (MeasurementStatus.OK,)
    assert "rotated" not in results[(LEFT, "nsa")].reason
    small = by_id(build({**plain_points, (LEFT, "ISCH"): (x, z + 4.0)}))
    assert "rotated" not in small[(LEFT, "lce")].reason


def test_landmarks_worlds_apart_are_not_measured(plain_points, build, by_id):
    far = {id_: (x * 1e200, z * 1e200) for id_, (x, z) in plain_points.items()}
    for result in by_id(build(far)).values():
        assert result.value is None or isfinite(result.value)
        assert result.sigma is None or isfinite(result.sigma)


@pytest.mark.parametrize("normal", [(nan, 1.0, 0.0), (0.0, 0.0, 0.0), (inf, 1.0, 0.0)])
def test_a_plane_that_is_none_is_refused(normal):
    with pytest.raises(ImageError, match="damaged"):
        ViewPlane(normal)


@pytest.mark.parametrize(
    "broken",
    [
        {"patient_age_years": nan},
        {"patient_age_years": -3.0},
        {"reader_sigma_mm": nan},
        {"reader_sigma_mm": inf},
        {"min_confidence": nan},
    ],
)
def test_settings_that_make_no_sense_are_refused(broken):
    with pytest.raises(ConfigurationError):
        MeasurementSettings(calibration=CALIBRATED, **broken)


def test_the_reason_of_every_null_is_a_sentence(by_id):
    for result in by_id(HipLandmarks.of([])).values():
        assert result.value is None and result.reason.endswith(".")


def test_extra_points_are_behind_a_switch(plain_points, build):
    case, plane = build(plain_points), ViewPlane.coronal()
    chosen = MeasurementSettings(calibration=CALIBRATED)
    common = {m.id for m in measure(case, plane, chosen)}
    every = {m.id for m in measure(case, plane, replace(chosen, extra_points=True))}
    assert common == set(ROWS)
    assert every == set(MeasurementTable.load().ids)
