"""Spread of measurements whose landmarks are seen in several places, by sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId
from ..errors import UncertaintyError
from ..measurement import Measurement, MeasurementSettings, ViewPlane, measure
from .heatmap import HeatmapPlaces
from .intervals import Spread
from .position import PositionModel

SAMPLES = 1000
SEED = 17
"""The same case gives the same interval."""
_LEAST_SHARE = 0.5
"""Of the samples must be measurable for their spread to mean anything."""

MeasurementId = tuple[AnySide, str]


def sampled_places(
    heatmaps: Mapping[LandmarkId, HeatmapPlaces],
    position: PositionModel,
    unit_lengths: Mapping[LandmarkId, float] | None = None,
    count: int = SAMPLES,
    seed: int = SEED,
) -> dict[LandmarkId, NDArray[np.float64]]:
    """Places of the landmarks that their heatmaps see more than once.

    Args:
        heatmaps: of any landmarks; those with one mode are left out.
        position: of the calibration.
        unit_lengths: :meth:`.LengthScale.length_of` by landmark; None: 1 for all.
        count: samples per landmark.
        seed: of the draws.

    Returns:
        (count, 3) LPS mm by landmark.
    """
    rng = np.random.default_rng(seed)
    lengths = unit_lengths or {}
    return {
        id_: heatmap.sample(id_[1], position, count, rng, lengths.get(id_, 1.0))
        for id_, heatmap in _in_order(heatmaps)
        if heatmap.is_multimodal
    }


def sampled_spreads(
    measurements: Sequence[Measurement],
    landmarks: HipLandmarks,
    places: Mapping[LandmarkId, NDArray[np.float64]],
    plane: ViewPlane,
    settings: MeasurementSettings,
    seed: int = SEED,
) -> dict[MeasurementId, Spread]:
    """Spread of the measurements that use a landmark of ``places``.

    Landmarks in ``places`` are drawn from them, all others from their covariances.

    Args:
        measurements: of ``landmarks``; those without value or sigma are left out.
        landmarks: calibrated, of one case.
        places: (n, 3) samples in LPS mm by landmark, from :func:`sampled_places`.
        plane, settings: as it was measured.
        seed: of the draws from covariances.

    Returns:
        By side and id; a measurement is left out when fewer than half of its samples have a value.

    Raises:
        UncertaintyError: when landmarks have different numbers of samples.
    """
    used = {(m.side, m.id): {(each.side, each.key) for each in m.inputs} for m in measurements}
    touched = [
        m
        for m in measurements
        if m.value is not None and m.sigma and used[(m.side, m.id)] & set(places)
    ]
    if not touched:
        return {}
    ids = set().union(*(used[(m.side, m.id)] for m in touched))
    drawn = _drawn({id_: landmarks[id_] for id_ in ids}, places, seed)
    values = _values(touched, landmarks, drawn, plane, settings)
    count = len(next(iter(drawn.values())))
    found = {}
    for m in touched:
        own = values[(m.side, m.id)]
        if m.value is not None and m.sigma and len(own) >= _LEAST_SHARE * count:
            found[(m.side, m.id)] = Spread.of_samples(m.value, own, m.sigma)
    return found


def _in_order(
    heatmaps: Mapping[LandmarkId, HeatmapPlaces],
) -> list[tuple[LandmarkId, HeatmapPlaces]]:
    return sorted(heatmaps.items(), key=lambda item: (item[0][0].value, item[0][1]))


def _drawn(
    landmarks: Mapping[LandmarkId, Landmark],
    places: Mapping[LandmarkId, NDArray[np.float64]],
    seed: int,
) -> dict[LandmarkId, NDArray[np.float64]]:
    """(n, 3) places of every landmark; in a fixed order, so that the same case draws the same."""
    counts = {len(each) for each in places.values()}
    if len(counts) != 1 or 0 in counts:
        raise UncertaintyError("Every landmark needs the same number of sampled places, not 0.")
    rng, count = np.random.default_rng(seed), counts.pop()
    found = {}
    for id_ in sorted(landmarks, key=lambda each: (each[0].value, each[1])):
        landmark = landmarks[id_]
        if id_ in places:
            found[id_] = places[id_]
        elif landmark.covariance is not None:
            values, vectors = np.linalg.eigh(np.asarray(landmark.covariance))
            axes = vectors * np.sqrt(np.maximum(values, 0.0))
            found[id_] = landmark.point() + rng.standard_normal((count, 3)) @ axes.T
    return found


def _values(
    measurements: Sequence[Measurement],
    landmarks: HipLandmarks,
    drawn: Mapping[LandmarkId, NDArray[np.float64]],
    plane: ViewPlane,
    settings: MeasurementSettings,
) -> dict[MeasurementId, list[float]]:
    """Values of the measurements for every sample that has one."""
    ids, sides = [m.id for m in measurements], list(dict.fromkeys(m.side for m in measurements))
    bare = {id_: replace(each, covariance=None) for id_, each in landmarks.items()}
    values: dict[MeasurementId, list[float]] = {(m.side, m.id): [] for m in measurements}
    for number in range(len(next(iter(drawn.values())))):
        moved = dict(bare)
        for id_, samples in drawn.items():
            x, y, z = samples[number].tolist()
            moved[id_] = replace(bare[id_], position=(x, y, z))
        case = replace(landmarks, items_=moved)
        for each in measure(case, plane, settings, ids, sides):
            if (each.side, each.id) in values and each.value is not None and isfinite(each.value):
                values[(each.side, each.id)].append(each.value)
    return values
