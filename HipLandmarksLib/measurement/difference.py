"""Side differences: the right hip minus the left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..anatomy import Midline, Side
from .result import Measurement, display_value
from .uncertainty import interval95


@dataclass(frozen=True)
class SideDifference:
    """Right minus left of one measurement.

    Attributes:
        id, name, unit: the measurement.
        value: right minus left, None when a side has no value; then ``reason`` says why.
        reason: sentence, empty when there is nothing to say.
        sigma, ci95: standard deviation (both sides independent) and 95 % interval.
        words: such as ``R longer by 6.0 mm``; a dash without a value.
        flag: a limit that the difference exceeds, in words, else None.
    """

    id: str
    name: str
    unit: str
    value: float | None
    reason: str
    sigma: float | None
    ci95: tuple[float, float] | None
    words: str
    flag: str | None = None

    @property
    def side(self) -> Midline:
        """A difference belongs to the whole pelvis."""
        return Midline.PELVIS

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "id": self.id,
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "reason": self.reason,
            "sigma": self.sigma,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "words": self.words,
            "flag": self.flag,
        }


def side_differences(measurements: Iterable[Measurement]) -> list[SideDifference]:
    """Right minus left of every measurement of the hips, in the order of ``measurements``."""
    hips = {(m.side, m.id): m for m in measurements if isinstance(m.side, Side)}
    ids = dict.fromkeys(id_ for _, id_ in hips)
    return [_difference(hips.get((Side.RIGHT, i)), hips.get((Side.LEFT, i))) for i in ids]


def _difference(right: Measurement | None, left: Measurement | None) -> SideDifference:
    one = right or left
    assert one is not None  # an id comes from a measurement
    if right is None or left is None or right.value is None or left.value is None:
        hips = {Side.RIGHT: right, Side.LEFT: left}
        absent = [s.word for s, m in hips.items() if m is None or m.value is None]
        reason = f"There is no value of the {' and the '.join(absent)} side."
        return SideDifference(one.id, one.name, one.unit, None, reason, None, None, "–")
    value = right.value - left.value
    sigma = None
    if right.sigma is not None and left.sigma is not None:
        sigma = (right.sigma**2 + left.sigma**2) ** 0.5
    interval = None if sigma is None else interval95(value, sigma)
    words = difference_words(value, one.unit)
    return SideDifference(one.id, one.name, one.unit, value, "", sigma, interval, words)


def difference_words(value: float, unit: str) -> str:
    """``R larger by 3°``; ``no side difference`` when the rounded difference is nothing."""
    size = display_value(abs(value), unit)
    if size == display_value(0.0, unit):
        return "no side difference"
    return f"{Side.RIGHT.value if value > 0.0 else Side.LEFT.value} larger by {size}"
