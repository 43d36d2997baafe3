"""The table on the terminal: right before left, honest rounding, every flag explained."""

from __future__ import annotations

from dataclasses import replace

from HipLandmarksLib.measurement import Measurement
from HipLandmarksLib.report import format_table, format_value


def _line(table: str, start: str) -> str:
    return next(line for line in table.splitlines() if line.startswith(start))


def test_right_and_left_stand_side_by_side(measurements: list[Measurement]) -> None:
    right, left = (m for m in measurements if m.id == "alpha")
    table = format_table(measurements)
    assert table.splitlines()[0].split() == ["Measurement", "Right", "Left"]
    assert _line(table, "Alpha").split("  ")[0] == "Alpha angle"
    line = _line(table, "Alpha")
    assert line.index(format_value(right)) < line.rindex(format_value(left))


def test_degrees_are_whole_and_millimetres_halves(measurements: list[Measurement]) -> None:
    one = measurements[0]
    assert format_value(replace(one, value=43.4, unit="deg", sigma=None)) == "43°"
    assert format_value(replace(one, value=43.4, unit="deg", sigma=3.1)) == "43° ± 6°"
    assert format_value(replace(one, value=41.3, unit="mm", sigma=None)) == "41.5 mm"


def test_a_missing_value_is_a_dash_with_its_reason(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    line = _line(table, "Neck-shaft angle")
    assert "–" in line
    assert " 0" not in line
    number = line.split("[")[1].split("]")[0]
    assert "SHD" in _line(table, f"[{number}]")


def test_a_fallback_reference_has_a_footnote(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    assert "[" in _line(table, "LCE")
    assert "teardrop" in table


def test_a_note_that_both_sides_share_is_printed_once(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    assert table.count("both teardrops is not available") == 1


def test_a_flag_without_a_sentence_is_still_named(measurements: list[Measurement]) -> None:
    flagged = next(m for m in measurements if m.id == "lce")
    assert "reference fallback" in format_table([replace(flagged, reason="")])


def test_lines_fit_the_terminal_and_the_notice_is_there(measurements: list[Measurement]) -> None:
    table = format_table(measurements)
    assert max(map(len, table.splitlines())) <= 88
    assert table.endswith("Research software, not a medical device.")
