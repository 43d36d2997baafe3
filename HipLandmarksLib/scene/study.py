"""``HipStudy``: one case in the scene; a moved point updates numbers and drawings at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import finalize

from ..anatomy import HipLandmarks, LandmarkId, Side, Source, SourceKind
from ..imaging import HipImage
from ..measurement import Measurement, MeasurementSettings, MeasurementTable, ViewPlane
from .live import LiveMeasurements
from .nodes import StudyNodes
from .observers import Observers
from .overlay import Overlay
from .record import StudyRecord
from .volume import image_of_volume

DEFAULT_KEYS = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")
_MOST_ROUNDS = 4


class HipStudy:
    """The nodes of one case, kept consistent while points move. Research use only.

    Make one with :meth:`create` or :meth:`reopen`; :meth:`close` takes its observers off and
    leaves the nodes, as does letting go of the study. The point lists are the truth: whatever
    moves, places or removes a point there (mouse, script, undo, transform) is followed by the
    numbers. Points are measured where they are in the world, in the plane of the volume's
    slices.
    """

    def __init__(self, nodes: StudyNodes, image: HipImage) -> None:
        self._nodes = nodes
        self._image = image
        record = nodes.record
        plane = ViewPlane.from_image(image)
        self._live = LiveMeasurements(plane, record.settings, record.ids, record.case_id)
        self._overlay = Overlay(nodes.scene, record.ids, nodes.add_mark)
        self._observers = Observers()
        self._busy = False
        self._waiting: set[Side] = set()
        self._everything = False
        self._plane_is_old = False
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
            settings: how to measure; None takes the image's modality and calibration.
            ids: measurements to show; None for all.
            keys: points that each hip's list offers, besides those of ``landmarks``.
            reader: pseudonym of whoever moves points.

        Raises:
            ImageError: when the image is not near coronal.
            ConfigurationError: when a measurement id is unknown.
        """
        ViewPlane.from_image(image)  # refuses before anything is in the scene
        chosen = tuple(definition.id for definition in MeasurementTable.load().select(ids))
        record = StudyRecord(
            case_id=landmarks.case_id or image.name,
            ids=chosen,
            settings=settings or MeasurementSettings.for_image(image),
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
        found = list(StudyNodes.find(scene, source))
        return [cls(nodes, image_of_volume(nodes.volume)) for nodes in found]

    # --- reading ----------------------------------------------------------------------------

    @property
    def scene(self) -> Any:
        """The vtkMRMLScene."""
        return self._nodes.scene

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
    def volume_node(self) -> Any:
        """The vtkMRMLScalarVolumeNode, None after it was removed."""
        return self._nodes.volume

    @property
    def table_node(self) -> Any:
        """The vtkMRMLTableNode, None after it was removed."""
        return None if self._nodes.table is None else self._nodes.table.node

    def points_node(self, side: Side) -> Any:
        """The vtkMRMLMarkupsFiducialNode of one hip, None after it was removed."""
        points = self._nodes.points.get(side)
        return None if points is None else points.node

    def mark_nodes(self, side: Side, id_: str) -> list[Any]:
        """Angle, line and value nodes of one measurement."""
        return self._overlay.nodes(side, id_)

    # --- changing ---------------------------------------------------------------------------

    def set_landmarks(self, landmarks: HipLandmarks) -> None:
        """Show other points, e.g. of a new detection; everything is measured once."""
        self._busy = True
        try:
            for side, points in self._nodes.points.items():
                points.write(landmarks.side(side))
        finally:
            self._busy = False
        self.refresh()
        self._work()  # what others answered to our writing

    def refresh(self) -> None:
        """Measure and draw everything anew."""
        measurements = self._live.restart(self._nodes.in_world())
        self._overlay.arrange(self.landmarks, self._live.plane, self._image)
        self._overlay.show(measurements)
        if self._nodes.table is not None:
            self._nodes.table.fill(measurements)

    def close(self) -> None:
        """Stop following the nodes; they stay in the scene. May be called twice."""
        self._observers.drop_all()

    # --- following --------------------------------------------------------------------------

    def _observe(self) -> None:
        add = self._observers.add
        for side, points in self._nodes.points.items():
            node = points.node
            moved = (node.PointModifiedEvent, node.PointAddedEvent, node.PointRemovedEvent)
            add(node, moved, self._follow, side)
            add(node, (node.TransformModifiedEvent,), self._follow_transform)
        volume, scene = self._nodes.volume, self.scene
        add(volume, (volume.TransformModifiedEvent,), self._follow_volume)
        add(scene, (scene.StartCloseEvent,), self.close)
        self._observers.add_with_object(scene, scene.NodeAboutToBeRemovedEvent, self._node_goes)
        finalize(self, self._observers.drop_all).atexit = False

    def _follow(self, side: Side) -> None:
        self._waiting.add(side)
        self._work()

    def _follow_transform(self) -> None:
        self._everything = True
        self._work()

    def _follow_volume(self) -> None:
        self._plane_is_old = True
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
        sides = tuple(Side) if everything else tuple(self._waiting)
        self._waiting.clear()
        changed: set[LandmarkId] = set()
        for side in sides:
            if side in self._nodes.points:
                changed.update((side, key) for key in self._nodes.points[side].update())
        if everything:
            self._take_plane()
            self.refresh()
        elif changed:
            measurements = self._live.follow(self._nodes.in_world(), changed)
            self._overlay.follow_slices(self.landmarks, self._live.plane)
            self._overlay.show(measurements)
            if self._nodes.table is not None:
                self._nodes.table.update(measurements)

    def _take_plane(self) -> None:
        if self._plane_is_old and self._nodes.volume is not None:
            self._image = image_of_volume(self._nodes.volume)
            self._live.plane = ViewPlane.from_image(self._image)
            self._plane_is_old = False

    def _node_goes(self, node: Any) -> None:
        """A node is about to be removed from the scene, by whomever."""
        self._observers.drop(node)
        self._nodes.folders.forget(node)
        if not self._overlay.forget(node) and self._nodes.forget(node):
            self.refresh()
