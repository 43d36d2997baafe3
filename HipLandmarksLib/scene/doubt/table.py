"""Tables of texts that follow what they tell of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from vtkmodules.vtkCommonCore import vtkStringArray

from ..table import CLASS_NAME, NOTICE


class TextTable:
    """A table node of texts whose rows have names; only cells that changed are written."""

    def __init__(self, node: Any, titles: Sequence[str]) -> None:
        self.node = node
        self._titles = tuple(titles)
        self._columns: list[Any] = []
        self._rows: dict[Hashable, int] = {}
        self._shown: dict[Hashable, tuple[str, ...]] = {}

    @classmethod
    def create(cls, scene: Any, name: str, titles: Sequence[str]) -> TextTable:
        """An empty table node."""
        node = scene.AddNewNodeByClass(CLASS_NAME, name)
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetUseFirstColumnAsRowHeader(False)
        node.SetLocked(True)
        return cls(node, titles)

    def fill(self, rows: Mapping[Any, tuple[str, ...]], remark: str) -> None:
        """Set all rows; ``remark`` goes into the node's description, with the notice."""
        modifying = self.node.StartModify()
        self.node.SetDescription(f"{NOTICE} {remark}".strip())
        self.node.RemoveAllColumns()
        self._columns = [self.node.AddColumn(_column(title)) for title in self._titles]
        self._rows, self._shown = {}, {}
        self.update(rows)
        self.node.EndModify(modifying)

    def __contains__(self, name: object) -> bool:
        """Whether there is a row of that name."""
        return name in self._rows

    def update(self, rows: Mapping[Any, tuple[str, ...]]) -> None:
        """Rewrite what changed, and add rows that are new; no event when nothing did."""
        changed: set[int] = set()
        for id_, row in rows.items():
            if self._shown.get(id_) == row:
                continue
            if id_ not in self._rows:
                self._rows[id_] = self.node.AddEmptyRow()
            before = self._shown.get(id_, ("",) * len(self._titles))
            for column, (old, new) in enumerate(zip(before, row, strict=True)):
                if old != new:
                    self._columns[column].SetValue(self._rows[id_], new)
                    changed.add(column)
            self._shown[id_] = row
        for column in changed:
            self._columns[column].Modified()
        if changed:
            self.node.GetTable().Modified()


def _column(title: str) -> Any:
    array = vtkStringArray()
    array.SetName(title)
    return array
