"""A film calibrated after its points were placed: lengths change by the factor, angles stay."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.imaging import (
    ball_calibration,
    ball_from_rim,
    choose_calibration,
    magnification_calibration,
    read_image,
    with_calibration,
)
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementStatus,
    Sex,
    ViewPlane,
    measure,
)

# Dataset D5 of the measurement specification: detector spacing 0.143 mm, true magnification 1.20,
# femoral offset 51.6 mm at the detector and 43 mm at the hip.
SPACING = 0.143
RIGHT_HIP = {
    "FHC": (400, 600),
    "LAE": (330, 480),
    "LCP": (310, 560),
    "NA": (300, 700),
    "NB": (290, 710),
}
ANGLES = ("alpha", "lce", "nsa")
LENGTH = "femoral_offset_mm"


@pytest.fixture
def film(tmp_path, radiograph, save):
    """A film in detector millimetres with points of the right hip, placed on its pixels."""
    pixels = np.tile(np.arange(1400, dtype=np.uint16), (1500, 1))
    dataset = radiograph(
        pixels,
        ImagerPixelSpacing=[SPACING, SPACING],
        PatientOrientation=["L", "F"],
        PatientAge="061Y",
    )
    return read_image(save(dataset, tmp_path / "film.dcm"))


def _landmarks(image) -> HipLandmarks:
    offset_px = 51.6 / SPACING
    points = {
        **RIGHT_HIP,
        "SHP": (400 - offset_px, 900),
        "SHD": (400 - offset_px, 1400),
    }
    return HipLandmarks.of(
        Landmark(Side.RIGHT, key, tuple(image.to_lps((*pixel, 0.0)).tolist()))
        for key, pixel in points.items()
    )


def _values(image, landmarks):
    settings = MeasurementSettings.for_image(image)
    found = measure(landmarks, ViewPlane.from_image(image), settings, ids=(*ANGLES, LENGTH))
    return {one.id: one for one in found if one.side is Side.RIGHT}


def _ball(image):
    """A ball of 25 mm that shows 30 mm wide: magnification 1.2."""
    turn = np.radians([10, 130, 250])
    rim = np.array([700.0, 400.0]) + 15.0 / SPACING * np.stack([np.cos(turn), np.sin(turn)], 1)
    return ball_calibration(image, ball_from_rim(image, rim))


@pytest.mark.parametrize("way", ["ball", "magnification"])
def test_lengths_scale_and_angles_stay(film, way):
    landmarks = _landmarks(film)
    before = _values(film, landmarks)
    calibration = _ball(film) if way == "ball" else magnification_calibration(film, 1.2)
    after = _values(with_calibration(film, calibration), landmarks)
    assert before[LENGTH].value == pytest.approx(51.6)
    assert after[LENGTH].value == pytest.approx(43.0)
    for id_ in ANGLES:
        assert before[id_].value is not None
        assert after[id_].value == pytest.approx(before[id_].value, abs=1e-9)


def test_a_calibrated_length_loses_its_badge_and_may_be_classified(film):
    landmarks = _landmarks(film)
    before = _values(film, landmarks)[LENGTH]
    after = _values(with_calibration(film, _ball(film)), landmarks)[LENGTH]
    assert MeasurementStatus.UNCALIBRATED in before.status
    assert before.classification is None
    assert MeasurementStatus.UNCALIBRATED not in after.status
    assert after.calibration.provenance.value == "MARKER"


def test_calibrating_twice_is_calibrating_once(film):
    landmarks = _landmarks(film)
    first = with_calibration(film, magnification_calibration(film, 1.3))
    second = with_calibration(first, choose_calibration(first, marker=_ball(first)))
    assert _values(second, landmarks)[LENGTH].value == pytest.approx(43.0)


def test_the_uncertainty_scales_with_the_length(film):
    covariance = ((0.25, 0.0, 0.0), (0.0, 0.25, 0.0), (0.0, 0.0, 0.25))
    landmarks = HipLandmarks.of(
        Landmark(one.side, one.key, one.position, covariance=covariance)
        for one in _landmarks(film).values()
    )
    before = _values(film, landmarks)
    after = _values(with_calibration(film, _ball(film)), landmarks)
    assert after[LENGTH].sigma == pytest.approx(before[LENGTH].sigma / 1.2)
    assert after["alpha"].sigma == pytest.approx(before["alpha"].sigma)


def test_sex_and_age_of_the_image_reach_the_settings(film):
    settings = MeasurementSettings.for_image(film)
    assert (settings.sex, settings.patient_age_years) == (Sex.FEMALE, 61.0)
    changed = MeasurementSettings.for_image(film, sex=Sex.MALE, patient_age_years=None)
    assert (changed.sex, changed.patient_age_years) == (Sex.MALE, None)
