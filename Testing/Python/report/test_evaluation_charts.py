"""Charts of the evaluation report: round ticks, marks inside the frame, numbers as people read."""

from __future__ import annotations

import re

import pytest

from HipLandmarksLib.report.evaluation.chart import Chart, decades, ticks
from HipLandmarksLib.report.evaluation.html import (
    interval,
    number,
    percent,
    probability,
    spread,
    table,
)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 100.0, [0, 20, 40, 60, 80, 100]),
        (-12.8, 13.2, [-10, -5, 0, 5, 10]),
        (0.0, 0.05, [0, 0.01, 0.02, 0.03, 0.04, 0.05]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_logarithmic_ticks() -> None:
    assert decades(1.5, 30.0) == pytest.approx([2, 5, 10, 20])


def test_points_beyond_the_axes_stay_inside_the_picture() -> None:
    chart = Chart("t", "x", "y", (0.0, 1.0), (0.0, 1.0))
    chart.dot(7.0, -3.0, "right", "far away")
    x, y = (float(v) for v in re.findall(r'c[xy]="([\d.]+)"', chart.svg()))
    assert 0 < x < 520 and 0 < y < 340


def test_what_is_written_into_a_chart_is_escaped() -> None:
    chart = Chart("a < b", "x & y", "y", (0.0, 1.0), (0.0, 1.0))
    chart.dot(0.5, 0.5, "right", "<script>")
    assert (
        "<script>" not in chart.svg() and "a &lt; b" in chart.svg() and "x &amp; y" in chart.svg()
    )


def test_numbers_have_a_true_minus_no_minus_zero_and_a_dash_for_nothing() -> None:
    assert number(-1.234) == "−1.23"
    assert number(-0.001) == "0.00"
    assert number(None) == "–"
    assert percent(0.5454) == "54.5"
    assert spread(2.98, 0.23).split() == ["2.98", "±", "0.23"]
    assert spread(2.98, None) == "2.98"
    assert interval((-1.0, 2.0), 1).split() == ["[−1.0,", "2.0]"]
    assert interval(None) == ""
    assert probability(0.0004) == "< 0.001" and probability(0.25) == "0.250"


def test_a_row_of_one_cell_is_a_heading_across_the_table() -> None:
    text = table(["a", "b", "c"], [["part"], ["1", "2", "3"]], own_columns=[2])
    assert '<th colspan="3">part</th>' in text
    assert '<td class="own">3</td>' in text and "<td>2</td>" in text
