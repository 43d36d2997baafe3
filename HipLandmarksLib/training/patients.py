"""What a folder's table of patients states beside the images: ``patients.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ConfigurationError
from .labels import LabelledSlice

TABLE_NAME = "patients.csv"
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "o": "O", "other": "O", "": ""}


def read_sexes(folder: Path) -> dict[str, str]:
    """Sex (F, M or O) by patient from ``patients.csv``; empty where there is no such table.

    The table has the columns ``patient`` and ``sex``; others are not read, and an empty cell means
    not known.

    Raises:
        ConfigurationError: when the table has no such columns, names a patient twice or states
            another sex.
    """
    path = folder / TABLE_NAME
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path} is not a table in UTF-8: {error}") from error
    sexes: dict[str, str] = {}
    for row in rows:
        patient, sex = _patient_and_sex(path, row)
        if patient in sexes:
            raise ConfigurationError(f"{path} names the patient {patient} twice.")
        sexes[patient] = sex
    return {patient: sex for patient, sex in sexes.items() if sex}


def with_sexes(slices: Sequence[LabelledSlice], sexes: Mapping[str, str]) -> list[LabelledSlice]:
    """The slices; the images of patients of the table say the sex that it states.

    Raises:
        ConfigurationError: when an image's own header says otherwise.
    """
    images = {id(labelled.image): labelled.image for labelled in slices}
    for labelled in slices:
        stated, own = sexes.get(labelled.case), labelled.image.patient_sex
        if stated is not None and own is not None and stated != own:
            raise ConfigurationError(
                f"{TABLE_NAME} says {stated} for the patient {labelled.case}, the image says "
                f"{own}: correct the table."
            )
        if stated is not None:
            metadata = {**labelled.image.metadata, "patient_sex": stated}
            key = id(labelled.image)
            if images[key] is labelled.image:  # one copy for all slices of a volume
                images[key] = replace(labelled.image, metadata=metadata)
    return [replace(labelled, image=images[id(labelled.image)]) for labelled in slices]


def _patient_and_sex(path: Path, row: Mapping[str, str | None]) -> tuple[str, str]:
    if row.get("patient") is None or row.get("sex") is None:
        raise ConfigurationError(f"{path} needs the columns patient and sex in every row.")
    patient, word = str(row["patient"]).strip(), str(row["sex"]).strip().lower()
    if not patient:
        raise ConfigurationError(f"{path} has a row without a patient.")
    if word not in _SEXES:
        raise ConfigurationError(
            f"{path} states the sex {row['sex']!r} for {patient}; use F, M, O or nothing."
        )
    return patient, _SEXES[word]
