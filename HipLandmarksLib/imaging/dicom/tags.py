"""Typed, forgiving access to DICOM elements: absent, empty and malformed values read as None."""

from __future__ import annotations

import math
import warnings
from typing import Any

from pydicom.dataset import Dataset


def value_of(dataset: Dataset, keyword: str) -> Any:
    """Raw value of an element, or None where it is absent, empty or cannot be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = dataset.get(keyword)
        except Exception:  # a malformed value raises whatever its parser happens to raise
            return None
    return None if value is None or value == "" else value


def text(dataset: Dataset, keyword: str) -> str:
    """Value as text in one line; several values are joined by a backslash, as DICOM does."""
    value = value_of(dataset, keyword)
    if value is None:
        return ""
    parts = value if _is_multi(value) else [value]
    return " ".join("\\".join(str(part) for part in parts).split())


def number(dataset: Dataset, keyword: str) -> float | None:
    """First value as a finite number, or None."""
    values = numbers(dataset, keyword)
    return values[0] if values else None


def numbers(dataset: Dataset, keyword: str, count: int | None = None) -> tuple[float, ...] | None:
    """Values as finite numbers, or None where there are none, not ``count`` or malformed ones."""
    value = value_of(dataset, keyword)
    if value is None:
        return None
    try:
        result = tuple(float(part) for part in (value if _is_multi(value) else [value]))
    except (TypeError, ValueError):
        return None
    if not result or not all(map(math.isfinite, result)):
        return None
    return result if count is None or len(result) == count else None


def positive_pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    """A (row, column) pair of positive numbers such as PixelSpacing, or None."""
    values = numbers(dataset, keyword, count=2)
    return (values[0], values[1]) if values and min(values) > 0 else None


def first_item(dataset: Dataset, keyword: str) -> Dataset:
    """First item of a sequence; an empty data set where there is none."""
    sequence = value_of(dataset, keyword)
    return sequence[0] if sequence else Dataset()


def _is_multi(value: object) -> bool:
    return isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue"
