"""Why a measurement has no value: null with a reason, never 0."""

from __future__ import annotations

from dataclasses import dataclass

from ..anatomy import AnySide, LandmarkId, Side
from .case import CaseGeometry
from .definition import MeasurementDefinition
from .frames import LINE_KEY, FrameUse, HipFrame
from .hip import HEAD_CENTRE, HEDGE, RIM, HipGeometry
from .types import MeasurementStatus

_ROOF_HEIGHT = 0.5  # in head radii, above the head centre
_SHAFT = ("SHP", "SHD")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Status and sentence of a null; ``missing`` holds the keys that are not there."""

    status: MeasurementStatus
    reason: str
    missing: tuple[str, ...] = ()


def refusal(
    case: CaseGeometry, definition: MeasurementDefinition, hip: HipGeometry, frame: HipFrame
) -> Refusal | None:
    """Why there is no value, None when there is one."""
    found = None
    if case.prostheses or definition.max_obliquity_deg is not None:
        found = _not_applicable(case, definition, hip.side)
    if found is None:
        found = _missing(case, definition, hip)
    if found is None:
        found = _degenerate(case, definition, hip)
    if found is None and definition.roof_point is not None:
        found = _not_a_roof(case, definition.roof_point, hip, frame)
    return found


def _not_applicable(
    case: CaseGeometry, definition: MeasurementDefinition, side: AnySide
) -> Refusal | None:
    if side in case.prostheses and not definition.pelvic:
        reason = f"There is a prosthesis on the {side.word} side."
        return Refusal(MeasurementStatus.NOT_APPLICABLE, reason)
    limit = definition.max_obliquity_deg
    if limit is not None and case.obliquity_deg > limit:
        tilt = case.obliquity_deg
        reason = f"The slices are {tilt:.0f} degrees off coronal; up to {limit:.0f} are accepted."
        return Refusal(MeasurementStatus.NOT_APPLICABLE, reason)
    return None


def _missing(
    case: CaseGeometry, definition: MeasurementDefinition, hip: HipGeometry
) -> Refusal | None:
    known = hip.points
    absent = [name for name in definition.points if name not in known and not hip.has(name)]
    if not absent and definition.needs_points_only:
        return None
    words = [_described(case, hip.id_of(name)) for name in absent]
    for key, least in definition.series.items():
        if len(hip.series(key)) < least:
            absent.append(key)
            points = "points" if least > 1 else "point"
            words.append(f"{hip.side.word} {key} (a list of at least {least} {points})")
    if definition.needs_radius and not hip.has_radius() and not hip.radius_problem:
        absent, words = _without_radius(case, hip, absent, words)
    if definition.frame is FrameUse.TRIRADIATE:
        own = [hip.id_of(name) for name in definition.points]
        for id_ in _ends_of_line(case):
            if id_ not in own and case.point(id_) is None:
                absent.append(id_[1])
                words.append(_described(case, id_))
    if not absent:
        return None
    reason = f"Needs the {' and the '.join(words)}."
    missing = tuple(dict.fromkeys(absent))
    return Refusal(MeasurementStatus.MISSING_LANDMARK, reason, missing)


def _ends_of_line(case: CaseGeometry) -> list[LandmarkId]:
    """Landmarks of the line of the index of the child; none for the axes of the image."""
    key = LINE_KEY.get(case.settings.hilgenreiner_reference)
    return [] if key is None else [(side, key) for side in Side]


def _without_radius(
    case: CaseGeometry, hip: HipGeometry, absent: list[str], words: list[str]
) -> tuple[list[str], list[str]]:
    """Add what the head radius lacks."""
    for key in (HEAD_CENTRE, HEDGE):
        if key not in absent and not hip.has(key):
            absent = [*absent, key]
            words = [*words, _described(case, hip.id_of(key))]
    words[-1] += f", or three {RIM} points"
    return absent, words


def _described(case: CaseGeometry, id_: LandmarkId) -> str:
    known = case.landmarks.items_.get(id_)
    state = "not annotated" if known is None else known.state.value
    return f"{id_[0].word} {id_[1]} ({state})"


def _degenerate(
    case: CaseGeometry, definition: MeasurementDefinition, hip: HipGeometry
) -> Refusal | None:
    points, limit = hip.points, case.min_distance
    for pair in definition.pairs:
        a, b = pair
        if abs(points[a] - points[b]) < (case.min_shaft if pair == _SHAFT else limit):
            return _too_close(hip.id_of(a), hip.id_of(b))
    if definition.needs_radius and not hip.has_radius():
        return Refusal(MeasurementStatus.DEGENERATE, hip.radius_problem)
    if definition.frame is FrameUse.TRIRADIATE and case.hilgenreiner is None:
        return _too_close(*_ends_of_line(case))
    return None


def _too_close(a: LandmarkId, b: LandmarkId) -> Refusal:
    second = b[1] if a[0] is b[0] else f"the {b[0].word} {b[1]}"
    reason = f"The {a[0].word} {a[1]} and {second} are too close together: check their places."
    return Refusal(MeasurementStatus.DEGENERATE, reason)


def _not_a_roof(case: CaseGeometry, name: str, hip: HipGeometry, frame: HipFrame) -> Refusal | None:
    """A "medial end of the sourcil" that lies too low is another structure."""
    if not hip.has(HEAD_CENTRE):
        return None
    height = ((hip.points[name] - hip.points[HEAD_CENTRE]) * frame.up.conjugate()).real
    least = _ROOF_HEIGHT * hip.head_radius.value if hip.has_radius() else 0.0
    if height > least:
        return None
    where = "below" if height <= 0.0 else "hardly above"
    reason = (
        f"The {hip.side.word} {name} lies {where} the head centre: it marks the lower rim, not the "
        "medial end of the sourcil. The acetabular index against Hilgenreiner's line does not need "
        "it."
    )
    return Refusal(MeasurementStatus.NOT_APPLICABLE, reason)
