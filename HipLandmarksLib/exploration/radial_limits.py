"""What the slices of an image can show of the junction of head and neck, and what they cannot.

A bone surface that runs across the slices is seen as sharply as the pixels allow; one that runs
along them only as sharply as the slices are spaced. Simulated hips with a cam dialled at a known
place (alpha 41 to 88 degrees, slices 0.9 to 5.2 mm apart) give the standard deviation of alpha:
it grows with the raggedness of the traced contour, with a small slope at which it leaves the
sphere, with the spacing of the slices and the distance of the samples across the surface. Between
thick slices bumps are read too small, not only less precisely.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import degrees, hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..imaging import HipImage
from ..measurement.volume import clock_resolution_deg, clock_words
from .departure import Departure
from .radial_result import RadialSection, Sight

_BEST_DEG, _PER_ROUGH_MM, _PER_MM2 = 1.2, 30.0, 0.35
"""Standard deviation of alpha at its best, per mm of raggedness of the contour, and per mm of slice
spacing and mm across the surface; measured on simulated hips."""

_SPHERE_MM, _SPHERE_PER_MM = 0.05, 0.1
"""The sphere is known to so much, and so much per mm of slice spacing: on MRI with slices of 5.2 mm
spheres by edge and by hand-drawn masks lie 0.9 mm apart. Where the contour leaves the sphere at a
small slope, this moves the place far along the rim."""

_LEAST_SLOPE = 0.05

_CLEAR_DEG, _COARSE_DEG = 4.0, 8.0
"""Largest standard deviation of alpha that still counts as seen, and as seen coarsely."""

_FINE_MM = 1.5
"""An image of this spacing or finer in all directions shows the whole clock face."""

_USUAL_CAM = (30.0, 90.0)
"""Most cams lie between 1 and 3 o'clock: Dijkstra 2022 and others."""


def blur_mm(image: HipImage, directions: ArrayLike) -> NDArray[np.float64]:
    """Distance between samples of an image along unit vectors (..., 3), LPS."""
    along = np.asarray(directions, dtype=np.float64) @ image.ijk_to_lps[:3, :3]
    return np.asarray(np.linalg.norm(along, axis=-1))


def alpha_sigma_deg(found: Departure, radius: float, blur: float, spacing_mm: float) -> float:
    """Standard deviation of alpha, degrees.

    Args:
        found: how the contour leaves the sphere.
        radius: of the sphere, mm.
        blur: distance between samples across the surface, mm.
        spacing_mm: largest step of the image.
    """
    along = (_SPHERE_MM + _SPHERE_PER_MM * spacing_mm) / max(found.slope, _LEAST_SLOPE)
    ragged = _PER_ROUGH_MM * found.rough_mm
    return hypot(_BEST_DEG, ragged, degrees(along / radius), coarseness_deg(blur, spacing_mm))


def coarseness_deg(blur: float, spacing_mm: float) -> float:
    """The part of it that the spacing of the slices makes.

    Args:
        blur: distance between samples across the surface, mm.
        spacing_mm: largest step of the image.
    """
    return _PER_MM2 * blur * spacing_mm


def sight_of(sigma_deg: float) -> Sight:
    """How well a junction with this standard deviation of alpha is seen."""
    if sigma_deg > _COARSE_DEG:
        return Sight.UNSEEN
    return Sight.CLEAR if sigma_deg <= _CLEAR_DEG else Sight.COARSE


def limit_sentences(
    sections: Sequence[RadialSection], spacing_mm: float, radius: float
) -> tuple[str, ...]:
    """What this image cannot show, in sentences; empty when it shows all.

    Args:
        sections: ordered by theta.
        spacing_mm: largest step of the image.
        radius: of the head, mm.
    """
    sentences = []
    if spacing_mm > _FINE_MM:
        between = clock_resolution_deg(spacing_mm, radius)
        sentences.append(
            f"The slices are {spacing_mm:.1f} mm apart: {between:.0f} degrees of the clock face "
            "lie between two of them, and a bump between them is read too small."
        )
    for sight in (Sight.UNSEEN, Sight.COARSE):
        places = [section.theta_deg for section in sections if section.sight is sight]
        if places:
            words = sight.words[0].upper() + sight.words[1:]
            sentences.append(f"{words}: {_arcs(places, [s.theta_deg for s in sections])}.")
    unseen = {section.theta_deg for section in sections if section.sight is Sight.UNSEEN}
    if any(_USUAL_CAM[0] <= theta <= _USUAL_CAM[1] for theta in unseen):
        sentences.append(
            "Most cams lie between 1 and 3 o'clock, which is not wholly seen here: this image "
            "cannot rule one out. Radial or isotropic MRI shows it."
        )
    return tuple(sentences)


def _arcs(places: Sequence[float], every: Sequence[float]) -> str:
    """Neighbouring places joined, such as ``1:30 to 4:00 and 8:00 to 10:30``."""
    if len(places) == len(every):
        return "the whole clock face"
    step = 360.0 / len(every)
    known = set(places)
    starts = [theta for theta in places if (theta - step) % 360.0 not in known]
    arcs = []
    for start in starts:
        end = start
        while (end + step) % 360.0 in known:
            end += step
        first, last = clock_words(start), clock_words(end)
        arcs.append(first if first == last else f"{first} to {last}")
    return ", ".join(arcs[:-1]) + f" and {arcs[-1]}" if len(arcs) > 1 else arcs[0]
