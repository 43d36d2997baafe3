"""The nodes that keep a model's doubt in the scene: its reading, the map and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...anatomy import AnySide
from ..nodes import StudyNodes
from ..record import Role, signed_nodes
from . import intervals, rows
from .reading import ModelReading
from .state import DoubtState, read_state, write_state
from .store import reading_from_text, reading_to_text
from .table import TextTable
from .views import ForegroundViews
from .volume import DoubtVolume

DATA_CLASS = "vtkMRMLTextNode"


@dataclass
class DoubtNodes:
    """What of the doubt is kept with the scene; a part that the user removed is None.

    Attributes:
        study: the nodes of the study.
        data: the vtkMRMLTextNode with the model's reading.
        table: a row per landmark.
        intervals: a row per measurement; None for models that are not calibrated.
        volume: the map; None for models that keep no maps.
    """

    study: StudyNodes
    data: Any
    table: TextTable | None
    intervals: TextTable | None
    volume: DoubtVolume | None

    @classmethod
    def create(cls, study: StudyNodes, reading: ModelReading) -> DoubtNodes:
        """Add the nodes of a reading."""
        scene, case = study.scene, study.record.case_id
        data = scene.AddNewNodeByClass(DATA_CLASS, f"{case} doubt of the model (data)")
        data.SetText(reading_to_text(reading))
        study.file(data, Role.DOUBT_DATA)
        name = f"{case} doubt about landmarks (research use)"
        table = TextTable.create(scene, name, rows.COLUMNS)
        study.file(table.node, Role.DOUBT_TABLE)
        found = None
        if reading.calibration is not None:
            name = f"{case} intervals of measurements (research use)"
            found = TextTable.create(scene, name, intervals.COLUMNS)
            study.file(found.node, Role.DOUBT_INTERVALS)
        volume = None
        if reading.maps and study.volume is not None:
            volume = DoubtVolume.create(scene, study.volume, f"{case} doubt map")
            study.file(volume.node, Role.DOUBT_MAP)
        nodes = cls(study, data, table, found, volume)
        nodes.keep(DoubtState())
        return nodes

    @classmethod
    def find(cls, study: StudyNodes) -> tuple[DoubtNodes, ModelReading] | None:
        """The doubt of a study in a loaded scene; its drawings are removed, to be made anew.

        Raises:
            HipLandmarksError: when it is damaged.
        """

        def of(role: Role) -> Any:
            return next(signed_nodes(study.scene, role, study.study_id), None)

        for mark in list(signed_nodes(study.scene, Role.DOUBT_MARK, study.study_id)):
            study.folders.remove(mark)
        data, volume = of(Role.DOUBT_DATA), of(Role.DOUBT_MAP)
        if data is None:
            return None
        nodes = cls(
            study,
            data,
            _table(of(Role.DOUBT_TABLE), rows.COLUMNS),
            _table(of(Role.DOUBT_INTERVALS), intervals.COLUMNS),
            None if volume is None else DoubtVolume(volume),
        )
        return nodes, reading_from_text(data.GetText())

    @property
    def scene(self) -> Any:
        """The vtkMRMLScene."""
        return self.study.scene

    @property
    def state(self) -> DoubtState:
        """How the doubt is shown, as the scene keeps it."""
        return read_state(self.data)

    def keep(self, state: DoubtState) -> None:
        """Keep how the doubt is shown."""
        write_state(self.data, state)

    @property
    def views(self) -> ForegroundViews | None:
        """The slice views' foreground; None without a map."""
        if self.volume is None:
            return None
        return ForegroundViews(self.scene, self.volume.node, self.study.volume)

    def add_mark(self, node: Any, side: AnySide | None = None) -> None:
        """Sign and file a node of a drawing."""
        self.study.file(node, Role.DOUBT_MARK, side)

    def remove(self, node: Any) -> None:
        """Remove a node with its display nodes."""
        self.study.folders.remove(node)

    def remove_all(self) -> None:
        """Remove map, tables and reading; the colours go when nobody else uses them."""
        colours = None
        if self.volume is not None:
            colours = self.volume.node.GetDisplayNode().GetColorNode()
        for part in (self.volume, self.table, self.intervals):
            if part is not None:
                self.remove(part.node)
        if self.data is not None:
            self.remove(self.data)
        if colours is not None and not _used(self.scene, colours):
            self.remove(colours)
        self.volume = self.table = self.intervals = self.data = None

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether nothing can be shown any more."""
        if self.volume is not None and node is self.volume.node:
            ForegroundViews(self.scene, node, self.study.volume).restore()
            self.volume = None
        if self.table is not None and node is self.table.node:
            self.table = None
        if self.intervals is not None and node is self.intervals.node:
            self.intervals = None
        return node is self.data


def _table(node: Any, titles: Sequence[str]) -> TextTable | None:
    return None if node is None else TextTable(node, titles)


def _used(scene: Any, colours: Any) -> bool:
    count = scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeDisplayNode")
    displays = [scene.GetNthNodeByClass(n, "vtkMRMLScalarVolumeDisplayNode") for n in range(count)]
    return any(display.GetColorNode() is colours for display in displays)
