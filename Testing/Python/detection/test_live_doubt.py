"""Doubt follows a dragged point: only what it touches, and just as the detection would say it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from exact_network import COVERED, POINTS, ExactNetwork, exact_detector, exact_image
from film_script import Script, film
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import ErrorBin, LandmarkState, Side, Source, SourceKind
from HipLandmarksLib.detection import LimbState, LiveDoubt, PartnerBelief
from HipLandmarksLib.uncertainty import (
    NOT_CALIBRATED,
    UNBOUNDED,
    Calibration,
    CalibrationProvenance,
    ConformalTable,
    ErrorBins,
    MeasuredError,
    PositionModel,
    PositionScale,
)

READER, HEAD = Source(SourceKind.READER, "a reader"), (Side.RIGHT, "FHC")
KEYS = ("FHC", "NA", "LAE", "LCP")


def calibration(radius=2.0, patients=40, keys=KEYS):
    """Regions of ``radius`` standard deviations of about 3.2 mm."""
    position = PositionModel(dict.fromkeys(KEYS, PositionScale(1.0, 6.0)))
    bins = ErrorBins((2.0, 6.0), dict.fromkeys(ErrorBin, MeasuredError(50, 20, 1.0, 3.0)))
    table = ConformalTable(((radius,),) * patients)
    provenance = CalibrationProvenance("toy", patients, patients, "2026-01-01")
    return Calibration(
        provenance, position=position, bins=bins, landmarks=dict.fromkeys(keys, table)
    )


def live_detection(network=None, card_calibration=None, **changes):
    """A detection and the doubt that follows it, up to date."""
    image = exact_image()
    detector = exact_detector(network or ExactNetwork(), calibration=card_calibration, **changes)
    detection = detector.detect(image, slice_index=0, keep_maps=True)
    live = LiveDoubt(detection.maps, detection.landmarks, image.ijk_to_lps, detection.calibration)
    return detection, live, live.follow(detection.landmarks, list(detection.landmarks))


def moved(landmarks, id_, by):
    own = landmarks[id_]
    return landmarks.with_landmark(own.moved(own.point() + by, READER))


@pytest.mark.parametrize("partners", list(PartnerBelief))
def test_before_anybody_moves_a_point_it_says_what_the_detection_says(partners):
    network = ExactNetwork(absent=[COVERED])
    detection, _, change = live_detection(network, limb_partners=partners)
    assert set(change.limbs) == set(detection.limbs)
    for limb, score in change.limbs.items():
        assert score.mean == pytest.approx(detection.limbs[limb].mean, abs=1e-3)
    for id_, doubt in change.landmarks.items():
        evidence = detection.landmarks[id_].evidence
        assert doubt.agreement.score == pytest.approx(evidence.limb_agreement, abs=2e-3)


def test_an_absent_landmark_is_still_looked_at_where_it_would_have_been_put():
    detection, _, change = live_detection(ExactNetwork(nowhere=[COVERED]))
    assert detection.landmarks[COVERED].state is LandmarkState.ABSENT
    evidence = detection.landmarks[COVERED].evidence
    found = change.landmarks[COVERED].agreement.score
    assert found == pytest.approx(evidence.limb_agreement, abs=2e-3)


def test_a_drag_scores_the_limbs_of_the_point_and_no_others():
    detection, live, _ = live_detection()
    landmarks = moved(detection.landmarks, COVERED, (0, 0, 24))
    change = live.follow(landmarks, [COVERED])
    assert set(change.limbs) == {limb for limb in detection.limbs if COVERED in limb}
    assert {id_ for id_ in change.landmarks if id_[0] is Side.LEFT} == set()


def test_a_point_that_is_dragged_away_is_borne_out_less_and_more_again_when_it_comes_back():
    detection, live, start = live_detection()
    away = live.follow(moved(detection.landmarks, COVERED, (30, 0, -40)), [COVERED])
    back = live.follow(detection.landmarks, [COVERED])
    scores = [each.landmarks[COVERED].agreement.score for each in (start, away, back)]
    assert scores[1] < 0.7 < 0.95 < scores[0]
    assert scores[2] == pytest.approx(scores[0])


@cache
def shared():
    return live_detection(ExactNetwork(absent=[COVERED]), limb_partners=PartnerBelief.PRESENCE)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(sorted(POINTS)), st.floats(-30, 30)), max_size=4))
def test_step_by_step_or_all_at_once_the_doubt_is_the_same(steps):
    detection, live, change = shared()
    landmarks, standing = detection.landmarks, dict(change.landmarks)
    for id_, by in steps:
        landmarks = moved(landmarks, id_, (by, 0, by / 2))
        standing |= live.follow(landmarks, [id_]).landmarks
    maps = detection.maps
    fresh = LiveDoubt(maps, detection.landmarks, exact_image().ijk_to_lps)
    for id_, doubt in fresh.follow(landmarks, list(landmarks)).landmarks.items():
        expected = standing[id_].agreement
        assert doubt.agreement.score == pytest.approx(expected.score, abs=1e-9)
        assert doubt.agreement.reason == expected.reason
    live.follow(detection.landmarks, list(landmarks))


def test_a_point_that_a_reader_calls_absent_bears_nobody_out():
    detection, live, _ = live_detection()
    gone = detection.landmarks.with_landmark(detection.landmarks[HEAD].absent(READER))
    change = live.follow(gone, [HEAD])
    assert all(score.state is LimbState.NO_POINT for score in change.limbs.values())
    doubt = change.landmarks[HEAD]
    assert doubt.agreement.score is None
    assert doubt.outside is None
    assert doubt.reason == "the point has no position"


def test_a_point_leaves_the_region_of_the_model_and_enters_it_again():
    detection, live, change = live_detection(card_calibration=calibration())
    assert change.landmarks[HEAD].outside is False
    for distance, outside in ((4.0, False), (9.0, True), (0.0, False)):
        landmarks = moved(detection.landmarks, HEAD, (distance, 0, 0))
        assert live.follow(landmarks, [HEAD]).landmarks[HEAD].outside is outside


def test_how_far_in_front_of_the_slice_a_point_lies_does_not_count():
    detection, live, _ = live_detection(card_calibration=calibration())
    landmarks = moved(detection.landmarks, HEAD, (1.0, 40.0, 0))
    assert live.follow(landmarks, [HEAD]).landmarks[HEAD].outside is False


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (None, NOT_CALIBRATED),
        (calibration(patients=5), UNBOUNDED),
        (calibration(keys=("NA",)), UNBOUNDED),
    ],
)
def test_without_a_region_nothing_is_outside_and_the_reason_is_told(known, reason):
    detection, live, _ = live_detection(card_calibration=known)
    landmarks = moved(detection.landmarks, HEAD, (80.0, 0, 0))
    doubt = live.follow(landmarks, [HEAD]).landmarks[HEAD]
    assert doubt.outside is None
    assert reason in doubt.reason


def test_a_model_without_fields_knows_regions_but_no_agreement():
    network = ExactNetwork(fields=False)
    detection, live, _ = live_detection(network, calibration())
    landmarks = moved(detection.landmarks, HEAD, (30.0, 0, 0))
    doubt = live.follow(landmarks, [HEAD]).landmarks[HEAD]
    assert doubt.outside is True
    assert doubt.agreement.score is None
    assert "no fields" in doubt.agreement.reason


def test_a_point_that_no_map_shows_has_no_agreement_and_says_why():
    detection, live, _ = live_detection()
    extra = replace(detection.landmarks[HEAD], key="TD", evidence=None).moved((0, 0, 0), READER)
    change = live.follow(detection.landmarks.with_landmark(extra), [(Side.RIGHT, "TD")])
    assert "not kept" in change.landmarks[Side.RIGHT, "TD"].agreement.reason
    assert "does not look for" in change.landmarks[Side.RIGHT, "TD"].reason


def test_a_drag_on_the_left_of_a_film_touches_the_left_hip_only(hips):
    script = Script(hips)
    script.limbs = script.exact_fields = True
    image = film()
    detection = script.detector().detect(image, keep_maps=True)
    live = LiveDoubt(detection.maps, detection.landmarks, image.ijk_to_lps)
    start = live.follow(detection.landmarks, list(detection.landmarks))
    id_ = (Side.LEFT, "TD")
    change = live.follow(moved(detection.landmarks, id_, (0, 0, 60)), [id_])
    assert {side for limb in change.limbs for side, _ in limb} == {Side.LEFT}
    assert {side for side, _ in change.landmarks} == {Side.LEFT}
    before, after = (each.landmarks[id_].agreement.score for each in (start, change))
    assert after < before - 0.1
