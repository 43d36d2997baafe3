"""Header facts that are kept as text: what the image is, never who the patient is.

Besides plain elements there are ``patient_sex`` (F, M or O), ``patient_age`` (as DICOM writes it),
``patient_age_years`` (see :attr:`HipImage.patient_age_years`), ``laterality`` (R, L, B for both, U
for unpaired) and ``notes``. A key is absent where the header does not say.
"""

from __future__ import annotations

from datetime import date

from pydicom.dataset import Dataset

from .tags import number, text

_FACTS = {
    "series_description": "SeriesDescription",
    "series_number": "SeriesNumber",
    "body_part": "BodyPartExamined",
    "view_position": "ViewPosition",
    "patient_position": "PatientPosition",
    "manufacturer": "Manufacturer",
    "scanner": "ManufacturerModelName",
    "field_strength_t": "MagneticFieldStrength",
    "repetition_time_ms": "RepetitionTime",
    "echo_time_ms": "EchoTime",
    "slice_thickness_mm": "SliceThickness",
    "burned_in_annotation": "BurnedInAnnotation",
}
_SEXES = ("F", "M", "O")
_SIDES = ("R", "L", "B", "U")
_OLD_AGE_YEARS = 89
_DAYS_PER_YEAR = 365.25
_DAYS = {"Y": _DAYS_PER_YEAR, "M": _DAYS_PER_YEAR / 12, "W": 7.0, "D": 1.0}
_LONGEST = 200  # a damaged header can run one element into the next


def header_facts(dataset: Dataset) -> dict[str, str]:
    """Selected facts without name, identifiers and dates; ages above 89 are grouped."""
    facts = {key: text(dataset, keyword) for key, keyword in _FACTS.items()}
    facts["laterality"] = _letter(dataset, _SIDES, "ImageLaterality", "Laterality")
    facts["patient_sex"] = _letter(dataset, _SEXES, "PatientSex")
    facts["patient_age"] = _age(text(dataset, "PatientAge"))
    facts["patient_age_years"] = _age_years(dataset)
    facts["notes"] = "; ".join(_notes(dataset))
    return {key: value[:_LONGEST] for key, value in facts.items() if value}


def join_notes(facts: dict[str, str], notes: list[str]) -> dict[str, str]:
    """The facts with further notes appended to their ``notes``."""
    joined = "; ".join(note for note in [facts.get("notes", ""), *notes] if note)
    return {**facts, "notes": joined} if joined else facts


def _notes(dataset: Dataset) -> list[str]:
    notes = []
    if text(dataset, "LossyImageCompression") == "01":
        ratio = number(dataset, "LossyImageCompressionRatio")
        notes.append("lossy compression" + (f" {ratio:.3g}:1" if ratio else ""))
    if text(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        notes.append("grey values inverted (MONOCHROME1)")
    if (number(dataset, "SamplesPerPixel") or 1) > 1:
        notes.append("colour was turned to grey")
    return notes


def _letter(dataset: Dataset, letters: tuple[str, ...], *keywords: str) -> str:
    """First letter of the first element that holds one of ``letters``."""
    found = (text(dataset, keyword)[:1].upper() for keyword in keywords)
    return next((letter for letter in found if letter and letter in letters), "")


def _age(age: str) -> str:
    """DICOM age string, such as 061Y; ages that identify are grouped."""
    years = age.removesuffix("Y")
    return "over 89" if years.isdigit() and int(years) > _OLD_AGE_YEARS else age


def _age_years(dataset: Dataset) -> str:
    """Age when the image was taken, whole years from 2 on; ages above 89 all read 90."""
    years = _stated_years(text(dataset, "PatientAge").upper())
    if years is None:
        born, taken = _day(dataset, "PatientBirthDate"), _day(dataset, "StudyDate")
        years = (taken - born).days / _DAYS_PER_YEAR if born and taken else None
    if years is None or years < 0:
        return ""
    return f"{years:.1f}" if years < 2 else str(min(int(years + 1e-6), _OLD_AGE_YEARS + 1))


def _stated_years(age: str) -> float | None:
    if age[:-1].isdigit() and age[-1] in _DAYS:
        return int(age[:-1]) * _DAYS[age[-1]] / _DAYS_PER_YEAR
    return None


def _day(dataset: Dataset, keyword: str) -> date | None:
    digits = text(dataset, keyword)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
