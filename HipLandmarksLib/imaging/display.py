"""Grey-value window for display."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

_PERCENTILES = (0.5, 99.5)
_SAMPLES = 200_000


def window_level(pixels: ArrayLike) -> tuple[float, float]:
    """(low, high) grey values between which an image of any shape shows well.

    The 0.5th and 99.5th percentiles, so that single bright vessels, markers or burned-in text do
    not darken the bone. Where most pixels are background the whole range is used. ``low < high``
    always holds; large volumes are sampled evenly.
    """
    values = np.asarray(pixels).ravel()
    values = values[:: max(1, values.size // _SAMPLES)]
    low, high = (float(value) for value in np.percentile(values, _PERCENTILES))
    if high <= low:
        low, high = float(np.min(pixels)), float(np.max(pixels))
    return (low, high) if high > low else (low, low + 1.0)
