"""Which studies of a scene are seen: the points of one image must not lie on another one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .record import Role, signed_nodes
from .study import HipStudy

HIDDEN = "HipLandmarks.HiddenWithStudy"
"""Attribute of what is hidden only since its study is not the one that is shown."""
_SEEN = (Role.POINTS, Role.MARK, Role.DOUBT_MARK, Role.EXPLORED)


def show_only(shown: Collection[HipStudy], studies: Iterable[HipStudy]) -> None:
    """Hide points, drawings and doubt of all studies but some, in every view.

    What a person hid stays hidden, and what is hidden here comes back when its study is shown,
    also after the scene was saved and loaded.

    Args:
        shown: the studies whose images are looked at; none hides all.
        studies: all of the scene.
    """
    for study in studies:
        if any(each is study for each in shown):
            _show(study)
        else:
            _hide(study)


def _hide(study: HipStudy) -> None:
    doubt, table = study.doubt, study.table_node
    if doubt is not None and doubt.state.visible and table is not None:
        table.SetAttribute(HIDDEN, "doubt")
        doubt.switch(False)
    for display in displays_of(study):
        if display.GetVisibility():
            display.SetAttribute(HIDDEN, "1")
            display.SetVisibility(False)


def _show(study: HipStudy) -> None:
    for display in displays_of(study):
        if display.GetAttribute(HIDDEN):
            display.SetAttribute(HIDDEN, None)
            display.SetVisibility(True)
    doubt, table = study.doubt, study.table_node
    if table is not None and table.GetAttribute(HIDDEN):
        table.SetAttribute(HIDDEN, None)
        if doubt is not None:
            doubt.switch(True)


def displays_of(study: HipStudy) -> Iterator[Any]:
    """How points, drawings, doubt and explored hips of a study are displayed."""
    for role in _SEEN:
        for node in list(signed_nodes(study.scene, role, study.nodes.study_id)):
            if node.IsA("vtkMRMLDisplayableNode"):
                count = node.GetNumberOfDisplayNodes()
                yield from (node.GetNthDisplayNode(n) for n in range(count))
