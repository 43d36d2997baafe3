"""The nodes that keep a study's review in the scene: one per page, see :class:`.KeptReview`."""

from __future__ import annotations

from typing import Any

from ..nodes import StudyNodes
from ..record import Role, sign, signed_nodes

CLASS_NAME = "vtkMRMLTextNode"


PAGE = "HipLandmarks.Page"


def find_review_node(nodes: StudyNodes, page: str = "") -> Any:
    """The vtkMRMLTextNode of a study's review, or of a page of it; None when it has none."""
    found = signed_nodes(nodes.scene, Role.REVIEW, nodes.study_id)
    return next((node for node in found if (node.GetAttribute(PAGE) or "") == page), None)


def shown_page(nodes: StudyNodes) -> str:
    """The page whose points the study shows, as the scene knows it."""
    return "" if nodes.table is None else nodes.table.node.GetAttribute(PAGE) or ""


def remember_page(nodes: StudyNodes, page: str) -> None:
    """Keep with the scene which page is shown."""
    if nodes.table is not None:
        nodes.table.node.SetAttribute(PAGE, page or None)


def add_review_node(nodes: StudyNodes, page: str = "") -> Any:
    """A new, hidden node for the review; its text is written into the scene file itself."""
    node = nodes.scene.CreateNodeByClass(CLASS_NAME)
    node.UnRegister(None)  # what was created belongs to the caller
    node.SetName(nodes.scene.GenerateUniqueName(f"{nodes.record.case_id} review"))
    node.SetHideFromEditors(True)  # before it is added, so that no list shows it
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    sign(node, nodes.study_id, Role.REVIEW)
    node.SetAttribute(PAGE, page or None)
    nodes.scene.AddNode(node)
    return node
