"""``measure``: landmarks in, measurements out; and which of them a moved landmark changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from ..anatomy import AnySide, HipLandmarks, LandmarkTable, Midline, Side
from .case import LATERAL_KEYS, CaseGeometry
from .definition import FILM_KEYS, MeasurementDefinition
from .definitions import MeasurementTable
from .flags import CaseFlags
from .frames import CRANIAL_KEYS, LINE_KEY, FrameUse
from .hip import HEAD_CENTRE, replaceable_by
from .plane import ViewPlane
from .result import Measurement
from .run import MeasurementRun
from .thresholds import threshold_set
from .types import MeasurementSettings

BOTH_SIDES = (Side.RIGHT, Side.LEFT)
WHOLE_CASE: tuple[AnySide, ...] = (*BOTH_SIDES, Midline.PELVIS)
_LINE_KEYS = frozenset(LINE_KEY.values()) | frozenset(CRANIAL_KEYS)
_SIDE_KEYS = frozenset({HEAD_CENTRE, *LATERAL_KEYS})


def measure(
    landmarks: HipLandmarks,
    plane: ViewPlane,
    settings: MeasurementSettings,
    ids: Collection[str] | None = None,
    sides: Sequence[AnySide] = WHOLE_CASE,
) -> list[Measurement]:
    """Measure a case.

    Args:
        landmarks: points in LPS mm; the points of one hip may lie on different slices.
        plane: plane onto which they are projected.
        settings: reference line, edge, calibration, thresholds.
        ids: measurement ids; None for all, those of extra points if the settings say so.
        sides: hips to measure; the midline stands for what belongs to the whole pelvis.

    Returns:
        One result per side and measurement, in the order of ``sides`` and of the table; a value
        that cannot be had is None, with a reason.

    Raises:
        ConfigurationError: when a measurement id or the threshold set is unknown.
    """
    threshold_set(settings.threshold_set)
    definitions = MeasurementTable.load().select(ids, settings.extra_points)
    case = CaseGeometry(landmarks, plane, settings)
    shared = CaseFlags(case)
    of_hips = [definition for definition in definitions if not definition.pelvic]
    of_pelvis = [definition for definition in definitions if definition.pelvic]
    return [
        MeasurementRun(case, shared, definition, case.hip(side)).result()
        for side in sides
        for definition in (of_pelvis if side is Midline.PELVIS else of_hips)
    ]


def affected_by(
    side: AnySide, key: str, landmarks: HipLandmarks | None = None
) -> frozenset[tuple[AnySide, str]]:
    """Measurements (side, id) that may change when landmark ``key`` of ``side`` moves.

    A point of a reference line, or one that tells which way is cranial, concerns both sides;
    a point by which the side labels are checked concerns every measurement of its side.
    Marking a point as prosthesis, or taking that mark away, concerns the whole side and is not
    covered here.

    Args:
        side, key: the landmark.
        landmarks: the case, when the landmark moved from one place to another: then points
            that could only stand in for another one, which is there, do not count.
    """
    key = _list_of(key)
    idle = landmarks is not None and _stands_aside(landmarks, side, key)
    return _affected(side, key, idle)


def _stands_aside(landmarks: HipLandmarks, side: AnySide, key: str) -> bool:
    """Whether every point that ``key`` could stand in for is there itself."""
    replaced = replaceable_by(key)
    return bool(replaced) and all(
        (known := landmarks.items_.get((side, each))) is not None and known.position is not None
        for each in replaced
    )


@lru_cache(maxsize=1024)
def _affected(side: AnySide, key: str, idle: bool) -> frozenset[tuple[AnySide, str]]:
    affected: set[tuple[AnySide, str]] = set()
    for definition in MeasurementTable.load().select(None):
        keys = definition.own_keys if idle else definition.keys
        if definition.pelvic:
            if key in keys or _moves_frame(definition, key):
                affected.add((Midline.PELVIS, definition.id))
        elif _moves_frame(definition, key):
            affected.update((each, definition.id) for each in BOTH_SIDES)
        elif isinstance(side, Side) and (key in keys or key in _SIDE_KEYS):
            affected.add((side, definition.id))
    return frozenset(affected)


def _list_of(key: str) -> str:
    """``RIM`` of ``RIM3``; other keys as they are."""
    known = LandmarkTable.load().definitions
    stem = key.rstrip("0123456789")
    return stem if key not in known and stem in known else key


def _moves_frame(definition: MeasurementDefinition, key: str) -> bool:
    """Whether the frame of a measurement, or what is said about line or film, hangs on ``key``."""
    if definition.film_check and key in FILM_KEYS:
        return True
    return definition.frame is not FrameUse.NONE and key in _LINE_KEYS
