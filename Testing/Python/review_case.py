"""Points of a review made by hand: sure, doubtful, suppressed; a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import numpy as np

from HipLandmarksLib.anatomy import (
    AnySide,
    ErrorBin,
    HipLandmarks,
    Landmark,
    LandmarkId,
    LandmarkState,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)

MODEL = Source(SourceKind.MODEL, "test-model", "1")
READER = Source(SourceKind.READER, "anna")
RIGHT, LEFT = Side.RIGHT, Side.LEFT
PLACE = np.diag([0.5, 0.5, 4.0, 1.0])
"""ijk to LPS of an image."""

OFFSETS = {"FHC": (90.0, 0.0, 0.0), "LAE": (104.0, 0.0, 24.0), "TD": (57.0, 0.0, -17.0)}
SUPPRESSED_AT = (-75.0, 1.0, 22.0)


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 9, tzinfo=timezone.utc))

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def point(
    side: AnySide,
    key: str,
    position: tuple[float, float, float],
    error_mm: float | None = None,
    grade: ErrorBin | None = None,
) -> Landmark:
    """A point of the model, calibrated when an expected error is given."""
    evidence = None
    if error_mm is not None:
        evidence = PresenceEvidence(expected_error_mm=error_mm, error_bin=grade)
    unit = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 4.0))
    return Landmark(
        side, key, position, source=MODEL, covariance=unit, confidence=0.9, evidence=evidence
    )


def suppressed(id_: LandmarkId, at: tuple[float, float, float], presence: float) -> Landmark:
    """A point that the model reports absent, with the place where it would have put it."""
    side, key = id_
    return Landmark(
        side,
        key,
        None,
        LandmarkState.ABSENT,
        MODEL,
        confidence=presence,
        note="not seen by the model",
        evidence=PresenceEvidence(suppressed_position=at),
    )


def calibrated_hips() -> HipLandmarks:
    """Two mirrored hips with errors of 1 to 6 mm; the right MSO is suppressed."""
    grades = {"FHC": ErrorBin.GREEN, "TD": ErrorBin.AMBER, "LAE": ErrorBin.RED}
    errors = {"FHC": 1.0, "TD": 2.0, "LAE": 5.0}
    points = [
        point(side, key, (x * lat, y, z), errors[key] + (side is LEFT), grades[key])
        for side, lat in ((RIGHT, -1.0), (LEFT, 1.0))
        for key, (x, y, z) in OFFSETS.items()
    ]
    points.append(suppressed((RIGHT, "MSO"), SUPPRESSED_AT, 0.3))
    return HipLandmarks.of(points, case_id="demo")
