"""Femoral and acetabular version, and the McKibbin index, from points in space."""

from __future__ import annotations

import json
from math import cos, degrees, radians, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side
from HipLandmarksLib.measurement import MeasurementStatus
from HipLandmarksLib.measurement.volume import (
    AcetabularLevel,
    ConstructionError,
    FemoralVersionMethod,
    PatientAxes,
    acetabular_version,
    acetabular_version_deg,
    femoral_version,
    femoral_version_deg,
    mckibbin,
)

CASES = json.loads((Path(__file__).parent / "volume_cases.json").read_text("utf-8"))["volume"]
QUICK = settings(max_examples=80, deadline=None)
R, L = Side.RIGHT, Side.LEFT

# A left hip in LPS mm: 15 degrees of femoral and 20 degrees of acetabular version.
FEMUR = {
    "FHC": (90.0, 0.0, 0.0),
    "NB": (90.0 + 35.0 * cos(radians(15)), 35.0 * sin(radians(15)), -40.0),
    "CONDM": (60.0, 30.0, -420.0),
    "CONDL": (108.0, 30.0, -420.0),
}
SOCKET = {
    "AR": (100.0, -20.0, 0.0),
    "PR": (100.0 + 34.0 * sin(radians(20)), -20.0 + 34.0 * cos(radians(20)), 0.0),
}
LEFT_HIP = {**FEMUR, **SOCKET}
VECTOR = st.tuples(*[st.floats(-4.0, 4.0)] * 3)


def mirrored(point):
    return (-point[0], point[1], point[2])


def both_hips(left=LEFT_HIP, **fields):
    return HipLandmarks.of(
        [Landmark(L, key, point, **fields) for key, point in left.items()]
        + [Landmark(R, key, mirrored(point), **fields) for key, point in left.items()]
    )


def without(landmarks, *ids):
    return HipLandmarks.of(landmark for id_, landmark in landmarks.items() if id_ not in ids)


def lps(ras):
    return (-float(ras[0]), -float(ras[1]), float(ras[2]))


def cases(kind):
    return pytest.mark.parametrize(
        "case", [c for c in CASES if c["kind"] == kind], ids=lambda case: case["id"]
    )


@cases("femoral_version")
def test_worked_femoral_version(case):
    names = {"FHC": "fhc", "NB": "neck_base", "CONDM": "cond_medial", "CONDL": "cond_lateral"}
    side = Side(case["side"])
    landmarks = HipLandmarks.of(Landmark(side, key, lps(case[name])) for key, name in names.items())
    result = femoral_version(landmarks, side, axis=lps(case["axis"]))
    assert result.value == pytest.approx(case["expected"]["value"], abs=1e-6)
    assert result.unit == case["expected"]["unit"]
    assert result.status == (MeasurementStatus.OK,)


@cases("acetabular_version")
def test_worked_acetabular_version(case):
    side = Side(case["side"])
    half = np.asarray(lps(case["fhcL_minus_fhcR"])) / 2.0
    landmarks = HipLandmarks.of(
        [
            Landmark(side, "AR", lps(case["anterior_rim"])),
            Landmark(side, "PR", lps(case["posterior_rim"])),
            Landmark(L, "FHC", tuple(half)),
            Landmark(R, "FHC", tuple(-half)),
        ]
    )
    result = acetabular_version(landmarks, side)
    assert result.value == pytest.approx(case["expected"]["value"], abs=1e-6)
    assert result.unit == case["expected"]["unit"]


@pytest.mark.parametrize("side", [R, L])
def test_anteversion_is_positive_on_both_sides(side):
    hips = both_hips()
    assert femoral_version(hips, side).value == pytest.approx(15.0)
    assert acetabular_version(hips, side).value == pytest.approx(20.0)
    assert mckibbin(femoral_version(hips, side), acetabular_version(hips, side)).value == (
        pytest.approx(35.0)
    )


@pytest.mark.parametrize("side", [R, L])
def test_retroversion_is_negative_on_both_sides(side):
    behind = {
        **FEMUR,
        "NB": (124.0, -4.0, -40.0),
        "AR": (112.0, -20.0, 0.0),
        "PR": (109.0, 12.0, 0),
    }
    hips = both_hips(behind)
    assert femoral_version(hips, side).value < 0.0
    assert acetabular_version(hips, side).value < 0.0


