"""Where the pixel size comes from, and whether millimetres may be trusted.

Sources: DICOM PS3.3 10.7 for what the tags mean. Size of the errors: detector plane 15 to 25 % too
large; a fixed magnification is wrong by 1.4 % on average and 5.2 % at most; about 1 % per
centimetre of wrong marker height (measurement specification, 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

_LEAST_FACTOR = 1e-3
_LARGEST_FACTOR = 1e3


class SpacingProvenance(str, Enum):
    """Source of the pixel size, in the order of trust of DICOM PS3.3 10.7 and the literature."""

    PATIENT_PLANE = "PATIENT_PLANE"
    """MR and CT: PixelSpacing is measured in the patient."""
    MARKER = "MARKER"
    """A ball, ruler or other known length measured in this image."""
    DICOM_FIDUCIAL = "DICOM_FIDUCIAL"
    DICOM_GEOMETRY = "DICOM_GEOMETRY"
    DICOM_CALIBRATED_UNSPECIFIED = "DICOM_CALIBRATED_UNSPECIFIED"
    """PixelSpacing differs from the detector's, without a word on how it was calibrated."""
    USER_MAGNIFICATION = "USER_MAGNIFICATION"
    """A fixed magnification that the user or the site gives."""
    ERMF = "ERMF"
    """EstimatedRadiographicMagnificationFactor of the X-ray unit."""
    SID_SOD = "SID_SOD"
    """Distances from the tube to detector and patient, as the X-ray unit states them."""
    DETECTOR_PLANE = "DETECTOR_PLANE"
    UNKNOWN_PIXELSPACING = "UNKNOWN_PIXELSPACING"
    SCANNED_FILM = "SCANNED_FILM"
    ASPECT_RATIO_ONLY = "ASPECT_RATIO_ONLY"
    NONE = "NONE"

    @property
    def rank(self) -> int:
        """Trust: 0 for MR and CT, then 1 (a marker) to 10 (nothing known)."""
        return _FACTS[self].rank

    @property
    def calibrated(self) -> bool:
        """Whether lengths measured with this pixel size are millimetres at the hip."""
        return self.rank <= _LAST_CALIBRATED

    @property
    def has_millimetres(self) -> bool:
        """Whether the grid has a size at all; else its unit is the pixel, and only angles count."""
        return self.rank < _FACTS[SpacingProvenance.NONE].rank

    @property
    def words(self) -> str:
        """Badge beside lengths, such as ``detector plane, not corrected``."""
        return _FACTS[self].words

    @property
    def warning(self) -> str | None:
        """What a surgeon must know before trusting lengths, and what to do; None if nothing."""
        return _FACTS[self].warning


@dataclass(frozen=True)
class Calibration:
    """Provenance of the spacing, and the factor by which image lengths become patient lengths.

    ``factor`` is kept apart from the pixel grid so that a later calibration re-applies to
    existing points: length in the patient = length in the image * factor.

    Attributes:
        provenance: source of the pixel size.
        factor: millimetres in the patient per millimetre (without a pixel size: pixel) of the grid.
        detail: how it was found, such as the ball's size on the film; empty if there is no more
            to say. Two calibrations are equal whatever their words.
        remarks: sentences about this one image; see :attr:`warnings`.

    Raises:
        ValueError: when the factor cannot be one.
    """

    provenance: SpacingProvenance
    factor: float = 1.0
    detail: str = field(default="", compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not _LEAST_FACTOR <= self.factor <= _LARGEST_FACTOR:
            raise ValueError(
                f"A calibration factor of {self.factor} is not plausible "
                f"({_LEAST_FACTOR:g} to {_LARGEST_FACTOR:g})."
            )

    @property
    def calibrated(self) -> bool:
        """Whether lengths are millimetres at the hip."""
        return self.provenance.calibrated

    @property
    def magnification(self) -> float:
        """How much larger the hip is on the grid than in the patient: 1 / factor."""
        return 1 / self.factor

    @property
    def badge(self) -> str:
        """Words for the screen, such as ``fixed magnification 1.20``."""
        with_number = self.provenance in _STATE_THE_MAGNIFICATION
        return self.provenance.words + (f" {self.magnification:.2f}" if with_number else "")

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences a reader must see beside lengths: of the provenance, then of this image."""
        general = self.provenance.warning
        return (*((general,) if general else ()), *self.remarks)


class _Facts(NamedTuple):
    rank: int
    words: str
    warning: str | None = None


_REMEDY = "Measure a marker ball or a known length on the film"
_LAST_CALIBRATED = 6
_FACTS: Mapping[SpacingProvenance, _Facts] = {
    SpacingProvenance.PATIENT_PLANE: _Facts(0, "measured in the patient"),
    SpacingProvenance.MARKER: _Facts(1, "marker in the image"),
    SpacingProvenance.DICOM_FIDUCIAL: _Facts(2, "calibrated in the file by a marker"),
    SpacingProvenance.DICOM_GEOMETRY: _Facts(2, "calibrated in the file by the geometry"),
    SpacingProvenance.DICOM_CALIBRATED_UNSPECIFIED: _Facts(
        3,
        "calibrated in the file, not said how",
        "The file's pixel size is corrected for magnification, but it does not say how: check a "
        "known length before you rely on millimetres.",
    ),
    SpacingProvenance.USER_MAGNIFICATION: _Facts(
        4,
        "fixed magnification",
        "Lengths assume the same magnification for every patient, which is off by 1 to 5 % in "
        "single patients.",
    ),
    SpacingProvenance.ERMF: _Facts(
        5,
        "magnification estimated by the X-ray unit",
        "Lengths rest on the magnification that the X-ray unit estimated; it does not know how "
        "far the hip was from the detector.",
    ),
    SpacingProvenance.SID_SOD: _Facts(
        6,
        "magnification from the X-ray unit's distances",
        "Lengths rest on the distances from the tube to detector and patient that the X-ray unit "
        "states; the latter may mean the table or the skin, not the hip.",
    ),
    SpacingProvenance.DETECTOR_PLANE: _Facts(
        7,
        "detector plane, not corrected",
        "Lengths are those on the detector, not corrected for magnification: they read about 15 "
        f"to 25 % too large. {_REMEDY}, or give a magnification.",
    ),
    SpacingProvenance.UNKNOWN_PIXELSPACING: _Facts(
        8,
        "pixel size of unknown meaning",
        "The file gives a pixel size without saying whether it holds at the detector or at the "
        f"hip: lengths may read up to 25 % too large. {_REMEDY}.",
    ),
    SpacingProvenance.SCANNED_FILM: _Facts(
        9,
        "scanned film, not corrected",
        "Lengths are those on the scanned film, not corrected for magnification: they read about "
        f"15 to 25 % too large. {_REMEDY}, or give a magnification.",
    ),
    SpacingProvenance.ASPECT_RATIO_ONLY: _Facts(
        10,
        "no pixel size, angles only",
        "The file states the shape of its pixels but not their size: angles are valid, lengths "
        f"are not. {_REMEDY}.",
    ),
    SpacingProvenance.NONE: _Facts(
        10,
        "no pixel size, angles only",
        "The file states no pixel size. Angles are valid if its pixels are square, which is "
        f"assumed; lengths are not. {_REMEDY}.",
    ),
}
_STATE_THE_MAGNIFICATION = frozenset(
    {
        SpacingProvenance.USER_MAGNIFICATION,
        SpacingProvenance.ERMF,
        SpacingProvenance.SID_SOD,
    }
)
