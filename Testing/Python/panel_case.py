"""Studies for the tests of the panel: an MRI with few points, a film with many and a ball."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkId, Side, Source, SourceKind
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.imaging.film import projection_matrix

RIGHT, LEFT = Side.RIGHT, Side.LEFT
MODEL = Source(SourceKind.MODEL, "test-model", "1.0")
COVARIANCE = ((1.0, 0.0, 0.0), (0.0, 0.25, 0.0), (0.0, 0.0, 1.0))
ALPHA = {RIGHT: 50.0, LEFT: 75.0}
LCE = {RIGHT: 31.0, LEFT: 14.0}
BALL = (120.0, 200.0)
"""Centre of the ball on the film, mm right of and below the first pixel."""
BALL_MM = 30.0
"""Diameter of the ball on the film; it is 25 mm in truth."""
PIXEL_MM = 0.5
OFFSETS = {
    "SHP": (42, -70),
    "SHD": (42, -120),
    "TD": (-33, -17),
    "ISCH": (-32, -45),
    "MSO": (-15, 22),
    "GT": (50, 2),
    "LT": (17, -55),
}
"""(lateral, cranial) mm from the head centre."""


def mri() -> tuple[HipImage, HipLandmarks]:
    """A coronal MRI about the origin, and six points a hip by a model."""
    _slices, j, i = np.mgrid[0:8, 0:200, 0:240]
    disc = ((i - 60) ** 2 + (j - 80) ** 2 < 256) | ((i - 180) ** 2 + (j - 80) ** 2 < 256)
    matrix = np.diag([1.5, -1.5, 4.0, 1.0])[[0, 2, 1, 3]]
    matrix[:3, 3] = (-180.0, -16.0, 120.0)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    image = HipImage((400 * disc + j).astype(np.int16), matrix, Modality.MR, calibration, "mri")
    return image, landmarks(("SHP", "SHD"))


def film(provenance: SpacingProvenance = SpacingProvenance.DETECTOR_PLANE) -> HipImage:
    """A film whose hips lie as those of :func:`landmarks`, with a ball between the thighs."""
    rows, columns = np.mgrid[0:500, 0:720] * PIXEL_MM
    pixels = 500 + 40 * np.sin(columns / 23)
    inside = BALL_MM / 2 - np.hypot(columns - BALL[0], rows - BALL[1])
    pixels += 2000 * np.clip(inside / PIXEL_MM + 0.5, 0, 1)
    matrix = projection_matrix(PIXEL_MM, PIXEL_MM)
    matrix[:3, 3] = (-180.0, 0.0, 80.0)
    facts = {"orientation": "from DICOM PatientOrientation L\\F", "view_position": "AP"}
    return HipImage(
        pixels.astype(np.int16)[np.newaxis],
        matrix,
        Modality.XRAY,
        Calibration(provenance),
        "film",
        facts,
    )


def ball_at(image: HipImage, angle_deg: float = 0.0, radius: float = 0.0) -> tuple[Any, Any, Any]:
    """A place on the ball of the film, LPS mm: ``radius`` mm from its centre."""
    x = BALL[0] + radius * cos(radians(angle_deg))
    y = BALL[1] + radius * sin(radians(angle_deg))
    place = image.to_lps((x / PIXEL_MM, y / PIXEL_MM, 0.0))
    return (float(place[0]), float(place[1]), float(place[2]))


def landmarks(keys: tuple[str, ...] = tuple(OFFSETS)) -> HipLandmarks:
    """Head, neck, roof and cam of both hips with the angles above, and further points.

    The right hip is usual; the left one has a large alpha and a small LCE.
    """
    points = []
    for side, sign in ((RIGHT, -1.0), (LEFT, 1.0)):
        head = np.array([90.0 * sign, 0.0, 0.0])
        flat = {
            "FHC": (0.0, 0.0),
            "NA": _at(125.0, 30.0),
            "LAE": _at(LCE[side], 27.0),
            "LCP": _at(125.0 - ALPHA[side], 24.0),
            **{key: OFFSETS[key] for key in keys},
        }
        for key, (lateral, up) in flat.items():
            x, y, z = (head + np.array([sign * lateral, 0.0, up])).tolist()
            points.append(Landmark(side, key, (x, y, z), source=MODEL, covariance=COVARIANCE))
    return HipLandmarks.of(points, case_id="demo")


def move(study: Any, id_: LandmarkId, by: tuple[float, float, float]) -> None:
    """Move a point of a study by (left, posterior, superior) mm, as a person does."""
    x, y, z = np.add(study.landmarks[id_].point(), by).tolist()
    study.place_point(*id_, (x, y, z))


def mark_absent(study: Any, side: Side, key: str) -> None:
    """Mark a point absent in its list."""
    node = study.points_node(side)
    labels = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]
    node.SetNthControlPointPositionMissing(labels.index(key))


def _at(angle_from_up_deg: float, distance: float) -> tuple[float, float]:
    angle = radians(angle_from_up_deg)
    return (distance * sin(angle), distance * cos(angle))
