"""How sure a model is of a point, and the order in which a reader looks at points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..anatomy import ErrorBin, Landmark, LandmarkState, PresenceEvidence, SourceKind
from ..i18n import tr as _

_UNITS = ("mm", "% of the head")


class DoubtKind(Enum):
    """What is known of a model's doubt about a point; the order is that of the list."""

    SUPPRESSED = "suppressed"
    """The model reports the point absent."""
    EXPECTED_ERROR = "expected error"
    """Calibrated: the mean error of points like this one."""
    SPREAD = "spread"
    """The model's own standard deviation, not calibrated."""
    UNKNOWN = "unknown"
    """Placed without a model, or by one that does not say."""


@dataclass(frozen=True)
class Doubt:
    """What the original landmark tells of its doubt. Research software, not a medical device.

    Attributes:
        kind: what ``length`` is.
        length: how far off the point may be, in ``unit``; None when it is not known.
        unit: ``mm``, ``% of the head`` or "".
        grade: of the expected error; None without calibration.
        presence: probability that the point is there; None when it is not known.
    """

    kind: DoubtKind
    length: float | None = None
    unit: str = ""
    grade: ErrorBin | None = None
    presence: float | None = None

    @property
    def rank(self) -> tuple[float, ...]:
        """Sorts the most doubtful first; lengths of other kinds are not compared.

        Suppressed points come first, those first of which it is least clear whether they are
        there; then calibrated points by grade and expected error; then the others.
        """
        kinds = list(DoubtKind)
        if self.kind is DoubtKind.SUPPRESSED:
            return (kinds.index(self.kind), -(self.presence or 0.0))
        grade = list(ErrorBin).index(self.grade) if self.grade is not None else -1
        length = self.length if self.length is not None else -1.0
        presence = self.presence if self.presence is not None else 1.0
        return (kinds.index(self.kind), -grade, -length, presence)


def doubt_of(original: Landmark | None) -> Doubt:
    """The doubt about a point as the model gave it; UNKNOWN for everybody else's points."""
    if original is None or original.source.kind is not SourceKind.MODEL:
        return Doubt(DoubtKind.UNKNOWN)
    evidence = original.evidence or PresenceEvidence()
    presence = original.confidence
    length, unit = _expected(evidence)
    if original.state is LandmarkState.ABSENT:
        return Doubt(DoubtKind.SUPPRESSED, length, unit, evidence.error_bin, presence)
    if evidence.error_bin is not None:
        return Doubt(DoubtKind.EXPECTED_ERROR, length, unit, evidence.error_bin, presence)
    if original.covariance is None:
        return Doubt(DoubtKind.UNKNOWN, presence=presence)
    variance = float(np.linalg.eigvalsh(np.asarray(original.covariance))[-1])
    return Doubt(DoubtKind.SPREAD, float(np.sqrt(max(variance, 0.0))), "mm", None, presence)


def order_remark(doubts: list[Doubt]) -> str:
    """Why an order by these doubts is less than it could be; "" for calibrated ones."""
    kinds = {doubt.kind for doubt in doubts}
    if DoubtKind.EXPECTED_ERROR in kinds:
        return ""
    if kinds & {DoubtKind.SPREAD, DoubtKind.SUPPRESSED}:
        return _(
            "This model's doubt is not calibrated: the list is ordered by how far its answers "
            "spread."
        )
    return _("No model placed these points: the list has the order of the landmark table.")


def _expected(evidence: PresenceEvidence) -> tuple[float | None, str]:
    lengths = (evidence.expected_error_mm, evidence.expected_error_percent)
    for length, unit in zip(lengths, _UNITS, strict=True):
        if length is not None:
            return length, unit
    return None, ""
