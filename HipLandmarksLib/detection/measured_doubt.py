"""Intervals of what was measured on a detection, by the calibration of its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..anatomy import AnySide, LandmarkId
from ..imaging import HipImage
from ..measurement import Measurement, MeasurementSettings, ViewPlane
from ..uncertainty import (
    Calibration,
    HeatmapPlaces,
    LengthScale,
    MeasurementDoubt,
    Spread,
    is_calibrated,
    measurement_doubt,
    sampled_places,
    sampled_spreads,
)
from .region_maps import RegionMaps

if TYPE_CHECKING:
    from .result import Detection

MeasurementId = tuple[AnySide, str]


def detection_doubts(
    detection: Detection,
    image: HipImage,
    measurements: Sequence[Measurement],
    settings: MeasurementSettings,
    level: float | None = None,
) -> dict[MeasurementId, MeasurementDoubt]:
    """Interval and probability of exceeding the threshold of every measurement.

    Where the maps of the detection were kept, landmarks that their heatmaps see in several places
    are sampled (a thousand times, always alike); all else is propagated by derivatives.

    Args:
        detection: of ``image``.
        image: that was measured.
        measurements: of the landmarks of the detection, as they are.
        settings: how they were measured.
        level: nominal coverage; None: that of the calibration.

    Returns:
        By side and id; empty for models without calibration.
    """
    calibration = detection.calibration
    if calibration is None:
        return {}
    spreads = detection_spreads(detection, image, measurements, settings)
    return {
        (m.side, m.id): measurement_doubt(
            calibration, m, detection.landmarks, spreads.get((m.side, m.id)), level
        )
        for m in measurements
    }


def heatmap_places(
    maps: Sequence[RegionMaps], ijk_to_lps: NDArray[np.float64]
) -> dict[LandmarkId, HeatmapPlaces]:
    """The heatmap of every landmark, with where its pixels lie in the patient.

    Args:
        maps: of one image.
        ijk_to_lps: 4x4 of the image.
    """
    found: dict[LandmarkId, HeatmapPlaces] = {}
    for region in maps:
        to_patient = _to_patient(region, np.asarray(ijk_to_lps, dtype=np.float64))
        for id_ in region.ids:
            map_ = region.heatmap(id_)
            if map_ is not None and map_.any():
                found[id_] = HeatmapPlaces(map_, to_patient, region.target_sigma)
    return found


def detection_spreads(
    detection: Detection,
    image: HipImage,
    measurements: Sequence[Measurement],
    settings: MeasurementSettings,
) -> dict[MeasurementId, Spread]:
    """Spread of the measurements that use a landmark which its heatmap sees in several places.

    Takes 0.1 to 0.6 s where there are any.

    Args:
        detection: of ``image``, with its maps; empty without, and for models not calibrated.
        image: that was measured.
        measurements: of the landmarks of the detection, as they are.
        settings: how they were measured.
    """
    calibration = detection.calibration
    if calibration is None or calibration.position is None or not detection.maps:
        return {}
    placed = {
        id_
        for id_, point in detection.landmarks.items()
        if point.position is not None and is_calibrated(point)
    }
    heatmaps = {
        id_: each
        for id_, each in heatmap_places(detection.maps, image.ijk_to_lps).items()
        if id_ in placed
    }
    lengths = _unit_lengths(heatmaps, calibration, detection.scale)
    places = sampled_places(heatmaps, calibration.position, lengths)
    plane = ViewPlane.from_image(image)
    return sampled_spreads(measurements, detection.landmarks, places, plane, settings)


def _unit_lengths(
    ids: Mapping[LandmarkId, HeatmapPlaces], calibration: Calibration, scale: LengthScale
) -> dict[LandmarkId, float]:
    return {id_: scale.length_of(calibration.unit, id_[0]) for id_ in ids}


def _to_patient(region: RegionMaps, ijk_to_lps: NDArray[np.float64]) -> NDArray[np.float64]:
    """3x3 from map pixels (x, y, 1) to LPS mm on the region's slice."""
    of_slice = ijk_to_lps[:3, [0, 1, 3]].copy()
    of_slice[:, 2] += region.index * ijk_to_lps[:3, 2]
    return np.asarray(of_slice @ np.linalg.inv(region.plane.matrix))
