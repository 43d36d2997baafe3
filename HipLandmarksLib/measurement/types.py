"""Vocabulary of measurements: reference lines, edges, statuses, settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from ..imaging import Calibration, Modality

if TYPE_CHECKING:
    from ..imaging import HipImage


class Reference(str, Enum):
    """Line against which an angle of the pelvis is measured."""

    TEARDROP = "teardrop"
    """Through both lower teardrop edges (TD): default, least affected by pelvic rotation."""
    ISCHIUM = "ischium"
    """Through both lowest points of the ischium (ISCH)."""
    TRIRADIATE = "triradiate"
    """Through both triradiate cartilages (TRI), Hilgenreiner's line."""
    FHC = "fhc"
    """Through both femoral head centres: last pelvic line, wrong in subluxation."""
    IMAGE = "image"
    """Patient superior projected on the slice: always wrong by the pelvic obliquity."""
    NONE = "none"
    """The measurement needs no reference line."""

    @property
    def words(self) -> str:
        """For sentences, such as ``the line through both teardrops``."""
        named = {
            Reference.TEARDROP: "teardrops",
            Reference.ISCHIUM: "ischia",
            Reference.TRIRADIATE: "triradiate cartilages",
            Reference.FHC: "femoral head centres",
        }
        if self in named:
            return f"the line through both {named[self]}"
        return "the image's own axes" if self is Reference.IMAGE else "no line"


class Sex(str, Enum):
    """Sex of the patient, for thresholds that differ; both limits are shown when unknown."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE}


class Edge(str, Enum):
    """Which lateral acetabular edge the landmark LAE marks; part of the name of LCE."""

    SOURCIL = "sourcil"
    """Lateral end of the sclerotic weight-bearing roof."""
    BONE = "bone"
    """Most lateral bony rim; reads about 4 degrees more than the sourcil (Hanson 2015)."""


class MeasurementStatus(str, Enum):
    """What a reader must know about a value, or why there is none."""

    OK = "OK"
    MISSING_LANDMARK = "MISSING_LANDMARK"
    DEGENERATE = "DEGENERATE"
    REFERENCE_FALLBACK = "REFERENCE_FALLBACK"
    UNCALIBRATED = "UNCALIBRATED"
    SIDE_INCONSISTENT = "SIDE_INCONSISTENT"
    ESTIMATED_INPUT = "ESTIMATED_INPUT"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """Without a value: prosthesis, plane or point; with one: no thresholds for this age."""
    BORDERLINE = "BORDERLINE"
    NECK_AXIS_NA = "neck_axis=NA"
    """The neck axis runs through NA because NB is not there."""
    NECK_AXIS_MIDPOINT = "neck_axis=NCS+NCI"
    """The neck axis runs through the middle of both cortices of the neck."""
    HEAD_CENTRE_FIT = "head_centre=RIM"
    """The head centre is that of the circle through the rim points."""
    HEAD_RADIUS_FIT = "head_radius=RIM"
    """The head radius is that of the circle through the rim points."""

    @property
    def may_be_classified(self) -> bool:
        """Whether a value with this status may be compared with thresholds."""
        return self not in _UNCLASSIFIED

    @property
    def sign_holds(self) -> bool:
        """Whether the sign of a value with this status may be put in words."""
        return self is MeasurementStatus.UNCALIBRATED or self not in _UNCLASSIFIED


_UNCLASSIFIED = frozenset(
    {
        MeasurementStatus.MISSING_LANDMARK,
        MeasurementStatus.DEGENERATE,
        MeasurementStatus.NOT_APPLICABLE,
        MeasurementStatus.UNCALIBRATED,
        MeasurementStatus.SIDE_INCONSISTENT,
        MeasurementStatus.ESTIMATED_INPUT,
        MeasurementStatus.IMPLAUSIBLE,
    }
)


_OLDEST_YEARS = 130.0


@dataclass(frozen=True, kw_only=True)
class MeasurementSettings:
    """How to measure; every result carries what matters of it.

    Attributes:
        calibration: provenance of the pixel size; decides whether lengths are millimetres.
        reference: requested reference line; another one is used, and flagged, when its points
            are not there.
        hilgenreiner_reference: line of the index of the child; another one than its own only to
            repeat a study that used it. No other line stands in for it.
        edge: what LAE marks in this study.
        threshold_set: id of a set in ``Resources/Anatomy/thresholds.json``.
        modality: kind of image; a threshold made for another kind is not applied.
        patient_age_years: age if known; below 16 the adult thresholds are off.
        sex: for thresholds that differ between the sexes.
        open_physes: growth plates are open: the adult thresholds are off at any age.
        extra_points: also measure what needs points beyond the common ones (walls, symphysis,
            physeal scar and so on).
        min_confidence: a landmark with less confidence counts as estimated.
        reader_sigma_mm: standard deviation per axis assumed for a landmark without covariance;
            None gives no sigma when an input has none.

    Raises:
        ConfigurationError: when a setting makes no sense.
    """

    calibration: Calibration
    reference: Reference = Reference.TEARDROP
    hilgenreiner_reference: Reference = Reference.TRIRADIATE
    edge: Edge = Edge.BONE
    threshold_set: str = "consensus_60"
    modality: Modality = Modality.UNKNOWN
    patient_age_years: float | None = None
    sex: Sex = Sex.UNKNOWN
    open_physes: bool = False
    extra_points: bool = False
    min_confidence: float = 0.5
    reader_sigma_mm: float | None = None

    def __post_init__(self) -> None:
        if Reference.NONE in (self.reference, self.hilgenreiner_reference):
            raise ConfigurationError(
                "A reference line must be chosen: teardrop, ischium, triradiate, fhc or image."
            )
        age = self.patient_age_years
        if age is not None and not 0.0 <= age <= _OLDEST_YEARS:
            raise ConfigurationError(f"An age of {age:g} years is not possible; leave it unknown.")
        if not isfinite(self.min_confidence):
            raise ConfigurationError("The least confidence must be a number.")
        if self.reader_sigma_mm is not None and not 0.0 < self.reader_sigma_mm < inf:
            raise ConfigurationError("The reader's standard deviation must be above 0 mm.")

    @classmethod
    def for_image(cls, image: HipImage, **changes: Any) -> MeasurementSettings:
        """Settings with what ``image`` knows; ``changes`` set the rest, or set it otherwise.

        Taken from the image: calibration, modality, the patient's sex and age.
        """
        known = {
            "calibration": image.calibration,
            "modality": image.modality,
            "patient_age_years": image.patient_age_years,
            "sex": _SEXES.get(image.patient_sex or "", Sex.UNKNOWN),
        }
        return cls(**{**known, **changes})