def test_the_result_names_its_method():
    """Methods differ by up to 18 degrees on the same femur: a value without its method is void."""
    result = femoral_version(
        both_hips(), L, FemoralVersionMethod.ABOVE_LESSER_TROCHANTER, axis=(0.05, 0.0, 1.0)
    )
    assert "above the lesser trochanter" in result.method
    assert "femoral axis" in result.method
    assert "Murphy" in result.source
    assert (
        "5 mm below the dome" in acetabular_version(both_hips(), L, AcetabularLevel.CRANIAL).method
    )


def test_a_result_can_be_written_to_json():
    written = json.loads(json.dumps(femoral_version(both_hips(), R).to_dict()))
    assert written["side"] == "R"
    assert written["status"] == ["OK"]
    assert {entry["key"] for entry in written["inputs"]} == set(FEMUR)


@pytest.mark.parametrize("key", FEMUR)
def test_a_missing_point_is_named(key):
    result = femoral_version(without(both_hips(), (R, key)), R)
    assert result.value is None
    assert result.status == (MeasurementStatus.MISSING_LANDMARK,)
    assert result.missing == (key,)
    assert f"right {key} (not annotated)" in result.reason
    assert result.display == "–"


def test_a_missing_version_leaves_no_mckibbin_index():
    hips = without(both_hips(), (L, "CONDM"))
    result = mckibbin(femoral_version(hips, L), acetabular_version(hips, L))
    assert result.value is None
    assert result.missing == ("CONDM",)
    assert "Femoral version: Needs the left CONDM" in result.reason
    assert MeasurementStatus.OK not in result.status


def test_versions_of_different_hips_are_not_added():
    hips = both_hips()
    with pytest.raises(ConstructionError, match="same hip"):
        mckibbin(femoral_version(hips, L), acetabular_version(hips, R))


def test_a_prosthesis_has_no_version():
    hips = both_hips().with_landmark(Landmark(L, "GT", None, LandmarkState.PROSTHESIS))
    assert femoral_version(hips, L).status == (MeasurementStatus.NOT_APPLICABLE,)
    assert femoral_version(hips, R).value == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("key", "point", "words"),
    [
        ("NB", FEMUR["FHC"], "head centre and the neck point"),
        ("NB", (90.5, 0.5, -60.0), "along the axis"),  # straight below the head
        ("CONDL", (61.0, 30.0, -420.0), "posterior condyles"),
    ],
)
def test_coinciding_points_give_no_angle(key, point, words):
    result = femoral_version(both_hips({**FEMUR, key: point}), L)
    assert result.value is None
    assert result.status == (MeasurementStatus.DEGENERATE,)
    assert words in result.reason


def test_exchanged_condyles_are_noticed():
    swapped = {**FEMUR, "CONDM": FEMUR["CONDL"], "CONDL": FEMUR["CONDM"]}
    result = femoral_version(both_hips(swapped), R)
    assert MeasurementStatus.SIDE_INCONSISTENT in result.status
    assert "medial condyle" in result.reason


def test_an_estimated_point_is_flagged():
    hips = both_hips()
    point = Landmark(L, "CONDM", FEMUR["CONDM"], LandmarkState.ESTIMATED)
    result = femoral_version(hips.with_landmark(point), L)
    assert result.value == pytest.approx(15.0)
    assert result.status == (MeasurementStatus.ESTIMATED_INPUT,)


def test_a_single_hip_is_measured_against_the_patient_and_says_so():
    hips = without(both_hips(), (R, "FHC"))
    result = acetabular_version(hips, L)
    assert result.value == pytest.approx(20.0)
    assert result.status == (MeasurementStatus.REFERENCE_FALLBACK,)
    assert "left-right axis" in result.method


def test_a_turned_pelvis_does_not_change_acetabular_version():
    turn = Rotation.from_euler("z", 8, degrees=True)
    turned = HipLandmarks.of(
        Landmark(m.side, m.key, tuple(turn.apply(m.position))) for m in both_hips().values()
    )
    for side in (R, L):
        assert acetabular_version(turned, side).value == pytest.approx(20.0)


def test_one_hip_standing_higher_does_not_change_acetabular_version():
    higher = Landmark(L, "FHC", (90.0, 0.0, 40.0))
    assert acetabular_version(both_hips().with_landmark(higher), L).value == pytest.approx(20.0)


def test_rim_points_of_different_heights_are_noticed():
    result = acetabular_version(both_hips({**LEFT_HIP, "PR": (111.6, 12.0, -12.0)}), L)
    assert result.value is not None
    assert "12 mm apart in height" in result.reason


