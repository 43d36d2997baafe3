"""The review list: the least sure landmark first, with state, source, expected error and reason."""

from __future__ import annotations

from typing import Any

import pytest
from panel_case import LEFT, RIGHT, mark_absent, move

from HipLandmarksLib.panel import (
    Panel,
    ReviewColumn,
    ReviewRow,
    Severity,
    landmark_definition,
    review_columns,
)
from HipLandmarksLib.review import Command

SUPPRESSED = (LEFT, "LCP")


@pytest.fixture
def editor(doubtful_study):
    """Of the MRI that a calibrated model has read."""
    from HipLandmarksLib.scene.editing import StudyEditor

    made = StudyEditor(doubtful_study)
    yield made
    made.close()


@pytest.fixture
def panel(doubtful_study, editor):
    made = Panel()
    made.show(doubtful_study, editor)
    return made


def row(panel: Panel, id_: Any) -> ReviewRow:
    return next(each for each in panel.review if each.id == id_)


def text(panel: Panel, id_: Any, column: ReviewColumn) -> str:
    return row(panel, id_).cell(column).text


def test_the_list_has_the_order_of_the_editor(panel, editor):
    assert [each.id for each in panel.review] == [item.id for item in editor.items]
    assert panel.review[0].id == SUPPRESSED


def test_a_graded_landmark_tells_its_expected_error_with_sign_words_and_colour(panel):
    sure = row(panel, (RIGHT, "FHC")).cell(ReviewColumn.ERROR)
    unsure = row(panel, (RIGHT, "LAE")).cell(ReviewColumn.ERROR)
    assert (sure.text, sure.severity) == ("✓ 1.5 mm, small", Severity.GOOD)
    assert (unsure.text, unsure.severity) == ("✕ 1.5 mm, large", Severity.ALARM)


def test_a_suppressed_landmark_tells_why_and_what_can_be_done(panel):
    assert text(panel, SUPPRESSED, ReviewColumn.STATE) == "i not there"
    reason = text(panel, SUPPRESSED, ReviewColumn.REASON)
    assert "below its threshold" in reason and "press Suggested" in reason


def test_what_a_landmark_is_stands_in_its_tooltip(panel):
    assert (
        "Lateral acetabular edge" in row(panel, (RIGHT, "LAE")).cell(ReviewColumn.LANDMARK).tooltip
    )
    definition = landmark_definition(RIGHT, "LAE")
    assert definition.title == "Lateral acetabular edge" and definition.svg.startswith("<svg")


def test_an_accepted_landmark_is_checked_and_stays_in_its_place(panel, editor):
    place = [each.id for each in panel.review].index((RIGHT, "LAE"))
    editor.go_to((RIGHT, "LAE"))
    editor.execute(Command.ACCEPT)
    assert place in panel.update().review
    assert panel.review[place].cell(ReviewColumn.CHECKED).text == "✓ accepted"
    assert panel.review_line == "Checked: 1 of 12"


def test_a_dragged_landmark_is_the_readers_and_loses_the_models_error(panel, doubtful_study):
    move(doubtful_study, (RIGHT, "LAE"), (-3.0, 0.0, 0.0))
    change = panel.update()
    assert not change.order and change.review
    assert text(panel, (RIGHT, "LAE"), ReviewColumn.SOURCE) == "reader anna"
    assert text(panel, (RIGHT, "LAE"), ReviewColumn.ERROR) == ""
    reason = row(panel, (RIGHT, "LAE")).cell(ReviewColumn.REASON)
    assert reason.text == "! outside the model's 90 % region"
    assert reason.severity is Severity.CAUTION


def test_only_rows_that_read_otherwise_are_told(panel, doubtful_study):
    before = list(panel.review)
    move(doubtful_study, (RIGHT, "SHP"), (-1.0, 0.0, 0.0))
    told = panel.update().review
    for number, (old, new) in enumerate(zip(before, panel.review, strict=True)):
        assert (old == new) is (number not in told)
    assert not panel.update()


def test_an_absent_landmark_is_edited_and_not_there(panel, doubtful_study):
    mark_absent(doubtful_study, RIGHT, "LAE")
    panel.update()
    assert text(panel, (RIGHT, "LAE"), ReviewColumn.STATE) == "i not there"
    assert text(panel, (RIGHT, "LAE"), ReviewColumn.CHECKED) == "✓ edited"


def test_points_that_nobody_placed_come_last_and_can_be_placed(panel):
    places = [each.not_placed for each in panel.review]
    assert True in places and places == sorted(places)
    last = panel.review[-1]
    assert last.cell(ReviewColumn.STATE).text == "to be placed"


def test_another_detection_fills_the_list_anew(panel, editor, doubtful_study):
    first = [each.id for each in panel.review]
    doubtful_study.set_landmarks(doubtful_study.landmarks)
    panel.update()
    assert sorted(map(str, first)) == sorted(str(each.id) for each in panel.review)
    assert panel.review_remark == editor.remark


def test_every_column_has_a_heading_and_a_tooltip():
    assert len(review_columns()) == len(ReviewColumn)
    assert all(words.label and words.tooltip for words in review_columns())
