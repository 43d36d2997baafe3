"""The frame of one hip on a film: every crop shows a right hip, upright, at one scale.

A similarity brings the points that the first pass found to the mean hip that the model's card
holds. A film tells no scale of its own (pixel sizes are unknown or of the detector's plane), so
the hip's own size sets it. Points are (x, y), pixel centres at integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..errors import ConfigurationError, ImageError
from ..imaging import PlaneTransform

Point = tuple[float, float]

LEAST_POINTS = 3
"""Two points always fit; the third one tells whether they are a hip."""

_REACH = 3.0
"""Points farther than this many spreads from their mean place do not count (Tukey's weight)."""

_TURN_LIMIT = np.radians(40.0)
_ROUNDS = 8


@dataclass(frozen=True)
class ReferenceHip:
    """The mean right hip of the training films in the pixels of the second pass's crop.

    Attributes:
        shape: (height, width) of the crop.
        points: mean (x, y) by landmark key.
        spread: root mean square distance of single hips' points from their mean, px.
        pixel_mm: size of a crop pixel when the femoral head measures 48 mm.

    Raises:
        ConfigurationError: when points and spread do not belong together or make no hip.
    """

    shape: tuple[int, int]
    points: Mapping[str, Point]
    spread: Mapping[str, float]
    pixel_mm: float = 1.0

    def __post_init__(self) -> None:
        if set(self.points) != set(self.spread) or len(self.points) < LEAST_POINTS:
            raise ConfigurationError(
                f"A reference hip needs {LEAST_POINTS} points or more, and a spread for each."
            )
        numbers = np.array([(*self.points[key], self.spread[key]) for key in self.points])
        if not np.isfinite(numbers).all() or numbers[:, 2].min() <= 0:
            raise ConfigurationError("Points and spreads of a reference hip must be finite, > 0.")
        if min(self.shape) < 16 or not self.pixel_mm > 0:
            raise ConfigurationError("The crop of a hip needs 16 pixels a side or more.")

    @property
    def keys(self) -> tuple[str, ...]:
        """Its landmarks."""
        return tuple(self.points)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "shape": list(self.shape),
            "pixel_mm": self.pixel_mm,
            "points": {key: [round(v, 3) for v in xy] for key, xy in self.points.items()},
            "spread": {key: round(value, 3) for key, value in self.spread.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReferenceHip:
        """Read :meth:`to_dict`.

        Raises:
            ConfigurationError: when a field is missing or invalid.
        """
        try:
            height, width = (int(side) for side in data["shape"])
            points = {key: (float(x), float(y)) for key, (x, y) in data["points"].items()}
            spread = {key: float(value) for key, value in data["spread"].items()}
            return cls((height, width), points, spread, float(data["pixel_mm"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"The reference hip is incomplete: {error}") from error


@dataclass(frozen=True, eq=False)
class HipFit:
    """How the points of one hip fit the reference hip.

    Attributes:
        plane: from upright film pixels to the crop.
        agreeing: keys of the points that lie where the reference expects them.
        present: number of points that were given with weight.
        misfit: root mean square distance of the agreeing points from their mean places, in
            spreads: about 1 for a hip like those of the training.
    """

    plane: PlaneTransform
    agreeing: tuple[str, ...]
    present: int
    misfit: float


def fit_hip(
    points: Mapping[str, Point],
    weights: Mapping[str, float],
    reference: ReferenceHip,
    side: Side,
) -> HipFit | None:
    """Least-squares similarity from points to the reference hip; a left hip is mirrored.

    Every pair of points proposes a similarity, the one that most points bear out is refined by
    least squares with Tukey's weights: single wrong points do no harm. The turn is limited to 40
    degrees.

    Args:
        points: (x, y) by key, pixels of the upright film.
        weights: 0 to 1 by key; points without weight do not count.
        reference: the mean hip.
        side: which hip it looks like on the upright film.

    Returns:
        The fit, or None when fewer than three points have weight or none of them agree.
    """
    keys = [key for key in reference.keys if key in points and weights.get(key, 0.0) > 0]
    if len(keys) < LEAST_POINTS:
        return None
    mirror = -1.0 if side is Side.LEFT else 1.0
    seen = np.array([complex(mirror * points[key][0], points[key][1]) for key in keys])
    mean = np.array([complex(*reference.points[key]) for key in keys])
    spread = np.array([reference.spread[key] for key in keys])
    weight = np.array([weights[key] for key in keys])
    start = _best_pair(seen, mean, spread, weight)
    if start is None:
        return None
    scale, shift = _refined(start, seen, mean, spread, weight)
    distance = np.abs(scale * seen + shift - mean) / spread
    near = distance < _REACH
    if near.sum() < LEAST_POINTS:
        return None
    misfit = float(np.sqrt(np.average(distance[near] ** 2, weights=weight[near])))
    agreeing = tuple(key for key, agrees in zip(keys, near, strict=True) if agrees)
    return HipFit(_plane(scale, shift, mirror, reference.shape), agreeing, len(keys), misfit)


def hip_frame(
    points: Mapping[str, Point],
    weights: Mapping[str, float],
    reference: ReferenceHip,
    side: Side,
) -> PlaneTransform:
    """The plane of :func:`fit_hip`: upright film pixels to the crop of one hip.

    Raises:
        ImageError: when the points fix no frame.
    """
    fit = fit_hip(points, weights, reference, side)
    if fit is None:
        raise ImageError(
            f"The points of the {side.word} hip fix no frame: {LEAST_POINTS} or more of "
            f"{', '.join(reference.keys)} must lie as they do in a hip."
        )
    return fit.plane


def mean_hip(
    hips: Sequence[Mapping[str, Point]],
    head_radii: Sequence[float],
    shape: tuple[int, int],
    pixel_mm: float = 1.0,
    head_mm: float = 48.0,
    least_spread: float = 2.0,
) -> ReferenceHip:
    """Mean of many hips after alignment (Procrustes, with missing points), as a reference.

    Args:
        hips: (x, y) by key, in square pixels, every one as a right hip (left ones mirrored).
        head_radii: radius of each femoral head in the same pixels.
        shape: (height, width) of the crop; the mean points' box lies in its middle.
        pixel_mm: size of a crop pixel for a head of ``head_mm`` in diameter.
        head_mm: see there.
        least_spread: lower limit of every spread, px.

    Raises:
        ConfigurationError: when there are no hips, or none with three points.
    """
    usable = [n for n, hip in enumerate(hips) if len(hip) >= LEAST_POINTS]
    if not usable:
        raise ConfigurationError("A mean hip needs hips with three points or more.")
    fullest = max(usable, key=lambda n: len(hips[n]))
    mean = {key: complex(*xy) for key, xy in hips[fullest].items()}
    for _ in range(_ROUNDS):
        moves = {n: _aligned(hips[n], mean) for n in usable}
        turn = np.exp(-1j * float(np.mean([np.angle(a) for a, _ in moves.values()])))
        size = np.mean([abs(a) * head_radii[n] for n, (a, _) in moves.items()])
        unit = turn * head_mm / 2 / pixel_mm / size
        placed: dict[str, list[complex]] = {}
        for n, (a, b) in moves.items():
            for key, xy in hips[n].items():
                placed.setdefault(key, []).append(unit * (a * complex(*xy) + b))
        mean = {key: complex(np.mean(values)) for key, values in placed.items()}
    corners = np.array(list(mean.values()))
    middle = complex(*((part.max() + part.min()) / 2 for part in (corners.real, corners.imag)))
    shift = complex((shape[1] - 1) / 2, (shape[0] - 1) / 2) - middle
    points = {key: (float((z + shift).real), float((z + shift).imag)) for key, z in mean.items()}
    spread = {
        key: max(least_spread, float(np.sqrt(np.mean(np.abs(np.array(placed[key]) - z) ** 2))))
        for key, z in mean.items()
    }
    return ReferenceHip(shape, points, spread, pixel_mm)


def _best_pair(
    seen: NDArray[np.complex128],
    mean: NDArray[np.complex128],
    spread: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[complex, complex] | None:
    """The similarity z -> a z + b through two points that the others bear out best."""
    best, found = 0.0, None
    for first, second in combinations(range(len(seen)), 2):
        span = seen[second] - seen[first]
        if span == 0:
            continue
        a = complex((mean[second] - mean[first]) / span)
        if a == 0 or abs(np.angle(a)) > _TURN_LIMIT:
            continue
        b = complex(mean[first] - a * seen[first])
        score = float(weight @ _tukey(np.abs(a * seen + b - mean) / spread))
        if score > best:
            best, found = score, (a, b)
    return found


def _refined(
    start: tuple[complex, complex],
    seen: NDArray[np.complex128],
    mean: NDArray[np.complex128],
    spread: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[complex, complex]:
    a, b = start
    for _ in range(_ROUNDS):
        share = weight * _tukey(np.abs(a * seen + b - mean) / spread) / spread**2
        if (share > 0).sum() < 2:
            break
        a, b = _least_squares(seen, mean, share)
    return a, b


def _least_squares(
    seen: NDArray[np.complex128], mean: NDArray[np.complex128], share: NDArray[np.float64]
) -> tuple[complex, complex]:
    """Weighted least squares of a z + b, the turn of ``a`` limited."""
    z0, q0 = np.average(seen, weights=share), np.average(mean, weights=share)
    z, q = seen - z0, mean - q0
    product = complex(np.sum(share * np.conj(z) * q))
    turn = np.exp(1j * float(np.clip(np.angle(product), -_TURN_LIMIT, _TURN_LIMIT)))
    size = (np.conj(turn) * product).real / float(np.sum(share * np.abs(z) ** 2))
    a = complex(turn * size)
    return a, complex(q0 - a * z0)


def _tukey(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.clip(1 - (distance / _REACH) ** 2, 0, None) ** 2)


def _aligned(hip: Mapping[str, Point], mean: Mapping[str, complex]) -> tuple[complex, complex]:
    keys = [key for key in hip if key in mean]
    seen = np.array([complex(*hip[key]) for key in keys])
    return _least_squares(seen, np.array([mean[key] for key in keys]), np.ones(len(keys)))


def _plane(a: complex, b: complex, mirror: float, shape: tuple[int, int]) -> PlaneTransform:
    similarity = np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag], [0.0, 0.0, 1.0]])
    return PlaneTransform(similarity @ np.diag([mirror, 1.0, 1.0]), shape)
