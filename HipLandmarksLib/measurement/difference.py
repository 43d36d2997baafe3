"""Side differences: the right hip minus the left, in signs and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..anatomy import Midline, Side
from .classification import difference_flag
from .result import Measurement, display_value
from .types import MeasurementStatus
from .uncertainty import interval95

LEGS_ALIKE_DEG = 5.0
"""Legs that differ more in abduction make the leg-length difference uncertain."""

EXCHANGED = (
    "Right and left are not compared: they may be exchanged, or points are mixed up. Check the "
    "side labels."
)
"""Why there is no difference where the points of a hip contradict its side."""

_LONGER = "longer"
_POSITION = "shaft_abduction"


@dataclass(frozen=True, slots=True)
class SideDifference:
    """Right minus left of one measurement.

    Attributes:
        id, name, unit: the measurement; the leg-length difference has a name of its own.
        value: right minus left, None when a side has no value or its points contradict the side;
            then ``reason`` says why.
        reason: sentences, empty when there is nothing to say.
        sigma: standard deviation (both sides independent), None when that of a side is unknown.
        more: what a positive difference is called, such as ``longer``.
        flag: class of the difference outside its usual range, in words, else None.
    """

    id: str
    name: str
    unit: str
    value: float | None
    reason: str = ""
    sigma: float | None = None
    more: str = "larger"
    flag: str | None = None

    @property
    def side(self) -> Midline:
        """A difference belongs to the whole pelvis."""
        return Midline.PELVIS

    @property
    def ci95(self) -> tuple[float, float] | None:
        """95 % interval, None without sigma."""
        if self.value is None or self.sigma is None:
            return None
        return interval95(self.value, self.sigma)

    @property
    def words(self) -> str:
        """``R longer by 6.0 mm``, ``no side difference``, or a dash without a value."""
        return "–" if self.value is None else difference_words(self.value, self.unit, self.more)

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
    right: dict[str, Measurement] = {}
    left: dict[str, Measurement] = {}
    order: dict[str, Measurement] = {}
    for each in measurements:
        if each.side is not Midline.PELVIS:
            (right if each.side is Side.RIGHT else left)[each.id] = each
            order.setdefault(each.id, each)
    warning = _position_warning(right, left)
    return [_difference(one, right.get(id_), left.get(id_), warning) for id_, one in order.items()]


def difference_words(value: float, unit: str, more: str = "larger") -> str:
    """``R larger by 3°``; ``no side difference`` when the rounded difference is nothing."""
    size = display_value(abs(value), unit)
    if size == display_value(0.0, unit):
        return "no side difference"
    return f"{Side.RIGHT.value if value > 0.0 else Side.LEFT.value} {more} by {size}"


def _difference(
    one: Measurement, right: Measurement | None, left: Measurement | None, warning: str
) -> SideDifference:
    words = one.origin.definition.difference
    name, more = (one.name, "larger") if words is None else (words.name, words.more)
    if right is None or left is None or right.value is None or left.value is None:
        return SideDifference(one.id, name, one.unit, None, _one_sided(right, left), more=more)
    if any(MeasurementStatus.SIDE_INCONSISTENT in each.status for each in (right, left)):
        return SideDifference(one.id, name, one.unit, None, EXCHANGED, more=more)
    value = right.value - left.value
    sigma = None
    if right.sigma is not None and left.sigma is not None:
        sigma = (right.sigma * right.sigma + left.sigma * left.sigma) ** 0.5
    reason = warning if more == _LONGER else ""
    return SideDifference(
        one.id, name, one.unit, value, reason, sigma, more, _flag(right, left, value)
    )


def _one_sided(right: Measurement | None, left: Measurement | None) -> str:
    hips = {Side.RIGHT: right, Side.LEFT: left}
    absent = [side.word for side, each in hips.items() if each is None or each.value is None]
    return f"There is no value of the {' and the '.join(absent)} side."


def _flag(right: Measurement, left: Measurement, value: float) -> str | None:
    """The class of a difference of two values that may both be compared with thresholds."""
    for status in (*right.status, *left.status):
        if not status.may_be_classified:
            return None
    return difference_flag(right.id, right.unit, value, right.origin.settings)


def _position_warning(right: Mapping[str, Measurement], left: Mapping[str, Measurement]) -> str:
    """Legs in unlike abduction; empty when they are alike or nobody knows."""
    if _POSITION not in right or _POSITION not in left:
        return ""
    a, b = right[_POSITION].value, left[_POSITION].value
    if a is None or b is None or abs(a - b) <= LEGS_ALIKE_DEG:
        return ""
    return (
        f"The legs differ by {abs(a - b):.0f} degrees in abduction, which changes the "
        "leg-length difference."
    )
