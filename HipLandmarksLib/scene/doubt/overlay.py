"""``DoubtOverlay``: everything that shows a model's doubt about a study, with one switch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...anatomy import AnySide, HipLandmarks, LandmarkId
from ...detection import (
    DoubtMeasure,
    LimbId,
    LimbScore,
    LiveChange,
    LiveDoubt,
    MapChoice,
    PartId,
    measure_of,
    part_doubts,
)
from ...imaging import HipImage
from ...measurement import Measurement, ViewPlane
from ..frames import Vec3
from .drawings import DoubtDrawings
from .drawn_map import DrawnMap
from .intervals import update_rows
from .marks import judged_points
from .new_views import NewViews
from .nodes import DoubtNodes
from .reading import ModelReading
from .rows import Standing, row_of
from .state import DoubtPart, DoubtState
from .throttle import Throttle


class DoubtOverlay:
    """A model's doubt about the points of a study. Research software, not a medical device.

    Made by :meth:`.HipStudy.show_doubt`, which keeps it in step with the points. While it is
    switched off the views are what they were before; table and standings follow all the same.
    """

    def __init__(self, nodes: DoubtNodes, reading: ModelReading) -> None:
        self._nodes = nodes
        self._original = self._reading = reading
        self._state = nodes.state
        self._drawings = DoubtDrawings(nodes)
        self._throttle = Throttle(self._catch_up)
        self._standings: dict[LandmarkId, Standing] = {}
        self._scores: dict[LimbId, LimbScore] = {}
        self._landmarks = reading.landmarks
        self._plane = ViewPlane.coronal()
        self._live: LiveDoubt | None = None
        self._map: DrawnMap | None = None
        self._stale: dict[PartId, float | None] = {}
        self._measured: dict[tuple[str, AnySide], Measurement] = {}
        self._new_views = NewViews(nodes.study, self._view_turned)

    @property
    def state(self) -> DoubtState:
        """What is shown, and how."""
        return self._state

    @property
    def reading(self) -> ModelReading:
        """What the model said, where the image lies now."""
        return self._reading

    @property
    def standings(self) -> Mapping[LandmarkId, Standing]:
        """How every point stands to the model's reading now."""
        return self._standings

    @property
    def limb_scores(self) -> Mapping[LimbId, LimbScore]:
        """How far the model's fields bear out every limb between the points as they are now."""
        return self._scores

    @property
    def suppressed(self) -> dict[LandmarkId, Vec3]:
        """Where the model would have put the landmarks that it reports absent, LPS mm."""
        return self._reading.suppressed()

    @property
    def volume_node(self) -> Any:
        """The map's vtkMRMLScalarVolumeNode; None without maps or after it was removed."""
        return None if self._nodes.volume is None else self._nodes.volume.node

    @property
    def table_node(self) -> Any:
        """The vtkMRMLTableNode with a row per landmark; None after it was removed."""
        return None if self._nodes.table is None else self._nodes.table.node

    @property
    def intervals_node(self) -> Any:
        """The vtkMRMLTableNode with a row per measurement; None for models not calibrated."""
        return None if self._nodes.intervals is None else self._nodes.intervals.node

    @property
    def drawings(self) -> DoubtDrawings:
        """Ellipses, signs and limbs."""
        return self._drawings

    def switch(self, visible: bool) -> None:
        """Show everything, or give the views back what they showed before."""
        self._set(replace(self._state, visible=visible))

    def set_opacity(self, opacity: float) -> None:
        """Opacity of the map before the image.

        Raises:
            ConfigurationError: when it is not between 0 and 1.
        """
        self._set(replace(self._state, opacity=float(opacity)))

    def show_parts(self, parts: Collection[DoubtPart]) -> None:
        """Show these parts of the overlay and no others."""
        self._set(replace(self._state, parts=frozenset(parts)))

    def choose(self, choice: MapChoice) -> None:
        """Let the map be of landmarks, of limbs or of both; of all or of some.

        Raises:
            ConfigurationError: when the model is not calibrated for the measure that is chosen.
        """
        measure_of(choice, self._reading.maps, self._reading.usual)
        self._map = None
        self._set(replace(self._state, choice=choice))

    def renew(
        self,
        landmarks: HipLandmarks,
        plane: ViewPlane,
        image: HipImage,
        measurements: Iterable[Measurement] = (),
    ) -> None:
        """Take up other points, or another place of the image; everything is drawn anew."""
        self._reading = reading = self._original.at(image.ijk_to_lps)
        self._landmarks, self._plane = landmarks, plane
        self._live = LiveDoubt(
            reading.maps, reading.landmarks, reading.ijk_to_lps, reading.calibration
        )
        ids = list(dict.fromkeys([*reading.landmarks, *landmarks]))
        self._standings, self._scores = {}, {}
        self._take(self._live.follow(landmarks, ids))
        self._measured = {(each.id, each.side): each for each in measurements}
        if self._nodes.table is not None:
            self._nodes.table.fill(self._rows(ids), reading.remark)
        if self._nodes.intervals is not None:
            self._nodes.intervals.fill({}, "")
            self._update_intervals()
        if self._nodes.volume is not None and self._nodes.study.volume is not None:
            self._nodes.volume.follow(self._nodes.study.volume)
        self._map = None
        self._apply()

    def follow(
        self,
        landmarks: HipLandmarks,
        changed: Collection[LandmarkId],
        measurements: Iterable[Measurement] = (),
    ) -> None:
        """Follow a change of these points: only what they touch is computed and drawn.

        Args:
            landmarks: all points as they are now, LPS mm.
            changed: the points.
            measurements: those that were measured anew.
        """
        if self._live is None:
            return
        self._landmarks = landmarks
        change = self._live.follow(landmarks, changed)
        touched = self._take(change)
        if self._nodes.table is not None:
            self._nodes.table.update(self._rows({*changed, *touched}))
        self._drawings.follow(
            self._state, self._reading, landmarks, changed, change.limbs, self._notes(touched)
        )
        self._stale.update(self._doubts(change.limbs, touched))
        self._measured.update({(each.id, each.side): each for each in measurements})
        self._throttle.ask()

    def start_drag(self) -> None:
        """A point is being dragged: the map is drawn no more often than views are rendered."""
        self._throttle.start_drag()

    def end_drag(self) -> None:
        """The point was let go: the map catches up."""
        self._throttle.end_drag()

    def close(self) -> None:
        """Follow slice views no more; nodes stay. May be called twice."""
        self._new_views.close()

    def remove(self) -> None:
        """Switch off and take all nodes out of the scene."""
        self._new_views.close()
        self._set(replace(self._state, visible=False))
        self._drawings.remove()
        self._nodes.remove_all()

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether the overlay is gone with it."""
        self._drawings.forget(node)
        gone = self._nodes.forget(node)
        if gone:
            self._new_views.close()
        if self._nodes.volume is None:
            self._map = None
        return gone

    def _set(self, state: DoubtState) -> None:
        self._state = state
        if self._nodes.data is not None:
            self._nodes.keep(state)
        self._apply()

    def _apply(self) -> None:
        """Bring everything that can be seen in line with the state."""
        notes = self._notes(self._standings)
        self._drawings.draw(
            self._state, self._reading, self._landmarks, self._plane, self._scores, notes
        )
        views = self._nodes.views
        if views is None:
            return
        if self._state.shows(DoubtPart.MAP):
            self._update_map()
            views.show(self._state.opacity)
        else:
            views.restore()

    def _view_turned(self, composite: Any) -> None:
        """A slice view shows the image from now on."""
        views = self._nodes.views
        if views is not None and self._state.shows(DoubtPart.MAP):
            views.show_in(composite, self._state.opacity)

    def _catch_up(self) -> None:
        """Do what costs too much to be done for every step of a drag."""
        self._update_intervals()
        self._update_map()

    def _update_intervals(self) -> None:
        """Rows of what was measured since the last call; what never had a value has none."""
        measured, self._measured = self._measured, {}
        if self._nodes.intervals is not None:
            update_rows(self._nodes.intervals, self._reading, measured, self._landmarks)

    def _update_map(self) -> None:
        """Draw what of the map is out of date; nothing while it is hidden."""
        volume = self._nodes.volume
        if volume is None or not self._state.shows(DoubtPart.MAP):
            return
        if self._map is None:
            volume.entitle(self._state.choice.words(self._measure))
            doubts = self._doubts(self._scores, self._standings)
            known = {part: doubt for part, doubt in doubts.items() if doubt is not None}
            self._map = DrawnMap(volume, self._reading.maps, self._state.choice, known)
            self._map.draw()
        else:
            self._map.update(self._stale)
        self._stale = {}

    def _take(self, change: LiveChange) -> set[LandmarkId]:
        """Keep what follows from a change; the landmarks whose standing is another now."""
        self._scores.update(change.limbs)
        for id_, doubt in change.landmarks.items():
            said = doubt.agreement
            self._standings[id_] = Standing(said.score, said.reason, doubt.outside, doubt.reason)
        return set(change.landmarks)

    @property
    def _measure(self) -> DoubtMeasure:
        """What the map's per cents are of."""
        return measure_of(self._state.choice, self._reading.maps, self._reading.usual)

    def _doubts(
        self, limbs: Mapping[LimbId, LimbScore], ids: Iterable[LandmarkId]
    ) -> dict[PartId, float | None]:
        """Doubt of limbs and landmarks as they are now; None where there is none to state."""
        found: dict[PartId, float | None] = dict.fromkeys([*limbs, *ids])
        points = judged_points(self._reading, self._landmarks, self._standings, ids)
        return found | part_doubts(points, limbs, self._measure, self._reading.usual)

    def _rows(self, ids: Iterable[LandmarkId]) -> dict[LandmarkId, tuple[str, ...]]:
        points, standings = self._landmarks.items_, self._standings
        return {
            id_: row_of(id_, points.get(id_), self._reading, standings.get(id_, Standing()))
            for id_ in ids
        }

    def _notes(self, ids: Iterable[LandmarkId]) -> dict[LandmarkId, str]:
        """What stands at an ellipse: that a reader's point lies outside it."""
        words = self._reading.words
        return {
            id_: f"{id_[1]} outside the model's {words}" if self._standings[id_].outside else ""
            for id_ in ids
        }
