"""While one point is edited the others are locked; afterwards every flag is what it was."""

from __future__ import annotations

import json
from typing import Any

from ...anatomy import AnySide, LandmarkId, Midline, Side
from ..study import HipStudy

LOCKS = "HipLandmarks.Locks"


class PointLocks:
    """Locks all points of a study but one.

    The flags of the scene are kept in an attribute while they are changed, so that a scene that
    is saved meanwhile finds them again.

    Args:
        study: whose points.
        keeper: a node of the study that holds the attribute; None while there is none.
    """

    def __init__(self, study: HipStudy, keeper: Any) -> None:
        self._study = study
        self.keeper = keeper
        self._flags = {} if keeper is None else _read(keeper.GetAttribute(LOCKS))
        self.release()

    def only(self, id_: LandmarkId) -> None:
        """Lock all points but one, which is not locked."""
        for side, node in self._nodes():
            modifying = node.StartModify()
            for index, name in _rows(side, node):
                self._flags.setdefault(name, bool(node.GetNthControlPointLocked(index)))
                node.SetNthControlPointLocked(index, name != _name(*id_))
            node.EndModify(modifying)
        if self.keeper is not None:
            self.keeper.SetAttribute(LOCKS, json.dumps(self._flags))

    def release(self) -> None:
        """Give every point the flag that it had."""
        if not self._flags:
            return
        for side, node in self._nodes():
            modifying = node.StartModify()
            for index, name in _rows(side, node):
                if name in self._flags:
                    node.SetNthControlPointLocked(index, self._flags[name])
            node.EndModify(modifying)
        self._flags = {}
        if self.keeper is not None:
            self.keeper.RemoveAttribute(LOCKS)

    def _nodes(self) -> list[tuple[AnySide, Any]]:
        lists = [(side, self._study.points_node(side)) for side in (*Side, Midline.PELVIS)]
        return [(side, node) for side, node in lists if node is not None]


def _rows(side: AnySide, node: Any) -> list[tuple[int, str]]:
    count = node.GetNumberOfControlPoints()
    return [(index, _name(side, node.GetNthControlPointLabel(index))) for index in range(count)]


def _name(side: AnySide, key: str) -> str:
    return f"{side.value}:{key}"


def _read(text: str | None) -> dict[str, bool]:
    """The kept flags; none when the attribute is missing or was damaged by somebody."""
    try:
        return {str(name): bool(flag) for name, flag in json.loads(text or "{}").items()}
    except (AttributeError, ValueError):
        return {}
