"""From logits to points: softmax with "nowhere", mode, local centroid, covariance.

One decoder for every model and every face of the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError


class HeatmapReading(str, Enum):
    """What the numbers of a heatmap mean; it follows from the loss of the training."""

    LIKELIHOOD = "likelihood"
    """Logits: a softmax over all places and "nowhere" makes probabilities."""
    AMPLITUDE = "amplitude"
    """Heights of a Gaussian with peak 1; "nowhere" is a logit of its own."""


@dataclass(frozen=True)
class DecodedPoint:
    """One landmark in one heatmap, in heatmap pixels.

    Attributes:
        xy: (column, row) of the local centroid.
        covariance: 2x2 second moments about it, px^2, the target's own width taken off.
        mass: share of the places' probability that lies within the window, in [0, 1].
        peak: probability of the mode relative to a perfect answer, in [0, 1].
        presence: probability that the landmark is in the image at all (1 - "nowhere").
        view_covariance: 2x2 covariance, px^2, of the points that single views of the image give
            (test-time augmentation); None for one view.
    """

    xy: tuple[float, float]
    covariance: NDArray[np.float64]
    mass: float
    peak: float
    presence: float
    view_covariance: NDArray[np.float64] | None = None

    @property
    def total_covariance(self) -> NDArray[np.float64]:
        """2x2 doubt about the point, px^2, with the disagreement of the views in it once.

        By the law of total variance the second moments of an averaged map are the mean of the
        views' own plus the covariance of their centres, as far as the window reaches: there the
        covariance has it all. Views that point beyond the window are missing from it; along the
        axes where the views differ by more than it says, their own covariance counts instead.
        """
        if self.view_covariance is None:
            return self.covariance
        values, vectors = np.linalg.eigh(self.view_covariance - self.covariance)
        return self.covariance + np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


@dataclass(frozen=True)
class Decoder:
    """Local-centroid decoding.

    Attributes:
        target_sigma: width in px of the Gaussian that the network was trained on.
        window_sigmas: half-width of the centroid window in units of ``target_sigma``.
        iterations: how often the window is re-centred on the centroid (mean shift).
        reading: what the numbers of the heatmaps mean.
    """

    target_sigma: float = 2.0
    window_sigmas: float = 3.0
    iterations: int = 3
    reading: HeatmapReading = HeatmapReading.LIKELIHOOD

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "reading", HeatmapReading(self.reading))
        except ValueError as error:
            choices = ", ".join(reading.value for reading in HeatmapReading)
            raise ConfigurationError(
                f"Heatmaps are read as {choices}, not {self.reading!r}."
            ) from error

    def decode(self, probabilities: NDArray[np.float32], nowhere: float) -> DecodedPoint:
        """Decode one heatmap.

        Args:
            probabilities: (H, W), non-negative; together with ``nowhere`` they sum to 1.
            nowhere: probability that the landmark is not in the image.
        """
        places = float(probabilities.sum())
        row, column = np.unravel_index(int(np.argmax(probabilities)), probabilities.shape)
        centre = np.array([float(column), float(row)])
        radius = self.window_sigmas * self.target_sigma
        for _ in range(self.iterations):
            mass, mean, covariance = _window_moments(probabilities, centre, radius)
            if np.hypot(*(mean - centre)) < 0.01:
                break
            centre = mean
        ideal_peak = 1.0 / (2 * np.pi * self.target_sigma**2)
        peak = float(probabilities[row, column]) / max(places, 1e-12) / ideal_peak
        return DecodedPoint(
            xy=(float(mean[0]), float(mean[1])),
            covariance=_without_target(covariance, self.target_sigma),
            mass=min(1.0, mass / max(places, 1e-12)),
            peak=min(1.0, peak),
            presence=float(np.clip(1.0 - nowhere, 0.0, 1.0)),
        )


def _window_moments(
    probabilities: NDArray[np.float32], centre: NDArray[np.float64], radius: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Mass, mean (x, y) and 2x2 covariance inside a disc about ``centre``."""
    height, width = probabilities.shape
    x0, x1 = max(0, int(centre[0] - radius)), min(width, int(centre[0] + radius) + 2)
    y0, y1 = max(0, int(centre[1] - radius)), min(height, int(centre[1] + radius) + 2)
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float64)
    weight = probabilities[y0:y1, x0:x1].astype(np.float64)
    weight = weight * ((xs - centre[0]) ** 2 + (ys - centre[1]) ** 2 <= radius**2)
    mass = float(weight.sum())
    if mass <= 0:
        return 0.0, centre, np.eye(2) * radius**2
    mean = np.array([(weight * xs).sum(), (weight * ys).sum()]) / mass
    dx, dy = xs - mean[0], ys - mean[1]
    xy = (weight * dx * dy).sum() / mass
    covariance = np.array(
        [[(weight * dx * dx).sum() / mass, xy], [xy, (weight * dy**2).sum() / mass]]
    )
    return mass, mean, covariance


def _without_target(covariance: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Take the target's variance off; keep at least (sigma / 4)^2 along every axis."""
    values, vectors = np.linalg.eigh(covariance)
    floor = (sigma / 4) ** 2
    return np.asarray((vectors * np.maximum(values - sigma**2, floor)) @ vectors.T)
