"""Places drawn from a heatmap with several modes, each mode as wide as the calibration says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import UncertaintyError
from .position import PositionModel

LEAST_SHARE = 0.1
"""A second place with a tenth of the probability is worth telling; less is noise."""

_MOST_MODES = 4


@dataclass(frozen=True, eq=False)
class HeatmapPlaces:
    """Heatmap of one landmark and where its pixels lie in the patient.

    Attributes:
        probabilities: (H, W), non-negative, of any positive mass.
        to_patient: (3, 3) from (x, y, 1), x = column and y = row, pixel centres at integers, to
            LPS mm.
        target_sigma: width in pixels of the Gaussian of the training.
        window_sigmas: half-width of a mode's window in these widths.

    Raises:
        UncertaintyError: when it is no heatmap.
    """

    probabilities: NDArray[np.floating]
    to_patient: NDArray[np.float64]
    target_sigma: float = 2.0
    window_sigmas: float = 3.0

    def __post_init__(self) -> None:
        map_ = np.asarray(self.probabilities)
        good = map_.ndim == 2 and np.isfinite(map_).all() and map_.min() >= 0 and map_.sum() > 0
        if not good or np.shape(self.to_patient) != (3, 3) or not self.target_sigma > 0:
            raise UncertaintyError(
                "Places are drawn from a heatmap (rows, columns) of non-negative numbers, some "
                "above 0, whose pixels lie somewhere in the patient."
            )

    @cached_property
    def modes(self) -> list[Mode]:
        """Places with a tenth of the probability or more, the likeliest first."""
        return find_modes(self)

    @property
    def is_multimodal(self) -> bool:
        """Whether the map sees the landmark in more than one place."""
        return len(self.modes) > 1

    def sample(
        self,
        key: str,
        position: PositionModel,
        count: int,
        rng: np.random.Generator,
        unit_length: float = 1.0,
    ) -> NDArray[np.float64]:
        """(count, 3) places in LPS mm.

        A mode is drawn by its share, a pixel of its window by its probability, and the pixels of
        the mode are stretched about its centre to the calibrated covariance: the map's own shape
        stays, its width is the honest one.
        """
        modes = self.modes
        shares = np.array([mode.share for mode in modes])
        chosen = rng.choice(len(modes), size=count, p=shares / shares.sum())
        out = np.empty((count, 3))
        for number, mode in enumerate(modes):
            mine = chosen == number
            out[mine] = self._of_mode(mode, key, position, int(mine.sum()), rng, unit_length)
        return out

    def _of_mode(
        self,
        mode: Mode,
        key: str,
        position: PositionModel,
        count: int,
        rng: np.random.Generator,
        unit_length: float,
    ) -> NDArray[np.float64]:
        linear = self.to_patient[:, :2]
        raw = _without_target(mode.covariance, self.target_sigma)
        wanted = position.covariance(key, linear @ raw @ linear.T, unit_length)
        picked = rng.choice(len(mode.pixels), size=count, p=mode.weights)
        jitter = rng.uniform(-0.5, 0.5, size=(count, 2))
        offsets = mode.pixels[picked] + jitter - mode.centre
        shape = mode.covariance + np.eye(2) / 12.0  # of pixels that are squares, not points
        in_plane = np.linalg.pinv(linear)
        stretch = _root(in_plane @ wanted @ in_plane.T) @ np.linalg.inv(_root(shape))
        places = mode.centre + offsets @ stretch.T
        return np.asarray(np.column_stack([places, np.ones(count)]) @ self.to_patient.T)


@dataclass(frozen=True, eq=False)
class Mode:
    """One of the places where a heatmap sees its landmark.

    Attributes:
        share: of the map's probability, in (0, 1].
        centre: (2,) centroid (x, y) in pixels.
        covariance: (2, 2) second moments about it, px^2, the target's own width included.
        pixels: (n, 2) (x, y) of its pixels.
        weights: (n,) their probabilities, of sum 1.
    """

    share: float
    centre: NDArray[np.float64]
    covariance: NDArray[np.float64]
    pixels: NDArray[np.float64]
    weights: NDArray[np.float64]


def find_modes(heatmap: HeatmapPlaces) -> list[Mode]:
    """Modes with at least a tenth of the probability, the likeliest first; at least one.

    A mode is a pixel that no other within the window about it exceeds, with all of the window;
    the flank of a wide answer is none. At most four.
    """
    map_ = np.array(heatmap.probabilities, dtype=np.float64)
    total, radius = float(map_.sum()), heatmap.window_sigmas * heatmap.target_sigma
    found: list[Mode] = []
    for row, column in _tops(map_, radius):
        inside = _window(map_.shape, row, column, radius) & (map_ > 0)
        if not inside[row, column]:
            continue  # within the window of an earlier one
        mode = _mode(map_, inside, total)
        if mode.share >= LEAST_SHARE or not found:
            found.append(mode)
        map_[inside] = 0.0
    return sorted(found, key=lambda mode: -mode.share)[:_MOST_MODES]


def _tops(map_: NDArray[np.float64], radius: float) -> list[tuple[int, int]]:
    """(row, column) of the pixels that are the highest within ``radius``, highest first.

    Only the highest one where its window leaves no room for another mode, and none so low that
    its window cannot hold one.
    """
    total, area = float(map_.sum()), pi * radius**2
    row, column = np.unravel_index(int(np.argmax(map_)), map_.shape)
    first = (int(row), int(column))
    if map_[_window(map_.shape, *first, radius)].sum() > (1.0 - LEAST_SHARE) * total:
        return [first]
    from scipy.ndimage import maximum_filter  # slow to import, and needed for doubtful points only

    peaks = (map_ >= maximum_filter(map_, size=3)) & (map_ * area >= LEAST_SHARE * total)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-map_[rows, columns], kind="stable")
    places = [(int(rows[n]), int(columns[n])) for n in order]
    others = [at for at in places if map_[at] >= map_[_window(map_.shape, *at, radius)].max()]
    return [first, *(at for at in others if at != first)]


def _window(shape: tuple[int, ...], row: int, column: int, radius: float) -> NDArray[np.bool_]:
    """Pixels of a disc."""
    ys, xs = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((xs - column) ** 2 + (ys - row) ** 2 <= radius**2)


def _mode(map_: NDArray[np.float64], inside: NDArray[np.bool_], total: float) -> Mode:
    rows, columns = np.nonzero(inside)
    pixels = np.column_stack([columns, rows]).astype(np.float64)
    mass = float(map_[inside].sum())
    weights = map_[inside] / mass
    centre = weights @ pixels
    offsets = pixels - centre
    covariance = (weights[:, None] * offsets).T @ offsets
    return Mode(mass / total, centre, covariance, pixels, weights)


def _without_target(covariance: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """As decoding does it: the target's variance off, at least (sigma / 4)^2 along every axis."""
    values, vectors = np.linalg.eigh(covariance)
    floor = (sigma / 4) ** 2
    return np.asarray((vectors * np.maximum(values - sigma**2, floor)) @ vectors.T)


def _root(covariance: ArrayLike) -> NDArray[np.float64]:
    """Symmetric square root of a covariance."""
    values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
    return np.asarray((vectors * np.sqrt(np.maximum(values, 1e-12))) @ vectors.T)
