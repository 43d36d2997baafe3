"""A calibration into a model bundle, all or nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

from ..detection import load_card
from ..detection.bundle import write_card
from ..errors import ConfigurationError
from ..files import HALF_WRITTEN
from ..uncertainty import Calibration, CalibrationProvenance
from .calibration_data import DoubtData


def provenance_of(data: DoubtData) -> CalibrationProvenance:
    """What a calibration on ``data`` rests on, dated today."""
    patients = {each.case.patient for each in data.cases}
    return CalibrationProvenance(
        data=". ".join([data.source, *(warning.rstrip(".") for warning in data.warnings)]) + ".",
        patients=len(patients),
        cases=len(data.cases),
        date=date.today().isoformat(),
        patient_names=tuple(sorted(patients)),
    )


def check_target(bundle: Path, out: Path | None) -> None:
    """Refuse, before anything is computed, a place that a model cannot be written to.

    Raises:
        ModelError: when ``bundle`` holds no readable card.
        ConfigurationError: when ``out`` exists already.
    """
    load_card(bundle)
    if out is not None and out.exists():
        raise ConfigurationError(
            f"{out} exists already: give a folder that does not, or leave --out out to write into "
            "the model itself."
        )


def write_calibration(bundle: Path, calibration: Calibration, out: Path | None = None) -> Path:
    """Write ``calibration`` into the card of a model, or of a copy; returns the model's folder.

    The weights and the card of a film model's second pass stay as they are: one file changes, by
    one rename.

    Raises:
        ModelError: when ``bundle`` holds no readable card.
        ConfigurationError: when ``out`` exists already.
    """
    card = replace(load_card(bundle), calibration=calibration)
    if out is None:
        write_card(bundle, card)
        return bundle
    check_target(bundle, out)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = out.with_name(f"{HALF_WRITTEN}{uuid4().hex}-{out.name}")
    try:
        shutil.copytree(bundle, staging)
        write_card(staging, card)
        staging.rename(out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return out
