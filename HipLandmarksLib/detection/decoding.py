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
        template_match: normalised cross-correlation of the window with the Gaussian of a perfect
            answer, in [-1, 1]; None for points that no heatmap gave.
        entropy: of the places relative to that of a flat map, in [0, 1]; None as above.
    """

    xy: tuple[float, float]
    covariance: NDArray[np.float64]
    mass: float
    peak: float
    presence: float
    view_covariance: NDArray[np.float64] | None = None
    template_match: float | None = None
    entropy: float | None = None

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
            window = _Window.about(probabilities, centre, radius)
            mass, mean, covariance = window.moments()
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
            template_match=window.match(mean, self.target_sigma),
            entropy=_entropy(probabilities, places),
        )


@dataclass(frozen=True, eq=False)
class _Window:
    """The pixels of a heatmap in a disc: their weights and (x, y), and where the disc lies."""

    weight: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    centre: NDArray[np.float64]
    radius: float

    @classmethod
    def about(
        cls, probabilities: NDArray[np.float32], centre: NDArray[np.float64], radius: float
    ) -> _Window:
        """Those within ``radius`` of ``centre`` (x, y)."""
        height, width = probabilities.shape
        x0, x1 = max(0, int(centre[0] - radius)), min(width, int(centre[0] + radius) + 2)
        y0, y1 = max(0, int(centre[1] - radius)), min(height, int(centre[1] + radius) + 2)
        ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float64)
        inside = (xs - centre[0]) ** 2 + (ys - centre[1]) ** 2 <= radius**2
        weight = probabilities[y0:y1, x0:x1][inside].astype(np.float64)
        return cls(weight, xs[inside], ys[inside], centre, radius)

    def moments(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Mass, mean (x, y) and 2x2 covariance; the whole disc's when nothing is in it."""
        weight, mass = self.weight, float(self.weight.sum())
        if mass <= 0:
            return 0.0, self.centre, np.eye(2) * self.radius**2
        mean = np.array([weight @ self.x, weight @ self.y]) / mass
        dx, dy = self.x - mean[0], self.y - mean[1]
        xy = weight @ (dx * dy) / mass
        return mass, mean, np.array([[weight @ dx**2 / mass, xy], [xy, weight @ dy**2 / mass]])

    def match(self, mean: NDArray[np.float64], sigma: float) -> float:
        """Correlation with a Gaussian about ``mean`` (x, y); 0 where there is nothing to match."""
        distance = (self.x - mean[0]) ** 2 + (self.y - mean[1]) ** 2
        ideal = np.exp(-distance / (2 * sigma**2))
        a, b = self.weight - self.weight.mean(), ideal - ideal.mean()
        length = float(np.sqrt((a @ a) * (b @ b)))
        return float(np.clip(a @ b / length, -1.0, 1.0)) if length > 0 else 0.0


def _entropy(probabilities: NDArray[np.float32], places: float) -> float:
    """Entropy of the places relative to that of a flat map; 1 for a map without mass.

    The many pixels that hold next to nothing count as if they shared their mass alike, and single
    precision does: logarithms of all of them, and in double precision, would take longer than the
    rest of the decoding.
    """
    count = probabilities.size
    if places <= 0 or count < 2:
        return 1.0
    single = probabilities.astype(np.float32, copy=False)
    share = single[single > np.float32(0.01 * places / count)] / np.float32(places)
    rest, others = max(0.0, 1.0 - float(share.sum(dtype=np.float64))), count - share.size
    entropy = -float(share @ np.log(share))
    if rest > 1e-9 and others:
        entropy -= rest * float(np.log(rest / others))
    return float(np.clip(entropy / np.log(count), 0.0, 1.0))


def _without_target(covariance: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Take the target's variance off; keep at least (sigma / 4)^2 along every axis."""
    values, vectors = np.linalg.eigh(covariance)
    floor = (sigma / 4) ** 2
    return np.asarray((vectors * np.maximum(values - sigma**2, floor)) @ vectors.T)
