"""A whole MRI in the browser: every slice, plots that lead to slices, planes through the neck.

The tests are the steps of one walk and run in this order.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from reading import unreadable

if TYPE_CHECKING:
    from conftest import RunningViewer

expect.set_options(timeout=60_000)
SLICES = "#slices tbody tr"
MARKS = ".plot:first-of-type .side.R .mark"


def _shown(page: Page) -> str:
    """Number of the slice that is marked in the table."""
    return page.locator(f"{SLICES}.current").get_attribute("data-id") or ""


def _alpha(page: Page) -> str:
    return page.locator('#results tr[data-id="alpha"] td').nth(1).inner_text()


def _view(page: Page) -> np.ndarray:
    picture = Image.open(io.BytesIO(page.locator(".views").screenshot())).convert("L")
    return np.asarray(picture, dtype=float)


def _wait_until_drawn(page: Page, before: np.ndarray, least: float) -> None:
    """Until the views differ by ``least`` grey values on average."""
    for _ in range(120):
        if np.abs(_view(page) - before).mean() > least:
            return
        page.wait_for_timeout(500)
    pytest.fail("the views stayed as they were")


def test_every_slice_of_the_sample_is_read(page: Page) -> None:
    page.get_by_role("button", name="Sample MRI").click()
    page.wait_for_selector(".badges li:has-text('MRI')")
    page.locator("label.row", has_text="Slice").locator("select").select_option("all")
    page.click("#detect")
    page.wait_for_selector(SLICES)
    assert page.locator(SLICES).count() >= 5
    assert page.locator(".plot").count() == 3


def test_plots_and_tables_of_slices_can_be_read_in_dark_and_in_light_colours(page: Page) -> None:
    assert unreadable(page) == []


def test_a_click_on_the_plot_goes_to_the_slice(page: Page) -> None:
    before, picture, measured = _shown(page), _view(page), _alpha(page)
    marks = page.locator(MARKS)
    other = next(
        number
        for number in range(marks.count())
        if marks.nth(number).get_attribute("data-slice") != before
    )
    slice_ = marks.nth(other).get_attribute("data-slice") or ""
    marks.nth(other).locator("circle").click()
    expect(page.locator(f"{SLICES}.current")).to_have_attribute("data-id", slice_)
    _wait_until_drawn(page, picture, 2.0)
    assert "°" in measured


def test_another_slice_can_be_taken_and_given_back(page: Page) -> None:
    shown = _shown(page)
    page.click("#take_right")
    expect(page.locator(f'{SLICES}[data-id="{shown}"] td').first).to_contain_text("R")
    page.click("#take_suggested")
    expect(page.locator("#take_suggested")).to_be_disabled()


def test_points_and_numbers_follow_the_wheel_when_asked_to(page: Page) -> None:
    before, measured = _shown(page), _alpha(page)
    page.check("#follow_views")
    box = page.locator(".views").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -100)
    expect(page.locator(f'{SLICES}.current[data-id="{before}"]')).to_have_count(0)
    marks = page.locator(".plot line.shown")
    expect(marks.first).to_have_attribute("data-slice", _shown(page))
    assert _alpha(page) != measured
    expect(page.locator(".badges", has_text=f"slice {_shown(page)} is shown")).to_be_visible()
    page.uncheck("#follow_views")


def test_a_place_of_the_clock_face_shows_its_plane(page: Page) -> None:
    before = _view(page)
    page.locator("#clock tbody tr", has_text="°").first.locator("td").nth(1).click()
    _wait_until_drawn(page, before, 0.3)


def test_an_explored_scene_is_explored_when_it_is_opened_again(page: Page, tmp_path: Path) -> None:
    page.locator("details.menu summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Scene", exact=True).click()
    scene = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(scene)
    page.set_input_files("#files", scene)
    page.wait_for_timeout(5000)
    page.wait_for_selector(SLICES)
    assert page.locator(SLICES).count() >= 5


def test_nothing_went_wrong_in_the_page(viewer: RunningViewer) -> None:
    assert viewer.problems == []


def test_a_viewer_that_is_ended_during_a_detection_leaves_nothing(
    page: Page, viewer: RunningViewer
) -> None:
    page.click("#detect")
    page.wait_for_selector(".progress")
    assert viewer.end() == 0
    assert [path.name for path in viewer.temporary.glob("hiplandmarks*")] == []
