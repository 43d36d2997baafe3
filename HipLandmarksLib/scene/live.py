"""Measurements that follow the landmarks: only what a change can touch is computed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId, LandmarkState, Side
from ..measurement import Measurement, MeasurementSettings, ViewPlane, affected_by, measure


class LiveMeasurements:
    """The current landmarks (LPS mm) and their measurements; knows nothing of the scene.

    Attributes:
        plane: plane of measurement; after changing it call :meth:`restart`.
        settings: how to measure.
        ids: measurements to keep, in the order of display.
        landmarks: the points that the measurements belong to.
    """

    def __init__(
        self, plane: ViewPlane, settings: MeasurementSettings, ids: Iterable[str], case_id: str
    ) -> None:
        self.plane = plane
        self.settings = settings
        self.ids = tuple(ids)
        self.landmarks = HipLandmarks({}, case_id=case_id)
        self._results: dict[tuple[str, AnySide], Measurement] = {}

    @property
    def measurements(self) -> list[Measurement]:
        """All measurements: by id in the order of display, right before left."""
        return [self._results[(id_, side)] for id_ in self.ids for side in Side]

    def measurement(self, side: Side, id_: str) -> Measurement:
        """One measurement; KeyError when it is not kept."""
        return self._results[(id_, side)]

    def restart(self, landmarks: Iterable[Landmark]) -> list[Measurement]:
        """Measure everything for other landmarks."""
        self._take(landmarks)
        self._store(measure(self.landmarks, self.plane, self.settings, ids=self.ids))
        return self.measurements

    def follow(
        self, landmarks: Iterable[Landmark], changed: Collection[LandmarkId]
    ) -> list[Measurement]:
        """Measure what depends on the ``changed`` points; returns what was measured."""
        before = self.landmarks
        self._take(landmarks)
        measured: list[Measurement] = []
        for side, ids in self._affected(before, changed).items():
            measured += measure(self.landmarks, self.plane, self.settings, ids, sides=(side,))
        self._store(measured)
        return measured

    def _take(self, landmarks: Iterable[Landmark]) -> None:
        items = {landmark.id: landmark for landmark in landmarks}
        self.landmarks = HipLandmarks(items, case_id=self.landmarks.case_id)

    def _store(self, measurements: Iterable[Measurement]) -> None:
        for measurement in measurements:
            self._results[(measurement.id, measurement.side)] = measurement

    def _affected(
        self, before: HipLandmarks, changed: Collection[LandmarkId]
    ) -> dict[AnySide, list[str]]:
        """Ids to measure per side. A prosthesis put in or taken out concerns its whole side."""
        found: defaultdict[AnySide, set[str]] = defaultdict(set)
        for side, key in changed:
            for other, id_ in affected_by(side, key):
                found[other].add(id_)
            if _is_prosthesis(before, (side, key)) or _is_prosthesis(self.landmarks, (side, key)):
                found[side].update(self.ids)
        return {s: [id_ for id_ in self.ids if id_ in ids] for s, ids in found.items()}


def _is_prosthesis(landmarks: HipLandmarks, id_: LandmarkId) -> bool:
    landmark = landmarks.items_.get(id_)
    return landmark is not None and landmark.state is LandmarkState.PROSTHESIS
