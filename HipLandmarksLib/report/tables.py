"""Measurements as CSV (RFC 4180) and as self-describing JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from .case import NOTICE, CaseReport, source_text

if TYPE_CHECKING:
    from ..measurement import Measurement

FORMAT = "hiplandmarks-results-1"
SOFTWARE = f"HipLandmarks {__version__}"

COLUMNS = (
    "case",
    "side",
    "measurement",
    "name",
    "value",
    "unit",
    "status",
    "reason",
    "reference",
    "edge",
    "sigma",
    "ci95_low",
    "ci95_high",
    "classification",
    "threshold",
    "p_above_threshold",
    "threshold_set",
    "calibration",
    "calibration_factor",
    "landmark_sources",
    "model",
    "method_version",
    "software",
    "notice",
)


def write_csv(path: Path, case: CaseReport) -> None:
    """One row per measurement, UTF-8; a value that does not exist is empty and has a reason."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, dialect="excel")
        writer.writeheader()
        writer.writerows(_row(case, measurement) for measurement in case.measurements)


def write_json(path: Path, case: CaseReport) -> None:
    """The whole case: image geometry, provenance, landmarks and measurements."""
    text = json.dumps(case_to_dict(case), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def case_to_dict(case: CaseReport) -> dict[str, Any]:
    """JSON-ready dictionary of a case; lengths in mm, points in LPS mm, slices from 0."""
    return {
        "format": FORMAT,
        "notice": NOTICE,
        "software": SOFTWARE,
        "case": case.name,
        "image": _image_to_dict(case),
        "detection": {
            "model": case.model or None,
            "device": case.device or None,
            "seconds": case.seconds,
        },
        "slices": {side.word: index for side, index in case.slices.items()},
        "landmarks": case.landmarks.to_dict(),
        "measurements": [measurement.to_dict() for measurement in case.measurements],
    }


def _image_to_dict(case: CaseReport) -> dict[str, Any] | None:
    image = case.image
    if image is None:
        return None if case.image_record is None else dict(case.image_record)
    return {
        "name": image.name,
        "modality": image.modality.value,
        "shape_slices_rows_columns": list(image.pixels.shape),
        "spacing_column_row_slice_mm": list(image.spacing),
        "ijk_to_lps": image.ijk_to_lps.tolist(),
        "orientation": image.orientation,
        "obliquity_deg": image.obliquity_deg,
        "calibration": {
            "provenance": image.calibration.provenance.value,
            "factor": image.calibration.factor,
        },
    }


def _row(case: CaseReport, measurement: Measurement) -> dict[str, str]:
    low, high = measurement.ci95 or (None, None)
    return {
        "case": case.name,
        "side": measurement.side.word,
        "measurement": measurement.id,
        "name": measurement.name,
        "value": _number(measurement.value),
        "unit": measurement.unit,
        "status": " ".join(status.value for status in measurement.status),
        "reason": measurement.reason,
        "reference": measurement.reference.value,
        "edge": measurement.edge.value if measurement.edge else "",
        "sigma": _number(measurement.sigma),
        "ci95_low": _number(low),
        "ci95_high": _number(high),
        "classification": measurement.classification or "",
        "threshold": _number(measurement.threshold),
        "p_above_threshold": _number(measurement.p_above_threshold),
        "threshold_set": measurement.threshold_set or "",
        "calibration": measurement.calibration.provenance.value,
        "calibration_factor": _number(measurement.calibration.factor),
        "landmark_sources": _sources(case, measurement),
        "model": case.model,
        "method_version": measurement.method_version,
        "software": SOFTWARE,
        "notice": NOTICE,
    }


def _sources(case: CaseReport, measurement: Measurement) -> str:
    used = [case.landmarks[(entry.side, entry.key)] for entry in measurement.inputs]
    return "; ".join(f"{p.side.value} {p.key}: {source_text(p)}" for p in used)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
