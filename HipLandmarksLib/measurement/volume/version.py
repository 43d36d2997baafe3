"""Femoral and acetabular version, and their sum (McKibbin index).

Positive is anteversion, negative retroversion, on both sides. Points are LPS mm.
"""

from __future__ import annotations

from enum import Enum
from math import atan2, degrees, hypot

from ...anatomy import HipLandmarks, LandmarkId, Side
from ..types import MeasurementStatus
from ..uncertainty import interval95
from ..vector import Vec3, cross3, dot3
from .construction import Note, SpacePoints, VolumeDefinition, VolumeRun
from .result import VolumeMeasurement
from .space import (
    PATIENT,
    ConstructionError,
    PatientAxes,
    direction3,
    reject3,
    scale3,
    separated_across,
    sub3,
)

_RIM_LEVEL_MM = 5.0  # rim points farther apart in height do not come from one axial slice


class FemoralVersionMethod(str, Enum):
    """Which point the landmark NB marks.

    Part of the result: methods differ by up to 18 degrees on the same femur (Kaiser 2016).
    """

    NECK_BASE = "neck base"
    """Centre of the neck base."""
    NECK_MIDDLE = "neck middle"
    """Centre of the neck where its front and back run parallel (Reikeras)."""
    ABOVE_LESSER_TROCHANTER = "above the lesser trochanter"
    """Centre of the femur just above the lesser trochanter (Murphy)."""


class AcetabularLevel(str, Enum):
    """Height at which the rim points AR and PR were taken."""

    CENTRAL = "through the head centre"
    CRANIAL = "5 mm below the dome"


FEMORAL_VERSION = VolumeDefinition(
    "femoral_version",
    "Femoral version",
    "deg",
    "1",
    "Angle between the line from the neck point to the head centre and the line through the "
    "posterior condyles, both projected along the axis; positive = the head points forwards.",
    "Kaiser 2016: on the same femora 22.4 degrees by Waidelich's method, 17.5 by Murphy's, 14.9 by "
    "Jarrett's, 13.4 by Yoshioka's, 11.4 by Hernandez's",
    (-60.0, 60.0),
)
ACETABULAR_VERSION = VolumeDefinition(
    "acetabular_version",
    "Acetabular version",
    "deg",
    "1",
    "Angle in the axial plane between the line from the posterior to the anterior rim and the "
    "perpendicular to the line through both head centres; positive = opening forwards.",
    "Means of 18 to 19 degrees: PMC4616413, PMC2739474",
    (-45.0, 45.0),
)
MCKIBBIN = VolumeDefinition(
    "mckibbin",
    "McKibbin index",
    "deg",
    "1",
    "Femoral plus acetabular version.",
    "McKibbin 1970",
    (-105.0, 105.0),
)


def femoral_version_deg(
    head: Vec3,
    neck_base: Vec3,
    medial_condyle: Vec3,
    lateral_condyle: Vec3,
    axis: Vec3 | None = None,
    axes: PatientAxes = PATIENT,
) -> float:
    """Femoral version in degrees from four points (LPS mm).

    Args:
        axis: direction along which the points are projected; patient superior by default. Its
            sign does not matter.
        axes: the patient's directions.

    Raises:
        ConstructionError: when points coincide as seen along the axis, or front and back cannot
            be told.
    """
    along = direction3(axis or axes.superior, "The projection axis")
    neck = separated_across(head, neck_base, along, "The head centre and the neck point")
    medial = separated_across(medial_condyle, lateral_condyle, along, "The posterior condyles")
    forwards = cross3(along, medial)
    ahead = dot3(forwards, axes.anterior)
    if abs(ahead) < 1e-9:
        raise ConstructionError("The condyles lie one before the other: front is not defined.")
    sign = 1.0 if ahead > 0.0 else -1.0
    return degrees(atan2(sign * dot3(neck, forwards), dot3(neck, medial)))


def acetabular_version_deg(
    anterior_rim: Vec3,
    posterior_rim: Vec3,
    transverse: Vec3,
    side: Side,
    axes: PatientAxes = PATIENT,
) -> float:
    """Acetabular version in degrees from two rim points (LPS mm).

    Args:
        transverse: from the right to the left head centre.
        side: hip.
        axes: the patient's directions; all is projected along ``axes.superior``.

    Raises:
        ConstructionError: when the rim points coincide or the transverse axis has no direction
            in the axial plane.
    """
    up = axes.superior
    rim = separated_across(anterior_rim, posterior_rim, up, "The anterior and the posterior rim")
    left = direction3(reject3(transverse, up), "The line through the head centres")
    lateral = left if side is Side.LEFT else scale3(left, -1.0)
    forwards = cross3(left, up)
    if dot3(forwards, axes.anterior) < 0.0:
        raise ConstructionError("The head centres are exchanged: right lies left of the left one.")
    return degrees(atan2(-dot3(rim, lateral), dot3(rim, forwards)))


