"""The clock face of the head in words and as a table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

from ...anatomy import Side
from ...exploration.radial_result import RadialMap, RadialSection
from ...measurement.volume import clock_words
from ..case import NOTICE
from ..tables import SOFTWARE
from ..text_table import Cell, Style, TextTable

COLUMNS = (
    "case",
    "side",
    "clock",
    "theta_deg",
    "alpha_deg",
    "alpha_low",
    "alpha_high",
    "sigma_deg",
    "cam_height_mm",
    "sight",
    "blur_mm",
    "exit_x_lps_mm",
    "exit_y_lps_mm",
    "exit_z_lps_mm",
    "reason",
    "threshold_deg",
    "omega_deg",
    "omega_start_clock",
    "omega_end_clock",
    "clock_resolution_deg",
    "software",
    "notice",
)


def clock_headline(found: RadialMap) -> str:
    """Largest alpha with its place, omega, and the height of the bump."""
    parts = []
    top = found.maximum
    if top is not None and top.alpha_deg is not None:
        parts.append(f"alpha up to {round(top.alpha_deg)}° at {top.clock}")
    parts.append(omega_words(found))
    high = found.highest
    if high is not None and high.cam_height_mm:
        parts.append(f"bump {high.cam_height_mm:.1f} mm at {high.clock}")
    return "  ·  ".join(parts) or "alpha was not measured in any plane"


def omega_words(found: RadialMap) -> str:
    """Such as ``omega 52° (12:49 to 2:33)``; ``at least`` where it reaches an unseen place."""
    omega = found.omega
    if omega.omega_deg is None:
        return "omega not known"
    if not omega.omega_deg:
        where = " where it is seen" if any(s.alpha_deg is None for s in found.sections) else ""
        return f"no alpha above {found.threshold_deg:g}°{where}"
    least = "at least " if omega.arcs and omega.arcs[0].cut else ""
    text = f"omega {least}{round(omega.omega_deg)}°"
    if omega.start_theta is None or omega.end_theta is None:
        return text
    ends = f"{clock_words(omega.start_theta)} to {clock_words(omega.end_theta)}"
    return f"{text} ({ends})"


def clock_csv(maps: Mapping[Side, RadialMap | None], case: str) -> str:
    """One row per hip and radial plane, 12 o'clock first, clockwise; points in LPS mm.

    A value that does not exist is empty and has a reason.
    """
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, dialect="excel", restval="")
    writer.writeheader()
    same = {"case": case, "software": SOFTWARE, "notice": NOTICE}
    for side, found in maps.items():
        if found is not None:
            of_map = {**same, "side": side.word, **_of_map(found)}
            writer.writerows({**of_map, **_cells(section)} for section in found.sections)
    return stream.getvalue()


def clock_table(found: RadialMap) -> tuple[TextTable, tuple[str, ...]]:
    """Alpha, bump and how well the plane is seen, by the clock, for the terminal; and footnotes."""
    notes = list(dict.fromkeys(section.reason for section in found.sections if section.reason))
    table = TextTable()
    table.add(*(Cell(t, Style.HEADING) for t in ("Clock", "Alpha", "Bump", "Seen")))
    for section in found.sections:
        *texts, seen = section_texts(section)
        mark = f" [{notes.index(section.reason) + 1}]" if section.reason else ""
        table.add(*texts, f"{seen}{mark}")
    return table, tuple(f"[{number}] {note}" for number, note in enumerate(notes, start=1))


def section_texts(section: RadialSection) -> tuple[str, str, str, str]:
    """Clock, alpha with interval, bump and sight of a radial plane."""
    alpha = "–" if section.alpha_deg is None else f"{round(section.alpha_deg)}°"
    if section.alpha_deg is not None and section.ci95 is not None:
        low, high = section.ci95
        alpha = f"{alpha} ({round(low)} to {round(high)})"
    height = section.cam_height_mm
    bump = "–" if height is None else f"{height:.1f} mm"
    return (section.clock, alpha, bump, section.sight.words)


def _of_map(found: RadialMap) -> dict[str, str]:
    omega = found.omega
    return {
        "threshold_deg": _number(found.threshold_deg),
        "omega_deg": _number(omega.omega_deg),
        "omega_start_clock": "" if omega.start_theta is None else clock_words(omega.start_theta),
        "omega_end_clock": "" if omega.end_theta is None else clock_words(omega.end_theta),
        "clock_resolution_deg": _number(found.clock_resolution_deg),
    }


def _cells(section: RadialSection) -> dict[str, str]:
    low, high = section.ci95 or (None, None)
    x, y, z = section.measured.exit_point or (None, None, None)
    return {
        "clock": section.clock,
        "theta_deg": _number(section.theta_deg),
        "alpha_deg": _number(section.alpha_deg),
        "alpha_low": _number(low),
        "alpha_high": _number(high),
        "sigma_deg": _number(section.sigma_deg),
        "cam_height_mm": _number(section.cam_height_mm),
        "sight": section.sight.value,
        "blur_mm": _number(section.blur_mm),
        "exit_x_lps_mm": _number(x),
        "exit_y_lps_mm": _number(y),
        "exit_z_lps_mm": _number(z),
        "reason": section.reason,
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
