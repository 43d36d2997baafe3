"""Whether two detections say the same.

Numbers may differ by rounding: a sum depends on where in memory its terms happen to lie.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np

ROUNDING = 1e-5


def differences(one, other, but=()):
    """Names of the fields in which two detections differ, arrays by type and values."""
    names = [field.name for field in fields(one) if field.name not in but]
    return [name for name in names if not _same(getattr(one, name), getattr(other, name))]


def _same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and _near(one, other)
    if isinstance(one, float):
        return _near(one, other)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and _same(list(one.values()), list(other.values()))
    if is_dataclass(one):
        return not differences(one, other)
    return one == other


def _near(one, other):
    return bool(np.allclose(one, other, rtol=ROUNDING, atol=ROUNDING, equal_nan=True))
