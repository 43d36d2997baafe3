"""A calibration at work: raw landmarks of a model in, calibrated landmarks out."""

from __future__ import annotations

from dataclasses import replace

from ..anatomy import HipLandmarks, Landmark, LandmarkState, PresenceEvidence, SourceKind
from .calibration import Calibration
from .observations import predicted_place
from .position import expected_error
from .presence import PresenceModel
from .signs import PresenceSigns
from .units import MILLIMETRES, LengthScale, LengthUnit

Rows = tuple[tuple[float, float, float], ...]


def apply(
    calibration: Calibration, landmarks: HipLandmarks, scale: LengthScale = MILLIMETRES
) -> HipLandmarks:
    """Calibrated landmarks: confidence, state, covariance, expected error and its grade.

    A landmark below its threshold of presence becomes absent, with the reason in its note and the
    place it would have had in its evidence; one that the model itself reports absent becomes
    visible when the calibrated probability says so and its suppressed place is known. Points of
    readers and references, prostheses, and points that were calibrated before stay as they are.

    Args:
        calibration: of the model that placed the points.
        landmarks: of one image, LPS mm.
        scale: what lengths of the image's frame mean.

    Raises:
        UncertaintyError: when the image does not know the calibration's unit.
    """
    changed = [_calibrated(calibration, each, scale) for each in landmarks.values()]
    return replace(landmarks, items_={each.id: each for each in changed})


def is_calibrated(landmark: Landmark) -> bool:
    """Whether a calibration gave the landmark's covariance."""
    return landmark.evidence is not None and landmark.evidence.error_bin is not None


def _calibrated(calibration: Calibration, landmark: Landmark, scale: LengthScale) -> Landmark:
    by_model = landmark.source.kind is SourceKind.MODEL
    judged = landmark.state in (LandmarkState.VISIBLE, LandmarkState.ABSENT)
    place = predicted_place(landmark)
    if not by_model or not judged or place is None or is_calibrated(landmark):
        return landmark
    landmark = _with_error(calibration, landmark, scale)
    if calibration.presence is None:
        return landmark
    return _judged(calibration.presence, landmark, place)


def _with_error(calibration: Calibration, landmark: Landmark, scale: LengthScale) -> Landmark:
    """Covariance, expected error and grade."""
    position, bins = calibration.position, calibration.bins
    if position is None or bins is None or landmark.covariance is None:
        return landmark
    unit = calibration.unit
    length = scale.length_of(unit, landmark.side)
    matrix = position.covariance(landmark.key, landmark.covariance, length)
    expected = expected_error(matrix)
    percent = expected / length if unit is LengthUnit.HEAD_PERCENT else None
    evidence = replace(
        landmark.evidence or PresenceEvidence(),
        expected_error_mm=expected if scale.has_millimetres else None,
        expected_error_percent=percent,
        error_bin=bins.bin_of(expected / length),
    )
    rows: Rows = tuple((float(a), float(b), float(c)) for a, b, c in matrix)
    return replace(landmark, covariance=rows, evidence=evidence)


def _judged(
    model: PresenceModel, landmark: Landmark, place: tuple[float, float, float]
) -> Landmark:
    """Confidence and state."""
    key, signs = landmark.key, PresenceSigns.of(landmark)
    probability = model.probability(key, signs)
    evidence = landmark.evidence or PresenceEvidence()
    if evidence.heatmap_presence is None:
        evidence = replace(evidence, heatmap_presence=landmark.confidence)
    threshold = model.threshold(key)
    if probability >= threshold:
        return replace(
            landmark,
            position=place,
            state=LandmarkState.VISIBLE,
            confidence=probability,
            note="",
            evidence=replace(evidence, suppressed_position=None),
        )
    return replace(
        landmark,
        position=None,
        state=LandmarkState.ABSENT,
        confidence=probability,
        note=_reason(model, key, probability, signs),
        evidence=replace(evidence, suppressed_position=place),
    )


def _reason(model: PresenceModel, key: str, probability: float, signs: PresenceSigns) -> str:
    shared = " of all landmarks" if model.is_pooled(key) else ""
    told = (
        f"not seen by the model (presence {probability:.2f}, below its threshold{shared} "
        f"{model.threshold(key):.2f}"
    )
    against = model.strongest_against(signs)
    return f"{told}; {against})" if against else f"{told})"
