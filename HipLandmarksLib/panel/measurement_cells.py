"""What the table tells of one measurement of one side: value, flag, interval, probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..anatomy import Side
from ..i18n import tr as _
from ..measurement import Measurement, MeasurementStatus, Reference, SideDifference
from ..measurement.result import display_value
from ..report.doubt import probability_text
from ..report.values import ABOVE, BELOW, BORDERLINE, flag_of
from ..uncertainty import MeasurementDoubt
from .bricks import Badge
from .severity import Severity
from .table_words import table_word

NOTHING = "–"
_SIGMA_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SideValue:
    """One value in words, or a dash and why there is none.

    Attributes:
        value: such as ``43°``; a dash without one.
        number: the same without its unit, with a sign for a difference; empty without one.
        flag: mark of the class, ``▲ ▼ ≈``; empty without one.
        class_text: the published class, or a difference, in words; empty without one.
        interval: such as ``38° to 47°``; empty when it is not known.
        level: coverage of the interval, such as ``90 %``.
        interval_reason: what a reader must know of the interval; empty when it is conformal.
        limit: the nearest published limit, such as ``60°``; empty without one.
        probability: to lie above it, such as ``0.08`` or ``> 0.99``; empty when not known.
        reason: sentences of the measurement; why there is no value.
        badges: what a reader must know about the value.
    """

    value: str = NOTHING
    number: str = ""
    flag: str = ""
    class_text: str = ""
    interval: str = ""
    level: str = ""
    interval_reason: str = ""
    limit: str = ""
    probability: str = ""
    reason: str = ""
    badges: tuple[Badge, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether there is a number."""
        return self.value != NOTHING

    @property
    def text(self) -> str:
        """Value and mark, as the cell shows them."""
        return f"{self.value} {self.flag}".rstrip()

    @property
    def severity(self) -> Severity | None:
        """Of the cell."""
        return flag_severity(self.flag)


def flag_severity(flag: str) -> Severity | None:
    """Of a mark: outside the usual range asks for caution, a near limit for a note."""
    if ABOVE in flag or BELOW in flag:
        return Severity.CAUTION
    return Severity.NOTE if BORDERLINE in flag else None


def side_value(m: Measurement, doubt: MeasurementDoubt | None) -> SideValue:
    """The words of a measurement.

    Args:
        m: the measurement.
        doubt: its interval by a calibrated model, None without one.
    """
    if m.value is None:
        return SideValue(reason=m.reason)
    interval, level, why = _interval(m, doubt)
    limit, probability = _probability(m, doubt)
    return SideValue(
        value=m.display,
        number=_number(m.value, m.unit),
        flag=flag_of(m),
        class_text=_class_text(m),
        interval=interval,
        level=level,
        interval_reason=why,
        limit=limit,
        probability=probability,
        reason=m.reason,
        badges=status_badges(m),
    )


def difference_value(difference: SideDifference) -> SideValue:
    """The words of a side difference: ``R +3°`` when the right value is larger by 3°."""
    if difference.value is None:
        return SideValue(reason=difference.reason)
    interval, level = "", ""
    if difference.ci95 is not None:
        interval, level = _span(difference.ci95, difference.unit), _percent(_SIGMA_LEVEL)
    return SideValue(
        value=_larger_side(difference.value, difference.unit),
        number=_number(difference.value, difference.unit),
        flag="" if difference.flag is None else "!",
        class_text=table_word(difference.flag) if difference.flag else difference.words,
        interval=interval,
        level=level,
        reason=difference.reason,
    )


def _class_text(m: Measurement) -> str:
    """The class without the probability, which stands in a column of its own."""
    if m.classification is None:
        return ""
    if MeasurementStatus.BORDERLINE in m.status:
        return _("borderline")
    return table_word(m.classification)


def status_badges(m: Measurement) -> tuple[Badge, ...]:
    """A badge for everything a reader must know about a value besides its class."""
    words = _status_words(m)
    return tuple(
        Badge(words[status][0], m.reason, words[status][1])
        for status in m.status
        if status in words
    )


def _status_words(m: Measurement) -> Mapping[MeasurementStatus, tuple[str, Severity]]:
    if m.status == (MeasurementStatus.OK,):
        return {}
    line = _("against {line}").format(line=line_word(m.reference))
    return {
        MeasurementStatus.REFERENCE_FALLBACK: (line, Severity.CAUTION),
        MeasurementStatus.UNCALIBRATED: (_("not calibrated"), Severity.CAUTION),
        MeasurementStatus.SIDE_INCONSISTENT: (_("sides exchanged?"), Severity.ALARM),
        MeasurementStatus.ESTIMATED_INPUT: (_("estimated point"), Severity.CAUTION),
        MeasurementStatus.IMPLAUSIBLE: (_("implausible"), Severity.ALARM),
        MeasurementStatus.NOT_APPLICABLE: (_("no limits for this age"), Severity.NOTE),
        MeasurementStatus.NECK_AXIS_NA: (_("neck axis by NA"), Severity.NOTE),
        MeasurementStatus.NECK_AXIS_MIDPOINT: (_("neck axis by NCS, NCI"), Severity.NOTE),
        MeasurementStatus.HEAD_CENTRE_FIT: (_("head centre by RIM"), Severity.NOTE),
        MeasurementStatus.HEAD_RADIUS_FIT: (_("head radius by RIM"), Severity.NOTE),
    }


def line_word(reference: Reference) -> str:
    """A reference line in a word or two."""
    return {
        Reference.TEARDROP: _("teardrops"),
        Reference.ISCHIUM: _("ischia"),
        Reference.TRIRADIATE: _("triradiate cartilages"),
        Reference.FHC: _("head centres"),
        Reference.IMAGE: _("image axes"),
        Reference.NONE: _("no line"),
    }[reference]


def _interval(m: Measurement, doubt: MeasurementDoubt | None) -> tuple[str, str, str]:
    """Interval, its level, and what must be known of it."""
    if doubt is not None:
        span = "" if doubt.interval is None else _span(doubt.interval, m.unit)
        return span, _percent(doubt.level), doubt.reason
    if m.ci95 is None:
        return "", "", ""
    why = _("From the doubt about the landmarks alone.")
    return _span(m.ci95, m.unit), _percent(_SIGMA_LEVEL), why


def _probability(m: Measurement, doubt: MeasurementDoubt | None) -> tuple[str, str]:
    """The nearest limit, and the probability that the true value lies above it."""
    p, limit = m.p_above_threshold, m.threshold
    if doubt is not None:
        p, limit = doubt.p_above, doubt.threshold
    if p is None or limit is None:
        return "", ""
    ends = {"deg": "°", "ratio": ""}
    return f"{limit:g}{ends.get(m.unit, f' {m.unit}')}", probability_text(p)[2:].removeprefix("= ")


def _larger_side(value: float, unit: str) -> str:
    """The side with the larger value and by how much; no side when it rounds to nothing."""
    size, none = display_value(abs(value), unit), display_value(0.0, unit)
    if size == none:
        return none
    return f"{Side.RIGHT.value if value > 0 else Side.LEFT.value} +{size}"


def _number(value: float, unit: str) -> str:
    """Rounded as on the screen, without the unit."""
    return display_value(value, unit).removesuffix("°").removesuffix(f" {unit}")


def _span(interval: tuple[float, float], unit: str) -> str:
    """Such as ``41 to 81°``: the unit once."""
    low, high = interval
    return _("{low} to {high}").format(low=_number(low, unit), high=display_value(high, unit))


def _percent(level: float) -> str:
    return f"{100 * level:g} %"
