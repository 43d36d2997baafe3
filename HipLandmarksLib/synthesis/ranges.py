"""Ranges of a phantom's dials."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..errors import ConfigurationError

Range = tuple[float, float]
"""Least and largest value."""


def check_ranges(parameters: object, ranges: Mapping[str, Range]) -> None:
    """Make sure that every attribute named in ``ranges`` is finite and within its range.

    Raises:
        ConfigurationError: names the first that is not, and its range.
    """
    for name, (low, high) in ranges.items():
        value = getattr(parameters, name)
        if not (math.isfinite(value) and low <= value <= high):
            raise ConfigurationError(
                f"{name} is {value:g}; the phantom allows {low:g} to {high:g}."
            )
