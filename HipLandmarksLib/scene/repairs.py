"""What was set right of a film that Slicer had loaded otherwise than its file means it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..i18n import tr as _

REPAIRS_ATTRIBUTE = "HipLandmarks.Repairs"


class RepairKind(str, Enum):
    """What was wrong."""

    PLANE = "plane"
    """It lay in another plane than the coronal one."""
    DIRECTION = "direction"
    """Its columns or rows ran another way through the patient than the file states."""
    SPACING = "spacing"
    """Its pixels had another size."""
    INTENSITY = "intensity"
    """Bone was dark, or the grey values were other ones."""
    COLOUR = "colour"
    """It was a colour picture; a grey copy took its place."""
    KIND = "kind"
    """Nothing said that it is a radiograph; a person did."""


@dataclass(frozen=True)
class Repair:
    """One thing that was set right.

    Attributes:
        kind: what it was.
        before, after: in short, such as ``1.00 x 1.00`` (mm) or ``axial``; may be empty.
    """

    kind: RepairKind
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """A sentence for people."""
        sentences = {
            RepairKind.PLANE: _(
                "The film lay in the {before} plane and is in the coronal one now."
            ),
            RepairKind.DIRECTION: _(
                "Columns and rows ran to {before}; they run to {after} now, as the file states or "
                "as is usual."
            ),
            RepairKind.SPACING: _("Pixels of {before} mm are {after} now, as the file states."),
            RepairKind.INTENSITY: _(
                "The grey values were not those that the file means to show: bone is bright now."
            ),
            RepairKind.COLOUR: _("The picture had colours: a grey copy is measured."),
            RepairKind.KIND: _("Nothing said what the image is: you took it for a radiograph."),
        }
        return sentences[self.kind].format(before=self.before, after=self.after)


def repairs_of(node: Any) -> tuple[Repair, ...]:
    """What was set right of a volume, also after its scene was saved and loaded."""
    text = None if node is None else node.GetAttribute(REPAIRS_ATTRIBUTE)
    if not text:
        return ()
    return tuple(
        Repair(RepairKind(kind), before, after) for kind, before, after in json.loads(text)
    )


def remember_repairs(node: Any, repairs: tuple[Repair, ...]) -> None:
    """Store the repairs with the node, so that they survive the scene file."""
    rows = [(repair.kind.value, repair.before, repair.after) for repair in repairs]
    node.SetAttribute(REPAIRS_ATTRIBUTE, json.dumps(rows) if rows else None)
