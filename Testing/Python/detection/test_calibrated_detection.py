"""A calibrated model's detection has calibrated presence, positions and grades of error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_network import COVERED, ExactNetwork, exact_detector, exact_image
from film_script import Script, film

from HipLandmarksLib.anatomy import ErrorBin, LandmarkState, Side
from HipLandmarksLib.imaging import Calibration as Spacing
from HipLandmarksLib.imaging import SpacingProvenance
from HipLandmarksLib.uncertainty import (
    Calibration,
    CalibrationProvenance,
    ErrorBins,
    LengthUnit,
    MeasuredError,
    PositionModel,
    PositionScale,
    PresenceModel,
    SignWeight,
    is_calibrated,
)

PROVENANCE = CalibrationProvenance("toy", 20, 20, "2026-01-01")
KEYS = ("FHC", "NA", "LAE", "LCP")


def calibration(unit=LengthUnit.MILLIMETRE, variance=9.0, **changes):
    """Adds ``variance`` to every position; doubts what the limbs do not bear out."""
    position = PositionModel(dict.fromkeys(KEYS, PositionScale(1.0, variance)))
    measured = MeasuredError(50, 20, 1.0, 3.0)
    bins = ErrorBins((2.0, 6.0), dict.fromkeys(ErrorBin, measured))
    presence = PresenceModel({"surprisal": SignWeight(-8.0)}, 4.0, {}, dict.fromkeys(KEYS, 0.5))
    whole = Calibration(PROVENANCE, unit, 0.9, presence, position, bins)
    return replace(whole, **changes)


def detect(card_calibration, image=None, **network):
    detector = exact_detector(ExactNetwork(**network), calibration=card_calibration)
    return detector.detect(image or exact_image(), slice_index=0)


def test_a_landmark_that_the_limbs_do_not_bear_out_becomes_absent_and_keeps_its_place():
    seen = detect(None, absent=[COVERED]).landmarks[COVERED]
    judged = detect(calibration(), absent=[COVERED]).landmarks[COVERED]
    assert seen.state is LandmarkState.VISIBLE
    assert judged.state is LandmarkState.ABSENT
    assert judged.evidence.suppressed_position == seen.position
    assert judged.confidence < 0.5 < judged.evidence.heatmap_presence
    assert "not seen by the model" in judged.note


def test_positions_have_the_calibrated_covariance_and_a_grade():
    raw, found = detect(None), detect(calibration())
    for id_, landmark in found.landmarks.items():
        added = np.array(landmark.covariance) - np.array(raw.landmarks[id_].covariance)
        assert added == pytest.approx(np.diag([9.0, 0.0, 9.0]), abs=1e-6)  # in the slice alone
        assert landmark.evidence.error_bin is ErrorBin.AMBER
        assert landmark.evidence.expected_error_mm == pytest.approx(1.2533 * 13**0.5, abs=0.02)
    assert found.calibration is not None


def test_a_model_without_calibration_says_that_it_has_none():
    found = detect(None)
    assert found.calibration is None
    assert not any(is_calibrated(landmark) for landmark in found.landmarks.values())


def test_a_calibrated_detector_also_gives_what_the_network_says():
    detector = exact_detector(ExactNetwork(absent=[COVERED]), calibration=calibration())
    raw = detector.uncalibrated().detect(exact_image(), slice_index=0)
    assert raw.landmarks.to_dict() == detect(None, absent=[COVERED]).landmarks.to_dict()
    assert detector.detect(exact_image(), slice_index=0).calibration is not None


def test_landmarks_that_the_calibration_does_not_know_are_told():
    known = calibration(presence=None, reasons={"presence": "No landmark was ever absent."})
    known = replace(known, position=PositionModel({"FHC": PositionScale()}))
    remarks = " ".join(detect(known).remarks)
    assert "No landmark was ever absent." in remarks
    assert "For want of calibration cases" not in remarks


def test_an_image_without_millimetres_keeps_calibrated_presence_and_says_what_is_left_out():
    image = replace(exact_image(), calibration=Spacing(SpacingProvenance.NONE))
    found = detect(calibration(), image, absent=[COVERED])
    assert found.landmarks[COVERED].state is LandmarkState.ABSENT
    assert all(each.evidence.error_bin is None for each in found.landmarks.values())
    assert any("millimetres" in remark for remark in found.remarks)


def test_views_that_the_calibration_has_not_seen_are_told():
    detector = exact_detector(ExactNetwork(), calibration=calibration())
    usual, mirrored = (
        detector.detect(exact_image(), slice_index=0, views=views).remarks
        for views in (None, "mirror")
    )
    assert not any("other views" in each for each in usual)
    assert any("other views" in each for each in mirrored)


def test_the_size_of_a_femoral_head_on_a_film_is_known_without_a_pixel_size(hips):
    """The scripted hips have 1.5 pixels per mm of a hip whose head measures 48 mm."""
    scale = Script(hips).detect().scale
    assert not scale.has_millimetres
    assert set(scale.head_size) == set(Side)
    assert all(size == pytest.approx(72.0, rel=0.02) for size in scale.head_size.values())


def test_a_film_model_is_calibrated_in_heads(hips):
    script = Script(hips)
    known = calibration(LengthUnit.HEAD_PERCENT, variance=4.0, presence=None)
    raw = script.detector().detect(film())
    found = script.detector(calibration=known).detect(film())
    head = (Side.LEFT, "FHC")
    added = np.array(found.landmarks[head].covariance) - np.array(raw.landmarks[head].covariance)
    assert added[0, 0] == pytest.approx(4.0 * (72.0 / 100) ** 2, rel=0.05)
    assert found.landmarks[head].evidence.expected_error_mm is None
    assert found.landmarks[head].evidence.expected_error_percent > 0
