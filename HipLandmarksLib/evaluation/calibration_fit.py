"""From cases that a model read as it is to its calibration, cross-fitted by patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..anatomy import HipLandmarks, Landmark, LandmarkState
from ..detection import DoubtMeasure, part_doubts, part_name
from ..errors import ConfigurationError, UncertaintyError
from ..uncertainty import (
    AgreementObservation,
    Calibration,
    CalibrationProvenance,
    LandmarkObservation,
    LengthScale,
    LengthUnit,
    MeasurementObservation,
    PresenceSigns,
    apply,
    cross_fitted,
    fit_agreement,
    fit_calibration,
    predicted_place,
    with_measurements,
)
from .measurement_metrics import measured_pairs
from .suppression import DoubtCase


@dataclass(frozen=True)
class FittedCalibration:
    """A calibration, and how it would have done on its own cases.

    Attributes:
        calibration: of all cases.
        crossed: every case with the calibration that the other folds of patients give: figures
            of these are of patients that were not calibrated on.
    """

    calibration: Calibration
    crossed: tuple[DoubtCase, ...]


def fit_on_cases(
    cases: Sequence[DoubtCase],
    provenance: CalibrationProvenance,
    unit: LengthUnit,
    level: float,
) -> FittedCalibration:
    """Fit presence, positions, grades and all regions.

    Positions and regions rest on images as they are; of copies with covered landmarks only the
    signs of presence are used.

    Args:
        cases: read by a model without calibration.
        provenance: what the cases are.
        unit: in which lengths are calibrated.
        level: nominal coverage of regions and intervals.

    Raises:
        ConfigurationError: when the model gives nothing that could be calibrated.
        UncertaintyError: when the cases fix neither presence nor positions.
    """
    observations = [seen for each in cases for seen in landmark_observations(each, unit)]
    if not observations:
        raise ConfigurationError(
            "The model places no landmark that the reference speaks of: there is nothing to "
            "calibrate. Check that model and data belong together."
        )
    calibration = fit_calibration(observations, provenance, unit=unit, level=level)
    others = cross_fitted(observations, calibration)
    crossed = tuple(_calibrated(each, others, calibration) for each in cases)
    measured = [seen for each in crossed for seen in measurement_observations(each)]
    found = with_measurements(calibration, measured)
    return FittedCalibration(_with_agreement(found, cases), crossed)


def landmark_observations(one: DoubtCase, unit: LengthUnit) -> list[LandmarkObservation]:
    """What the model says of every landmark of the reference, beside the truth.

    Landmarks of which it says nothing are left out: those of a hip that it does not find, and
    those that it takes for an artificial joint.
    """
    case, found = one.case, []
    for id_, truth in case.reference.items():
        told = case.predicted.get(id_)
        if told is None or not _is_judged(told):
            continue
        if one.is_covered or not _has(unit, case.scale):
            present, signs = truth.position is not None, PresenceSigns.of(told)
            found.append(LandmarkObservation(case.patient, told.key, present, signs))
        else:
            args = (case.patient, told, truth, case.plane, unit, case.scale)
            found.append(LandmarkObservation.of(*args))
    return found


def agreement_observations(one: DoubtCase) -> list[AgreementObservation]:
    """Surprisal of the limbs and landmarks that truly are there, in an image as it is."""
    case = one.case
    there = {id_ for id_, truth in case.reference.items() if truth.position is not None}
    landmarks = HipLandmarks.of([p for id_, p in case.predicted.items() if id_ in there])
    limbs = {limb: score for limb, score in case.limbs.items() if there.issuperset(limb)}
    if one.is_covered or not limbs:
        return []
    doubts = part_doubts(landmarks, limbs, DoubtMeasure.SURPRISAL)
    return [AgreementObservation(part_name(part), doubt) for part, doubt in doubts.items()]


def measurement_observations(one: DoubtCase) -> list[MeasurementObservation]:
    """Errors of the measurements of a calibrated case, with their standard deviations."""
    if one.is_covered:
        return []
    return [
        MeasurementObservation(pair.patient, pair.id, -pair.error, pair.sigma, pair.sigma)
        for pair in measured_pairs(one.case)
        if pair.error is not None and pair.sigma
    ]


def _with_agreement(calibration: Calibration, cases: Sequence[DoubtCase]) -> Calibration:
    """With what is usual for the limbs; as it is for a model without fields."""
    if not any(each.case.limbs for each in cases):
        return calibration
    observed = [seen for each in cases for seen in agreement_observations(each)]
    try:
        return replace(calibration, agreement=fit_agreement(observed))
    except UncertaintyError as error:
        reasons = {**calibration.reasons, "usual agreement": str(error)}
        return replace(calibration, reasons=reasons)


def _calibrated(
    one: DoubtCase, others: Mapping[str, Calibration], everyone: Calibration
) -> DoubtCase:
    own = others.get(one.case.patient, everyone)
    case = one.case
    return replace(one, case=replace(case, predicted=apply(own, case.predicted, case.scale)))


def _has(unit: LengthUnit, scale: LengthScale) -> bool:
    """Whether an image knows the unit of the calibration."""
    return scale.has_millimetres if unit is LengthUnit.MILLIMETRE else bool(scale.head_size)


def _is_judged(landmark: Landmark) -> bool:
    return landmark.state is not LandmarkState.PROSTHESIS and predicted_place(landmark) is not None
