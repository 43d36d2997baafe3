"""The nodes of one study: made for a case, or found in a loaded scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId, Midline, Side, Source
from ..errors import HipLandmarksError
from ..imaging import HipImage
from ..measurement import MeasurementSettings
from .hierarchy import StudyFolders
from .points import PointList
from .prepare import prepare_scene
from .record import SETTINGS, STUDY, Role, StudyRecord, side_of, sign, signed_nodes
from .table import ResultTable
from .volume import add_volume

MIDLINE_KEYS = ("SYM", "SCJ")
DEFAULT_KEYS = (
    *("FHC", "NA", "LAE", "LCP", "SHP", "SHD"),
    *("NB", "TD", "MSO", "GT", "ISCH", "ILM", "TRI", "FOV", "HEDGE", "LT", "NCS", "NCI", "AF"),
)


@dataclass
class StudyNodes:
    """What a study consists of; a part that the user removed is None or absent.

    The midline has a point list of its own as soon as there is something to put into it.

    Attributes:
        scene: the vtkMRMLScene.
        study_id: identifier that every node carries.
        record: case and settings, stored with the table.
        volume: the image node.
        points: point list per side, and of the midline if there is one.
        reader: who places and moves points.
        table: the measurements.
        folders: where new nodes are filed.
    """

    scene: Any
    study_id: str
    record: StudyRecord
    volume: Any
    points: dict[AnySide, PointList]
    table: ResultTable | None
    folders: StudyFolders
    reader: Source

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
        table = ResultTable.create(scene, f"{case_id} hip measurements (research use)")
        nodes = cls(scene, study_id, record, volume, {}, table, folders, reader)
        for side in Side:
            nodes.add_points(side, keys).write(landmarks.side(side))
        if landmarks.side(Midline.PELVIS) or record.settings.extra_points:
            nodes.add_points(Midline.PELVIS, MIDLINE_KEYS).write(landmarks.side(Midline.PELVIS))
        sign(table.node, study_id, Role.TABLE)
        folders.put(table.node)
        nodes.write_record()
        return nodes

    def add_points(self, side: AnySide, keys: Iterable[str]) -> PointList:
        """A new point list with unplaced ``keys``."""
        case_id = self.record.case_id
        points = PointList.create(self.scene, side, keys, self.reader, case_id)
        sign(points.node, self.study_id, Role.POINTS, side)
        self.folders.put(points.node, side)
        self.points[side] = points
        return points

    def write_record(self) -> None:
        """Store the record with the table, so that the scene file knows it."""
        if self.table is not None:
            self.table.node.SetAttribute(SETTINGS, self.record.to_text())

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
            sides = (*Side, *([Midline.PELVIS] if Midline.PELVIS in nodes else []))
            points = {s: PointList.adopt(nodes[s], s, reader, record.case_id) for s in sides}
        except (KeyError, StopIteration, TypeError, ValueError) as error:
            raise HipLandmarksError(
                f"The study of {table.GetName()!r} is incomplete in this scene: its image, a "
                "point list or its settings are missing."
            ) from error
        folders = StudyFolders(scene, f"{record.case_id} hips", volume)
        for mark in list(signed_nodes(scene, Role.MARK, study_id)):
            folders.remove(mark)
        return cls(scene, study_id, record, volume, points, ResultTable(table), folders, reader)

    @property
    def settings(self) -> MeasurementSettings:
        """How the study is measured."""
        return self.record.settings

    def add_mark(self, node: Any, side: AnySide) -> None:
        """Sign and file a node of the drawing."""
        self.file(node, Role.MARK, side)

    def file(self, node: Any, role: Role, side: AnySide | None = None) -> None:
        """Sign a node, and file it under the study or one of its hips."""
        sign(node, self.study_id, role, side)
        self.folders.put(node, side)

    def put(self, points: Mapping[LandmarkId, Landmark | None]) -> None:
        """Show points as they are given (LPS mm, world) in the lists that are there."""
        for side, of_side in self.points.items():
            found = {key: point for (whose, key), point in points.items() if whose is side}
            if found:
                of_side.put(found)

    def in_world(self) -> list[Landmark]:
        """The points of both sides and the midline where they are in the world, LPS mm."""
        return [point for points in self.points.values() for point in points.in_world()]

    def ids_of(self, node: Any) -> list[LandmarkId]:
        """The points of a list, placed or not; none for other nodes."""
        lists = [each for each in self.points.values() if each.node is node]
        return [(points.side, key) for points in lists for key in points.keys]

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
