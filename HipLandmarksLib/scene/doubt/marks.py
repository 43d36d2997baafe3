"""From a model's reading to what is drawn of it: regions and signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...anatomy import ErrorBin, HipLandmarks, Landmark, LandmarkId, PresenceEvidence
from ...detection import UncertaintyFormula
from ..frames import Vec3
from .ellipses import Region
from .glyphs import OFFER, SIGNS, UNGRADED_COLOUR
from .reading import ModelReading
from .rows import Standing


def regions_of(reading: ModelReading) -> dict[LandmarkId, Region]:
    """The bounded regions of the points that the model placed."""
    found = {}
    for id_, point in reading.landmarks.items():
        radius, _ = reading.radius(id_)
        if point.position is None or point.covariance is None or radius is None:
            continue
        grade = grade_of(point)
        colour = UNGRADED_COLOUR if grade is None else SIGNS[grade.value].colour
        found[id_] = Region(point.position, point.covariance, radius, colour)
    return found


def signs_of(reading: ModelReading, landmarks: HipLandmarks) -> dict[LandmarkId, tuple[str, Vec3]]:
    """Grade and place of every sign: by the model's own points, and offers for suppressed ones.

    Args:
        reading: of the model.
        landmarks: as they are now; what a reader placed bears no sign.
    """
    found: dict[LandmarkId, tuple[str, Vec3]] = {}
    for id_, point in landmarks.items():
        held = id_ in reading.landmarks and reading.still_holds(point)
        grade = grade_of(point)
        if held and point.position is not None and grade is not None:
            found[id_] = (grade.value, point.position)
    for id_, place in reading.offers().items():
        now = landmarks.items_.get(id_)
        if now is None or now.position is None:
            found[id_] = (OFFER, place)
    return found


def judged_points(
    reading: ModelReading,
    landmarks: HipLandmarks,
    standings: Mapping[LandmarkId, Standing],
    ids: Iterable[LandmarkId],
) -> HipLandmarks:
    """Those points ``ids`` that are still the model's, with the agreement that they have now.

    Args:
        reading: of the model.
        landmarks: as they are now.
        standings: how they stand to the reading.
        ids: which are wanted.
    """
    held = [
        id_
        for id_ in ids
        if id_ in reading.landmarks
        and (point := landmarks.items_.get(id_)) is not None
        and reading.still_holds(point)
    ]
    return HipLandmarks.of(
        [judged(reading.landmarks[id_], standings.get(id_, Standing())) for id_ in held]
    )


def judged(point: Landmark, now: Standing) -> Landmark:
    """The model's point with the agreement of its limbs as they are now.

    What the model suppressed keeps the agreement that the model found.
    """
    if point.position is None:
        return point
    surprisal = paper = None
    if now.agreement is not None:
        surprisal = UncertaintyFormula.SURPRISAL.of(now.agreement)
        paper = UncertaintyFormula.PAPER.of(now.agreement)
    evidence = point.evidence or PresenceEvidence()
    evidence = replace(evidence, surprisal=surprisal, paper_uncertainty=paper)
    return replace(point, evidence=evidence)


def grade_of(point: Landmark) -> ErrorBin | None:
    """Grade of a model's point; None without calibration."""
    return None if point.evidence is None else point.evidence.error_bin


def grade_words(reading: ModelReading) -> Mapping[str, str]:
    """What each grade means: the error that was measured in it, or that none was."""
    calibration = reading.calibration
    words = {OFFER: "place the point to overrule the model"}
    bins = None if calibration is None else calibration.bins
    for grade in ErrorBin:
        words[grade.value] = "grade of the error"
        if bins is not None and calibration is not None:
            words[grade.value] = f"{bins.measured[grade].words(calibration.unit)}"
    return words
