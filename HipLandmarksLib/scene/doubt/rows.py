"""What is known of every landmark's doubt, in words: the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

from ...anatomy import Landmark, LandmarkId, LandmarkState, PresenceEvidence
from .reading import ModelReading

COLUMNS = (
    *("Landmark", "Side", "State", "Placed by", "Presence", "Expected error", "Grade"),
    *("Fields agree", "Model's region", "Reason"),
)

_STATES = {
    LandmarkState.VISIBLE: "there",
    LandmarkState.ESTIMATED: "estimated",
    LandmarkState.ABSENT: "not there",
    LandmarkState.PROSTHESIS: "prosthesis",
}
INSIDE, OUTSIDE = "inside", "outside"
PLACE_IT = "place the point to overrule the model"


@dataclass(frozen=True)
class Standing:
    """How a point stands to the model's reading now.

    Attributes:
        agreement: how far the fields bear the point out, in [0, 1]; None when not assessable.
        no_agreement: why it is not assessable; "" otherwise.
        outside: whether it lies outside the model's region; None when that cannot be said.
        no_region: why that cannot be said; "" otherwise.
    """

    agreement: float | None = None
    no_agreement: str = ""
    outside: bool | None = None
    no_region: str = ""


def row_of(
    id_: LandmarkId, point: Landmark | None, reading: ModelReading, now: Standing
) -> tuple[str, ...]:
    """The row of a landmark, see :data:`COLUMNS`.

    Args:
        id_: side and key.
        point: as it is now; None when it is not placed.
        reading: the model's.
        now: how the point stands to it.
    """
    side, key = id_
    state, placed_by, evidence = "still to be placed", "", PresenceEvidence()
    if point is not None:
        state, placed_by = _STATES[point.state], point.source.name or point.source.kind.value
        evidence = point.evidence or evidence
    presence = None if point is None else point.confidence
    return (
        key,
        side.word,
        state,
        placed_by,
        "" if presence is None else f"{presence:.2f}",
        _error(evidence),
        "" if evidence.error_bin is None else evidence.error_bin.value,
        now.no_agreement if now.agreement is None else f"{now.agreement:.2f}",
        _region(now, reading),
        "" if point is None else _reason(point),
    )


def _error(evidence: PresenceEvidence) -> str:
    if evidence.expected_error_mm is not None:
        return f"{evidence.expected_error_mm:.1f} mm"
    if evidence.expected_error_percent is not None:
        return f"{evidence.expected_error_percent:.1f} % of the head"
    return ""


def _region(now: Standing, reading: ModelReading) -> str:
    if now.outside is None:
        return now.no_region
    return f"{OUTSIDE if now.outside else INSIDE} the {reading.words}"


def _reason(point: Landmark) -> str:
    place = None if point.evidence is None else point.evidence.suppressed_position
    offer = PLACE_IT if place is not None and point.state is LandmarkState.ABSENT else ""
    return "; ".join(text for text in (point.note, offer) if text)
