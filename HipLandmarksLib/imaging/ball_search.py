"""Finding a marker ball around a point that a person clicked inside it.

First a vote: circles about the point are scored by how well the grey value gradient points along
their radii, whatever its strength (an integro-differential operator as J. Daugman used for the
iris, IEEE PAMI 15, 1993, with normalised gradients). Then the best circle's rim is measured along
rays, see ``ball_edges``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from ..errors import CalibrationError
from ..geometry import GeometryError
from .ball_edges import FilmGrid, Rim, measured_rim
from .calibration import SpacingProvenance
from .image import HipImage
from .marker import DEFAULT_BALL_MM, MarkerBall, marker_ball
from .recalibration import plane_points

_MAGNIFICATIONS = (0.9, 1.7)  # of the true size, with room for a calibrated and a poor grid
_NEAR_GUESS = (0.6, 1.6)  # of the diameter that the user guesses
_OF_THE_FILM = (1 / 120, 1 / 8)  # radius of a ball by the shorter side of a film of unknown scale
_LEAST_RADIUS_PX = 6.0
_RADIUS_STEP = 1.07
_CENTRE_STEP = 1 / 6
_FARTHEST_CLICK = 0.75  # of the radius: the click must lie inside the ball
_ANGLES = 64
_COARSE_RADIUS_PX = 14.0
_LEAST_VISIBLE = 0.5
_LEAST_SCORE = 0.35
_LEAST_AGREEMENT = 0.6
_LEAST_ARC_DEG = 150.0
_LEAST_BRIGHTER = 0.7
_LEAST_CONTRAST = 2.0  # in standard deviations of the grey values inside
_WITHOUT_SCALE = frozenset(
    {
        SpacingProvenance.NONE,
        SpacingProvenance.ASPECT_RATIO_ONLY,
        SpacingProvenance.UNKNOWN_PIXELSPACING,
    }
)


def find_ball(
    image: HipImage,
    near: ArrayLike,
    diameter: float | None = None,
    true_mm: float = DEFAULT_BALL_MM,
) -> MarkerBall:
    """Find the rim of a marker ball, brighter or darker than what surrounds it.

    The rim is where grey values fall most steeply. On films whose grey values are logarithms of
    the exposure, that place lies a little inside the shadow: a simulated steel ball of 25 mm reads
    0.4 to 1 % too small there, and 0.1 % off on films linear in exposure.

    Args:
        image: the film.
        near: a point inside the ball, LPS mm (3) or pixel (column, row) (2).
        diameter: approximate diameter on the grid (mm, or pixels without a pixel size) if known.
        true_mm: true diameter; with a pixel size it limits the search.

    Raises:
        CalibrationError: when there is no ball around the point.
    """
    centre = plane_points(image, np.asarray(near)[np.newaxis])[0]
    grid = FilmGrid.of(image)
    if not grid.contains(centre):
        raise CalibrationError("The point lies outside the film: click inside the marker ball.")
    best = _best_circle(grid, centre, _radii(image, grid, diameter, true_mm))
    if best is None or best.score < _LEAST_SCORE:
        raise CalibrationError(_NO_BALL)
    try:
        rim = measured_rim(grid, best.centre, best.radius, best.sign)
    except GeometryError as error:
        raise CalibrationError(_NO_BALL) from error
    _require_ball(rim, centre)
    return marker_ball(image, rim.circle, rim.points, rim.agreement)


_NO_BALL = (
    "No marker ball was found around this point: click nearer to its centre, say how large it is "
    "on the film, or click at least three points on its rim."
)


def _require_ball(rim: Rim, clicked: NDArray[np.float64]) -> None:
    circle = rim.circle
    if (
        rim.agreement < _LEAST_AGREEMENT
        or rim.brighter < _LEAST_BRIGHTER
        or rim.contrast < _LEAST_CONTRAST
        or float(np.hypot(*(clicked - circle.centre))) > circle.radius
    ):
        raise CalibrationError(_NO_BALL)
    if circle.spread_deg < _LEAST_ARC_DEG:
        raise CalibrationError(
            f"Only {circle.spread_deg:.0f} degrees of the ball's rim can be seen, too little to "
            "measure it: use another marker or a magnification."
        )


def _radii(
    image: HipImage, grid: FilmGrid, diameter: float | None, true_mm: float
) -> NDArray[np.float64]:
    """Radii to try, in units of the grid, growing by a constant factor."""
    if diameter is not None:
        low, high = (diameter / 2 * factor for factor in _NEAR_GUESS)
    elif image.calibration.provenance in _WITHOUT_SCALE:
        low, high = (min(grid.extent) * share for share in _OF_THE_FILM)
    else:
        low, high = (true_mm / 2 * factor for factor in _MAGNIFICATIONS)
    low = max(low, _LEAST_RADIUS_PX * grid.step)
    if not np.isfinite(high) or high <= low or high > min(grid.extent):
        raise CalibrationError(
            "A marker ball of that size cannot be found on this film: check its diameter."
        )
    count = int(np.ceil(np.log(high / low) / np.log(_RADIUS_STEP))) + 1
    return np.geomspace(low, high, count)


@dataclass(frozen=True)
class _Candidate:
    score: float
    centre: NDArray[np.float64]
    radius: float
    sign: float  # +1: brighter than its surroundings


def _best_circle(
    grid: FilmGrid, near: NDArray[np.float64], radii: NDArray[np.float64]
) -> _Candidate | None:
    """The circle about ``near`` along whose radii the gradient points most consistently."""
    best: _Candidate | None = None
    octaves = np.floor(np.log2(radii / radii[0])).astype(int)
    for octave in range(int(octaves.max()) + 1):
        group = radii[octaves == octave]
        gradient = _gradient_field(grid, near, float(group[0]), float(group[-1]))
        for radius in group:
            found = _best_centre(gradient, near, float(radius))
            if found is not None and (best is None or found.score > best.score):
                best = found
    return best


@dataclass(frozen=True)
class _GradientField:
    """Unit gradients times a weight of 0 to 1 (noise to clear edge), on a coarse grid."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    origin: NDArray[np.float64]
    step: NDArray[np.float64]  # (x, y)

    def along(self, points: NDArray[np.float64], normals: NDArray[np.float64]) -> NDArray:
        """Component along ``normals`` at ``points``; NaN outside the film."""
        places = ((points - self.origin) / self.step).reshape(-1, 2).T[::-1]
        shape = points.shape[:-1]
        x, y = (
            ndimage.map_coordinates(part, places, order=1, cval=np.nan).reshape(shape)
            for part in (self.x, self.y)
        )
        return np.asarray(x * normals[..., 0] + y * normals[..., 1])


