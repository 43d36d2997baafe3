"""``HipStudy``: one case in the scene; a moved point updates numbers and drawings at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import finalize

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId, Midline, Source, SourceKind
from ..imaging import HipImage
from ..measurement import MeasurementSettings, ViewPlane
from ..report import DEFAULT_MARKS
from .doubt import DoubtNodes, DoubtOverlay
from .frames import Vec3
from .live import LiveMeasurements, Update
from .measured_plane import MeasuredPlane
from .nodes import DEFAULT_KEYS, MIDLINE_KEYS, StudyNodes
from .observers import Observers
from .overlay import Overlay
from .record import StudyRecord, in_order
from .study_doubt import DoubtfulStudy
from .volume import image_of_volume, remember_kind
from .watchers import StudyEvent, Watchers

_MOST_ROUNDS = 4


class HipStudy(DoubtfulStudy):
    """The nodes of one case, kept consistent while points move. Research use only.

    Make one with :meth:`create` or :meth:`reopen`; :meth:`close` takes its observers off and
    leaves the nodes, as does letting go of the study. The point lists are the truth: whatever
    moves, places or removes a point there (mouse, script, undo, transform) is followed by the
    numbers. Points are measured where they are in the world, in the plane of the volume's
    slices.
    """

    def __init__(self, nodes: StudyNodes, image: HipImage) -> None:
        self._nodes = nodes
        self._plane = MeasuredPlane(image)
        record, plane = nodes.record, self._plane.plane
        self._live = LiveMeasurements(plane, record.settings, record.ids, record.case_id)
        remove = nodes.folders.remove
        self._overlay = Overlay(nodes.scene, record.marks, nodes.add_mark, remove)
        self._doubt: DoubtOverlay | None = None
        self._observers, self._watchers = Observers(), Watchers()
        self._busy = False
        self._waiting: set[AnySide] = set()
        self._everything = False
        self.refresh()
        self._observe()

    @classmethod
    def create(
        cls,
        scene: Any,
        image: HipImage,
        landmarks: HipLandmarks,
        *,
        volume_node: Any = None,
        settings: MeasurementSettings | None = None,
        ids: Sequence[str] | None = None,
        marks: Collection[str] = DEFAULT_MARKS,
        keys: Sequence[str] = DEFAULT_KEYS,
        reader: str = "",
    ) -> HipStudy:
        """Add the nodes of a case to the scene.

        Args:
            scene: the vtkMRMLScene of Slicer, slicer-core or trame-slicer.
            image: the image that the points belong to.
            landmarks: points of the case, LPS mm.
            volume_node: node that holds ``image`` already (``image_of_volume`` reads it); None
                adds one.
            settings: how to measure; None takes what the image knows.
            ids: measurements to keep in the table; None for all that ``settings`` ask for.
            marks: measurements to draw in the views, see :meth:`show_marks`.
            keys: points that each hip's list offers, besides those of ``landmarks``.
            reader: pseudonym of whoever moves points.

        Raises:
            ImageError: when the image is not near coronal.
            ConfigurationError: when a measurement id is unknown.
        """
        ViewPlane.from_image(image)  # refuses before anything is in the scene
        record = StudyRecord(
            case_id=landmarks.case_id or image.name,
            ids=None if ids is None else in_order(ids),
            settings=settings or MeasurementSettings.for_image(image),
            marks=in_order(marks),
        )
        source = Source(SourceKind.READER, reader)
        nodes = StudyNodes.create(scene, image, landmarks, record, keys, source, volume_node)
        return cls(nodes, image)

    @classmethod
    def reopen(cls, scene: Any, reader: str = "") -> list[HipStudy]:
        """The studies of a loaded scene, live again; drawings are made anew.

        Raises:
            HipLandmarksError: when a study lacks its image, a point list or its settings.
        """
        source = Source(SourceKind.READER, reader)
        found = [(nodes, DoubtNodes.find(nodes)) for nodes in StudyNodes.find(scene, source)]
        studies = [cls(nodes, image_of_volume(nodes.volume)) for nodes, _ in found]
        for study, (_, doubt) in zip(studies, found, strict=True):
            if doubt is not None:
                study._doubt = DoubtOverlay(*doubt)
                study.refresh()
        return studies

    def set_landmarks(self, landmarks: HipLandmarks) -> None:
        """Show other points, e.g. of a new detection; everything is measured once.

        A doubt that is shown was about the points before and goes: see :meth:`show_doubt`.
        """
        self.drop_doubt()
        if landmarks.side(Midline.PELVIS):
            self.offer_points(Midline.PELVIS, MIDLINE_KEYS)
        self._busy = True
        try:
            for side, points in self._nodes.points.items():
                points.write(landmarks.side(side))
        finally:
            self._busy = False
        self.refresh()
        self._watchers.tell(StudyEvent.REPLACED)
        self._work()  # what others answered to our writing

    def put_points(self, points: Mapping[LandmarkId, Landmark | None]) -> None:
        """Show these points as they are given (LPS mm, world); None unsets one; others stay.

        Source and doubt are kept, and everything follows once. Lists that are missing are added.
        """
        sides = dict.fromkeys(side for side, _ in points)
        for side in sides:
            self.offer_points(side, [key for whose, key in points if whose is side])
        busy, self._busy = self._busy, True
        try:
            self._nodes.put(points)
        finally:
            self._busy = busy
        self._waiting.update(sides)
        self._work()

    def offer_points(self, side: AnySide, keys: Iterable[str]) -> None:
        """Let further points be placed, such as ``RIM1``, ``RIM2``, ``RIM3`` of a list."""
        points = self._nodes.points.get(side)
        if points is not None:
            points.offer(keys)
        else:
            self._observe_points(self._nodes.add_points(side, keys).node, side)

    def place_point(self, side: AnySide, key: str, position: Vec3) -> None:
        """Put a point of the reader's at ``position`` (LPS mm, world), such as a suppressed one.

        Raises:
            KeyError: when the side has no list of points or the list has no such point.
        """
        self._nodes.points[side].place(key, position)

    def show_marks(self, ids: Collection[str]) -> None:
        """Draw these measurements in the views and no others; kept with the scene.

        Raises:
            ConfigurationError: when an id is unknown.
        """
        marks = in_order(ids)
        self._nodes.record = replace(self._nodes.record, marks=marks)
        self._nodes.write_record()
        self._overlay.choose(marks)
        self.refresh()

    def measure_with(self, settings: MeasurementSettings) -> None:
        """Measure the same points in another way: calibration, reference line, patient, extras.

        No point moves; a new calibration applies to all lengths at once.
        """
        self._nodes.record = replace(self._nodes.record, settings=settings)
        self._nodes.write_record()
        if self._nodes.volume is not None:
            remember_kind(self._nodes.volume, settings.modality, settings.calibration)
        self._live.settings = settings
        self.refresh()

    def refresh(self) -> None:
        """Measure and draw everything anew."""
        points = self._nodes.in_world()
        if self.problem:
            update = self._live.refuse(points, self.problem)
        else:
            self._live.plane = self._plane.plane
            update = self._live.restart(points)
            self._overlay.arrange(self.landmarks, self._plane.plane, self._plane.image)
            if self._doubt is not None:
                self._doubt.renew(
                    self.landmarks, self._plane.plane, self._plane.image, update.measurements
                )
        self._overlay.show(update.measurements)
        self._fill_table()
        self._watchers.tell(StudyEvent.NUMBERS)

    def close(self) -> None:
        """Stop following the nodes; they stay in the scene. May be called twice."""
        self._observers.drop_all()
        if self._doubt is not None:
            self._doubt.close()

    def _observe(self) -> None:
        add = self._observers.add
        for side, points in self._nodes.points.items():
            self._observe_points(points.node, side)
        volume, scene = self._nodes.volume, self.scene
        add(volume, (volume.TransformModifiedEvent,), self._follow_volume)
        add(scene, (scene.StartCloseEvent,), self.close)
        self._observers.add_with_object(scene, scene.NodeAboutToBeRemovedEvent, self._node_goes)
        finalize(self, self._observers.drop_all).atexit = False

    def _observe_points(self, node: Any, side: AnySide) -> None:
        moved = (node.PointModifiedEvent, node.PointAddedEvent, node.PointRemovedEvent)
        self._observers.add(node, moved, self._follow, side)
        self._observers.add(node, (node.TransformModifiedEvent,), self._follow_transform)
        self._observers.add(node, (node.PointStartInteractionEvent,), self._drag, side, True)
        self._observers.add(node, (node.PointEndInteractionEvent,), self._drag, side, False)

    def _drag(self, side: AnySide, begins: bool) -> None:
        self._mark_drag(begins)
        event = StudyEvent.DRAG_BEGINS if begins else StudyEvent.DRAG_ENDS
        self._watchers.tell(event, ((side, key) for key in self._nodes.points[side].keys))

    def _follow(self, side: AnySide) -> None:
        self._waiting.add(side)
        self._work()

    def _follow_transform(self) -> None:
        self._everything = True
        self._work()

    def _follow_volume(self) -> None:
        self._plane.mark_moved()
        self._follow_transform()

    def _work(self) -> None:
        """Do what is waiting; events that arrive meanwhile wait for the next round."""
        if self._busy:
            return
        self._busy = True
        try:
            for _ in range(_MOST_ROUNDS):
                if not (self._waiting or self._everything):
                    break
                self._round()
        finally:
            self._busy = False

    def _round(self) -> None:
        everything, self._everything = self._everything, False
        sides = tuple(self._nodes.points) if everything else tuple(self._waiting)
        self._waiting.clear()
        changed: set[LandmarkId] = set()
        for side in sides:
            if side in self._nodes.points:
                changed.update((side, key) for key in self._nodes.points[side].update())
        if everything:
            self._plane.renew(self._nodes.volume)
            self.refresh()
        elif changed and self.problem:
            self._live.refuse(self._nodes.in_world(), self.problem)
        elif changed:
            update = self._live.follow(self._nodes.in_world(), changed)
            self._show(update)
            if self._doubt is not None:
                self._doubt.follow(self.landmarks, changed, update.measurements)
        if changed:
            self._watchers.tell(StudyEvent.POINTS, changed)

    def _show(self, update: Update) -> None:
        self._overlay.follow_slices(self.landmarks, self._live.plane)
        self._overlay.show(update.measurements)
        if self._nodes.table is not None:
            changed = (update.measurements, update.differences)
            self._nodes.table.update(*changed, self._doubt_about)

    def _node_goes(self, node: Any) -> None:
        """A node is about to be removed from the scene, by whomever."""
        self._observers.drop(node)
        self._nodes.folders.forget(node)
        if self._doubt is not None and self._doubt.forget(node):
            self._doubt = None
            self._fill_table()
        points = self._nodes.ids_of(node)
        if not self._overlay.forget(node) and self._nodes.forget(node):
            self.refresh()
            self._watchers.tell(StudyEvent.LIST_REMOVED, points)
