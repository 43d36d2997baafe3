"""What the ellipse about a landmark is: the same in every picture, scene and sentence."""

from __future__ import annotations

from ..anatomy import Landmark
from .applied import is_calibrated
from .calibration import Calibration

GAUSSIAN_LEVEL = 0.95
_GAUSSIAN_RADIUS = 2.4477
"""A normal distribution in two dimensions lies within so many standard deviations, 95 % of it."""


def ellipse_radius(point: Landmark, calibration: Calibration | None) -> tuple[float | None, str]:
    """Reach of a landmark's ellipse in standard deviations, or None and why there is none.

    The conformal region where a calibrated model placed the point; else what holds 95 % of a normal
    distribution of the stated covariance.

    Args:
        point: as it is drawn.
        calibration: of the model; None when it has none.
    """
    if point.covariance is None:
        return None, "the model gives no region"
    if calibration is None or not is_calibrated(point):
        return _GAUSSIAN_RADIUS, ""
    region = calibration.region(point.key)
    return region.radius, region.reason


def ellipse_words(calibration: Calibration | None) -> str:
    """What the ellipses of a model are, such as ``90 % region``."""
    if calibration is None or calibration.position is None:
        return f"{GAUSSIAN_LEVEL:.0%} ellipse, not calibrated".replace("%", " %")
    return f"{calibration.level:.0%} region".replace("%", " %")
