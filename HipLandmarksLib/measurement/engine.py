"""``measure``: landmarks in, measurements out; and which of them a moved landmark changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from ..anatomy import AnySide, HipLandmarks, Midline, Side
from .case import LATERAL_KEYS, CaseGeometry
from .definitions import MeasurementTable
from .frames import CRANIAL_KEYS, LINE_KEY
from .plane import ViewPlane
from .result import Measurement
from .run import MeasurementRun
from .thresholds import threshold_set
from .types import MeasurementSettings

BOTH_SIDES = (Side.RIGHT, Side.LEFT)
WHOLE_CASE: tuple[AnySide, ...] = (*BOTH_SIDES, Midline.PELVIS)


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
        ids: measurement ids, None for all.
        sides: hips to measure; the midline stands for what belongs to the whole pelvis.

    Returns:
        One result per side and measurement, in the order of ``sides`` and of the table; a value
        that cannot be had is None, with a reason.

    Raises:
        ConfigurationError: when a measurement id or the threshold set is unknown.
    """
    threshold_set(settings.threshold_set)
    case = CaseGeometry(landmarks, plane, settings)
    definitions = MeasurementTable.load().select(ids)
    return [
        MeasurementRun(case, definition, side).result()
        for side in sides
        if isinstance(side, Side)
        for definition in definitions
    ]


@lru_cache(maxsize=256)
def affected_by(side: AnySide, key: str) -> frozenset[tuple[AnySide, str]]:
    """Measurements (side, id) that may change when landmark ``key`` of ``side`` moves.

    A point of a reference line, or one that tells which way is cranial, concerns both sides;
    a point by which the side labels are checked concerns every measurement of its side.
    Marking a point as prosthesis, or taking that mark away, concerns the whole side and is not
    covered here.
    """
    affected: set[tuple[AnySide, str]] = set()
    of_the_line = key in LINE_KEY.values() or key in CRANIAL_KEYS
    for definition in MeasurementTable.load().select(None):
        if key in definition.keys or key == "FHC" or key in LATERAL_KEYS:
            affected.add((side, definition.id))
        if definition.reference and of_the_line:
            affected.update((each, definition.id) for each in BOTH_SIDES)
    return frozenset(affected)
