"""The .ui file says what the panel of all faces says, and every control explains itself."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from HipLandmarksLib.panel import Control, Section, control_words, research_notice, section_words

IN_PLACE_OF_DETECT = {Control.CANCEL}


@pytest.fixture(scope="module")
def widgets(repository):
    root = ElementTree.parse(repository / "Resources" / "UI" / "HipLandmarks.ui")
    return {widget.get("name"): widget for widget in root.iter("widget")}


def said(widget, name):
    """Text of a property, empty without it."""
    for each in widget.findall("property"):
        if each.get("name") == name:
            return each.findtext("string") or ""
    return ""


@pytest.mark.parametrize("control", [c for c in Control if c not in IN_PLACE_OF_DETECT])
def test_every_control_is_there_with_its_words(widgets, control):
    words, widget = control_words(control), widgets[control.object_name]
    label = widgets.get(f"{control.object_name}Label")
    assert said(widget, "toolTip") == words.tooltip
    if label is not None:
        assert said(label, "text") == f"{words.label}:"
        assert said(label, "toolTip") == words.tooltip
    elif widget.get("class") in ("QPushButton", "QToolButton", "QCheckBox"):
        assert said(widget, "text") == words.label


@pytest.mark.parametrize("section", list(Section))
def test_every_section_is_there_with_its_words(widgets, section):
    widget = widgets[f"{section.value}Section"]
    assert said(widget, "text") == section_words(section).label
    assert said(widget, "toolTip") == section_words(section).tooltip


def test_the_sections_stand_in_their_order(repository):
    text = (repository / "Resources" / "UI" / "HipLandmarks.ui").read_text(encoding="utf-8")
    places = [text.index(f'name="{section.value}Section"') for section in Section]
    assert places == sorted(places)


def test_the_notice_stands_below_the_numbers(widgets):
    assert said(widgets["noticeLabel"], "text") == research_notice()
