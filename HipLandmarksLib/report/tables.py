"""Measurements as CSV (RFC 4180) and as self-describing JSON.

A CSV file begins with a byte order mark: without it Excel takes UTF-8 for another encoding and
garbles names such as Tönnis and Köhler.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..anatomy import Side
from .case import NOTICE, CaseReport, source_text
from .doubt import DOUBT_COLUMNS, doubt_cells
from .values import format_difference, format_value

if TYPE_CHECKING:
    from ..detection import LimbId, LimbScore
    from ..measurement import Measurement, SideDifference

FORMAT = "hiplandmarks-results-1"
SOFTWARE = f"HipLandmarks {__version__}"

COLUMNS = (
    "case",
    "side",
    "measurement",
    "name",
    "value",
    "unit",
    "words",
    "status",
    "reason",
    "reference",
    "edge",
    "sigma",
    "ci95_low",
    "ci95_high",
    "finding",
    "usual_low",
    "usual_high",
    "range_source",
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
    *DOUBT_COLUMNS,
)


DIFFERENCE = "right minus left"
"""What the column ``side`` says of a side difference."""


def write_csv(path: Path, case: CaseReport) -> None:
    """Write :func:`csv_text` for spreadsheets: UTF-8 with byte order mark."""
    path.write_text(csv_text(case), encoding="utf-8-sig", newline="")


def csv_text(case: CaseReport) -> str:
    """One row per measurement and side, then one per side difference.

    A value that does not exist is empty and has a reason. The column ``side`` says right, left,
    pelvis (the whole of it) or ``right minus left``.
    """
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, dialect="excel", restval="")
    writer.writeheader()
    writer.writerows(_row(case, measurement) for measurement in case.measurements)
    writer.writerows(_difference_rows(case))
    return stream.getvalue()


def write_json(path: Path, case: CaseReport) -> None:
    """Write :func:`json_text`, UTF-8."""
    path.write_text(json_text(case), encoding="utf-8")


def json_text(case: CaseReport) -> str:
    """The whole case: image geometry, provenance, landmarks, measurements, side differences."""
    return json.dumps(case_to_dict(case), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


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
            "views": case.views or None,
            **({"remarks": list(case.remarks)} if case.remarks else {}),
            **({} if case.limbs is None else {"limbs": _limb_rows(case.limbs)}),
            **_calibration_of_model(case),
        },
        "slices": {side.word: index for side, index in case.slices.items()},
        "settings": _settings_to_dict(case),
        "landmarks": case.landmarks.to_dict(),
        "measurements": [_measurement_to_dict(case, each) for each in case.measurements],
        "side_differences": [difference.to_dict() for difference in case.differences],
    }


def _measurement_to_dict(case: CaseReport, measurement: Measurement) -> dict[str, Any]:
    doubt = case.doubts.get((measurement.side, measurement.id))
    return {**measurement.to_dict(), **({} if doubt is None else {"doubt": doubt.to_dict()})}


def _calibration_of_model(case: CaseReport) -> dict[str, Any]:
    """What the doubt of a model rests on; null: the network states it, nobody has checked it."""
    if not case.model:
        return {}
    known = case.model_calibration
    return {"calibration": None if known is None else known.provenance.to_dict()}


def _limb_rows(limbs: Mapping[LimbId, LimbScore]) -> list[dict[str, Any]]:
    """Projections and uncertainties are null where a limb could not be measured."""
    return [
        {
            "start": f"{start[0].value}:{start[1]}",
            "end": f"{end[0].value}:{end[1]}",
            "state": score.state.value,
            "projection": score.projection,
            "surprisal": score.uncertainty(),
        }
        for (start, end), score in limbs.items()
    ]


def _settings_to_dict(case: CaseReport) -> dict[str, Any] | None:
    settings = case.settings
    if settings is None:
        return None
    return {
        "reference_requested": settings.reference.value,
        "edge": settings.edge.value,
        "threshold_set": settings.threshold_set,
        "sex": settings.sex.value,
        "age_years": settings.patient_age_years,
        "open_physes": settings.open_physes,
        "extra_points": settings.extra_points,
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
            "detail": image.calibration.detail,
            "warnings": list(image.calibration.warnings),
        },
    }


def _row(case: CaseReport, measurement: Measurement) -> dict[str, str]:
    doubt = case.doubts.get((measurement.side, measurement.id))
    low, high = measurement.ci95 or (None, None)
    usual_low, usual_high = measurement.usual or (None, None)
    return {
        **_of_the_case(case),
        "side": measurement.side.word,
        "measurement": measurement.id,
        "name": measurement.name,
        "value": _number(measurement.value),
        "unit": measurement.unit,
        "words": format_value(measurement, doubt),
        "status": " ".join(status.value for status in measurement.status),
        "reason": measurement.reason,
        "reference": measurement.reference.value,
        "edge": measurement.edge.value if measurement.edge else "",
        "sigma": _number(measurement.sigma),
        "ci95_low": _number(low),
        "ci95_high": _number(high),
        "finding": measurement.finding or "",
        "usual_low": _number(usual_low),
        "usual_high": _number(usual_high),
        "range_source": measurement.range_source,
        "classification": measurement.classification or "",
        "threshold": _number(measurement.threshold),
        "p_above_threshold": _number(measurement.p_above_threshold),
        "threshold_set": measurement.threshold_set or "",
        "calibration": measurement.calibration.provenance.value,
        "calibration_factor": _number(measurement.calibration.factor),
        "landmark_sources": _sources(case, measurement),
        "method_version": measurement.method_version,
        **doubt_cells(doubt),
    }


def _difference_rows(case: CaseReport) -> Iterator[dict[str, str]]:
    of_right = {m.id: m for m in case.measurements if m.side is Side.RIGHT}
    for difference in case.differences:
        yield _difference_row(case, difference, of_right.get(difference.id))


def _difference_row(
    case: CaseReport, difference: SideDifference, one: Measurement | None
) -> dict[str, str]:
    low, high = difference.ci95 or (None, None)
    row = {
        **_of_the_case(case),
        "side": DIFFERENCE,
        "measurement": difference.id,
        "name": difference.name,
        "value": _number(difference.value),
        "unit": difference.unit,
        "words": format_difference(difference),
        "reason": difference.reason,
        "sigma": _number(difference.sigma),
        "ci95_low": _number(low),
        "ci95_high": _number(high),
        "classification": difference.flag or "",
    }
    if one is not None:
        row["reference"] = one.reference.value
        row["calibration"] = one.calibration.provenance.value
        row["calibration_factor"] = _number(one.calibration.factor)
        row["threshold_set"] = one.threshold_set
    return row


def _of_the_case(case: CaseReport) -> dict[str, str]:
    return {"case": case.name, "model": case.model, "software": SOFTWARE, "notice": NOTICE}


def _sources(case: CaseReport, measurement: Measurement) -> str:
    used = [case.landmarks[(entry.side, entry.key)] for entry in measurement.inputs]
    return "; ".join(f"{p.side.value} {p.key}: {source_text(p)}" for p in used)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
