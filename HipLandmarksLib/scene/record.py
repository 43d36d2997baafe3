"""What a study's nodes say about themselves, so that a loaded scene comes alive again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..anatomy import Side
from ..imaging import Calibration, Modality, SpacingProvenance
from ..measurement import Edge, MeasurementSettings, Reference

STUDY = "HipLandmarks.Study"
ROLE = "HipLandmarks.Role"
SIDE = "HipLandmarks.Side"
SETTINGS = "HipLandmarks.Settings"


class Role(str, Enum):
    """What a node is for."""

    VOLUME = "volume"
    POINTS = "points"
    MARK = "mark"
    TABLE = "table"


def sign(node: Any, study: str, role: Role, side: Side | None = None) -> None:
    """Write study, role and side into the node's attributes."""
    node.SetAttribute(STUDY, study)
    node.SetAttribute(ROLE, role.value)
    if side is not None:
        node.SetAttribute(SIDE, side.value)


def signed_nodes(scene: Any, role: Role, study: str | None = None) -> Iterator[Any]:
    """Nodes of the scene with that role (and study)."""
    nodes = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]
    for node in nodes:
        same_study = study is None or node.GetAttribute(STUDY) == study
        if same_study and node.GetAttribute(ROLE) == role.value:
            yield node


def side_of(node: Any) -> Side | None:
    """Side that was signed into the node."""
    value = node.GetAttribute(SIDE)
    return Side(value) if value in ("R", "L") else None


@dataclass(frozen=True)
class StudyRecord:
    """Case and settings of a study, kept as JSON in an attribute of its table.

    Attributes:
        case_id: identifier of the case.
        ids: measurements shown.
        settings: how to measure.
    """

    case_id: str
    ids: tuple[str, ...]
    settings: MeasurementSettings

    def to_text(self) -> str:
        """JSON text."""
        s = self.settings
        return json.dumps(
            {
                "case_id": self.case_id,
                "ids": self.ids,
                "reference": s.reference.value,
                "edge": s.edge.value,
                "threshold_set": s.threshold_set,
                "modality": s.modality.value,
                "provenance": s.calibration.provenance.value,
                "factor": s.calibration.factor,
                "patient_age_years": s.patient_age_years,
                "min_confidence": s.min_confidence,
                "reader_sigma_mm": s.reader_sigma_mm,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> StudyRecord:
        """Inverse of :meth:`to_text`.

        Raises:
            ValueError, KeyError, TypeError: when the text is missing or damaged.
        """
        data = json.loads(text)
        settings = MeasurementSettings(
            calibration=Calibration(SpacingProvenance(data["provenance"]), data["factor"]),
            reference=Reference(data["reference"]),
            edge=Edge(data["edge"]),
            threshold_set=data["threshold_set"],
            modality=Modality(data["modality"]),
            patient_age_years=data["patient_age_years"],
            min_confidence=data["min_confidence"],
            reader_sigma_mm=data["reader_sigma_mm"],
        )
        return cls(str(data["case_id"]), tuple(data["ids"]), settings)
