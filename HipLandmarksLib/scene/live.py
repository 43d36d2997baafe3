"""Measurements that follow the landmarks: only what a change can touch is computed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ..anatomy import (
    AnySide,
    HipLandmarks,
    Landmark,
    LandmarkId,
    LandmarkState,
    Midline,
    Side,
)
from ..measurement import (
    Measurement,
    MeasurementSettings,
    MeasurementStatus,
    SideDifference,
    ViewPlane,
    affected_by,
    measure,
    side_differences,
)

_SIDES: tuple[AnySide, ...] = (*Side, Midline.PELVIS)


@dataclass(frozen=True)
class Update:
    """What was measured anew, and the side differences that go with it."""

    measurements: list[Measurement]
    differences: list[SideDifference]


class LiveMeasurements:
    """The current landmarks (LPS mm) and their measurements; knows nothing of the scene.

    Attributes:
        plane: plane of measurement; after changing it call :meth:`restart`.
        settings: how to measure; after changing them call :meth:`restart`.
        landmarks: the points that the measurements belong to.
    """

    def __init__(
        self,
        plane: ViewPlane,
        settings: MeasurementSettings,
        ids: Collection[str] | None,
        case_id: str,
    ) -> None:
        self.plane = plane
        self.settings = settings
        self.landmarks = HipLandmarks({}, case_id=case_id)
        self._asked = None if ids is None else tuple(ids)
        self._results: dict[tuple[str, AnySide], Measurement] = {}
        self._differences: dict[str, SideDifference] = {}

    @property
    def measurements(self) -> list[Measurement]:
        """All measurements: by id in the order of display, right, left, pelvis."""
        return list(self._results.values())

    @property
    def differences(self) -> list[SideDifference]:
        """Right minus left, in the order of display."""
        return list(self._differences.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """The measurements that are kept, in the order of display."""
        return tuple(dict.fromkeys(id_ for id_, _ in self._results))

    def measurement(self, side: AnySide, id_: str) -> Measurement:
        """One measurement; KeyError when it is not kept."""
        return self._results[(id_, side)]

    def difference(self, id_: str) -> SideDifference:
        """One side difference; KeyError when it is not kept."""
        return self._differences[id_]

    def restart(self, landmarks: Iterable[Landmark]) -> Update:
        """Measure everything for other landmarks."""
        self._take(landmarks)
        return self._begin(measure(self.landmarks, self.plane, self.settings, ids=self._asked))

    def refuse(self, landmarks: Iterable[Landmark], reason: str) -> Update:
        """Keep the landmarks without measuring them; every value is null for ``reason``."""
        self._take(landmarks)
        nothing = measure(HipLandmarks({}), self.plane, self.settings, ids=self._asked)
        status = (MeasurementStatus.NOT_APPLICABLE,)
        return self._begin([replace(m, status=status, reason=reason, missing=()) for m in nothing])

    def follow(self, landmarks: Iterable[Landmark], changed: Collection[LandmarkId]) -> Update:
        """Measure what depends on the ``changed`` points; returns what was measured."""
        before = self.landmarks
        self._take(landmarks)
        measured: list[Measurement] = []
        for ids, sides in _together(self._affected(before, changed)):
            measured += measure(self.landmarks, self.plane, self.settings, ids, sides)
        for measurement in measured:
            self._results[(measurement.id, measurement.side)] = measurement
        return Update(measured, self._compare())

    def _begin(self, measured: Iterable[Measurement]) -> Update:
        """Keep exactly these results."""
        found = {(m.id, m.side): m for m in measured}
        ids = dict.fromkeys(id_ for id_, _ in found)
        order = [(id_, side) for id_ in ids for side in _SIDES if (id_, side) in found]
        self._results = {key: found[key] for key in order}
        self._differences = {}
        return Update(self.measurements, self._compare())

    def _compare(self) -> list[SideDifference]:
        """All side differences anew, for one may hang on another (leg length on abduction).

        Returns those that changed.
        """
        before = self._differences
        self._differences = {d.id: d for d in side_differences(self._results.values())}
        return [d for d in self._differences.values() if before.get(d.id) != d]

    def _take(self, landmarks: Iterable[Landmark]) -> None:
        items = {landmark.id: landmark for landmark in landmarks}
        self.landmarks = HipLandmarks(items, case_id=self.landmarks.case_id)

    def _affected(
        self, before: HipLandmarks, changed: Collection[LandmarkId]
    ) -> dict[AnySide, list[str]]:
        """Ids to measure per side. A prosthesis put in or taken out concerns the whole case."""
        for point in changed:
            if _is_prosthesis(before, point) or _is_prosthesis(self.landmarks, point):
                return {side: [i for i, s in self._results if s is side] for side in _SIDES}
        found: defaultdict[AnySide, set[str]] = defaultdict(set)
        for side, key in changed:
            for other, id_ in affected_by(side, key):
                found[other].add(id_)
        return {
            side: kept
            for side, ids in found.items()
            if (kept := [id_ for id_, of in self._results if of is side and id_ in ids])
        }


def _together(affected: dict[AnySide, list[str]]) -> list[tuple[list[str], list[AnySide]]]:
    """Ids and sides that one call measures: hips with the same ids, the pelvis with either."""
    hips = [side for side in Side if side in affected]
    of_pelvis = affected.get(Midline.PELVIS, [])
    if len(hips) == 2 and affected[hips[0]] == affected[hips[1]]:
        calls: list[tuple[list[str], list[AnySide]]] = [(affected[hips[0]], [*hips])]
    else:
        calls = [(affected[side], [side]) for side in hips]
    if not calls:
        return [(of_pelvis, [Midline.PELVIS])] if of_pelvis else []
    if of_pelvis:
        ids, sides = calls[0]
        calls[0] = ([*ids, *of_pelvis], [*sides, Midline.PELVIS])
    return calls


def _is_prosthesis(landmarks: HipLandmarks, id_: LandmarkId) -> bool:
    landmark = landmarks.items_.get(id_)
    return landmark is not None and landmark.state is LandmarkState.PROSTHESIS