def test_an_impossible_value_is_flagged():
    result = acetabular_version(both_hips({**LEFT_HIP, "PR": (140.0, -10.0, 0.0)}), L)
    assert MeasurementStatus.IMPLAUSIBLE in result.status


def test_sigma_follows_the_covariances():
    """One mm across a neck of 35 mm turns it by 57.3 / 35 degrees, head and base in quadrature."""
    one = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    result = femoral_version(both_hips(covariance=one), L)
    expected = degrees(1.0) * (2.0 / 35.0**2 + 2.0 / 48.0**2) ** 0.5
    assert result.sigma == pytest.approx(expected, rel=1e-6)
    low, high = result.ci95
    assert high - low == pytest.approx(2 * 1.96 * expected, rel=1e-4)
    assert femoral_version(both_hips(), L).sigma is None


def test_sigma_agrees_with_monte_carlo():
    rng = np.random.default_rng(7)
    spread = np.diag([0.8, 2.0, 0.5]) + 0.2
    result = femoral_version(both_hips(covariance=tuple(map(tuple, spread))), L)
    values = [
        femoral_version_deg(*(tuple(rng.multivariate_normal(FEMUR[key], spread)) for key in FEMUR))
        for _ in range(2000)
    ]
    assert np.std(values) == pytest.approx(result.sigma, rel=0.06)


@QUICK
@given(jitter=st.fixed_dictionaries(dict.fromkeys(LEFT_HIP, VECTOR)))
def test_mirror_images_have_the_same_version(jitter):
    moved = {key: tuple(np.add(LEFT_HIP[key], jitter[key])) for key in LEFT_HIP}
    hips = both_hips(moved)
    for measure_one in (femoral_version, acetabular_version):
        assert measure_one(hips, R).value == pytest.approx(measure_one(hips, L).value, abs=1e-9)


@QUICK
@given(
    jitter=st.fixed_dictionaries(dict.fromkeys(LEFT_HIP, VECTOR)),
    rotation=st.tuples(*[st.floats(-180.0, 180.0)] * 3),
    shift=st.tuples(*[st.floats(-500.0, 500.0)] * 3),
    scale=st.floats(0.7, 1.5),
)
def test_turning_the_whole_patient_changes_nothing(jitter, rotation, shift, scale):
    """Nor do shifting and scaling: the axes turn with the patient."""
    turn = Rotation.from_euler("xyz", rotation, degrees=True)
    p = {key: np.add(LEFT_HIP[key], jitter[key]) for key in LEFT_HIP}
    q = {key: tuple(scale * turn.apply(point) + shift) for key, point in p.items()}
    p = {key: tuple(point) for key, point in p.items()}
    axes = PatientAxes(tuple(turn.apply([0, 0, 1])), tuple(turn.apply([0, -1, 0])))
    assert femoral_version_deg(*(q[key] for key in FEMUR), axes=axes) == pytest.approx(
        femoral_version_deg(*(p[key] for key in FEMUR)), abs=1e-8
    )
    across = (180.0, 3.0, 5.0)
    assert acetabular_version_deg(
        q["AR"], q["PR"], tuple(turn.apply(across)), L, axes
    ) == pytest.approx(acetabular_version_deg(p["AR"], p["PR"], across, L), abs=1e-8)


@QUICK
@given(tilt=VECTOR, slide=st.floats(-50.0, 50.0))
def test_points_may_slide_along_the_axis(tilt, slide):
    """Version is an angle of projections: heights of the points along the axis do not matter."""
    axis = np.array([0.05 * tilt[0], 0.05 * tilt[1], 1.0])
    assume(abs(axis[0]) < 0.3 and abs(axis[1]) < 0.3)
    points = [FEMUR[key] for key in FEMUR]
    moved = [points[0], tuple(np.add(points[1], slide * axis)), *points[2:]]
    assert femoral_version_deg(*moved, axis=tuple(axis)) == pytest.approx(
        femoral_version_deg(*points, axis=tuple(-axis)), abs=1e-8
    )


def test_axes_that_define_nothing_are_refused():
    with pytest.raises(ConstructionError, match="parallel"):
        PatientAxes((0.0, 0.0, 1.0), (0.0, 0.0, -2.0))
    with pytest.raises(ConstructionError, match="no direction"):
        femoral_version_deg(*FEMUR.values(), axis=(0.0, 0.0, 0.0))
    with pytest.raises(ConstructionError, match="finite"):
        femoral_version_deg((float("nan"), 0.0, 0.0), *list(FEMUR.values())[1:])
