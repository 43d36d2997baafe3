"""What is measured on a detection has the doubt of its landmarks, also where one is seen twice."""

from __future__ import annotations

import pytest
from exact_network import (
    CHANNELS,
    ExactNetwork,
    SeesItTwice,
    drawn_calibration,
    exact_detector,
    exact_image,
)

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import detection_doubts, heatmap_places
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane, measure

IMAGE = exact_image()
SETTINGS = MeasurementSettings.for_image(IMAGE)
RIGHT_ALPHA = (Side.RIGHT, "alpha")
CALIBRATION = drawn_calibration()


def detected(network, keep_maps=True, calibration=CALIBRATION):
    detector = exact_detector(network, calibration=calibration)
    return detector.detect(IMAGE, slice_index=0, keep_maps=keep_maps)


def doubts_of(detection):
    plane = ViewPlane.from_image(IMAGE)
    found = measure(detection.landmarks, plane, SETTINGS, ["alpha"])
    return detection_doubts(detection, IMAGE, found, SETTINGS)


def test_heatmaps_lie_where_their_landmarks_lie():
    detection = detected(ExactNetwork())
    places = heatmap_places(detection.maps, IMAGE.ijk_to_lps)
    assert set(places) == set(CHANNELS.ids)
    for id_, each in places.items():
        (mode,) = each.modes
        at = each.to_patient @ [*mode.centre, 1.0]
        assert at == pytest.approx(detection.landmarks.position(*id_), abs=0.2)


def test_every_measurement_has_its_interval():
    doubts = doubts_of(detected(ExactNetwork()))
    assert {id_ for id_, doubt in doubts.items() if doubt.conformal} == {
        (side, "alpha") for side in Side
    }


def test_a_landmark_that_is_seen_twice_widens_its_own_hip_only():
    once, twice = doubts_of(detected(ExactNetwork())), doubts_of(detected(SeesItTwice()))
    assert width(twice[RIGHT_ALPHA]) > 1.5 * width(once[RIGHT_ALPHA])
    left = (Side.LEFT, "alpha")
    assert width(twice[left]) == pytest.approx(width(once[left]), rel=1e-6)


def test_without_kept_maps_the_derivatives_alone_speak():
    with_maps, without = (doubts_of(detected(SeesItTwice(), keep)) for keep in (True, False))
    assert width(without[RIGHT_ALPHA]) < width(with_maps[RIGHT_ALPHA])


def test_a_model_without_calibration_gives_no_intervals():
    assert doubts_of(detected(ExactNetwork(), calibration=None)) == {}


def width(doubt):
    low, high = doubt.interval
    return high - low
