"""What stands on the panel, in which order, and that everybody can read it."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import pytest

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.panel import (
    Control,
    Section,
    Severity,
    command_tooltip,
    command_words,
    control_words,
    key_help,
    message_of,
    research_notice,
    section_words,
    worst,
)
from HipLandmarksLib.review import Command, KeyMap

LIGHT, DARK = ("#ffffff", "#f0f0f0", "#efefef"), ("#000000", "#1e1e1e", "#2d2d2d", "#353535")
"""Grounds of tables and panels in Slicer's themes and of the viewer in the browser."""


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_sections_follow_the_work():
    order = ["Study", "Detect", "Review", "Measurements", "Slices", "Comparison"]
    order += ["Overlay", "Calibration", "Advanced"]
    assert [section_words(section).label for section in Section] == order


def test_every_control_stands_in_one_section():
    placed = [control for section in Section for control in section.controls]
    assert sorted(placed, key=str) == sorted(Control, key=str)
    assert all(control in control.section.controls for control in Control)


def test_everything_has_a_label_and_a_tooltip_that_says_more():
    said = [section_words(s) for s in Section] + [control_words(c) for c in Control]
    said += [command_words(command) for command in Command]
    for words in said:
        assert words.label and words.tooltip.endswith(".")
        assert words.tooltip.rstrip(".") != words.label


def test_no_two_controls_of_a_section_are_called_alike():
    for section in Section:
        labels = [control_words(control).label for control in section.controls]
        assert len(set(labels)) == len(labels)


def test_widgets_are_named_after_their_controls():
    assert Control.SHOW_EMPTY.object_name == "showEmpty"
    assert Control.DETECT.object_name == "detect"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("severity", list(Severity))
def test_colours_are_read_on_light_and_dark_grounds(severity, dark):
    grounds = DARK if dark else LIGHT
    assert min(contrast(severity.colour(dark), ground) for ground in grounds) >= 4.5


def test_a_colour_never_stands_alone():
    for one, other in combinations(Severity, 2):
        assert one.sign != other.sign and one.word != other.word


def test_the_most_serious_wins():
    assert worst(None, Severity.NOTE, Severity.ALARM, Severity.GOOD) is Severity.ALARM
    assert worst() is None


def test_the_help_lists_every_command_once_with_the_keys_that_are_in_use():
    keymap = KeyMap().with_keys(Command.ABSENT, "Ctrl+K")
    lines = key_help(keymap)
    told = [command for line in lines for command in line.commands]
    assert sorted(told) == sorted(Command)
    absent = next(line for line in lines if line.commands == (Command.ABSENT,))
    assert absent.keys == "Ctrl+K"
    assert command_tooltip(Command.ABSENT, keymap).endswith("Key: Ctrl+K")


def test_a_command_without_a_key_says_nothing_of_keys():
    keymap = KeyMap().with_keys(Command.ABSENT)
    assert command_tooltip(Command.ABSENT, keymap) == command_words(Command.ABSENT).tooltip


def test_our_own_error_is_told_in_its_sentence():
    message = message_of(ImageError("The film is empty: choose another one."))
    assert message.line == "✕ The film is empty: choose another one." and not message.details


def test_an_unforeseen_error_is_told_with_details_on_demand():
    message = message_of(ZeroDivisionError("division by zero"))
    assert "division" not in message.text and "ZeroDivisionError" in message.details


def test_it_is_said_that_this_is_research():
    assert "not a medical device" in research_notice()


def test_the_panel_needs_neither_slicer_nor_qt_nor_torch():
    code = (
        "import sys, HipLandmarksLib.panel\n"
        "heavy = {'slicer', 'qt', 'ctk', 'vtk', 'torch', 'trame', 'matplotlib', 'SimpleITK'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
