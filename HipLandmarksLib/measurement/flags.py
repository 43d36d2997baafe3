"""What a reader must know about a value: each rule yields a status, a sentence, or both."""

from __future__ import annotations

from functools import cached_property

from ..anatomy import Landmark, LandmarkId, Midline
from .case import CaseGeometry
from .classification import classify_value
from .definition import FILM_KEYS, CalibrationNeed, MeasurementDefinition
from .formulas.extra_points import pelvic_rotation_mm, pelvic_tilt_mm
from .formulas.walls import WALL_KEYS, comes_from_medial, first_crossing
from .frames import HipFrame
from .hip import HEAD_CENTRE, HipGeometry
from .quantity import degrees_of
from .types import MeasurementStatus, Reference

CORONAL_LIMIT_DEG = 15.0
LINES_AGREE_DEG = 3.0
ROUND_WITHIN_MM = 1.0
FULL_ARC_DEG = 120.0
FULL_ARC_POINTS = 5
EXCHANGED_NOTE = (
    "right and left may be exchanged; check the side labels and the orientation of the image."
)
_TURNED_DEG = 90.0  # a line this oblique runs from the patient's left to the right
FILM_NOTE = (
    "A pelvic tilt of 6 degrees or a rotation of 7 degrees can turn this sign around (PMC10293407)."
)

Flag = tuple[MeasurementStatus | None, str]
"""A status (None: only worth saying) and its sentence."""


class CaseFlags:
    """Flags that many measurements of one case share; each is found once."""

    def __init__(self, case: CaseGeometry) -> None:
        self.calibrated = case.settings.calibration.calibrated
        self._case = case

    @cached_property
    def of_line(self) -> tuple[Flag, ...]:
        """For values against the reference line: another line in use, lines that disagree."""
        requested, used = self._case.settings.reference, self._case.line.reference
        found: list[Flag] = []
        if used is not requested:
            note = f"Measured against {used.words}, because {requested.words} is not available."
            found.append((MeasurementStatus.REFERENCE_FALLBACK, note))
        if used is Reference.FHC:
            found.append((None, "The line through the heads is wrong when one is subluxated."))
        if used is Reference.TEARDROP:
            found += self.of_lines
        return tuple(found)

    @cached_property
    def of_lines(self) -> tuple[Flag, ...]:
        """Teardrop and ischium lines that disagree."""
        lines = [self._case.line_of(r) for r in (Reference.TEARDROP, Reference.ISCHIUM)]
        teardrop, ischium = (None if line is None else line.left.lat for line in lines)
        if teardrop is None or ischium is None:
            return ()
        difference = abs(degrees_of(ischium * teardrop.conjugate()))
        if difference <= LINES_AGREE_DEG:
            return ()
        note = (
            f"The lines through the teardrops and through the ischia differ by {difference:.1f} "
            "degrees: the pelvis is rotated or asymmetric."
        )
        return ((None, note),)

    @cached_property
    def of_plane(self) -> tuple[Flag, ...]:
        """Slices far off coronal."""
        tilt = self._case.obliquity_deg
        if tilt <= CORONAL_LIMIT_DEG:
            return ()
        return ((None, f"Measured on oblique-coronal slices, {tilt:.0f} degrees off coronal."),)

    @cached_property
    def of_length(self) -> tuple[Flag, ...]:
        """Lengths without a calibrated pixel size."""
        calibration = self._case.settings.calibration
        if calibration.calibrated:
            return ()
        note = (
            f"The pixel size is not calibrated ({calibration.provenance.words}): the length is "
            "not in true millimetres."
        )
        return ((MeasurementStatus.UNCALIBRATED, note),)

    @cached_property
    def of_film(self) -> tuple[Flag, ...]:
        """For signs that tilt and rotation of the pelvis can turn around."""
        return tuple(_film_flags(self._case))


def _film_flags(case: CaseGeometry) -> list[Flag]:
    """How the pelvis was turned when the film was taken, for signs that depend on it."""
    found: list[Flag] = [(None, FILM_NOTE)]
    pelvis, settings = case.hip(Midline.PELVIS), case.settings
    absent = [key for key in FILM_KEYS if not pelvis.has(key)]
    if absent:
        note = f"Tilt and rotation are not known here: place {' and '.join(absent)}."
        return [*found, (None, note)]
    if not settings.calibration.calibrated:
        note = "Tilt and rotation cannot be judged here: the pixel size is not calibrated."
        return [*found, (None, note)]
    frame = case.line.frame(Midline.PELVIS)
    for what, formula in (("rotation", pelvic_rotation_mm), ("tilt", pelvic_tilt_mm)):
        value = formula(pelvis, frame).value
        judged = classify_value(formula.__name__, "mm", value, None, settings)
        low, high = judged.usual or (None, None)
        if judged.text is None:
            found.append((None, f"The {what} of the pelvis ({value:.0f} mm) cannot be judged."))
        elif (low is not None and value < low) or (high is not None and value > high):
            found.append((None, f"The film is not adequate: {judged.text} ({value:.0f} mm)."))
    return found


