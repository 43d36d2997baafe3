"""What can be asked of a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..anatomy import AnySide, HipLandmarks, LandmarkId, Source
from ..imaging import Calibration, HipImage
from ..measurement import Measurement, MeasurementSettings, SideDifference, ViewPlane
from .doubt import DoubtOverlay
from .live import LiveMeasurements
from .measured_plane import MeasuredPlane
from .nodes import StudyNodes
from .overlay import Overlay
from .volume import file_calibration
from .watchers import StudyChange, Watchers


class StudyView:
    """The present state of a study: points, numbers and nodes; changes nothing."""

    _nodes: StudyNodes
    _plane: MeasuredPlane
    _live: LiveMeasurements
    _overlay: Overlay
    _doubt: DoubtOverlay | None
    _watchers: Watchers

    def watch(self, method: Callable[[StudyChange], Any]) -> None:
        """Call a bound method after every change of points or numbers, as long as its object lives.

        The study is consistent when it is called; nothing is drawn yet.
        """
        self._watchers.add(method)

    def stop_watching(self, method: Callable[[StudyChange], Any]) -> None:
        """Do not call it any more."""
        self._watchers.drop(method)

    @property
    def scene(self) -> Any:
        """The vtkMRMLScene."""
        return self._nodes.scene

    @property
    def landmarks(self) -> HipLandmarks:
        """The points as they are now, in the world, LPS mm."""
        return self._live.landmarks

    @property
    def offered(self) -> tuple[LandmarkId, ...]:
        """All points that the lists offer, placed or not, in their order."""
        lists = self._nodes.points.items()
        return tuple((side, key) for side, points in lists for key in points.keys)

    @property
    def reader(self) -> Source:
        """Who places and moves points."""
        return self._nodes.reader

    @property
    def nodes(self) -> StudyNodes:
        """The nodes, for what is kept beside points and numbers."""
        return self._nodes

    @property
    def settings(self) -> MeasurementSettings:
        """How the study is measured; :meth:`.HipStudy.measure_with` changes it."""
        return self._nodes.settings

    @property
    def image(self) -> HipImage:
        """The image where it lies now; for its calibration in use see :attr:`settings`."""
        return self._plane.image

    @property
    def file_calibration(self) -> Calibration:
        """The calibration with which the image came, before anybody calibrated it here."""
        volume = self._nodes.volume
        return self.image.calibration if volume is None else file_calibration(volume)

    @property
    def measurements(self) -> list[Measurement]:
        """All measurements in the order of the table."""
        return self._live.measurements

    def measurement(self, side: AnySide, id_: str) -> Measurement:
        """One measurement of a hip or of the pelvis.

        Raises:
            KeyError: when this study does not measure ``id_`` there.
        """
        return self._live.measurement(side, id_)

    @property
    def differences(self) -> list[SideDifference]:
        """Right minus left of the measurements of the hips, in the order of the table."""
        return self._live.differences

    @property
    def plane(self) -> ViewPlane:
        """The plane in which is measured: that of the image's slices."""
        return self._plane.plane

    @property
    def problem(self) -> str:
        """Why nothing can be measured at present, such as a tilted image; else empty."""
        return self._plane.problem

    @property
    def marks(self) -> tuple[str, ...]:
        """The measurements that are drawn in the views."""
        return self._overlay.ids

    @property
    def volume_node(self) -> Any:
        """The vtkMRMLScalarVolumeNode, None after it was removed."""
        return self._nodes.volume

    @property
    def table_node(self) -> Any:
        """The vtkMRMLTableNode, None after it was removed."""
        return None if self._nodes.table is None else self._nodes.table.node

    def points_node(self, side: AnySide) -> Any:
        """The vtkMRMLMarkupsFiducialNode of a hip or the midline, None when there is none."""
        points = self._nodes.points.get(side)
        return None if points is None else points.node

    def mark_nodes(self, side: AnySide, id_: str) -> list[Any]:
        """Angle, line and value nodes of one measurement; none when it is not drawn."""
        return self._overlay.nodes(side, id_)

    @property
    def doubt(self) -> DoubtOverlay | None:
        """The model's doubt about the points; None when none was given."""
        return self._doubt
