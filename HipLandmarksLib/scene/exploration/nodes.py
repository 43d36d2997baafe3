"""The nodes that show and keep an explored stack; each is found again in a loaded scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..nodes import StudyNodes
from ..record import Role, sign, signed_nodes

PART = "HipLandmarks.Part"
TEXT_CLASS = "vtkMRMLTextNode"


class ExplorerNodes:
    """Nodes by the name of what they show, such as ``chart alpha``.

    Args:
        study: whose nodes they join.
    """

    def __init__(self, study: StudyNodes) -> None:
        self.study = study
        signed = signed_nodes(study.scene, Role.EXPLORED, study.study_id)
        self._nodes = {node.GetAttribute(PART): node for node in signed}

    @property
    def scene(self) -> Any:
        """The vtkMRMLScene."""
        return self.study.scene

    def find(self, part: str) -> Any:
        """The node of a part, None when there is none."""
        return self._nodes.get(part)

    def get(
        self,
        part: str,
        class_name: str,
        name: str,
        prepare: Callable[[Any], None] | None = None,
        side: Any = None,
        hidden: bool = False,
    ) -> Any:
        """The node of a part; made, signed and filed when there is none.

        Args:
            part: what it shows.
            class_name: of a new node.
            name: of a new node, before which stands the case.
            prepare: called with a new node.
            side: hip under which it is filed.
            hidden: whether lists of nodes leave it out; such a node is in no folder.
        """
        node = self._nodes.get(part)
        if node is None:
            node = self._new(class_name, f"{self.study.record.case_id} {name}".strip(), hidden)
            self._nodes[part] = node
            node.SetAttribute(PART, part)
            if hidden:
                sign(node, self.study.study_id, Role.EXPLORED, side)
            else:
                self.study.file(node, Role.EXPLORED, side)
            if prepare is not None:
                prepare(node)
        return node

    def keep_text(self, part: str, name: str, text: str) -> None:
        """Keep a text in a hidden node, which is written into the scene file itself."""
        node = self.get(part, TEXT_CLASS, name, _never_stored, hidden=True)
        if node.GetText() != text:
            node.SetText(text)

    def text(self, part: str) -> str | None:
        """A text that is kept."""
        node = self.find(part)
        return None if node is None else str(node.GetText() or "")

    def remove(self, part: str) -> None:
        """Take the node of a part out of the scene, if there is one."""
        node = self._nodes.pop(part, None)
        if node is not None:
            self.study.folders.remove(node)

    def remove_all(self) -> None:
        """Take all of them out of the scene."""
        for part in list(self._nodes):
            self.remove(part)

    def forget(self, node: Any) -> None:
        """Drop a node that was removed from the scene; it is made again when it is needed."""
        self._nodes = {part: own for part, own in self._nodes.items() if own is not node}

    def _new(self, class_name: str, name: str, hidden: bool) -> Any:
        node = self.scene.CreateNodeByClass(class_name)
        node.UnRegister(None)  # what was created belongs to the caller
        node.SetName(self.scene.GenerateUniqueName(name))
        node.SetHideFromEditors(hidden)  # before it is added, so that no list shows it
        return self.scene.AddNode(node)


def _never_stored(node: Any) -> None:
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
