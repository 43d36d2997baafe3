"""The rows of a comparison kept in step with two studies: only what changed is measured anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..anatomy import AnySide, LandmarkId, Side
from ..measurement import (
    ComparedStudy,
    Measurement,
    Reference,
    common_reference,
    study_difference,
)
from .comparison_cells import (
    ComparisonRow,
    calibration_of,
    comparison_row,
    doubt_of,
    in_table_order,
)

if TYPE_CHECKING:
    from ..scene import HipStudy
    from ..scene.live import LiveMeasurements

_LEVEL = 0.95
Key = tuple[AnySide, str]


class LiveComparison:
    """Both studies measured in the same way, and second minus first.

    Research software, not a medical device.
    """

    def __init__(self) -> None:
        """No rows yet."""
        self._numbers: WeakKeyDictionary[HipStudy, _Numbers] = WeakKeyDictionary()
        self._known: dict[Key, tuple[tuple[object, ...], ComparisonRow | None]] = {}

    def update(
        self, first: HipStudy, second: HipStudy
    ) -> tuple[tuple[ComparisonRow, ...], Reference, float]:
        """Rows, the line of the pelvis that both studies have, level of the intervals (0 to 1)."""
        level = _level(first, second)
        one, two = _compared(first, level), _compared(second, level)
        reference = common_reference(one, two)
        extra = first.settings.extra_points or second.settings.extra_points
        found_first, found_second = (
            self._numbers.setdefault(study, _Numbers()).of(study, reference, extra)
            for study in (first, second)
        )
        readings = tuple(None if s.doubt is None else s.doubt.reading for s in (first, second))
        known, self._known = self._known, {}
        rows = []
        for side in Side:
            for key in (key for key in found_first if key[0] is side):
                a, b = found_first[key], found_second[key]
                depends = (a, b, *readings, one.settings, two.settings)
                before, row = known.get(key, ((), None))
                if not _are_same(before, depends):
                    row = _row(a, b, one, two, level, first, second)
                self._known[key] = depends, row
                rows += [] if row is None else [row]
        return in_table_order(rows), reference, level


class _Numbers:
    """Measurements of one study against a line that need not be its own."""

    def __init__(self) -> None:
        self._live: LiveMeasurements | None = None
        self._asked: tuple[object, ...] = ()

    def of(self, study: HipStudy, reference: Reference, extra: bool) -> Mapping[Key, Measurement]:
        """By hip and id, in the order of the measurement table; always of the same study."""
        from ..scene.live import LiveMeasurements

        asked = (study.settings, study.plane, reference, extra)
        live = self._live
        if live is None or not _are_same(asked, self._asked):
            settings = replace(study.settings, reference=reference, extra_points=extra)
            live = LiveMeasurements(study.plane, settings, None, study.landmarks.case_id)
            live.restart(study.landmarks.values())
        elif changed := _changed(live, study):
            live.follow(study.landmarks.values(), changed)
        self._live, self._asked = live, asked
        return {(m.side, m.id): m for m in live.measurements}


def _changed(live: LiveMeasurements, study: HipStudy) -> list[LandmarkId]:
    before, now = live.landmarks.items_, study.landmarks.items_
    return [id_ for id_ in {**before, **now} if before.get(id_) is not now.get(id_)]


def _row(
    a: Measurement,
    b: Measurement,
    one: ComparedStudy,
    two: ComparedStudy,
    level: float,
    first: HipStudy,
    second: HipStudy,
) -> ComparisonRow | None:
    if a.value is None and b.value is None:
        return None
    return comparison_row(study_difference(a, b, one, two, level), first, second)


def _level(first: HipStudy, second: HipStudy) -> float:
    found = [calibration_of(each) for each in (first, second)]
    return next((each.level for each in found if each is not None), _LEVEL)


def _compared(study: HipStudy, level: float) -> ComparedStudy:
    plain = ComparedStudy(study.landmarks, study.plane, study.settings)
    if calibration_of(study) is None:
        return plain

    def interval_of(m: Measurement) -> tuple[float, float] | None:
        doubt = doubt_of(study, m, level)
        return None if doubt is None else doubt.interval

    return replace(plain, interval_of=interval_of)


def _are_same(found: tuple[object, ...], before: tuple[object, ...]) -> bool:
    """Whether these are the same objects, or equal truths."""
    return len(found) == len(before) and all(
        a is b or (isinstance(a, bool) and a == b) for a, b in zip(found, before, strict=True)
    )
