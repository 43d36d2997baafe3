"""``HipStudy``: one case in the scene; a moved point updates numbers and drawings at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from vtkmodules.util.misc import calldata_type
from vtkmodules.util.vtkConstants import VTK_OBJECT

from ..anatomy import HipLandmarks, LandmarkId, Side, Source, SourceKind
from ..errors import HipLandmarksError
from ..imaging import HipImage
from ..measurement import Measurement, MeasurementSettings, MeasurementTable, ViewPlane
from .hierarchy import StudyFolders
from .live import LiveMeasurements
from .observers import Observers
from .overlay import MeasurementMark
from .points import PointList
from .prepare import prepare_scene
from .record import (
    SETTINGS,
    Role,
    settings_from_text,
    settings_to_text,
    side_of,
    sign,
    signed_nodes,
)
from .table import ResultTable
from .volume import add_volume, image_of_volume

DEFAULT_KEYS = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")
SIDES = (Side.RIGHT, Side.LEFT)
_MOST_ROUNDS = 4


class HipStudy:
    """The nodes of one case, kept consistent while points move. Research use only.

    Make one with :meth:`create` or :meth:`reopen`; :meth:`close` takes its observers off and
    leaves the nodes. The point lists are the truth: whatever moves, places or removes a point
    there (mouse, script, undo, transform) is followed by the numbers. Points are measured
    where they are in the world, in the plane of the volume's slices.

    Attributes:
        scene: the vtkMRMLScene.
        id: identifier that the nodes of this study carry.
        volume_node: the image, or None after it was removed.
        table_node: the measurements, or None after it was removed.
    """

    def __init__(
        self,
        scene: Any,
        study_id: str,
        volume_node: Any,
        points: dict[Side, PointList],
        table: ResultTable,
        live: LiveMeasurements,
        folders: StudyFolders,
    ) -> None:
        self.scene = scene
        self.id = study_id
        self.volume_node = volume_node
        self._points = points
        self._table: ResultTable | None = table
        self._live = live
        self._folders = folders
        self._marks = {
            (side, id_): MeasurementMark(scene, side, id_, self._filer(side))
            for id_ in live.ids
            for side in SIDES
        }
        self._observers = Observers()
        self._busy = False
        self._waiting: set[Side] = set()
        self._everything = False
        self.refresh()
        self._observe()

    # --- making -----------------------------------------------------------------------------

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
        keys: Sequence[str] = DEFAULT_KEYS,
        reader: str = "",
    ) -> HipStudy:
        """Add the nodes of a case to the scene.

        Args:
            scene: the vtkMRMLScene of Slicer, slicer-core or trame-slicer.
            image: the image that the points belong to.
            landmarks: points of the case, LPS mm.
            volume_node: node that holds ``image`` already; None adds one.
            settings: how to measure; None takes the image's modality and calibration.
            ids: measurements to show; None for all.
            keys: points that each hip's list offers, besides those of ``landmarks``.
            reader: pseudonym of whoever moves points.

        Raises:
            ImageError: when the image is not near coronal.
            ConfigurationError: when a measurement id is unknown.
        """
        plane = ViewPlane.from_image(image)  # refuses before anything is in the scene
        settings = settings or MeasurementSettings.for_image(image)
        chosen = tuple(d.id for d in MeasurementTable.load().select(ids))
        case_id = landmarks.case_id or image.name
        volume_node = volume_node or add_volume(scene, image)
        prepare_scene(scene)
        study_id = uuid4().hex
        folders = StudyFolders(scene, f"{case_id} hips", volume_node)
        source = Source(SourceKind.READER, reader)
        points = {}
        for side in SIDES:
            points[side] = PointList.create(scene, side, keys, source, case_id)
            points[side].write(landmarks.side(side))
            sign(points[side].node, study_id, Role.POINTS, side)
            folders.put(points[side].node, side)
        table = ResultTable.create(scene, f"{case_id} hip measurements (research use)")
        table.node.SetAttribute(SETTINGS, settings_to_text(settings, chosen, case_id))
        sign(table.node, study_id, Role.TABLE)
        folders.put(table.node)
        sign(volume_node, study_id, Role.VOLUME)
        live = LiveMeasurements(plane, settings, chosen, case_id)
        return cls(scene, study_id, volume_node, points, table, live, folders)

    @classmethod
    def reopen(cls, scene: Any, reader: str = "") -> list[HipStudy]:
        """The studies of a loaded scene, live again; drawings are made anew.

        Raises:
            HipLandmarksError: when a study lacks its volume, a point list or its settings.
        """
        return [cls._reopen(scene, node, reader) for node in signed_nodes(scene, Role.TABLE)]

    @classmethod
    def _reopen(cls, scene: Any, table_node: Any, reader: str) -> HipStudy:
        study_id = table_node.GetAttribute("HipLandmarks.Study")
        try:
            text = table_node.GetAttribute(SETTINGS)
            settings, ids, case_id = settings_from_text(text)
            volume_node = next(signed_nodes(scene, Role.VOLUME, study_id))
            lists = {side_of(n): n for n in signed_nodes(scene, Role.POINTS, study_id)}
            source = Source(SourceKind.READER, reader)
            points = {s: PointList.adopt(lists[s], s, source, case_id) for s in SIDES}
        except (KeyError, StopIteration, TypeError, ValueError) as error:
            raise HipLandmarksError(
                f"The study of {table_node.GetName()} is incomplete in this scene: its image, "
                "a point list or its settings are missing."
            ) from error
        for node in list(signed_nodes(scene, Role.MARK, study_id)):
            scene.RemoveNode(node)
        folders = StudyFolders(scene, f"{case_id} hips", volume_node)
        plane = ViewPlane.from_image(image_of_volume(volume_node))
        live = LiveMeasurements(plane, settings, ids, case_id)
        return cls(scene, study_id, volume_node, points, ResultTable(table_node), live, folders)

    # --- reading ----------------------------------------------------------------------------

    @property
    def landmarks(self) -> HipLandmarks:
        """The points as they are now, in the world, LPS mm."""
        return self._live.landmarks

    @property
    def measurements(self) -> list[Measurement]:
        """All measurements in the order of the table."""
        return self._live.measurements

    def measurement(self, side: Side, id_: str) -> Measurement:
        """One measurement.

        Raises:
            KeyError: when this study does not measure ``id_``.
        """
        return self._live.measurement(side, id_)

    @property
    def table_node(self) -> Any:
        """The vtkMRMLTableNode, None after it was removed."""
        return None if self._table is None else self._table.node

    def points_node(self, side: Side) -> Any:
        """The fiducial node of one hip, None after it was removed."""
        points = self._points.get(side)
        return None if points is None else points.node

    def mark_nodes(self, side: Side, id_: str) -> list[Any]:
        """Angle and line nodes of one measurement."""
        return self._marks[(side, id_)].nodes

    # --- changing ---------------------------------------------------------------------------

    def set_landmarks(self, landmarks: HipLandmarks) -> None:
        """Show other points, e.g. of a new detection; everything is measured once."""
        self._busy = True
        try:
            for side, points in self._points.items():
                points.write(landmarks.side(side))
        finally:
            self._busy = False
        self.refresh()

    def refresh(self) -> None:
        """Measure and draw everything anew."""
        measurements = self._live.restart(self._in_world())
        if self._table is not None:
            self._table.fill(measurements)
        for measurement in measurements:
            self._mark(measurement)

    def close(self) -> None:
        """Stop following the nodes; they stay in the scene. May be called twice."""
        self._observers.drop_all()

    # --- following --------------------------------------------------------------------------

    def _observe(self) -> None:
        for side, points in self._points.items():
            node = points.node
            moved = (node.PointModifiedEvent, node.PointAddedEvent, node.PointRemovedEvent)
            self._observers.add(node, moved, lambda *_, s=side: self._follow(s))
            self._observers.add(node, (node.TransformModifiedEvent,), self._follow_transform)
        if self.volume_node is not None:
            event = self.volume_node.TransformModifiedEvent
            self._observers.add(self.volume_node, (event,), self._follow_transform)
        self._observers.add(self.scene, (self.scene.NodeRemovedEvent,), self._node_removed)
        self._observers.add(self.scene, (self.scene.StartCloseEvent,), lambda *_: self.close())

    def _follow(self, side: Side) -> None:
        self._waiting.add(side)
        self._work()

    def _follow_transform(self, *_: Any) -> None:
        self._everything = True
        self._work()

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
        sides = SIDES if self._everything else tuple(self._waiting)
        everything, self._everything = self._everything, False
        self._waiting.clear()
        changed: set[LandmarkId] = set()
        for side in sides:
            if side in self._points:
                changed.update((side, key) for key in self._points[side].update())
        if everything:
            if self.volume_node is not None:
                image = image_of_volume(self.volume_node)
                self._live.plane = ViewPlane.from_image(image)
            self.refresh()
        elif changed:
            measurements = self._live.follow(self._in_world(), changed)
            for measurement in measurements:
                self._mark(measurement)
            if self._table is not None:
                self._table.update(measurements)

    def _in_world(self) -> list[Any]:
        return [p for points in self._points.values() for p in points.in_world()]

    def _mark(self, measurement: Measurement) -> None:
        self._marks[(measurement.side, measurement.id)].show(measurement)

    def _filer(self, side: Side) -> Any:
        def file(node: Any) -> None:
            sign(node, self.id, Role.MARK, side)
            self._folders.put(node, side)

        return file

    @calldata_type(VTK_OBJECT)
    def _node_removed(self, _scene: Any, _event: str, node: Any) -> None:
        self._observers.drop(node)
        if node is self.volume_node:
            self.volume_node = None
        elif node is self.table_node:
            self._table = None
        elif any(mark.forget(node) for mark in self._marks.values()):
            return
        gone = [side for side, points in self._points.items() if points.node is node]
        for side in gone:
            del self._points[side]
            self.refresh()
