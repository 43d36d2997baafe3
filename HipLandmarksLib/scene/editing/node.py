"""The node that keeps a study's review in the scene."""

from __future__ import annotations

from typing import Any

from ..nodes import StudyNodes
from ..record import Role, sign, signed_nodes

CLASS_NAME = "vtkMRMLTextNode"


def find_review_node(nodes: StudyNodes) -> Any:
    """The vtkMRMLTextNode of a study's review; None when it has none."""
    return next(signed_nodes(nodes.scene, Role.REVIEW, nodes.study_id), None)


def add_review_node(nodes: StudyNodes) -> Any:
    """A new, hidden node for the review; its text is written into the scene file itself."""
    node = nodes.scene.CreateNodeByClass(CLASS_NAME)
    node.UnRegister(None)  # what was created belongs to the caller
    node.SetName(nodes.scene.GenerateUniqueName(f"{nodes.record.case_id} review"))
    node.SetHideFromEditors(True)  # before it is added, so that no list shows it
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    sign(node, nodes.study_id, Role.REVIEW)
    nodes.scene.AddNode(node)
    return node
