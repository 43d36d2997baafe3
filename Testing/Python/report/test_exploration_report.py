"""Plots and tables of an exploration: what they show, and what they refuse to show."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from explored_hips import LIMIT, MIDDLE, SLICES, exploration, stack
from matplotlib.colors import to_rgba

from HipLandmarksLib.anatomy import Side, Source, SourceKind
from HipLandmarksLib.measurement import MeasurementStatus
from HipLandmarksLib.report.exploration import (
    clock_csv,
    clock_headline,
    exploration_text,
    explored_rows,
    interval_remark,
    slice_csv,
    write_exploration,
)
from HipLandmarksLib.report.exploration.clock_plot import draw_clock_map
from HipLandmarksLib.report.exploration.coverage_plot import draw_coverage
from HipLandmarksLib.report.exploration.slice_plot import draw_slice_plot
from HipLandmarksLib.report.exploration.slice_rows import runs

RIGHT, LEFT = Side.RIGHT, Side.LEFT


@pytest.fixture(scope="module")
def explored():
    return exploration()


@pytest.fixture(scope="module")
def rows(explored):
    return explored_rows(explored)


def table_of(text):
    return list(csv.DictReader(StringIO(text)))


def texts(figure):
    inside = [t.get_text() for axes in figure.axes for t in axes.texts]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    return " ".join([*(t.get_text() for t in figure.texts), *inside, *titles])


def test_rows_run_from_the_back_to_the_front_and_know_their_slices(rows):
    found = rows[(LEFT, "alpha")]
    assert [row.index for row in found] == list(range(SLICES))[::-1]
    assert [row.index for row in found if row.chosen] == [MIDDLE]
    assert [row.index for row in found if row.central] == [MIDDLE]
    assert [row.value for row in found] == sorted(row.value for row in found)
    assert [row.index for row in found if row.largest] == [0]


def test_lce_beside_the_head_centre_may_not_be_compared_with_limits(rows):
    comparable = {
        id_: [r.index for r in rows[(LEFT, id_)] if r.comparable] for id_ in ("lce", "alpha")
    }
    assert comparable["lce"] == [MIDDLE]
    assert len(comparable["alpha"]) == SLICES


def test_an_edited_hip_is_marked_and_the_other_one_is_not():
    of_slices = stack()
    at = of_slices.at(2).landmarks
    moved = replace(at[(LEFT, "LCP")], source=Source(SourceKind.READER, "anna"))
    explored = exploration().measured_again(of_slices.with_landmark(2, moved))
    rows = explored_rows(explored)
    assert [row.index for row in rows[(LEFT, "alpha")] if row.edited] == [2]
    assert not any(row.edited for row in rows[(RIGHT, "alpha")])
    written = table_of(slice_csv(rows, "demo"))
    edited = {(row["side"], row["slice"]) for row in written if row["edited"] == "yes"}
    assert edited == {("left", "2")}


def test_a_missing_slice_breaks_the_line(rows):
    found = rows[(LEFT, "alpha")]
    assert [len(run) for run in runs(found)] == [SLICES]
    assert [len(run) for run in runs([*found[:3], *found[4:]])] == [3, SLICES - 4]
    empty = replace(found[3].entry.measurement, value=None)
    gap = replace(found[3], entry=replace(found[3].entry, measurement=empty))
    assert [len(run) for run in runs([*found[:3], gap, *found[4:]])] == [3, SLICES - 4]


def test_the_csv_holds_every_value_with_interval_place_and_notice(explored, rows):
    written = table_of(slice_csv(rows, "demo", "mri 1.0"))
    assert len(written) == 2 * 2 * SLICES
    one = next(
        r for r in written if (r["side"], r["measurement"], r["slice"]) == ("left", "lce", "2")
    )
    entry = next(
        e for e in explored.sides[LEFT].profiles["lce"].values if e.place.position_mm == 8.0
    )
    assert float(one["value"]) == pytest.approx(entry.value, rel=1e-5)
    assert float(one["interval_low"]) == pytest.approx(entry.measurement.ci95[0], rel=1e-5)
    assert one["interval_level"] == "0.95"
    assert one["name"].endswith("at +8.0 mm anterior")
    assert one["classification"] == ""
    assert "8.0 mm from the head centre" in one["reason"]
    assert one["model"] == "mri 1.0" and "not a medical device" in one["notice"]


def test_the_text_tells_slice_head_neck_coverage_clock_and_limits(explored, rows):
    told = exploration_text(
        explored, rows, {LEFT: "It shows all four points."}, interval_remark(None)
    )
    for words in (
        "Slice: It shows all four points.",
        "radius 24.0 ± 0.6 mm",
        "narrowest 31.0 mm",
        "covered 78 %",
        "alpha up to 90° at 1:30",
        LIMIT,
        "Not to be compared with published limits",
        "Research software, not a medical device.",
    ):
        assert words in told.replace("\n  ", " "), words
    assert max(len(line) for line in told.splitlines()) <= 100


def test_a_hip_without_sphere_says_why(rows):
    explored = exploration(seen=False)
    told = exploration_text(explored, explored_rows(explored))
    assert told.count("There are too few slices of the head.") == 8


def test_omega_that_reaches_an_unseen_place_is_a_least_value(explored):
    words = clock_headline(explored.sides[LEFT].radial)
    assert "omega at least" in words and "to 2:00" in words
    assert "no alpha above 60°" in clock_headline(explored.sides[RIGHT].radial)


def test_the_clock_csv_has_a_row_per_plane_and_no_number_where_nothing_is_seen(explored):
    maps = {side: own.radial for side, own in explored.sides.items()}
    written = table_of(clock_csv(maps, "demo"))
    assert len(written) == 48
    at_three = [row for row in written if row["clock"] == "3:00"]
    assert {row["alpha_deg"] for row in at_three} == {""}
    assert all(row["reason"] for row in at_three)
    peak = next(row for row in written if (row["side"], row["clock"]) == ("left", "1:30"))
    assert float(peak["alpha_deg"]) == pytest.approx(90.0)


def test_the_plot_fills_only_marks_that_may_be_compared(rows):
    figure = draw_slice_plot(rows, "demo")
    axes = figure.axes[3]  # LCE of the left hip
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    filled = [m.get_xdata()[0] for m in marks if to_rgba(m.get_markerfacecolor()) != (1, 1, 1, 1)]
    assert len(marks) == SLICES
    assert filled == [0.0]
    assert "Left hip  ·  slice 4: 75°, changes by 8° over ±1 slice" in texts(figure)
    assert "Research software" in texts(figure)


def test_a_value_of_unsure_points_far_away_is_told_at_the_edge_and_hides_nothing(rows):
    found = list(rows[(LEFT, "alpha")])
    wild = replace(
        found[0].entry.measurement, value=170.0, status=(MeasurementStatus.ESTIMATED_INPUT,)
    )
    found[0] = replace(found[0], entry=replace(found[0].entry, measurement=wild))
    assert not found[0].comparable
    figure = draw_slice_plot({**rows, (LEFT, "alpha"): found}, "demo")
    axes = figure.axes[1]
    assert axes.get_ylim()[1] < 130.0
    assert "170°" in [text.get_text() for text in axes.texts]


def test_the_plot_of_slices_without_values_says_why(rows):
    bare = {}
    for id_, of_angle in rows.items():
        none = [replace(r.entry.measurement, value=None, reason="No head.") for r in of_angle]
        entries = [replace(r.entry, measurement=m) for r, m in zip(of_angle, none, strict=True)]
        bare[id_] = [replace(r, entry=e) for r, e in zip(of_angle, entries, strict=True)]
    assert "No head." in texts(draw_slice_plot(bare, "demo"))


def test_the_clock_shows_gaps_and_limits_and_names_a_hip_without_map(explored):
    figure = draw_clock_map(
        {RIGHT: None, LEFT: explored.sides[LEFT].radial}, "demo", {RIGHT: "No neck."}
    )
    told = texts(figure).replace("\n", " ")
    assert "Right hip. No neck." in told
    assert LIMIT in told
    grey = [patch for patch in figure.axes[0].patches if patch.get_height() > 80]
    assert len(grey) == 6


def test_coverage_is_drawn_from_above_with_lateral_outside(explored):
    figure = draw_coverage(explored, "demo")
    right, left = figure.axes
    edge = [line.get_xdata() for axes in (right, left) for line in axes.lines[:1]]
    assert set(edge[0]) == {-12.0} and set(edge[1]) == {12.0}
    assert "covered 78 %" in texts(figure)


def test_everything_is_written_whole(tmp_path, explored):
    files = write_exploration(tmp_path, "demo", explored)
    assert {file.name for file in files} == {
        *("demo_slices.csv", "demo_slices.png", "demo_clock.csv"),
        *("demo_clock.png", "demo_coverage.png", "demo_exploration.txt"),
    }
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in files}
    assert all(file.stat().st_size > 500 for file in files)
    assert (tmp_path / "demo_slices.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_there_is_no_picture_of_what_was_not_found(tmp_path):
    files = write_exploration(tmp_path, "demo", exploration(seen=False))
    assert {file.name for file in files} == {
        *("demo_slices.csv", "demo_slices.png", "demo_exploration.txt"),
    }
