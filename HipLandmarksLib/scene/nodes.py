"""The nodes of one study: made for a case, or found in a loaded scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ..anatomy import HipLandmarks, Landmark, Side, Source
from ..errors import HipLandmarksError
from ..imaging import HipImage
from ..measurement import MeasurementSettings
from .hierarchy import StudyFolders
from .points import PointList
from .prepare import prepare_scene
from .record import SETTINGS, STUDY, Role, StudyRecord, side_of, sign, signed_nodes
from .table import ResultTable
from .volume import add_volume


@dataclass
class StudyNodes:
    """What a study consists of; a part that the user removed is None or absent.

    Attributes:
        scene: the vtkMRMLScene.
        study_id: identifier that every node carries.
        record: case and settings, stored with the table.
        volume: the image node.
        points: point list per side.
        table: the measurements.
        folders: where new nodes are filed.
    """

    scene: Any
    study_id: str
    record: StudyRecord
    volume: Any
    points: dict[Side, PointList]
    table: ResultTable | None
    folders: StudyFolders

    @classmethod
    def create(
        cls,
        scene: Any,
        image: HipImage,
        landmarks: HipLandmarks,
        record: StudyRecord,
        keys: Iterable[str],
        reader: Source,
        volume: Any = None,
    ) -> StudyNodes:
        """Add the nodes of a case; ``volume`` is the node of ``image`` when there is one."""
        prepare_scene(scene)
        study_id, case_id = uuid4().hex, record.case_id
        volume = volume if volume is not None else add_volume(scene, image)
        sign(volume, study_id, Role.VOLUME)
        folders = StudyFolders(scene, f"{case_id} hips", volume)
        points = {}
        for side in Side:
            points[side] = PointList.create(scene, side, keys, reader, case_id)
            points[side].write(landmarks.side(side))
            sign(points[side].node, study_id, Role.POINTS, side)
            folders.put(points[side].node, side)
        table = ResultTable.create(scene, f"{case_id} hip measurements (research use)")
        table.node.SetAttribute(SETTINGS, record.to_text())
        sign(table.node, study_id, Role.TABLE)
        folders.put(table.node)
        return cls(scene, study_id, record, volume, points, table, folders)

    @classmethod
    def find(cls, scene: Any, reader: Source) -> Iterator[StudyNodes]:
        """The studies in a scene; their drawings are removed, to be made anew.

        Raises:
            HipLandmarksError: when a study lacks its image, a point list or its settings.
        """
        for table in list(signed_nodes(scene, Role.TABLE)):
            yield cls._find(scene, table, reader)

    @classmethod
    def _find(cls, scene: Any, table: Any, reader: Source) -> StudyNodes:
        study_id = table.GetAttribute(STUDY)
        try:
            record = StudyRecord.from_text(table.GetAttribute(SETTINGS))
            volume = next(signed_nodes(scene, Role.VOLUME, study_id))
            nodes = {side_of(node): node for node in signed_nodes(scene, Role.POINTS, study_id)}
            points = {s: PointList.adopt(nodes[s], s, reader, record.case_id) for s in Side}
        except (KeyError, StopIteration, TypeError, ValueError) as error:
            raise HipLandmarksError(
                f"The study of {table.GetName()!r} is incomplete in this scene: its image, a "
                "point list or its settings are missing."
            ) from error
        folders = StudyFolders(scene, f"{record.case_id} hips", volume)
        for mark in list(signed_nodes(scene, Role.MARK, study_id)):
            folders.remove(mark)
        return cls(scene, study_id, record, volume, points, ResultTable(table), folders)

    @property
    def settings(self) -> MeasurementSettings:
        """How the study is measured."""
        return self.record.settings

    def add_mark(self, node: Any, side: Side) -> None:
        """Sign and file a node of the drawing."""
        sign(node, self.study_id, Role.MARK, side)
        self.folders.put(node, side)

    def in_world(self) -> list[Landmark]:
        """The points of both sides where they are in the world, LPS mm."""
        return [point for points in self.points.values() for point in points.in_world()]

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether a point list was lost."""
        if node is self.volume:
            self.volume = None
        if self.table is not None and node is self.table.node:
            self.table = None
        lost = [side for side, points in self.points.items() if points.node is node]
        for side in lost:
            del self.points[side]
        return bool(lost)