def _gradient_field(
    grid: FilmGrid, near: NDArray[np.float64], least: float, largest: float
) -> _GradientField:
    window = grid.window(near, (1 + _FARTHEST_CLICK) * largest + 0.5 * least)
    factor = max(1, int(least / grid.step / _COARSE_RADIUS_PX))
    pixels = _block_means(window.pixels, factor)
    step = np.array(window.spacing) * factor
    sigma = least / 7 / step[::-1]
    x = ndimage.gaussian_filter(pixels, sigma, order=(0, 1)) / step[0]
    y = ndimage.gaussian_filter(pixels, sigma, order=(1, 0)) / step[1]
    strength = np.hypot(x, y)
    usual = float(np.median(strength)) + 1e-6 * float(strength.max()) + 1e-12
    weight = 1 / (strength + 2 * usual)
    origin = window.origin + (factor - 1) / 2 * np.array(window.spacing)
    return _GradientField(x * weight, y * weight, origin, step)


def _block_means(pixels: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    if factor == 1:
        return pixels
    rows, columns = (length // factor for length in pixels.shape)
    blocks = pixels[: rows * factor, : columns * factor]
    return blocks.reshape(rows, factor, columns, factor).mean(axis=(1, 3), dtype=np.float32)


def _best_centre(
    gradient: _GradientField, near: NDArray[np.float64], radius: float
) -> _Candidate | None:
    steps = np.arange(-_FARTHEST_CLICK, _FARTHEST_CLICK + 1e-9, _CENTRE_STEP) * radius
    offsets = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    centres = near + offsets[np.hypot(*offsets.T) <= _FARTHEST_CLICK * radius]
    angles = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    normals = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    points = centres[:, np.newaxis] + radius * normals
    inward = -gradient.along(points, np.broadcast_to(normals, points.shape))
    visible = np.isfinite(inward)
    counts = visible.sum(axis=1)
    means = np.where(visible, inward, 0.0).sum(axis=1) / np.maximum(counts, 1)
    means[counts < _LEAST_VISIBLE * _ANGLES] = 0.0
    winner = int(np.argmax(np.abs(means)))
    score = float(means[winner])
    if score == 0.0:
        return None
    return _Candidate(abs(score), centres[winner], radius, float(np.sign(score)))
