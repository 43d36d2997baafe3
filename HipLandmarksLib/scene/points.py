"""A point list of a hip or the midline: fiducial node with fixed labels, landmarks it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from ..anatomy import AnySide, Landmark, LandmarkState, Source
from ..anatomy.mapping import map_landmark
from ..anatomy.markups import landmark_of_point, markups_name
from ..anatomy.point_note import encode_note
from .frames import Vec3, flip_covariance, flip_frame, flip_linear, matrix_to_world
from .style import style_points

CLASS_NAME = "vtkMRMLMarkupsFiducialNode"
Seen = tuple[int, Vec3]  # status and RAS position in node coordinates


class PointList:
    """The node of a hip or the midline, in step with landmarks in the node's own coordinates.

    The node is the truth: whoever moves, places or removes a point there becomes its source.

    Attributes:
        node: the vtkMRMLMarkupsFiducialNode.
        side: the patient's side, or the midline.
        landmarks: by key, LPS mm before any parent transform.
    """

    def __init__(self, node: Any, side: AnySide, reader: Source, case_id: str = "") -> None:
        self.node = node
        self.side = side
        self._reader = reader
        self._case_id = case_id
        self.landmarks: dict[str, Landmark] = {}
        self._seen: dict[str, Seen] = {}
        self._put: frozenset[str] = frozenset()
        self._statuses = (node.PositionDefined, node.PositionMissing)

    @classmethod
    def create(
        cls, scene: Any, side: AnySide, keys: Iterable[str], reader: Source, case_id: str = ""
    ) -> PointList:
        """A new node with one unplaced point per key; their number stays fixed."""
        node = scene.AddNewNodeByClass(CLASS_NAME, markups_name(side, case_id))
        node.CreateDefaultDisplayNodes()
        style_points(node.GetDisplayNode(), side)
        for key in keys:
            index = node.AddControlPoint((0.0, 0.0, 0.0), key)
            node.UnsetNthControlPointPosition(index)
        node.SetFixedNumberOfControlPoints(True)
        return cls(node, side, reader, case_id)

    @classmethod
    def adopt(cls, node: Any, side: AnySide, reader: Source, case_id: str = "") -> PointList:
        """A node that is in the scene already, with what its descriptions tell of its points."""
        points = cls(node, side, reader, case_id)
        points._seen = points._read()
        for index, key in points._rows():
            status, position = points._seen[key]
            if status in points._statuses:
                placed = flip_frame(position) if status == node.PositionDefined else None
                note = node.GetNthControlPointDescription(index)
                points.landmarks[key] = landmark_of_point(key, side, note, placed)
        return points

    @property
    def keys(self) -> tuple[str, ...]:
        """Labels of the node's points."""
        return tuple(key for _, key in self._rows())

    def write(self, landmarks: Collection[Landmark]) -> None:
        """Show ``landmarks`` (this side's, LPS mm in node coordinates); others become unplaced.

        Missing points stay missing: every point is set with its status, one by one.
        """
        self.landmarks = {landmark.key: landmark for landmark in landmarks}
        modifying = self.node.StartModify()
        self._add_rows(key for key in self.landmarks if key not in self.keys)
        for index, key in self._rows():
            self._write_point(index, self.landmarks.get(key))
        self._seen = self._read()  # before anyone answers to the event that follows
        self.node.EndModify(modifying)

    def offer(self, keys: Iterable[str]) -> None:
        """Add an unplaced point for every key that is not there yet."""
        modifying = self.node.StartModify()
        self._add_rows(key for key in keys if key not in self.keys)
        self._seen = self._read()
        self.node.EndModify(modifying)

    def place(self, key: str, position: Vec3) -> None:
        """Put a point at ``position`` (LPS mm, world); whoever follows the node hears of it.

        Raises:
            KeyError: when the list has no such point.
        """
        rows = {each: index for index, each in self._rows()}
        self.node.SetNthControlPointPositionWorld(rows[key], *flip_frame(position))

    def put(self, points: Mapping[str, Landmark | None]) -> None:
        """Show these points of the list as they are given (LPS mm, world); None unsets one.

        Whoever placed them stays their source. The next :meth:`update` tells them as changed.
        """
        to_node = self._from_world()
        modifying = self.node.StartModify()
        for index, key in self._rows():
            if key in points:
                self._put_point(index, key, points[key], to_node)
        self._put |= points.keys()
        self._seen = self._read()  # before anyone answers to the event that follows
        self.node.EndModify(modifying)

    def update(self) -> frozenset[str]:
        """Take over what has changed in the node; the keys of the changed points."""
        seen, put = self._read(), self._put
        self._put = frozenset()
        if seen == self._seen:
            return put
        keys = seen.keys() | self._seen.keys()
        changed = frozenset(key for key in keys if seen.get(key) != self._seen.get(key))
        self._seen = seen
        for key in changed:
            self._take_over(key, seen.get(key))
        self._write_notes(changed)
        return changed | put

    def in_world(self) -> list[Landmark]:
        """The landmarks where the parent transform puts them, LPS mm; covariances turn along."""
        if self.node.GetParentTransformNode() is None:
            return list(self.landmarks.values())
        rows = {key: index for index, key in self._rows()}
        try:
            linear = matrix_to_world(self.node)[:3, :3]
        except ValueError:  # a warp: positions are right, doubt is unknown
            linear = None
        return [self._transformed(p, rows.get(p.key), linear) for p in self.landmarks.values()]

    def _from_world(self) -> Any:
        """4x4 from the world to the node, LPS mm; None under a warp, which has none."""
        try:
            return np.linalg.inv(flip_linear(matrix_to_world(self.node)))
        except ValueError:
            return None

    def _put_point(self, index: int, key: str, point: Landmark | None, to_node: Any) -> None:
        if point is not None and self.node.GetParentTransformNode() is not None:
            point = self._in_node(index, point, to_node)
        if point is None:
            self.landmarks.pop(key, None)
        else:
            self.landmarks[key] = point
        self._write_point(index, point)

    def _in_node(self, index: int, point: Landmark, to_node: Any) -> Landmark:
        """A landmark of the world in node coordinates; a warp leaves its doubt unknown."""
        if to_node is not None:
            return map_landmark(point, to_node)
        if point.position is None:
            return point
        self.node.SetNthControlPointPositionWorld(index, *flip_frame(point.position))
        position = flip_frame(self.node.GetNthControlPointPosition(index))
        return replace(point, position=position, covariance=None)

    def _transformed(self, point: Landmark, index: int | None, linear: Any) -> Landmark:
        if point.position is None or index is None:
            return point
        ras = [0.0, 0.0, 0.0]
        self.node.GetNthControlPointPositionWorld(index, ras)
        doubt = point.covariance
        if doubt is not None:
            doubt = None if linear is None else flip_covariance(doubt, np.asarray(linear))
        return replace(point, position=flip_frame((ras[0], ras[1], ras[2])), covariance=doubt)

    def _rows(self) -> Iterator[tuple[int, str]]:
        """(index, key) of every point; of two points with one label the first counts."""
        node = self.node
        met = set()
        for index in range(node.GetNumberOfControlPoints()):
            key = node.GetNthControlPointLabel(index)
            if key not in met:
                met.add(key)
                yield index, key

    def _read(self) -> dict[str, Seen]:
        node = self.node
        seen = {}
        for index, key in self._rows():
            status = node.GetNthControlPointPositionStatus(index)
            position = (0.0, 0.0, 0.0)
            if status == node.PositionDefined:
                position = node.GetNthControlPointPosition(index)
                if not isfinite(sum(position)):  # a script gone wrong: nowhere is not a place
                    status, position = node.PositionUndefined, (0.0, 0.0, 0.0)
            seen[key] = (status, position)
        return seen

    def _add_rows(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.node.SetFixedNumberOfControlPoints(False)
            index = self.node.AddControlPoint((0.0, 0.0, 0.0), key)
            self.node.UnsetNthControlPointPosition(index)
            self.node.SetFixedNumberOfControlPoints(True)

    def _write_point(self, index: int, landmark: Landmark | None) -> None:
        note = "" if landmark is None else encode_note(landmark, self._case_id)
        self.node.SetNthControlPointDescription(index, note)
        if landmark is None:
            self.node.UnsetNthControlPointPosition(index)
        elif landmark.position is None:
            self.node.SetNthControlPointPositionMissing(index)
        else:
            self.node.SetNthControlPointPosition(index, *flip_frame(landmark.position))

    def _take_over(self, key: str, seen: Seen | None) -> None:
        status, position = seen or (self.node.PositionUndefined, (0.0, 0.0, 0.0))
        if status not in self._statuses:
            self.landmarks.pop(key, None)
            return
        was = self.landmarks.get(key)
        if was is None:
            was = Landmark(self.side, key, None, LandmarkState.ABSENT, self._reader)
        if status == self.node.PositionMissing:
            self.landmarks[key] = replace(was.absent(self._reader), confidence=None)
        else:
            self.landmarks[key] = was.moved(flip_frame(position), self._reader)

    def _write_notes(self, keys: Collection[str]) -> None:
        """Keep the descriptions true; each write is an event, so only where the text changes."""
        for index, key in self._rows():
            if key in keys:
                point = self.landmarks.get(key)
                note = "" if point is None else encode_note(point, self._case_id)
                if note != self.node.GetNthControlPointDescription(index):
                    self.node.SetNthControlPointDescription(index, note)
