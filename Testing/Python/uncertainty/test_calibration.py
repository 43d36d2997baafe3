"""A calibration: fitted across patients, kept in a card, applied to a model's landmarks only."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from uncertainty.drawn_doubt import (
    COVARIANCE,
    DOUBTED,
    KEYS,
    PROVENANCE,
    SURE,
    calibration,
    case,
    landmark,
    observations,
)

from HipLandmarksLib.anatomy import (
    ErrorBin,
    Landmark,
    LandmarkState,
    Midline,
    Side,
    Source,
    SourceKind,
    read_landmarks,
    read_markups,
    write_landmarks,
    write_markups,
)
from HipLandmarksLib.detection import BundleCard, Channels, Preprocessing
from HipLandmarksLib.errors import ModelError, UncertaintyError
from HipLandmarksLib.measurement import ViewPlane
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.uncertainty import (
    MILLIMETRES,
    Calibration,
    LandmarkObservation,
    LengthScale,
    LengthUnit,
    apply,
    cross_fitted,
    ellipse,
    expected_error,
    fit_calibration,
    is_calibrated,
    mahalanobis,
)

CALIBRATION = calibration()
READER = Source(SourceKind.READER, "r1")


def only(landmarks):
    (found,) = landmarks.values()
    return found


def applied(point, scale=MILLIMETRES, by=CALIBRATION):
    return only(apply(by, case(point), scale))


# Applied to landmarks.


def test_a_sure_landmark_gets_its_probability_ellipse_and_grade():
    found = applied(landmark())
    assert found.state is LandmarkState.VISIBLE and found.position == landmark().position
    assert found.confidence > 0.9 and found.evidence.heatmap_presence == 0.97
    assert np.array(found.covariance) == pytest.approx(
        CALIBRATION.position.covariance("FHC", COVARIANCE)
    )
    assert found.evidence.expected_error_mm == pytest.approx(expected_error(found.covariance))
    expected = CALIBRATION.bins.bin_of(found.evidence.expected_error_mm)
    assert found.evidence.error_bin is expected


def test_a_doubted_landmark_is_suppressed_with_its_reason_and_its_place():
    found = applied(landmark(evidence=DOUBTED))
    assert found.state is LandmarkState.ABSENT and found.position is None
    assert found.confidence < CALIBRATION.presence.threshold("FHC")
    assert found.evidence.suppressed_position == landmark().position
    assert found.covariance is not None
    assert "not seen by the model" in found.note and "threshold" in found.note


def test_the_reason_names_what_speaks_most_against_the_landmark():
    limbs = replace(SURE, surprisal=1.0, peak=0.6, heatmap_presence=0.55)
    note = applied(landmark(evidence=replace(limbs, peak=0.5, entropy=0.5))).note
    assert "neighbouring landmarks do not bear it out" in note


def test_a_landmark_that_the_network_left_out_comes_back_when_the_signs_say_so():
    raw = landmark(evidence=replace(SURE, suppressed_position=(10.0, 20.0, 30.0)))
    absent = LandmarkState.ABSENT
    found = applied(replace(raw, position=None, state=absent, note="not seen"))
    assert found.state is LandmarkState.VISIBLE and found.position == (10.0, 20.0, 30.0)
    assert found.note == "" and found.evidence.suppressed_position is None


@pytest.mark.parametrize("evidence", [SURE, DOUBTED])
def test_applying_it_twice_changes_nothing(evidence):
    once = apply(CALIBRATION, case(landmark(evidence=evidence)))
    assert apply(CALIBRATION, once) == once
    assert is_calibrated(only(once)) and not is_calibrated(landmark())


def test_points_of_readers_and_prostheses_stay_as_they_are():
    points = case(
        replace(landmark(evidence=DOUBTED), source=READER),
        Landmark(Side.LEFT, "FHC", None, LandmarkState.PROSTHESIS, landmark().source),
        Landmark(
            Side.LEFT, "LCP", None, LandmarkState.ABSENT, landmark().source, None, 0.0, "no hip"
        ),
    )
    assert apply(CALIBRATION, points) == points


def test_a_landmark_without_any_evidence_is_judged_by_its_presence_alone():
    bare = replace(landmark(), evidence=None, confidence=0.999)
    found = applied(bare)
    assert found.evidence.heatmap_presence == 0.999 and found.confidence != 0.999


def test_calibrated_landmarks_survive_both_files(tmp_path):
    points = apply(CALIBRATION, case(landmark(), landmark("LCP", evidence=DOUBTED)))
    write_landmarks(tmp_path / "case.json", points)
    assert dict(read_landmarks(tmp_path / "case.json")) == dict(points)
    write_markups(tmp_path / "case.mrk.json", points, Side.RIGHT)
    found = read_markups(tmp_path / "case.mrk.json")
    assert {id_: (p.state, p.covariance, p.evidence) for id_, p in found.items()} == {
        id_: (p.state, p.covariance, p.evidence) for id_, p in points.items()
    }


# Units.


def in_pixels(head_px):
    return LengthScale({Side.RIGHT: head_px}, has_millimetres=False)


def test_a_film_without_millimetres_is_told_in_heads():
    by = calibration(unit=LengthUnit.HEAD_PERCENT)
    found = applied(landmark(), in_pixels(100.0), by)
    assert found.evidence.expected_error_mm is None
    percent = found.evidence.expected_error_percent
    assert percent == pytest.approx(expected_error(found.covariance))  # 1 % of the head is a pixel
    assert found.evidence.error_bin is by.bins.bin_of(percent)


def test_a_film_scanned_twice_as_fine_has_the_same_doubt():
    by = calibration(unit=LengthUnit.HEAD_PERCENT)
    rows = tuple(tuple(4 * value for value in row) for row in COVARIANCE)
    coarse = applied(landmark(), in_pixels(100.0), by).evidence
    fine = applied(replace(landmark(), covariance=rows), in_pixels(200.0), by).evidence
    assert fine.expected_error_percent == pytest.approx(coarse.expected_error_percent)
    assert fine.error_bin is coarse.error_bin


def test_observations_in_heads_do_not_know_the_pixel():
    plane, unit = ViewPlane.coronal(), LengthUnit.HEAD_PERCENT

    def seen(pixels_per_mm):
        k = pixels_per_mm
        rows = tuple(tuple(k * k * value for value in row) for row in COVARIANCE)
        raw = replace(landmark(), position=(10 * k, 0.0, 30 * k), covariance=rows)
        truth = Landmark(Side.RIGHT, "FHC", (12 * k, 5.0, 27 * k))
        scale = in_pixels(48.0 * k)
        return LandmarkObservation.of("p", raw, truth, plane, unit, scale)

    coarse, fine = seen(1.0), seen(7.0)
    assert fine.offset == pytest.approx(coarse.offset)
    assert fine.covariance == pytest.approx(coarse.covariance)
    assert coarse.offset == pytest.approx((2 / 0.48, -3 / 0.48))


def test_the_other_hip_stands_in_for_a_head_that_is_not_known():
    scale = LengthScale({Side.LEFT: 90.0})
    lengths = [scale.length_of(LengthUnit.HEAD_PERCENT, s) for s in (*Side, Midline.PELVIS)]
    assert lengths == [pytest.approx(0.9)] * 3


@pytest.mark.parametrize(
    ("unit", "scale", "words"),
    [
        (LengthUnit.HEAD_PERCENT, MILLIMETRES, "no head is known"),
        (LengthUnit.MILLIMETRE, in_pixels(100.0), "the image has none"),
    ],
)
def test_a_unit_that_the_image_does_not_have_is_refused(unit, scale, words):
    with pytest.raises(UncertaintyError, match=words):
        applied(landmark(), scale, replace(CALIBRATION, unit=unit))


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan")])
def test_a_head_without_size_is_refused(size):
    with pytest.raises(UncertaintyError, match="above 0"):
        LengthScale({Side.RIGHT: size})


# Fitted.


def new_coverage(fitted, level):
    """Share of the landmarks of new patients that lie in their regions."""
    inside = []
    for each in observations(seed=77, patients=300):
        if each.offset is not None:
            xx, xy, yy = each.covariance
            matrix = fitted.position.covariance(each.key, [[xx, xy], [xy, yy]])
            inside.append(fitted.region(each.key, level).contains(mahalanobis(each.offset, matrix)))
    return np.mean(inside)


def test_regions_of_the_whole_fit_cover_new_patients():
    shares = [
        new_coverage(fit_calibration(observations(seed, 19), PROVENANCE), 0.9) for seed in range(4)
    ]
    assert 0.88 <= np.mean(shares) <= 0.97


def test_a_region_of_95_percent_is_larger_and_needs_19_patients():
    wide, narrow = CALIBRATION.region("FHC", 0.95), CALIBRATION.region("FHC", 0.9)
    assert wide.radius > narrow.radius
    few = fit_calibration(observations(patients=18, absent=0.1), PROVENANCE)
    assert not few.region("FHC", 0.95).is_bounded and few.region("FHC", 0.9).is_bounded


def test_a_landmark_without_calibration_cases_has_no_region_and_is_named():
    assert "none with TD" in CALIBRATION.region("TD").reason
    remarks = " ".join(CALIBRATION.remarks(["FHC", "TD"]))
    assert "TD" in remarks and "FHC" not in remarks
    assert CALIBRATION.remarks(KEYS) == ()


def test_nobody_is_calibrated_by_his_own_errors():
    """A patient whose points all lie far off does not widen his own covariances."""
    cases = observations(patients=20)
    far = [
        replace(each, offset=(40.0, 0.0)) if each.patient == "p3" and each.offset else each
        for each in cases
    ]
    plain = cross_fitted(cases, fit_calibration(cases, PROVENANCE))["p3"]
    hurt = cross_fitted(far, fit_calibration(far, PROVENANCE))["p3"]
    assert hurt.position == plain.position and hurt.presence == plain.presence


def test_without_absent_landmarks_states_stay_and_the_reason_is_told():
    fitted = fit_calibration(observations(absent=0.0), PROVENANCE)
    assert fitted.presence is None and "0 absent" in fitted.reasons["presence"]
    assert any("0 absent" in remark for remark in fitted.remarks(KEYS))
    found = applied(landmark(evidence=DOUBTED), by=fitted)
    assert found.state is LandmarkState.VISIBLE and found.confidence == DOUBTED.heatmap_presence
    assert found.evidence.error_bin in ErrorBin


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(UncertaintyError, match=r"presence.*positions"):
        fit_calibration([], PROVENANCE)


def test_an_ellipse_is_drawn_from_its_half_axes():
    region = CALIBRATION.region("FHC")
    axes = ellipse([[4.0, 0.0], [0.0, 9.0]], region)
    assert np.abs(axes) == pytest.approx(region.radius * np.array([[0.0, 3.0], [2.0, 0.0]]))
    assert ellipse(np.eye(2), CALIBRATION.region("TD")) is None


# In the card of a model.


def card(**changes):
    channels = Channels.of_keys(("FHC", "LCP"))
    network = NetworkSpec(architecture="unet", encoder="resnet18", landmarks=len(channels))
    return BundleCard("t", "1", "", "MR", network, channels, Preprocessing(), **changes)


def stored(of):
    return json.loads(json.dumps(of.to_dict()))


def test_a_calibration_survives_json_and_acts_alike():
    again = Calibration.from_dict(stored(CALIBRATION))
    assert again.provenance == PROVENANCE and again.presence == CALIBRATION.presence
    assert again.region("LCP").radius == pytest.approx(CALIBRATION.region("LCP").radius, rel=1e-4)
    points = case(landmark(), landmark("LCP", evidence=DOUBTED))
    assert apply(again, points) == apply(CALIBRATION, points)


def test_a_card_keeps_its_calibration():
    again = BundleCard.from_dict(stored(card(calibration=CALIBRATION)))
    assert again.calibration == Calibration.from_dict(stored(CALIBRATION))


def test_cards_without_calibration_are_read_and_written_as_before():
    assert "calibration" not in card().to_dict()
    assert BundleCard.from_dict(stored(card())).calibration is None


def damaged(path, value):
    data = copy.deepcopy(stored(CALIBRATION))
    inner = data
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "hiplandmarks-calibration-0"),
        (("unit",), "inch"),
        (("level",), 90),
        (("provenance",), None),
        (("provenance", "patients"), -1),
        (("presence", "signs", "peak", "weight"), -3.0),
        (("presence", "thresholds", "FHC"), "high"),
        (("position", "by_key", "FHC", "temperature"), 0),
        (("position",), None),
        (("bins", "limits"), [2.0, 1.0]),
        (("bins", "measured"), {}),
        (("bins", "measured", "red", "median"), "far"),
        (("landmarks", "FHC"), [[]]),
        (("landmarks", "FHC"), [["near"]]),
        (("landmarks",), []),
        (("reasons",), None),
    ],
)
def test_a_damaged_calibration_is_refused_in_a_sentence(path, value):
    with pytest.raises(UncertaintyError) as error:
        Calibration.from_dict(damaged(path, value))
    assert str(error.value).endswith(".")
    data = {**stored(card()), "calibration": damaged(path, value)}
    with pytest.raises(ModelError):
        BundleCard.from_dict(data)


def test_a_card_whose_calibration_is_no_calibration_is_refused():
    with pytest.raises(ModelError):
        BundleCard.from_dict({**stored(card()), "calibration": "yes"})
