"""What the section of the slices says: tables, reasons, limits, and what can be pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explored_case import CHOSEN, choices, explored
from explored_hips import LIMIT, exploration, radial_map
from explored_volume import volume_image

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.panel import (
    Control,
    ExplorerPanel,
    Severity,
    clock_columns,
    set_space_part,
    slice_columns,
    take_head_centres,
    take_slice,
)
from HipLandmarksLib.panel.explorer import slice_badge
from HipLandmarksLib.panel.explorer_clock import clock_heads, clock_limits, clock_lines
from HipLandmarksLib.panel.explorer_slices import SliceTable, slice_lines
from HipLandmarksLib.panel.explorer_words import choice_lines, clock_missing, space_lines
from HipLandmarksLib.report.exploration import explored_rows

RIGHT, LEFT = Side.RIGHT, Side.LEFT


@pytest.fixture
def explorer(scene):
    from HipLandmarksLib.scene import HipStudy
    from HipLandmarksLib.scene.exploration import StackExplorer

    image = volume_image()
    found = explored(image)
    study = HipStudy.create(scene, image, found.stack.case())
    made = StackExplorer.create(study, found, choices=choices(found.stack))
    yield made
    made.close()
    study.close()


def lines_of(found):
    return {line.index: line.cells for line in slice_lines(explored_rows(found), {})}


def test_a_line_tells_both_hips_and_what_is_special():
    cells = lines_of(exploration())[4]
    assert [cell.text for cell in cells][:5] == ["4 ◂ R L", "50°", "31° ≈", "75° ▲", "14° ▼≈"]
    assert cells[0].severity is Severity.GOOD and cells[3].severity is Severity.CAUTION
    assert cells[5].text == "R L through the head centre"
    assert "+0.0 mm to the front" in cells[0].tooltip
    assert len(cells) == len(slice_columns())


def test_beside_the_head_centre_lce_stands_in_brackets_with_the_reason():
    cell = lines_of(exploration())[2][2]
    assert cell.text == "(31°)" and cell.severity is None
    assert "8.0 mm from the head centre" in cell.tooltip


def test_lines_are_made_anew_only_when_something_changed():
    table, found = SliceTable(), exploration()
    assert table.update(found, {}, None)
    before = table.lines
    assert not table.update(found, {}, None) and table.lines is before
    assert table.update(found.measured_again(found.stack.with_chosen(LEFT, 2)), {}, None)


def test_head_neck_and_coverage_say_why_they_are_missing():
    told = " ".join(space_lines(exploration(seen=False).sides[LEFT]))
    assert told.count("There are too few slices of the head.") == 3
    assert all(word in told for word in ("No sphere", "No axis", "No coverage"))
    assert len(clock_missing(exploration(seen=False))) == 2
    assert clock_missing(exploration()) == ()


def test_the_clock_marks_what_is_above_and_what_is_coarse_or_unseen():
    maps = {RIGHT: radial_map(RIGHT), LEFT: radial_map(LEFT)}
    by_clock = {line.cells[0].text: line.cells for line in clock_lines(maps)}
    assert len(by_clock) == 24 and len(by_clock["1:30"]) == len(clock_columns())
    assert by_clock["1:30"][3].text == "90° ▲" and by_clock["1:30"][1].text == "45°"
    assert by_clock["2:00"][3].text.startswith("(") and by_clock["3:00"][3].text == "–"
    assert by_clock["3:00"][3].tooltip == "The slices are too far apart here."


def test_what_is_not_seen_is_not_called_free_of_cams():
    right, left = clock_heads({RIGHT: radial_map(RIGHT), LEFT: radial_map(LEFT)})
    assert right.endswith("no alpha above 60° where it is seen")
    assert "omega at least" in left


def test_limits_of_both_hips_are_told_once_and_those_of_one_with_its_letter():
    right, left = radial_map(RIGHT), radial_map(LEFT)
    assert clock_limits({RIGHT: right, LEFT: left}) == (LIMIT,)
    left = replace(left, limits=(LIMIT, "Not seen: 2:00."))
    assert clock_limits({RIGHT: right, LEFT: left}) == (LIMIT, "L: Not seen: 2:00.")


def test_a_film_has_no_such_section_and_an_unread_mri_says_what_to_do(film_study, doubtful_study):
    panel = ExplorerPanel()
    assert not panel.view(film_study, None).applies
    unread = panel.view(doubtful_study, None)
    assert unread.applies and "Choose all slices" in unread.reason
    assert "looked for" in panel.view(doubtful_study, None, busy=True).reason


def test_buttons_follow_what_is_shown_and_chosen(explorer):
    panel = ExplorerPanel()
    explorer.go_to(CHOSEN[RIGHT])
    ready = panel.view(explorer.study, explorer).ready
    assert Control.TAKE_RIGHT not in ready and Control.TAKE_LEFT in ready
    take_slice(explorer, Control.TAKE_LEFT)
    assert explorer.stack.chosen[LEFT] == CHOSEN[RIGHT]
    assert Control.TAKE_SUGGESTED in panel.view(explorer.study, explorer).ready
    told = choice_lines(explorer.exploration, explorer.choices)[1]
    assert "You took it; slice 12 was suggested." in told
    take_slice(explorer, Control.TAKE_SUGGESTED)
    assert dict(explorer.stack.chosen) == CHOSEN


def test_another_slice_than_the_measured_ones_is_warned_of(explorer):
    assert slice_badge(None) is None and slice_badge(explorer) is None
    explorer.go_to(6)
    badge = slice_badge(explorer)
    assert badge.severity is Severity.CAUTION and "slice 6 is shown" in badge.text


def test_head_centres_are_taken_and_parts_switched(explorer):
    explorer.go_to(14)
    x, y, z = explorer.study.landmarks[(LEFT, "FHC")].position
    explorer.study.place_point(LEFT, "FHC", (x + 5.0, y, z))
    take_head_centres(explorer)
    assert explorer.study.landmarks[(LEFT, "FHC")].position == pytest.approx((x, y, z), abs=0.01)
    set_space_part(explorer, Control.SPACE_NECK, False)
    assert "neck" not in {part.value for part in explorer.parts}
    set_space_part(explorer, Control.SPACE_NECK, True)
    assert "neck" in {part.value for part in explorer.parts}