def input_flags(case: CaseGeometry, used: list[Landmark]) -> list[Flag]:
    """Landmarks that were estimated or are uncertain."""
    return [
        (MeasurementStatus.ESTIMATED_INPUT, f"The {each.side.word} {each.key} is {why}.")
        for each in used
        if (why := case.doubts.get(each.id)) is not None
    ]


def stand_in_flags(definition: MeasurementDefinition, hip: HipGeometry) -> list[Flag]:
    """Landmarks that others stand in for, a head radius from the rim."""
    found: list[Flag] = []
    for name in definition.points:
        each = hip.replaced.get(name)
        if each is not None:
            verb = "stands" if len(each.sources) == 1 else "stand"
            found.append((each.flag, f"{' and '.join(each.sources)} {verb} in for {name}."))
    if hip.centre_fit is not None and HEAD_CENTRE in definition.points:
        note = "The centre of the circle through the rim points stands in for FHC."
        found.append((MeasurementStatus.HEAD_CENTRE_FIT, note))
    if definition.needs_radius and hip.radius_flag is not None:
        found.append((hip.radius_flag, "The head radius is that of the circle through the rim."))
    return found


def rim_flags(case: CaseGeometry, hip: HipGeometry) -> list[Flag]:
    """A head that is not round, a circle that rests on too little of the rim."""
    if hip.circle is None:
        return []
    circle, found = hip.circle.circle, list[Flag]()
    if circle.rms > case.limit(ROUND_WITHIN_MM):
        note = f"The rim points lie {circle.rms:.1f} mm off their circle: the head is not round."
        found.append((None, note))
    few = len(hip.circle.keys) < FULL_ARC_POINTS or circle.spread_deg <= FULL_ARC_DEG
    if few and hip.radius_flag is not None:
        note = (
            f"The circle rests on {len(hip.circle.keys)} rim points over {circle.spread_deg:.0f} "
            f"degrees; {FULL_ARC_POINTS} points over more than {FULL_ARC_DEG:.0f} degrees are "
            "better."
        )
        found.append((None, note))
    return found


def side_flag(definition: MeasurementDefinition, hip: HipGeometry, value: float) -> Flag | None:
    """Points on the wrong side of the head, a length with the wrong sign."""
    problem = "" if definition.pelvic else hip.side_problem
    if not problem and definition.negative_means_wrong_side and value < 0.0:
        problem = "The value is negative: check the side labels and the order of the points."
    return (MeasurementStatus.SIDE_INCONSISTENT, problem) if problem else None


def cranial_flag(
    definition: MeasurementDefinition, hip: HipGeometry, frame: HipFrame
) -> Flag | None:
    """A point that must lie cranial of an axis and does not."""
    spec = definition.cranial_point
    if spec is None:
        return None
    start, end = (hip.points[key] for key in spec["axis"])
    axis, offset = end - start, hip.points[spec["point"]] - start
    side_of_up = (frame.up * axis.conjugate()).imag
    if (offset * axis.conjugate()).imag * side_of_up > 0.0:
        return None
    return (None, f"{spec['point']} lies below the neck axis: check the point.")


def wall_flag(definition: MeasurementDefinition, hip: HipGeometry, frame: HipFrame) -> Flag | None:
    """Walls that cross the wrong way round are probably exchanged."""
    if len(definition.series) < len(WALL_KEYS):
        return None
    crossing = first_crossing(hip)
    if crossing is None or not comes_from_medial(hip, frame, crossing):
        return None
    return (
        None,
        "Above the crossing the anterior wall lies medial of the posterior one: check that AW and "
        "PW are not exchanged.",
    )


def limit_flag(definition: MeasurementDefinition, value: float, calibrated: bool) -> Flag | None:
    """A value that cannot be; lengths are judged in true millimetres only."""
    low, high = definition.hard_limits
    if low <= value <= high:
        return None
    if not calibrated and definition.calibration is not CalibrationNeed.RATIO:
        return None
    unit = definition.unit
    turned = definition.pelvic and unit == "deg" and abs(value) > _TURNED_DEG
    note = f"{value:.1f} {unit} is outside {low:g} to {high:g} {unit}: "
    note += EXCHANGED_NOTE if turned else "check the landmarks."
    return (MeasurementStatus.IMPLAUSIBLE, note)


def landmarks_behind(
    case: CaseGeometry, definition: MeasurementDefinition, hip: HipGeometry
) -> list[Landmark]:
    """The landmarks that enter a value, those of the reference line last, each once."""
    ids: dict[LandmarkId, None] = {}
    names = list(definition.points)
    for key in definition.series:
        names += hip.series(key)
    if definition.needs_radius and hip.has_radius():
        names += hip.head_radius.gradient
    for name in names:
        ids.update((id_, None) for id_, _ in hip.trace(name, 0.0))
    line = hip.frame_in_use(definition.frame).line
    if line is not None:
        ids.update((id_, None) for id_ in line.ids)
    found = (case.landmarks.items_.get(id_) for id_ in ids)
    return [each for each in found if each is not None and each.position is not None]
