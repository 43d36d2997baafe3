"""How far random patients and films may stray, and helpers to draw and to check their numbers."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from ...errors import ConfigurationError


class Preset(str, Enum):
    """How far random looks may stray: like films of a hospital, or beyond it for training."""

    REALISTIC = "realistic"
    ROBUST = "robust"


def check(owner: object, **ranges: tuple[float, float]) -> None:
    """Every named attribute lies in its closed range.

    Raises:
        ConfigurationError: names the attribute, its value and the range.
    """
    for name, (low, high) in ranges.items():
        value = getattr(owner, name)
        if not (isinstance(value, (int, float)) and low <= value <= high):
            raise ConfigurationError(f"{name} = {value} is not between {low:g} and {high:g}.")


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))
