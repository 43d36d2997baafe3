"""How far off a point may be: calibrated covariance and the error that it makes one expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ellipe

from ..errors import UncertaintyError

_FLAT = 1e-6
"""A covariance whose least eigenvalue is below this share of the largest lies in a plane."""


@dataclass(frozen=True)
class PositionScale:
    """How the covariance of a heatmap becomes that of the point's error.

    Attributes:
        temperature: factor on the raw covariance.
        variance: added along every axis of the plane, in the calibration's unit squared.
    """

    temperature: float = 1.0
    variance: float = 0.0


@dataclass(frozen=True)
class PositionModel:
    """Calibrated covariance of positions: temperature * raw + variance * identity.

    The raw covariance holds the spread between the views of an image already, where a model is
    averaged over views.

    Attributes:
        by_key: scale of every landmark key of the calibration, left and right pooled.
        pooled: scale of all together, for other keys.

    Raises:
        UncertaintyError: when a scale could make a covariance that is none.
    """

    by_key: Mapping[str, PositionScale] = field(default_factory=dict)
    pooled: PositionScale = PositionScale()

    def __post_init__(self) -> None:
        for each in (*self.by_key.values(), self.pooled):
            if not (0 < each.temperature < inf and 0 <= each.variance < inf):
                raise UncertaintyError(
                    "The temperature of a position must be above 0 and its variance not below it."
                )

    def is_pooled(self, key: str) -> bool:
        """Whether the scale of ``key`` is that of all landmarks together."""
        return key not in self.by_key

    def scale(self, key: str) -> PositionScale:
        """Scale of a landmark."""
        return self.by_key.get(key, self.pooled)

    def covariance(
        self, key: str, covariance: ArrayLike, unit_length: float = 1.0
    ) -> NDArray[np.float64]:
        """Calibrated covariance of a point.

        Args:
            key: landmark.
            covariance: raw, 2x2 of the plane or 3x3 (LPS) of a point in a plane.
            unit_length: length of the calibration's unit in the unit of ``covariance``.

        Returns:
            Of the same shape; a covariance that lies in a plane stays in it.

        Raises:
            UncertaintyError: when it is no covariance.
        """
        raw = _checked(covariance)
        own = self.scale(key)
        added = own.variance * unit_length**2
        return own.temperature * raw + added * _plane_of(raw)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "by_key": {key: dict(vars(scale)) for key, scale in self.by_key.items()},
            "pooled": dict(vars(self.pooled)),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PositionModel:
        """Read :meth:`to_dict`.

        Raises:
            KeyError, TypeError, ValueError, UncertaintyError: when it is damaged.
        """
        return cls(
            {str(key): _scale(entry) for key, entry in data["by_key"].items()},
            _scale(data["pooled"]),
        )


def expected_error(covariance: ArrayLike) -> float:
    """Mean distance from the true place of a normally distributed point (ERE).

    Args:
        covariance: 2x2, or 3x3 of a point in a plane (its two largest axes count).

    Returns:
        In the root of the covariance's unit; 1.253 sigma when it is alike in all directions.

    Raises:
        UncertaintyError: when it is no covariance.

    Source: mean of the Hoyt distribution, by the complete elliptic integral.
    """
    values = np.linalg.eigvalsh(_checked(covariance))
    large, small = float(values[-1]), max(0.0, float(values[-2]))
    if large <= 0.0:
        return 0.0
    return sqrt(2.0 * large / pi) * float(ellipe(1.0 - min(1.0, small / large)))


def mahalanobis(offset: ArrayLike, covariance: ArrayLike) -> float:
    """Length of ``offset`` in standard deviations of ``covariance`` (2x2, or 3x3 in a plane).

    The part of the offset at right angles to the plane of a flat covariance does not count.

    Raises:
        UncertaintyError: see :func:`whitening`.
    """
    return float(np.linalg.norm(whitening(covariance) @ np.asarray(offset, dtype=np.float64)))


def whitening(covariance: ArrayLike) -> NDArray[np.float64]:
    """(k, n) matrix that turns offsets into standard deviations of ``covariance`` (n x n).

    k is smaller than n for a flat covariance: what lies at right angles to it does not count.

    Raises:
        UncertaintyError: when it is no covariance, or zero.
    """
    values, vectors = np.linalg.eigh(_checked(covariance))
    kept = values > _FLAT * max(float(values[-1]), 0.0)
    if not kept.any():
        raise UncertaintyError("A point without any covariance has no region around it.")
    return np.asarray((vectors[:, kept] / np.sqrt(values[kept])).T)


def _checked(covariance: ArrayLike) -> NDArray[np.float64]:
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape not in ((2, 2), (3, 3)) or not np.isfinite(matrix).all():
        raise UncertaintyError("A covariance is a 2x2 or 3x3 matrix of finite numbers.")
    size = float(np.abs(matrix).max())
    symmetric = float(np.abs(matrix - matrix.T).max()) <= 1e-6 * size
    if not symmetric or float(np.linalg.eigvalsh(matrix)[0]) < -1e-6 * size:
        raise UncertaintyError("A covariance is symmetric and has no negative variances.")
    return matrix


def _plane_of(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Projection on the plane in which a 3x3 covariance lies; identity when it lies in none."""
    identity = np.eye(len(covariance))
    if len(covariance) == 2:
        return identity
    values, vectors = np.linalg.eigh(covariance)
    if values[0] > _FLAT * values[2]:
        return identity
    normal = vectors[:, 0]
    return identity - np.outer(normal, normal)


def _scale(entry: Mapping[str, Any]) -> PositionScale:
    return PositionScale(float(entry["temperature"]), float(entry["variance"]))
