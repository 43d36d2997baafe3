"""What only a walk through a real Slicer showed: widths, scrolled panels, second clicks, slices."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.desktop.views import current_slice
from HipLandmarksLib.panel import Message, ReviewColumn, Severity, Words
from HipLandmarksLib.review import Command

WIDEST = 430  # of the panel, in pixels: commands in four columns, a drawing


@pytest.fixture
def samples_are(hands, monkeypatch):
    """Lets a function stand for the making of a sample."""
    from HipLandmarksLib.desktop.widgets import study_section  # needs the desktop

    def use(make):
        monkeypatch.setattr(study_section, "missing_packages", lambda: [])
        monkeypatch.setattr(study_section, "add_sample", lambda *given, **_rest: make(*given))

    return use


def widths(hands):
    """Least and preferred width of the panel: Slicer's dock follows both of them."""
    hands.turn()
    panel = hands.widget.parent
    return panel.minimumSizeHint.width(), panel.sizeHint.width()


def test_the_dock_is_as_wide_after_a_definition_as_before(hands):
    hands.load()
    before = widths(hands)
    hands.ui.landmarks.setCurrentCell(0, 0)
    hands.ui.results.setCurrentCell(0, 0)
    hands.turn()
    assert hands.ui.definitionFrame.visible
    after = widths(hands)
    assert [max(0, new - max(old, WIDEST)) for old, new in zip(before, after, strict=True)] == [
        0,
        0,
    ]


def test_a_folded_section_leaves_no_gap(hands):
    sections = [getattr(hands.ui, name) for name in dir(hands.ui) if name.endswith("Section")]
    assert len(sections) == 9
    for section in sections:
        section.collapsed = True
    hands.turn()
    assert {section.height for section in sections} == {sections[0].fontMetrics().height() + 10}


def test_nothing_is_left_free_for_words_that_are_not_there(hands):
    assert not hands.ui.reviewLabel.visible
    hands.load()
    assert hands.ui.reviewLabel.visible


def test_a_longer_word_makes_its_column_wider(hands):
    hands.load()
    table, checked = hands.ui.landmarks, list(ReviewColumn).index(ReviewColumn.CHECKED)
    before = table.columnWidth(checked)
    hands.ui.landmarks.setCurrentCell(0, 0)
    hands.command(Command.ACCEPT)
    item = table.item(0, checked)
    assert "accepted" in item.text()
    assert table.columnWidth(checked) >= table.sizeHintForColumn(checked) > before


def test_after_a_detection_the_views_show_a_slice_with_points(hands):
    volume = hands.load(with_landmarks=False)
    hands.press("detect")
    hands.wait_for(lambda: not hands.ui.progressBar.visible)
    image, points = hands.study.image, hands.study.landmarks.side(Side.RIGHT)
    slices = {round(image.to_ijk(np.array([p.position]))[0][2]) for p in points if p.position}
    assert current_slice(volume) in slices


def test_messages_are_seen_when_the_panel_is_scrolled_to_another_place(hands, monkeypatch):
    told = []
    util = hands.desktop.slicer.util
    monkeypatch.setattr(util, "showStatusMessage", lambda text, ms: told.append(text))
    hands.load()
    hands.press("copy")
    assert told == ["✓ The table is on the clipboard."]


def test_a_question_is_scrolled_into_sight(hands, slicer_desktop):
    area, panel = slicer_desktop.qt.QScrollArea(), hands.widget.parent
    area.setWidgetResizable(True)
    area.setWidget(panel)
    area.resize(440, 300)
    area.show()
    hands.turn()
    try:
        area.verticalScrollBar().setValue(100_000)
        assert area.verticalScrollBar().value > 0
        question = Message(Severity.CAUTION, "May I?")
        hands.widget.panel.desk.messages.offer(question, Words("Yes", "You may."), lambda: None)
        top = hands.ui.messageFrame.mapTo(panel, slicer_desktop.qt.QPoint(0, 0)).y()
        assert area.verticalScrollBar().value <= top
    finally:
        area.takeWidget()


def test_a_second_click_on_a_sample_begins_nothing_while_it_is_computed(hands, samples_are):
    begun, seen = [], []

    def slow(scene, sample, waiting):
        begun.append(sample)
        for _ in range(3):
            hands.ui.sampleXray.click()
            waiting()
            seen.append(hands.ui.messageLabel.text)
        return hands.load(with_landmarks=False)

    samples_are(slow)
    hands.press("sampleXray")
    assert len(begun) == 1 and "about a minute" in seen[0]
    assert hands.ui.sampleXray.enabled and hands.ui.sampleMri.enabled


@pytest.mark.parametrize("name", ["sampleXray", "sampleMri", "openFilm"])
def test_samples_can_be_opened_again_after_one_failed(hands, samples_are, name):
    def broken(scene, sample, waiting):
        raise OSError("the disk is full")

    samples_are(broken)
    with pytest.raises(OSError, match="disk"):
        hands.widget.panel.study.load_mri()
    assert getattr(hands.ui, name).enabled
    assert "unforeseen" in hands.ui.messageLabel.text
