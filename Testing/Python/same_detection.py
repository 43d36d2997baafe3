"""Whether two detections say the same."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np


def differences(one, other, but=()):
    """Names of the fields in which two detections differ, arrays by type and values."""
    names = [field.name for field in fields(one) if field.name not in but]
    return [name for name in names if not _same(getattr(one, name), getattr(other, name))]


def _same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and _same(list(one.values()), list(other.values()))
    if is_dataclass(one):
        return not differences(one, other)
    return one == other
