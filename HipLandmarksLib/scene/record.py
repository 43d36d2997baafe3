"""What a study's nodes say about themselves, so that a loaded scene comes alive again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..anatomy import AnySide
from ..anatomy.types import parse_side
from ..imaging import Calibration, Modality, SpacingProvenance
from ..measurement import Edge, MeasurementSettings, MeasurementTable, Reference, Sex
from ..report import DEFAULT_MARKS

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
    DOUBT_DATA = "doubt data"
    DOUBT_MAP = "doubt map"
    DOUBT_TABLE = "doubt table"
    DOUBT_INTERVALS = "doubt intervals"
    DOUBT_MARK = "doubt mark"
    REVIEW = "review"
    EXPLORED = "explored"
    """Part of an explored stack: its data, a table, a plot, a surface."""


def sign(node: Any, study: str, role: Role, side: AnySide | None = None) -> None:
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


def side_of(node: Any) -> AnySide | None:
    """Side, or midline, that was signed into the node."""
    value = node.GetAttribute(SIDE)
    return parse_side(value) if value in ("R", "L", "B") else None


@dataclass(frozen=True)
class StudyRecord:
    """Case and settings of a study, kept as JSON in an attribute of its table.

    Attributes:
        case_id: identifier of the case.
        ids: measurements in the table; None for all that the settings ask for.
        settings: how to measure.
        marks: measurements that are drawn in the views.
    """

    case_id: str
    ids: tuple[str, ...] | None
    settings: MeasurementSettings
    marks: tuple[str, ...] = DEFAULT_MARKS

    def to_text(self) -> str:
        """JSON text."""
        s = self.settings
        return json.dumps(
            {
                "case_id": self.case_id,
                "ids": self.ids,
                "marks": self.marks,
                "reference": s.reference.value,
                "edge": s.edge.value,
                "threshold_set": s.threshold_set,
                "modality": s.modality.value,
                "provenance": s.calibration.provenance.value,
                "factor": s.calibration.factor,
                "calibration_detail": s.calibration.detail,
                "calibration_remarks": s.calibration.remarks,
                "patient_age_years": s.patient_age_years,
                "sex": s.sex.value,
                "open_physes": s.open_physes,
                "extra_points": s.extra_points,
                "min_confidence": s.min_confidence,
                "reader_sigma_mm": s.reader_sigma_mm,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> StudyRecord:
        """Inverse of :meth:`to_text`; what the first version did not write has its default.

        Raises:
            ValueError, KeyError, TypeError: when the text is missing or damaged.
        """
        data = json.loads(text)
        settings = MeasurementSettings(
            calibration=_calibration(data),
            reference=Reference(data["reference"]),
            edge=Edge(data["edge"]),
            threshold_set=data["threshold_set"],
            modality=Modality(data["modality"]),
            patient_age_years=data["patient_age_years"],
            sex=Sex(data.get("sex", Sex.UNKNOWN.value)),
            open_physes=bool(data.get("open_physes", False)),
            extra_points=bool(data.get("extra_points", False)),
            min_confidence=data["min_confidence"],
            reader_sigma_mm=data["reader_sigma_mm"],
        )
        ids = None if data["ids"] is None else tuple(data["ids"])
        marks = tuple(data.get("marks", DEFAULT_MARKS))
        return cls(str(data["case_id"]), ids, settings, marks)


def in_order(ids: Collection[str]) -> tuple[str, ...]:
    """Measurement ids in the order of the table.

    Raises:
        ConfigurationError: when one is unknown.
    """
    return tuple(definition.id for definition in MeasurementTable.load().select(ids))


def _calibration(data: Mapping[str, Any]) -> Calibration:
    return Calibration(
        SpacingProvenance(data["provenance"]),
        data["factor"],
        str(data.get("calibration_detail", "")),
        tuple(data.get("calibration_remarks", ())),
    )
