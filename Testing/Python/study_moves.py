"""Moving points of a study through its nodes, as mouse and scripts do."""

from __future__ import annotations

from typing import Any

from HipLandmarksLib.anatomy import LandmarkId, Side

RIGHT, LEFT = Side.RIGHT, Side.LEFT
LAE: LandmarkId = (RIGHT, "LAE")
Vec3 = tuple[float, float, float]


def row(study: Any, id_: LandmarkId) -> tuple[Any, int]:
    """Node and index of a point."""
    side, key = id_
    node = study.points_node(side)
    return node, node.GetControlPointIndexByLabel(key)


def move(study: Any, id_: LandmarkId, by: Vec3 = (1.0, 0.0, 2.0)) -> None:
    """Move a point through its node by an LPS vector, as a script would."""
    node, index = row(study, id_)
    r, a, s = node.GetNthControlPointPosition(index)
    node.SetNthControlPointPosition(index, r - by[0], a - by[1], s + by[2])


def drag(study: Any, id_: LandmarkId, events: int = 5) -> None:
    """Drag a point as the mouse does: beginning, many moves, end."""
    node, _ = row(study, id_)
    node.InvokeCustomModifiedEvent(node.PointStartInteractionEvent)
    for _ in range(events):
        move(study, id_)
    node.InvokeCustomModifiedEvent(node.PointEndInteractionEvent)


def values(study: Any) -> dict[Any, Any]:
    """All numbers by side and measurement."""
    return {(m.side, m.id): m.value for m in study.measurements}
