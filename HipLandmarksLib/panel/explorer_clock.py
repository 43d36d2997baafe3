"""The table of the clock face: alpha and bump of both hips in the planes through the neck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ..anatomy import Side
from ..exploration.radial_result import RadialMap, RadialSection, Sight
from ..i18n import tr as _
from ..measurement.volume import clock_words
from .bricks import Cell
from .severity import Severity
from .words import Words

Maps = Mapping[Side, RadialMap | None]
_SIDES = (Side.RIGHT, Side.LEFT)
_NOTHING = "–"


class ClockColumn(Enum):
    """Columns of the table, from left to right."""

    CLOCK = "clock"
    RIGHT_ALPHA = "right_alpha"
    RIGHT_BUMP = "right_bump"
    LEFT_ALPHA = "left_alpha"
    LEFT_BUMP = "left_bump"

    @property
    def side(self) -> Side | None:
        """The hip of the column; None for the clock."""
        return {"right": Side.RIGHT, "left": Side.LEFT}.get(self.value.partition("_")[0])


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One place on the clock face.

    Attributes:
        theta_deg: 0 is superior, 90 anterior on both sides.
        cells: one per :class:`ClockColumn`.
    """

    theta_deg: float
    cells: tuple[Cell, ...]


def clock_columns() -> tuple[Words, ...]:
    """Heading and tooltip of every :class:`ClockColumn`."""
    alpha = _("In brackets where the slices show the bone coarsely; – where they do not show it.")
    bump = _("Height of the bone above the sphere of the head, before the neck.")
    words = {
        ClockColumn.CLOCK: Words(_("Clock"), _("12 is superior, 3 anterior on both sides.")),
        ClockColumn.RIGHT_ALPHA: Words(_("R alpha"), alpha),
        ClockColumn.RIGHT_BUMP: Words(_("R bump"), bump),
        ClockColumn.LEFT_ALPHA: Words(_("L alpha"), alpha),
        ClockColumn.LEFT_BUMP: Words(_("L bump"), bump),
    }
    return tuple(words[column] for column in ClockColumn)


def clock_side(column: int) -> Side | None:
    """The hip of a column, counted from 0; None for the clock."""
    columns = list(ClockColumn)
    return columns[column].side if 0 <= column < len(columns) else None


def clock_lines(maps: Maps) -> tuple[ClockLine, ...]:
    """Lines from 12 o'clock on, clockwise; none without a map."""
    known = [found for found in maps.values() if found is not None]
    thetas = sorted({section.theta_deg for found in known for section in found.sections})
    return tuple(_line(theta, maps) for theta in thetas)


def clock_heads(maps: Maps) -> tuple[str, ...]:
    """Largest alpha, omega and bump of each hip that has a map, in a line."""
    found = ((side, maps.get(side)) for side in _SIDES)
    return tuple(_head(side, each) for side, each in found if each is not None)


def clock_limits(maps: Maps) -> tuple[str, ...]:
    """What the image cannot show, each sentence once; after a hip's letter where it is of one."""
    told: dict[str, list[str]] = {}
    known = [(side, found) for side in _SIDES if (found := maps.get(side)) is not None]
    for side, found in known:
        for limit in found.limits:
            told.setdefault(limit, []).append(side.value)
    return tuple(
        limit if len(sides) == len(known) else f"{' '.join(sides)}: {limit}"
        for limit, sides in told.items()
    )


def _line(theta: float, maps: Maps) -> ClockLine:
    cells = [Cell(clock_words(theta))]
    for side in _SIDES:
        found = maps.get(side)
        section = None if found is None else _section(found, theta)
        limit = 0.0 if found is None else found.threshold_deg
        cells += [_alpha(section, limit), _bump(section)]
    return ClockLine(theta, tuple(cells))


def _section(found: RadialMap, theta: float) -> RadialSection | None:
    return next((each for each in found.sections if each.theta_deg == theta), None)


def _alpha(section: RadialSection | None, limit: float) -> Cell:
    if section is None or section.alpha_deg is None:
        return Cell(_NOTHING, "" if section is None else section.reason)
    text = f"{round(section.alpha_deg)}°"
    tooltip = section.reason
    if section.ci95 is not None:
        low, high = section.ci95
        told = _("{low} to {high}° with 95 %.").format(low=round(low), high=round(high))
        tooltip = f"{told} {section.reason}".rstrip()
    above = Severity.CAUTION if section.alpha_deg > limit else None
    if section.sight is not Sight.CLEAR:
        text = f"({text})"
    return Cell(f"{text} ▲" if above else text, tooltip, above)


def _bump(section: RadialSection | None) -> Cell:
    height = None if section is None else section.cam_height_mm
    return Cell(_NOTHING if height is None else f"{height:.1f} mm")


def _head(side: Side, found: RadialMap) -> str:
    parts = []
    top, high = found.maximum, found.highest
    if top is not None and top.alpha_deg is not None:
        told = _("alpha up to {alpha}° at {clock}")
        parts.append(told.format(alpha=round(top.alpha_deg), clock=top.clock))
    parts.append(_omega(found))
    if high is not None:
        told = _("bump {height:.1f} mm at {clock}")
        parts.append(told.format(height=high.cam_height_mm, clock=high.clock))
    return f"{side.value}: {', '.join(parts)}"


def _omega(found: RadialMap) -> str:
    omega = found.omega
    if omega.omega_deg is None:
        return _("omega not known")
    if not omega.omega_deg:
        told = _("no alpha above {limit:g}°")
        if any(section.alpha_deg is None for section in found.sections):
            told = _("no alpha above {limit:g}° where it is seen")
        return told.format(limit=found.threshold_deg)
    told = _("omega {width}° above {limit:g}°")
    if omega.arcs and omega.arcs[0].cut:
        told = _("omega at least {width}° above {limit:g}°")
    text = told.format(width=round(omega.omega_deg), limit=found.threshold_deg)
    if omega.start_theta is None or omega.end_theta is None:
        return text
    ends = _("{start} to {end}").format(
        start=clock_words(omega.start_theta), end=clock_words(omega.end_theta)
    )
    return f"{text} ({ends})"
