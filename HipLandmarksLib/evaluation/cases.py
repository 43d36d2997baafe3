"""Cases to evaluate: reference and predicted landmarks of one image, paired point by point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import hypot

import numpy as np
from numpy.typing import NDArray

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId, PresenceEvidence
from ..detection import LimbId, LimbScore
from ..imaging import HipImage
from ..measurement import MeasurementSettings, ViewPlane
from ..uncertainty import MILLIMETRES, LengthScale

HEAD_CENTRE = "FHC"
TEARDROP = "TD"


class Outcome(str, Enum):
    """What became of one landmark that the reference speaks of."""

    FOUND = "found"
    """There, and found: it has an error."""
    MISSED = "missed"
    """There, but reported absent or not reported."""
    INVENTED = "invented"
    """Absent, but given a position."""
    RIGHTLY_ABSENT = "rightly absent"
    """Absent, and reported so."""


class NormDistance(str, Enum):
    """Distance by which NME divides the errors of a case."""

    HEAD_CENTRES = "femoral head centres"
    TEARDROPS = "teardrops"

    @property
    def key(self) -> str:
        """Landmark whose right and left point span the distance."""
        return HEAD_CENTRE if self is NormDistance.HEAD_CENTRES else TEARDROP


@dataclass(frozen=True)
class EvaluationCase:
    """One image with its reference and its predicted landmarks.

    Attributes:
        name: of the image.
        patient: who it shows; images of one patient are not independent.
        reference, predicted: landmarks in LPS mm.
        plane: plane in which errors and angles are measured.
        settings: how both sets of landmarks are measured.
        steps: 3x2 LPS mm of one pixel step along i and j, None when no image is known: then
            there are no errors in pixels.
        image: for pictures, None when it is not there.
        lengths_known: whether mm of this case are millimetres of the patient.
        slice_differences: predicted minus reference slice by side letter, where slices were chosen
            automatically.
        scale: what lengths of the image mean to a calibration.
        limbs: how far the fields of the model bear out each limb; empty for models without fields.
    """

    name: str
    patient: str
    reference: HipLandmarks
    predicted: HipLandmarks
    plane: ViewPlane
    settings: MeasurementSettings
    steps: NDArray[np.float64] | None = None
    image: HipImage | None = None
    lengths_known: bool = True
    slice_differences: dict[str, int] = field(default_factory=dict)
    scale: LengthScale = MILLIMETRES
    limbs: Mapping[LimbId, LimbScore] = field(default_factory=dict)

    @property
    def structured(self) -> bool:
        """Whether the reference marks no landmark as absent (paper 2: structured data)."""
        return all(point.position is not None for point in self.reference.values())


@dataclass(frozen=True)
class LandmarkPair:
    """One landmark of the reference and what was predicted for it.

    Attributes:
        case, patient: image and patient.
        side, key: landmark.
        outcome: see :class:`Outcome`.
        error_mm: distance in the image plane; None unless found and lengths are known.
        error_px: the same in pixels of the image; None unless found and an image is known.
        offset_mm: predicted minus reference in the plane, (patient's left, cranial) mm; None
            unless found. In units of the file where lengths are not known.
        reference_xy, predicted_xy: position in pixels (i, j) where an image is known, else mm in
            the plane; None without position.
        norm_mm: distance that NME divides by, None when its points are not there.
        covariance: of the prediction in the plane (xx, xy, yy) mm^2, None when unknown.
        confidence: presence as predicted, in [0, 1], None when unknown.
        evidence: further signs of presence that the prediction gives, None without any.
    """

    case: str
    patient: str
    side: AnySide
    key: str
    outcome: Outcome
    error_mm: float | None = None
    error_px: float | None = None
    offset_mm: tuple[float, float] | None = None
    reference_xy: tuple[float, float] | None = None
    predicted_xy: tuple[float, float] | None = None
    norm_mm: float | None = None
    covariance: tuple[float, float, float] | None = None
    confidence: float | None = None
    evidence: PresenceEvidence | None = None

    @property
    def is_present(self) -> bool:
        """Whether the reference has a position."""
        return self.outcome in (Outcome.FOUND, Outcome.MISSED)

    @property
    def nme(self) -> float | None:
        """Error divided by the norm distance; a ratio, so it needs no millimetres."""
        if self.offset_mm is None or self.norm_mm is None:
            return None
        return hypot(*self.offset_mm) / self.norm_mm


def pairs_of(
    case: EvaluationCase, norm: NormDistance = NormDistance.HEAD_CENTRES
) -> list[LandmarkPair]:
    """One pair for every landmark that the reference speaks of, in its order.

    A landmark that the reference does not hold was not annotated: it counts neither for nor
    against the prediction.
    """
    distance = _norm_mm(case, norm)
    return [_pair(case, id_, distance) for id_ in case.reference]


def _norm_mm(case: EvaluationCase, norm: NormDistance) -> float | None:
    from ..anatomy import Side

    ends = [case.reference.position(side, norm.key) for side in Side]
    if any(end is None for end in ends):
        return None
    right, left = case.plane.project(np.stack([end for end in ends if end is not None]))
    distance = float(np.hypot(*(right - left)))
    return distance if distance > 0.0 else None


def _pair(case: EvaluationCase, id_: LandmarkId, norm_mm: float | None) -> LandmarkPair:
    truth, found = case.reference[id_], case.predicted.get(id_)
    placed = found is not None and found.position is not None
    if truth.position is None:
        outcome = Outcome.INVENTED if placed else Outcome.RIGHTLY_ABSENT
    else:
        outcome = Outcome.FOUND if placed else Outcome.MISSED
    error = _error(case, truth, found) if outcome is Outcome.FOUND and found else _Error()
    return LandmarkPair(
        case=case.name,
        patient=case.patient,
        side=id_[0],
        key=id_[1],
        outcome=outcome,
        error_mm=error.mm if case.lengths_known else None,
        error_px=error.px,
        offset_mm=error.offset_mm,
        reference_xy=_xy(case, truth),
        predicted_xy=None if found is None else _xy(case, found),
        norm_mm=norm_mm,
        covariance=_covariance(case, found) if placed else None,
        confidence=None if found is None else found.confidence,
        evidence=None if found is None else found.evidence,
    )


@dataclass(frozen=True)
class _Error:
    mm: float | None = None
    px: float | None = None
    offset_mm: tuple[float, float] | None = None


def _error(case: EvaluationCase, truth: Landmark, found: Landmark) -> _Error:
    x, y = (float(v) for v in case.plane.project(found.point() - truth.point()))
    px = None
    if case.steps is not None:
        shift = np.linalg.pinv(case.steps) @ (found.point() - truth.point())
        px = float(np.hypot(*shift))
    return _Error(hypot(x, y), px, (x, y))


def _xy(case: EvaluationCase, landmark: Landmark) -> tuple[float, float] | None:
    if landmark.position is None:
        return None
    if case.image is not None:
        i, j, _ = case.image.to_ijk(landmark.point())
        return (float(i), float(j))
    x, y = case.plane.project(landmark.point())
    return (float(x), float(y))


def _covariance(
    case: EvaluationCase, landmark: Landmark | None
) -> tuple[float, float, float] | None:
    if landmark is None or landmark.covariance is None:
        return None
    return case.plane.project_covariance(landmark.covariance)
