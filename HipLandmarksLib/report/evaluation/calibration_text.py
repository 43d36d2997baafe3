"""What a calibration says, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

from ...anatomy import ErrorBin
from ...uncertainty import UNBOUNDED, Calibration, LengthUnit, Region
from .html import number

if TYPE_CHECKING:
    from ...evaluation.calibration_data import DoubtData
    from ...evaluation.calibration_fit import FittedCalibration

_MANY = 4
NOTICE = "Research software, not a medical device."


def format_calibration(fitted: FittedCalibration, data: DoubtData) -> str:
    """Presence, positions, grades and regions, and what could not be calibrated."""
    found = fitted.calibration
    patients = found.provenance.patients
    lines = [
        f"Calibrated on {data.source}.",
        *_presence(found),
        *_positions(found),
        *_grades(found),
        *_measurements(found),
        *_agreement(found),
        *found.reasons.values(),
    ]
    if found.position is not None and not any(_bounded(found)):
        lines.append(f"Regions and intervals: {UNBOUNDED} (now {patients} patients).")
    return "\n".join([*lines, NOTICE])


def _presence(found: Calibration) -> list[str]:
    if found.presence is None:
        return []
    own = ", ".join(f"{key} {value:.2f}" for key, value in found.presence.thresholds.items())
    signs = ", ".join(name.replace("_", " ") for name in found.presence.signs)
    return [
        f"Presence by {signs}.",
        f"Called absent below: {own + '; ' if own else ''}all others "
        f"{found.presence.pooled_threshold:.2f}",
    ]


def _positions(found: Calibration) -> list[str]:
    if found.position is None:
        return []
    unit, level = found.unit.value, f"{100.0 * found.level:g} %"
    lines = [f"{'landmark':10}{'scale':>8}{'added':>10}{level + ' region':>22}{'patients':>10}"]
    for key in found.landmarks:
        scale, region = found.position.scale(key), found.region(key)
        added = f"{scale.variance**0.5:.2f} {_short(found.unit)}"
        lines.append(
            f"{key:10}{scale.temperature:8.2f}{added:>10}{_radius(region):>22}{region.patients:10}"
        )
    lines.append(
        "Scale: factor on the variance that the network states; added: standard deviation in "
        f"{unit}; region in standard deviations (a normal distribution would have "
        f"{number((-2.0 * log(1.0 - found.level)) ** 0.5)})."
    )
    return lines


def _grades(found: Calibration) -> list[str]:
    if found.bins is None:
        return []
    measured = found.bins.measured
    return [f"{grade.value:6}: {measured[grade].words(found.unit)}" for grade in ErrorBin]


def _agreement(found: Calibration) -> list[str]:
    """Which limbs and landmarks disagree most where all is well."""
    if found.agreement is None:
        return []
    parts = found.agreement.parts or {"all": found.agreement.others}
    ordered = sorted(parts.items(), key=lambda item: -item[1].edge)
    most = ", ".join(f"{part} {usual.edge:.2f}" for part, usual in ordered[:_MANY])
    rest = len(ordered) - _MANY
    return [
        "Usual surprisal of what is there, of 95 %, at most: "
        f"{most}{f' and less of {rest} others' if rest > 0 else ''}."
    ]


def _measurements(found: Calibration) -> list[str]:
    regions = [(id_, found.measurement_region(id_)) for id_ in found.measurements]
    named = [f"{id_} {number(r.radius)} SD" for id_, r in regions if r.radius is not None]
    if not named:
        return []
    rest = len(named) - _MANY
    more = f" and {rest} others" if rest > 0 else ""
    return [f"Intervals of measurements: {', '.join(named[:_MANY])}{more}."]


def _bounded(found: Calibration) -> Sequence[bool]:
    return [found.region(key).is_bounded for key in found.landmarks]


def _radius(region: Region) -> str:
    return "unbounded" if region.radius is None else f"{region.radius:.2f} SD"


def _short(unit: LengthUnit) -> str:
    return "mm" if unit is LengthUnit.MILLIMETRE else "%"
