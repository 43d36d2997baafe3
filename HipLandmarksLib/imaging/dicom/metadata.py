"""Header facts that are kept as text: what the image is, never who the patient is."""

from __future__ import annotations

from pydicom.dataset import Dataset

from .tags import number, text

_FACTS = {
    "series_description": "SeriesDescription",
    "series_number": "SeriesNumber",
    "body_part": "BodyPartExamined",
    "view_position": "ViewPosition",
    "patient_position": "PatientPosition",
    "patient_sex": "PatientSex",
    "manufacturer": "Manufacturer",
    "scanner": "ManufacturerModelName",
    "field_strength_t": "MagneticFieldStrength",
    "repetition_time_ms": "RepetitionTime",
    "echo_time_ms": "EchoTime",
    "slice_thickness_mm": "SliceThickness",
    "burned_in_annotation": "BurnedInAnnotation",
}
_OLD_AGE_YEARS = 89
_LONGEST = 200  # a damaged header can run one element into the next


def header_facts(dataset: Dataset) -> dict[str, str]:
    """Selected facts without name, identifiers and dates; ages above 89 are grouped."""
    facts = {key: text(dataset, keyword) for key, keyword in _FACTS.items()}
    facts["laterality"] = text(dataset, "ImageLaterality") or text(dataset, "Laterality")
    facts["patient_age"] = _age(text(dataset, "PatientAge"))
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


def _age(age: str) -> str:
    """DICOM age string, such as 061Y; ages that identify are grouped."""
    years = age.removesuffix("Y")
    return "over 89" if years.isdigit() and int(years) > _OLD_AGE_YEARS else age
