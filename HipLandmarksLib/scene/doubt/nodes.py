"""The nodes that keep a model's doubt in the scene: its reading, the map and the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...anatomy import AnySide
from ..nodes import StudyNodes
from ..record import Role, signed_nodes
from .reading import ModelReading
from .state import DoubtState, read_state, write_state
from .store import reading_from_text, reading_to_text
from .table import DoubtTable
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
        volume: the map; None for models that keep no maps.
    """

    study: StudyNodes
    data: Any
    table: DoubtTable | None
    volume: DoubtVolume | None

    @classmethod
    def create(cls, study: StudyNodes, reading: ModelReading) -> DoubtNodes:
        """Add the nodes of a reading."""
        scene, case = study.scene, study.record.case_id
        data = scene.AddNewNodeByClass(DATA_CLASS, f"{case} doubt of the model (data)")
        data.SetText(reading_to_text(reading))
        study.file(data, Role.DOUBT_DATA)
        table = DoubtTable.create(scene, f"{case} doubt about landmarks (research use)")
        study.file(table.node, Role.DOUBT_TABLE)
        volume = None
        if reading.maps and study.volume is not None:
            volume = DoubtVolume.create(scene, study.volume, f"{case} doubt map")
            study.file(volume.node, Role.DOUBT_MAP)
        nodes = cls(study, data, table, volume)
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
        data, table, volume = of(Role.DOUBT_DATA), of(Role.DOUBT_TABLE), of(Role.DOUBT_MAP)
        if data is None:
            return None
        kept = None if volume is None else DoubtVolume(volume)
        nodes = cls(study, data, None if table is None else DoubtTable(table), kept)
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
        """The slice views' foreground; None without map or image."""
        if self.volume is None or self.study.volume is None:
            return None
        return ForegroundViews(self.scene, self.volume.node, self.study.volume)

    def add_mark(self, node: Any, side: AnySide | None = None) -> None:
        """Sign and file a node of a drawing."""
        self.study.file(node, Role.DOUBT_MARK, side)

    def remove(self, node: Any) -> None:
        """Remove a node with its display nodes."""
        self.study.folders.remove(node)

    def remove_all(self) -> None:
        """Remove map, table and reading; the table of colours goes when nobody else uses it."""
        table = None if self.table is None else self.table.node
        colours = None
        if self.volume is not None:
            colours = self.volume.node.GetDisplayNode().GetColorNode()
        volume = None if self.volume is None else self.volume.node
        for node in (volume, table, self.data):
            if node is not None:
                self.remove(node)
        if colours is not None and not _used(self.scene, colours):
            self.scene.RemoveNode(colours)
        self.volume = self.table = self.data = None

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether nothing can be shown any more."""
        if self.volume is not None and node is self.volume.node:
            self.volume = None
        if self.table is not None and node is self.table.node:
            self.table = None
        return node is self.data


def _used(scene: Any, colours: Any) -> bool:
    count = scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeDisplayNode")
    displays = [scene.GetNthNodeByClass(n, "vtkMRMLScalarVolumeDisplayNode") for n in range(count)]
    return any(display.GetColorNode() is colours for display in displays)
