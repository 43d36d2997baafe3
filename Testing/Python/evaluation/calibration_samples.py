"""Cases of a model whose errors follow a known law, for tests of calibration and report."""

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
from HipLandmarksLib.evaluation import EvaluationCase
from HipLandmarksLib.evaluation.suppression import DoubtCase
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane

MODEL = Source(SourceKind.MODEL, "tested", "1")
HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}
"""(lateral, cranial) mm from the head centre."""


def places() -> dict[tuple[Side, str], tuple[float, float, float]]:
    """True LPS mm of both hips, heads 180 mm apart."""
    return {
        (side, key): ((1.0 if side is Side.LEFT else -1.0) * (90.0 + x), 0.0, y)
        for side in Side
        for key, (x, y) in HIP.items()
    }


def doubt_case(
    rng: np.random.Generator,
    patient: str,
    *,
    sigma: float = 2.0,
    stated: float = 1.0,
    hidden: int = 0,
    is_covered: bool = False,
) -> DoubtCase:
    """A case of a model without calibration.

    Points are off by ``sigma`` mm times a factor that the model knows, and it states ``stated``
    times that. ``hidden`` landmarks are absent, and the model puts them 60 mm off, with weaker
    signs of presence.
    """
    truth, reference, predicted, covered = places(), [], [], {}
    gone = {list(truth)[n] for n in rng.choice(len(truth), hidden, replace=False)}
    for (side, key), place in truth.items():
        absent = (side, key) in gone
        if absent:
            covered[(side, key)] = place
        state = LandmarkState.ABSENT if absent else LandmarkState.VISIBLE
        reference.append(Landmark(side, key, None if absent else place, state))
        predicted.append(_answer(rng, side, key, place, absent, sigma, stated))
    case = EvaluationCase(
        name=patient,
        patient=patient,
        reference=HipLandmarks.of(reference),
        predicted=HipLandmarks.of(predicted),
        plane=ViewPlane.coronal(),
        settings=MeasurementSettings(calibration=Calibration(SpacingProvenance.PATIENT_PLANE)),
    )
    return DoubtCase(case, covered, is_covered=is_covered)


def doubt_cases(seed: int, patients: int, hidden: int = 2, **law: float) -> list[DoubtCase]:
    """For each patient a case as it is and a copy with landmarks covered."""
    rng = np.random.default_rng(seed)
    cases = []
    for number in range(patients):
        name = f"p{number:03d}"
        cases.append(doubt_case(rng, name, **law))
        cases.append(doubt_case(rng, name, hidden=hidden, is_covered=True, **law))
    return cases


def _answer(rng, side, key, place, absent, sigma, stated):
    factor = float(rng.uniform(0.5, 1.5))
    off = rng.normal(0.0, sigma * factor, 2)
    if absent:
        off = off + 60.0
    presence = float(np.clip(rng.beta(2, 6) if absent else rng.beta(8, 2), 0.01, 0.99))
    evidence = PresenceEvidence(
        heatmap_presence=presence,
        peak=float(np.clip(presence + rng.normal(0, 0.1), 0, 1)),
        template_match=float(np.clip(presence + rng.normal(0, 0.2), -1, 1)),
        surprisal=float(np.clip(1.0 - presence + rng.normal(0, 0.1), 0, 1)),
    )
    spread = np.diag([1.0, 0.0, 1.0]) * (stated * sigma * factor) ** 2
    position = (place[0] + off[0], 0.0, place[2] + off[1])
    return Landmark(
        side,
        key,
        position,
        LandmarkState.VISIBLE,
        MODEL,
        tuple(map(tuple, spread.tolist())),
        presence,
        evidence=evidence,
    )
