"""Calibration cases whose truth is known because it was drawn, for the tests of this package."""

from __future__ import annotations

import numpy as np

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.uncertainty import (
    Calibration,
    CalibrationProvenance,
    LandmarkObservation,
    PresenceSigns,
    fit_calibration,
)

MODEL = Source(SourceKind.MODEL, "toy", "1")
PROVENANCE = CalibrationProvenance("drawn numbers", 30, 30, "2026-01-01", ("p0", "p1"))
KEYS = ("FHC", "LCP")
COVARIANCE = ((1.0, 0.0, 0.2), (0.0, 0.0, 0.0), (0.2, 0.0, 2.0))
SURE = PresenceEvidence(surprisal=0.05, heatmap_presence=0.97, peak=0.9, entropy=0.2)
DOUBTED = PresenceEvidence(surprisal=0.9, heatmap_presence=0.6, peak=0.2, entropy=0.7)


def signs(rng: np.random.Generator, there: bool) -> PresenceSigns:
    """Signs that tell mostly right; the limbs cannot always be assessed."""
    middle = 1.0 if there else -1.0
    a, b, c, d = middle + rng.normal(0.0, 1.6, 4)
    unknown = rng.random() < 0.2
    return PresenceSigns(
        peak=float(1 / (1 + np.exp(-a))),
        entropy=float(1 / (1 + np.exp(b))),
        surprisal=None if unknown else float(1 / (1 + np.exp(2 * c))),
        nowhere_logit=float(3 * d),
    )


def observations(
    seed: int = 0,
    patients: int = 30,
    keys: tuple[str, ...] = KEYS,
    temperature: float = 2.0,
    variance: float = 0.5,
    absent: float = 0.2,
    unit: float = 1.0,
) -> list[LandmarkObservation]:
    """Two hips per patient; errors of ``temperature`` * raw + ``variance``, per ``unit``."""
    rng = np.random.default_rng(seed)
    found = []
    for patient in range(patients):
        for key in keys * 2:
            there = rng.random() >= absent
            told, (large, small) = signs(rng, there), rng.uniform(0.5, 6.0, 2)
            turn = rng.uniform(0.0, np.pi)
            c, s = np.cos(turn), np.sin(turn)
            axes = np.array([[c, -s], [s, c]])
            raw = axes @ np.diag([large, small]) @ axes.T
            error = np.linalg.cholesky(temperature * raw + variance * np.eye(2)) @ rng.normal(
                size=2
            )
            name = f"p{patient}"
            if not there:
                found.append(LandmarkObservation(name, key, False, told))
                continue
            offset = (float(error[0] * unit), float(error[1] * unit))
            rows = (float(raw[0, 0]), float(raw[0, 1]), float(raw[1, 1]))
            xx, xy, yy = (unit**2 * value for value in rows)
            found.append(LandmarkObservation(name, key, True, told, offset, (xx, xy, yy)))
    return found


def calibration(**changes: object) -> Calibration:
    """Fitted on the default observations."""
    return fit_calibration(observations(), PROVENANCE, **changes)


def landmark(
    key: str = "FHC", side: Side = Side.RIGHT, evidence: PresenceEvidence = SURE
) -> Landmark:
    """As a model gives it before calibration."""
    place, there = (10.0, 20.0, 30.0), LandmarkState.VISIBLE
    presence = evidence.heatmap_presence
    return Landmark(side, key, place, there, MODEL, COVARIANCE, presence, evidence=evidence)


def case(*points: Landmark) -> HipLandmarks:
    """A case of these points."""
    return HipLandmarks.of(points, "toy")
