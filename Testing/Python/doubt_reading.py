"""A model's reading of the hips of the scene tests, made by hand: maps, fields and calibration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from HipLandmarksLib.anatomy import (
    ErrorBin,
    HipLandmarks,
    Landmark,
    LandmarkState,
    PresenceEvidence,
    Side,
)
from HipLandmarksLib.detection import Channels, LimbChannels, RegionMaps
from HipLandmarksLib.imaging import HipImage, PlaneTransform
from HipLandmarksLib.scene.doubt import ModelReading
from HipLandmarksLib.uncertainty import (
    Calibration,
    CalibrationProvenance,
    ConformalTable,
    ErrorBins,
    MeasuredError,
    PositionModel,
)

SIGMA_PX = 2.0
RADIUS = 2.0
"""Reach of the regions in standard deviations."""
BINS = {"FHC": ErrorBin.GREEN, "NA": ErrorBin.AMBER}
"""Every other landmark is red."""
SUPPRESSED = (Side.LEFT, "LCP")


def calibration(patients: int = 20) -> Calibration:
    """Regions of two standard deviations at 90 %; unbounded with fewer than nine patients."""
    table = ConformalTable.of((f"p{n}", RADIUS) for n in range(patients))
    measured = {each: MeasuredError(40, patients, 1.2, 3.4) for each in ErrorBin}
    keys = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")
    alpha = ConformalTable.of((f"p{n}", (-1) ** n * (1.0 + n / 10)) for n in range(patients))
    return Calibration(
        CalibrationProvenance("made by hand", patients, 2 * patients, "2026-01-01"),
        position=PositionModel(),
        bins=ErrorBins((1.0, 2.0), measured),
        landmarks=dict.fromkeys(keys, table),
        measurements={"alpha": alpha},
    )


def reading(image: HipImage, landmarks: HipLandmarks, **changes: Any) -> ModelReading:
    """What a model with exact maps says of ``landmarks``; the left LCP is suppressed by it.

    Fields are unit vectors along every limb, but for those of the suppressed landmark, where there
    are none.
    """
    graded = {id_: _graded(point) for id_, point in landmarks.items()}
    points = replace(landmarks, items_=graded)
    kept = {"maps": tuple(_maps(image, landmarks, side) for side in Side)}
    kept |= {"calibration": calibration()} | changes
    return ModelReading(points, image.ijk_to_lps, **kept)


def _graded(point: Landmark) -> Landmark:
    evidence = PresenceEvidence(
        heatmap_presence=point.confidence,
        surprisal=0.1,
        expected_error_mm=1.5,
        error_bin=BINS.get(point.key, ErrorBin.RED),
    )
    if point.id != SUPPRESSED:
        return replace(point, evidence=evidence)
    return replace(
        point,
        position=None,
        state=LandmarkState.ABSENT,
        confidence=0.2,
        note="not seen by the model (presence 0.20, below its threshold 0.50)",
        evidence=replace(evidence, surprisal=0.9, suppressed_position=point.position),
    )


def _maps(image: HipImage, landmarks: HipLandmarks, side: Side) -> RegionMaps:
    """The slice of one hip, in the pixels of the image."""
    channels = Channels.of_keys()
    ijk = {id_: _to_ijk(image, landmarks[id_]) for id_ in channels.ids}
    shape = image.pixels.shape[1:]
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    heatmaps = [
        np.exp(-((columns - i) ** 2 + (rows - j) ** 2) / (2 * SIGMA_PX**2))
        / (2 * np.pi * SIGMA_PX**2)
        for i, j, _ in ijk.values()
    ]
    limbs = LimbChannels.of(channels)
    ends = tuple((channels.ids[a], channels.ids[b]) for a, b in limbs.pairs)
    fields = [_field(ijk[a][:2], ijk[b][:2], SUPPRESSED in (a, b), rows, columns) for a, b in ends]
    return RegionMaps(
        round(ijk[(side, "FHC")][2]),
        PlaneTransform.identity((shape[0], shape[1])),
        channels.ids,
        np.stack(heatmaps).astype(np.float16),
        ends,
        np.stack(fields).astype(np.float16),
        (side,),
        SIGMA_PX,
    )


def _to_ijk(image: HipImage, point: Landmark) -> np.ndarray:
    return np.linalg.solve(image.ijk_to_lps, [*point.point(), 1.0])[:3]


def _field(
    start: np.ndarray, end: np.ndarray, nothing: bool, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """(2, H, W): the direction within 4 px of the line."""
    way = end - start
    length = np.hypot(*way)
    x, y = columns - start[0], rows - start[1]
    along, across = (x * way[0] + y * way[1]) / length, (x * way[1] - y * way[0]) / length
    inside = (np.abs(across) <= 4) & (along >= -2) & (along <= length + 2) & (not nothing)
    return np.stack([inside * way[0] / length, inside * way[1] / length])
