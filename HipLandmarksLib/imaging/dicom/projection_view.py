"""How a radiograph lies in the patient: direction of its axes, view, side.

Sources: DICOM PS3.3 C.7.6.1.1.1 (PatientOrientation), C.8.11.5 (DX positioning), CID 4010 (view
codes); measurement specification, 9.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from ..film import ASSUMED_ORIENTATION, is_coronal_pair, is_mirrored, is_turned
from .tags import first_item, number, text

_VIEW_CODES = {
    "399348003": "AP",  # SNOMED CT antero-posterior
    "272479007": "PA",  # SNOMED CT postero-anterior
    "R-10206": "AP",  # their codes in the older SNOMED RT
    "R-10214": "PA",
}


def film_axes(dataset: Dataset) -> tuple[str, str, str]:
    """Where columns and rows grow to (letters L, R, H, F), and where that is known from.

    PatientOrientation counts where it describes a film in the coronal plane, upright, mirrored or
    turned. Anything else cannot be an AP view of the pelvis, or is absent: then the usual
    display is assumed, and the third value says so (it starts with ``assumed``).
    """
    stated = text(dataset, "PatientOrientation")
    letters = [part[:1].upper() for part in stated.split("\\")]
    if len(letters) == 2 and is_coronal_pair(letters[0], letters[1]):
        return letters[0], letters[1], f"from DICOM PatientOrientation {stated}"
    found = f" (the file states {stated})" if stated else ""
    return "L", "F", ASSUMED_ORIENTATION + found


def view_position(dataset: Dataset) -> str:
    """Direction of the beam, such as AP or PA, from ViewPosition or its code; else empty."""
    code = text(first_item(dataset, "ViewCodeSequence"), "CodeValue")
    return text(dataset, "ViewPosition").upper() or _VIEW_CODES.get(code, "")


def view_notes(dataset: Dataset) -> Iterator[str]:
    """Sentences about view, side and turning that a reader should check against the film."""
    columns_to, rows_to, _ = film_axes(dataset)
    if view_position(dataset) == "PA":
        yield (
            "PA view: it may be shown mirrored and magnifies less than an AP view; check the side "
            "marker"
        )
    if is_mirrored(columns_to, rows_to):
        yield "the film is stored mirrored; its geometry accounts for that, check the side marker"
    if is_turned(columns_to, rows_to):
        yield "the film is stored turned; its geometry accounts for that, check the side marker"
    sides = {text(dataset, key)[:1].upper() for key in ("ImageLaterality", "Laterality")}
    if {"R", "L"} <= sides:
        yield "the file names both sides (ImageLaterality and Laterality differ); check the marker"
    yield from _turned_by_the_unit(dataset)


def _turned_by_the_unit(dataset: Dataset) -> Iterator[str]:
    """The pixels are stored after this turning; it explains surprises, and changes nothing."""
    turn = number(dataset, "FieldOfViewRotation") or 0.0
    if turn:
        yield f"the X-ray unit turned the film by {turn:g} degrees; check the side marker"
    if text(dataset, "FieldOfViewHorizontalFlip").upper() == "YES":
        yield "the X-ray unit flipped the film left to right; check the side marker"