def femoral_version(
    landmarks: HipLandmarks,
    side: Side,
    method: FemoralVersionMethod = FemoralVersionMethod.NECK_BASE,
    axis: Vec3 | None = None,
    axes: PatientAxes = PATIENT,
) -> VolumeMeasurement:
    """Femoral version from FHC, NB, CONDM and CONDL of one side.

    Args:
        landmarks: points in LPS mm; knee slices are needed for the condyles.
        side: hip.
        method: what NB marks.
        axis: projection axis (femoral long axis); patient superior by default.
        axes: the patient's directions.
    """
    along = "the patient's long axis" if axis is None else "the given femoral axis"
    words = f"{method.value} to head centre over posterior condyles, along {along}"
    ids: dict[str, LandmarkId] = {key: (side, key) for key in ("FHC", "NB", "CONDM", "CONDL")}

    def formula(p: SpacePoints) -> float:
        return femoral_version_deg(p["FHC"], p["NB"], p["CONDM"], p["CONDL"], axis, axes)

    def check(p: SpacePoints) -> list[Note]:
        medial = dot3(sub3(p["CONDL"], p["CONDM"]), axes.lateral(side)) > 0.0
        head = dot3(sub3(p["NB"], p["FHC"]), axes.lateral(side)) > 0.0
        if medial and head:
            return []
        what = "medial condyle" if not medial else "head centre"
        sentence = f"The {what} lies on the lateral side: check the side labels and the points."
        return [(MeasurementStatus.SIDE_INCONSISTENT, sentence)]

    return VolumeRun(FEMORAL_VERSION, landmarks, side, ids, words).result(formula, check)


def acetabular_version(
    landmarks: HipLandmarks,
    side: Side,
    level: AcetabularLevel = AcetabularLevel.CENTRAL,
    axes: PatientAxes = PATIENT,
) -> VolumeMeasurement:
    """Acetabular version from AR and PR of one side and the head centres of both.

    Without both head centres the patient's own left-right axis is used, and flagged.

    Args:
        landmarks: points in LPS mm.
        side: hip.
        level: height of the axial slice that holds AR and PR.
        axes: the patient's directions.
    """
    heads: dict[str, LandmarkId] = {"R": (Side.RIGHT, "FHC"), "L": (Side.LEFT, "FHC")}
    rims: dict[str, LandmarkId] = {key: (side, key) for key in ("AR", "PR")}
    both = all(landmarks.position(*id_) is not None for id_ in heads.values())
    run = VolumeRun(
        ACETABULAR_VERSION,
        landmarks,
        side,
        {**rims, **heads} if both else rims,
        f"rim line {level.value} against "
        + ("both head centres" if both else "the patient's left-right axis"),
    )
    if not both:
        sentence = "Measured against the patient's left-right axis: a head centre is missing."
        run.notes.append((MeasurementStatus.REFERENCE_FALLBACK, sentence))

    def formula(p: SpacePoints) -> float:
        transverse = sub3(p["L"], p["R"]) if both else axes.left
        return acetabular_version_deg(p["AR"], p["PR"], transverse, side, axes)

    def check(p: SpacePoints) -> list[Note]:
        step = abs(dot3(sub3(p["AR"], p["PR"]), axes.superior))
        if step <= _RIM_LEVEL_MM:
            return []
        sentence = (
            f"The rim points lie {step:.0f} mm apart in height; take both in one axial slice."
        )
        return [(None, sentence)]

    return run.result(formula, check)


def mckibbin(femoral: VolumeMeasurement, acetabular: VolumeMeasurement) -> VolumeMeasurement:
    """McKibbin index of one hip: femoral plus acetabular version.

    Sigma takes both versions as independent.

    Raises:
        ConstructionError: when the two are of different sides or not the two versions.
    """
    if (femoral.id, acetabular.id) != (FEMORAL_VERSION.id, ACETABULAR_VERSION.id):
        raise ConstructionError("The McKibbin index needs a femoral and an acetabular version.")
    if femoral.side is not acetabular.side:
        raise ConstructionError("The McKibbin index needs both versions of the same hip.")
    parts = (femoral, acetabular)
    value = sigma = None
    if femoral.value is not None and acetabular.value is not None:
        value = femoral.value + acetabular.value
        if femoral.sigma is not None and acetabular.sigma is not None:
            sigma = hypot(femoral.sigma, acetabular.sigma)
    statuses = dict.fromkeys(status for part in parts for status in part.status)
    if len(statuses) > 1:
        statuses.pop(MeasurementStatus.OK, None)
    return VolumeMeasurement(
        id=MCKIBBIN.id,
        name=MCKIBBIN.name,
        side=femoral.side,
        value=value,
        unit=MCKIBBIN.unit,
        status=tuple(statuses),
        reason=" ".join(f"{part.name}: {part.reason}" for part in parts if part.reason),
        missing=tuple(key for part in parts for key in part.missing),
        method=f"{femoral.method}; {acetabular.method}",
        method_version=f"{MCKIBBIN.id}/{MCKIBBIN.version}",
        definition=MCKIBBIN.definition,
        source=MCKIBBIN.source,
        inputs=tuple(dict.fromkeys(entry for part in parts for entry in part.inputs)),
        sigma=sigma,
        ci95=None if value is None or sigma is None else interval95(value, sigma),
    )
