"""Badges of a study: what is shown, which side is which, what its millimetres are worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..anatomy import SourceKind
from ..i18n import tr as _
from ..imaging import Calibration, HipImage, Modality
from ..measurement import MeasurementSettings, MeasurementStatus, Sex
from .bricks import Badge
from .severity import Severity
from .table_words import calibration_word

if TYPE_CHECKING:
    from ..scene import HipStudy

_SIDE_WORDS_OF_FILE = "from DICOM"
_STATED = "stated"
_ASSUMED = "assumed"


def image_badges(
    image: HipImage, calibration: Calibration | None = None, repairs: Sequence[str] = ()
) -> tuple[Badge, ...]:
    """Kind, sides, pixel size, calibration and repairs of an image.

    Args:
        image: as it was loaded.
        calibration: the one that is in use; None: the image's own.
        repairs: sentences on what of its geometry was repaired when it was loaded.
    """
    calibration = calibration or image.calibration
    found = [_kind(image), _sides(image), *_view(image), *_single_hip(image)]
    pixels = _pixels(image, calibration)
    return (*found, pixels, calibration_badge(calibration), *_repairs(repairs))


def study_badges(study: HipStudy, repairs: Sequence[str] = ()) -> tuple[Badge, ...]:
    """Badges of the image, of the patient and of the model; first what must be mended.

    Args:
        study: the study.
        repairs: see :func:`image_badges`.
    """
    image = image_badges(study.image, study.settings.calibration, repairs)
    return (*_problems(study), *image, _patient(study.settings), *_reading(study))


def calibration_badge(calibration: Calibration) -> Badge:
    """Where the millimetres come from, and what to do where they are none."""
    told = list(calibration.warnings)
    if calibration.detail:
        told.append(_("Found by: {detail}.").format(detail=calibration.detail))
    if not calibration.calibrated:
        severity = Severity.CAUTION
    else:
        severity = Severity.NOTE if calibration.warnings else Severity.GOOD
    if not told:
        told = [_("Lengths are true millimetres at the hip.")]
    text = _("Millimetres: {badge}").format(badge=calibration_word(calibration))
    return Badge(text, " ".join(told), severity)


def _kind(image: HipImage) -> Badge:
    if image.modality is Modality.XRAY:
        return Badge(_("Radiograph"), _("A projection: read by the film model."), Severity.GOOD)
    if image.modality is Modality.MR:
        text = _("MRI, {n} slices").format(n=image.n_slices)
        return Badge(text, _("Read slice by slice, on coronal slices."), Severity.GOOD)
    tooltip = _("The file does not tell whether it is an MRI or a radiograph: check it.")
    return Badge(_("Image of unknown kind"), tooltip, Severity.CAUTION)


def _sides(image: HipImage) -> Badge:
    told = image.metadata.get("orientation", "")
    if told.startswith(_ASSUMED):
        tooltip = _(
            "The file does not say how the patient lies; the usual display is assumed, with the "
            "patient's right on the left. Check the side marker on the image."
        )
        return Badge(_("Sides assumed"), tooltip, Severity.CAUTION)
    if told.startswith(_STATED):
        tooltip = _("Right and left are as you stated them, not as the file does.")
        return Badge(_("Sides as you stated"), tooltip, Severity.NOTE)
    if image.modality is Modality.XRAY and not told.startswith(_SIDE_WORDS_OF_FILE):
        tooltip = _(
            "It is not known where the sides of this film come from. Check the side marker on it."
        )
        return Badge(_("Sides not confirmed"), tooltip, Severity.CAUTION)
    tooltip = _("The file states where the patient's right and left are.")
    return Badge(_("Sides from the file"), tooltip, Severity.GOOD)


def _view(image: HipImage) -> Iterator[Badge]:
    view = image.metadata.get("view_position", "")
    if view == "AP":
        yield Badge(_("AP view"), _("As the file states."), Severity.GOOD)
    elif view:
        tooltip = _(
            "The limits are made for AP views. This one may be shown mirrored and magnifies "
            "otherwise: check the side marker."
        )
        yield Badge(_("{view} view").format(view=view), tooltip, Severity.CAUTION)


def _single_hip(image: HipImage) -> Iterator[Badge]:
    words = {"R": _("Right hip only"), "L": _("Left hip only")}
    word = words.get(image.metadata.get("laterality", ""))
    if word is not None:
        tooltip = _("As the file states: nothing is compared with the other side.")
        yield Badge(word, tooltip, Severity.NOTE)


def _pixels(image: HipImage, calibration: Calibration) -> Badge:
    columns, rows, slices = image.spacing
    known = image.calibration.provenance.has_millimetres
    if not known and not calibration.calibrated:
        tooltip = _("Angles are valid if the pixels are square; lengths are told in pixels.")
        return Badge(_("No pixel size"), tooltip, Severity.CAUTION)
    unit_columns, unit_rows = columns * calibration.factor, rows * calibration.factor
    text = _("Pixel {columns:.2f} × {rows:.2f} mm").format(columns=unit_columns, rows=unit_rows)
    tooltip = _("Distance of neighbouring columns and rows, as lengths are measured.")
    if image.n_slices > 1:
        apart = _("Slices are {apart:.1f} mm apart.").format(apart=slices)
        tooltip = f"{tooltip} {apart}"
    return Badge(text, tooltip, Severity.GOOD)


def _repairs(repairs: Sequence[str]) -> Iterator[Badge]:
    """What was set right when Slicer had read the file otherwise than it is meant."""
    if repairs:
        yield Badge(_("Repaired on load"), " ".join(repairs), Severity.NOTE)


def _patient(settings: MeasurementSettings) -> Badge:
    sex = {Sex.FEMALE: _("Female"), Sex.MALE: _("Male")}.get(settings.sex, _("Sex not known"))
    age = settings.patient_age_years
    years = _("age not known") if age is None else _("{age:g} years").format(age=age)
    text = f"{sex}, {years}"
    if settings.sex is not Sex.UNKNOWN and age is not None:
        return Badge(text, _("Taken for the choice of limits."), Severity.GOOD)
    if settings.sex is Sex.UNKNOWN and age is None:
        text = _("Sex and age not known")
    told = _("Limits for adults of either sex are used; state sex and age under Advanced.")
    return Badge(text, told, Severity.NOTE)


def _problems(study: HipStudy) -> Iterator[Badge]:
    if study.problem:
        yield Badge(_("Cannot be measured"), study.problem, Severity.ALARM)
    exchanged = MeasurementStatus.SIDE_INCONSISTENT
    reason = next((m.reason for m in study.measurements if exchanged in m.status), "")
    if reason:
        yield Badge(_("Check right and left"), reason, Severity.ALARM)


def _reading(study: HipStudy) -> Iterator[Badge]:
    """Which model read the image, and whether the doubt about its landmarks was calibrated."""
    reading = None if study.doubt is None else study.doubt.reading
    points = study.landmarks if reading is None else reading.landmarks
    by_model = (p.source for p in points.values() if p.source.kind is SourceKind.MODEL)
    source = next(by_model, None)
    if source is None:
        return
    model = _("Model {name}").format(name=f"{source.name} {source.version}".strip())
    if reading is None or reading.calibration is None:
        remark = "" if reading is None else reading.remark
        tooltip = remark or _("The model's doubt is not known any more: detect again to see it.")
        text = _("{model}, doubt not calibrated").format(model=model)
        yield Badge(text, tooltip, Severity.CAUTION)
        return
    found = reading.calibration.provenance
    tooltip = _("The doubt was calibrated on {n} patients ({data}).").format(
        n=found.patients, data=found.data.rstrip(".")
    )
    yield Badge(model, tooltip, Severity.GOOD)
