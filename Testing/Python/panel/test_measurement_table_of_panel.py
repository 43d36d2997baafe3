"""The measurement table: right, left, difference, usual range, class, interval, remarks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_case import LEFT, RIGHT, landmarks, mark_absent, move

from HipLandmarksLib.anatomy import Midline
from HipLandmarksLib.measurement import Edge, Reference, Sex
from HipLandmarksLib.panel import Column, Panel, Severity, columns, group_title
from HipLandmarksLib.panel.live_panel import Change


@pytest.fixture
def panel(film_study):
    """The film on the panel."""
    made = Panel()
    made.show(film_study)
    return made


def row(panel: Panel, id_: str):
    return next(each for each in panel.measurements if each.id == id_)


def texts(panel: Panel, id_: str) -> dict[Column, str]:
    return {column: row(panel, id_).cell(column).text for column in Column}


def test_a_row_tells_right_left_and_the_larger_side(panel):
    alpha = texts(panel, "alpha")
    assert alpha[Column.NAME] == "Alpha angle"
    assert (alpha[Column.RIGHT], alpha[Column.LEFT]) == ("50°", "75° ▲")
    assert alpha[Column.DIFFERENCE] == "L +25°"
    assert row(panel, "alpha").cell(Column.DIFFERENCE).tooltip.startswith("L larger by 25°")


def test_numbers_have_the_digits_of_the_reports(panel, film_study):
    for each in film_study.measurements:
        assert row(panel, each.id).of(each.side).value == each.display


def test_usual_range_and_class_come_from_the_table_of_limits_with_their_source(panel):
    alpha = row(panel, "alpha")
    assert alpha.cell(Column.USUAL).text == "< 60°"
    assert "Dijkstra" in alpha.cell(Column.USUAL).tooltip
    assert alpha.cell(Column.CLASS).text == "L ▲ 60 deg or more: cam range"


def test_a_value_outside_the_usual_range_bears_sign_words_and_colour(panel):
    left = row(panel, "alpha").cell(Column.LEFT)
    assert left.severity is Severity.CAUTION and "▲" in left.text and "cam" in left.tooltip
    assert row(panel, "alpha").cell(Column.RIGHT).severity is None


def test_another_set_of_limits_classifies_otherwise(panel, film_study):
    film_study.measure_with(
        replace(film_study.settings, threshold_set="gosvig_ap_sex", sex=Sex.MALE)
    )
    change = panel.update()
    assert "▲" not in row(panel, "alpha").cell(Column.LEFT).text
    assert change.measurements and change.badges


def test_an_absent_landmark_leaves_a_dash_and_the_reason(panel, film_study):
    mark_absent(film_study, LEFT, "LAE")
    panel.update()
    lce = texts(panel, "lce")
    assert lce[Column.LEFT] == "–" and lce[Column.DIFFERENCE] == "–"
    assert lce[Column.REMARKS] == "L – Needs the left LAE (absent)."
    assert lce[Column.RIGHT].startswith("31°")


def test_a_row_whose_landmarks_are_absent_on_both_sides_stays(panel, film_study):
    """Somebody looked and said so: that must be seen."""
    for side in (RIGHT, LEFT):
        mark_absent(film_study, side, "LAE")
    panel.update()
    assert not row(panel, "lce").not_placed
    assert row(panel, "lce").cell(Column.RIGHT).text == "–"


def test_what_nobody_has_placed_is_hidden_and_counted(panel):
    hidden = [each.id for each in panel.measurements if each.not_placed]
    assert "skinner_mm" in hidden and "alpha" not in hidden
    assert panel.hidden_line == f"Not measured, landmarks not placed: {len(hidden)}"


def test_a_measurement_of_the_pelvis_stands_in_the_middle(panel):
    obliquity = row(panel, "obliquity_teardrop")
    assert obliquity.of(Midline.PELVIS) is not None and obliquity.of(RIGHT) is None
    assert obliquity.cell(Column.RIGHT).text == "" and obliquity.cell(Column.DIFFERENCE).text


def test_leg_length_has_a_row_of_its_own_in_the_pelvis(panel, film_study):
    move(film_study, (RIGHT, "LT"), (0.0, 0.0, -12.0))
    panel.update()
    leg = row(panel, "delta:lt_depth_mm")
    assert group_title(leg.group) == "Whole pelvis" and "leg-length" in leg.name
    assert row(panel, "lt_depth_mm").cell(Column.DIFFERENCE).text == ""
    assert leg.cell(Column.DIFFERENCE).text.endswith("12.0 mm")


def test_lengths_on_an_uncalibrated_film_say_so(panel):
    remark = row(panel, "femoral_offset_mm").cell(Column.REMARKS)
    assert remark.text == "R L ! not calibrated" and remark.severity is Severity.CAUTION
    assert "true millimetres" in remark.tooltip


def test_a_line_that_stands_in_is_named(panel, film_study):
    for side in (RIGHT, LEFT):
        mark_absent(film_study, side, "TD")
    panel.update()
    assert "! against ischia" in texts(panel, "lce")[Column.REMARKS]
    assert panel.summary[0].startswith("Reference: ischia")


def test_the_lines_above_tell_what_all_numbers_depend_on(panel, film_study):
    film_study.measure_with(
        replace(film_study.settings, reference=Reference.ISCHIUM, edge=Edge.SOURCIL)
    )
    panel.update()
    lines = "\n".join(panel.summary)
    assert "Reference: ischia" in lines and "LAE marks the sourcil" in lines
    assert "detector plane, not corrected" in lines and "Consensus" in lines


def test_a_model_without_calibration_gives_the_interval_of_its_landmarks(panel):
    alpha = row(panel, "alpha")
    assert alpha.of(RIGHT).level == "95 %" and " to " in alpha.of(RIGHT).interval
    assert "the landmarks alone" in alpha.cell(Column.INTERVAL).tooltip


def test_a_calibrated_model_gives_its_interval_and_the_probability_of_the_limit(doubtful_study):
    panel = Panel()
    panel.show(doubtful_study)
    alpha = row(panel, "alpha")
    assert alpha.of(RIGHT).level == "90 %" and alpha.of(RIGHT).interval_reason == ""
    assert texts(panel, "alpha")[Column.PROBABILITY].startswith("60°: R ")
    assert texts(panel, "alpha")[Column.LEFT] == "–"


def test_a_point_of_a_reader_ends_the_calibrated_interval(doubtful_study):
    panel = Panel()
    panel.show(doubtful_study)
    move(doubtful_study, (RIGHT, "LCP"), (-2.0, 0.0, 0.0))
    panel.update()
    assert row(panel, "alpha").of(RIGHT).interval == ""
    assert "not known" in row(panel, "alpha").of(RIGHT).interval_reason


def test_every_column_has_a_heading_and_a_tooltip():
    assert len(columns()) == len(Column)
    assert all(words.label and words.tooltip for words in columns())


def test_without_a_study_there_are_no_rows():
    panel = Panel()
    assert panel.show(None) == Change(results=True, order=True, badges=True)
    assert not panel.measurements and not panel.summary and not panel.badges
    assert not panel.update()


def test_an_image_with_nothing_placed_has_only_hidden_rows(film_study):
    film_study.set_landmarks(replace(landmarks(), items_={}))
    panel = Panel()
    panel.show(film_study)
    assert panel.measurements and all(each.not_placed for each in panel.measurements)
