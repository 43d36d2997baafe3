"""A film from its first look to its numbers, with mouse and keys in a real browser.

The tests are the steps of one walk and run in this order.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page
from reading import stops, unreadable

if TYPE_CHECKING:
    from conftest import RunningViewer

LANDMARK_ROWS = "#landmarks tbody tr"
COMPARED_ROWS = "#compared tbody tr"
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  const how = {dataTransfer, bubbles: true, cancelable: true};
  for (const kind of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, how));
}"""
"""Drops a file of this name and text on the page."""


def _row(page: Page, id_: str) -> Locator:
    return page.locator(f'#results tr[data-id="{id_}"]')


def _right(page: Page, id_: str) -> str:
    return _row(page, id_).locator("td").nth(1).inner_text()


def _degrees(text: str) -> int:
    found = re.match(r"(-?\d+)°", text)
    assert found, text
    return int(found[1])


def _wait(page: Page, holds: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {what}")


def _view(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.locator(".views").screenshot())).convert("RGB")


def _centre(page: Page) -> tuple[float, float]:
    box = page.locator(".views").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _download(page: Page, label: str, folder: Path) -> Path:
    page.locator("details.menu summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=label, exact=True).click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


def test_the_sample_film_is_shown_with_what_is_known_of_it(page: Page) -> None:
    page.get_by_role("button", name="Sample X-ray").click()
    page.wait_for_selector(".badges li:has-text('Radiograph')")
    _wait(page, lambda: float(np.asarray(_view(page)).std()) > 20, "the film is drawn")


def test_a_model_that_is_not_for_commercial_use_asks_first(page: Page) -> None:
    page.click("#detect")
    page.wait_for_selector(".message")
    assert "commercial" in page.locator(".message").inner_text()
    assert page.locator(LANDMARK_ROWS).count() == 0


def test_the_model_finds_its_landmarks(page: Page) -> None:
    page.locator(".message button:not(.close)").click()
    page.wait_for_selector(LANDMARK_ROWS)
    assert page.locator(LANDMARK_ROWS).count() >= 26
    assert _degrees(_right(page, "lce")) > 0


def test_everything_can_be_read_in_dark_and_in_light_colours(page: Page) -> None:
    page.locator(LANDMARK_ROWS).nth(3).click()
    _row(page, "lce").click()
    page.wait_for_selector(".definition dl")
    assert unreadable(page) == []


def test_every_control_is_reached_by_the_keyboard_which_shows_where_it_is(page: Page) -> None:
    met = stops(page)
    assert [stop for stop in met if not (stop["outlined"] and stop["seen"])] == []
    names = [stop["name"] for stop in met]
    wanted = ["Sample X-ray", "Keys", "Detect landmarks", "Accept", "Images"]
    assert [name for name in wanted if name not in names] == []
    assert sum(stop["tag"] == "tr" for stop in met) >= 40  # landmarks and measurements


def test_a_dragged_edge_changes_its_angle(page: Page) -> None:
    before = _right(page, "lce")
    page.locator(f'{LANDMARK_ROWS}[data-id="R:LAE"]').click()  # the views jump there
    page.wait_for_timeout(3000)
    x, y = _centre(page)
    page.mouse.move(x, y)
    page.wait_for_timeout(1000)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x - 3 * step, y - step)
        page.wait_for_timeout(50)
    page.mouse.up()
    _wait(page, lambda: _right(page, "lce") != before, "LCE follows the drag")


def test_the_number_is_that_of_the_points_that_are_taken_out(page: Page, tmp_path: Path) -> None:
    from HipLandmarksLib.anatomy import Side, read_landmarks
    from HipLandmarksLib.imaging import Calibration, SpacingProvenance
    from HipLandmarksLib.measurement import Edge, MeasurementSettings, ViewPlane, measure

    with ZipFile(_download(page, "Points", tmp_path)) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    assert sum(name.endswith(".mrk.json") for name in names) >= 2
    landmarks = read_landmarks(next(tmp_path.glob("*_landmarks.json")))
    settings = MeasurementSettings(
        calibration=Calibration(SpacingProvenance.NONE), edge=Edge.SOURCIL
    )
    found = measure(landmarks, ViewPlane.coronal(), settings, ids=("lce",))
    lce = next(m for m in found if m.side is Side.RIGHT)
    assert lce.value is not None
    assert abs(lce.value - _degrees(_right(page, "lce"))) <= 0.5


def test_numbers_and_picture_can_be_taken_out_too(page: Page, viewer: RunningViewer) -> None:
    for kind, beginning in (("csv", b"\xef\xbb\xbfcase,"), ("json", b"{"), ("picture", b"\x89PNG")):
        answer = page.request.get(f"{viewer.address}/hip/download/{kind}")
        assert answer.ok and answer.body().startswith(beginning)


def test_undo_brings_the_angle_back(page: Page) -> None:
    dragged = _right(page, "lce")
    page.keyboard.press("Control+z")
    _wait(page, lambda: _right(page, "lce") != dragged, "undo")


def test_an_edge_that_is_not_there_has_no_angle_but_a_reason(page: Page) -> None:
    page.keyboard.press("a")
    _wait(page, lambda: "°" not in _right(page, "lce"), "the angle goes")
    assert "LAE" in _row(page, "lce").inner_text()
    page.keyboard.press("Control+z")
    _wait(page, lambda: "°" in _right(page, "lce"), "the angle is back")


def test_keys_do_nothing_while_somebody_types(page: Page) -> None:
    page.locator("summary", has_text="Advanced").click()
    before = _right(page, "lce")
    page.locator("#age").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(1000)
    assert _right(page, "lce") == before


def test_the_overlay_changes_the_picture_and_goes_without_a_trace(page: Page) -> None:
    page.get_by_role("button", name="Fit").click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(3000)
    plain = np.asarray(_view(page), dtype=float)
    page.locator("summary", has_text="Overlay").click()
    page.locator("#show_doubt").click()
    _wait(page, lambda: _differs(np.asarray(_view(page), dtype=float), plain), "doubt is drawn")
    page.locator("#show_doubt").click()
    _wait(page, lambda: not _differs(np.asarray(_view(page), dtype=float), plain), "and goes again")


def _differs(picture: np.ndarray, plain: np.ndarray) -> bool:
    return bool((np.abs(picture - plain).max(axis=2) > 40).mean() > 0.002)


def test_a_second_tab_shows_the_same_study(page: Page, viewer: RunningViewer) -> None:
    other = page.context.new_page()
    other.goto(viewer.address)
    other.wait_for_selector(LANDMARK_ROWS)
    assert _right(other, "lce") == _right(page, "lce")
    other.close()


def test_after_a_reload_everything_is_there(page: Page) -> None:
    before = _right(page, "lce")
    page.reload()
    page.wait_for_selector(LANDMARK_ROWS)
    assert _right(page, "lce") == before


def test_the_scene_can_be_taken_out_and_opened_again(page: Page, tmp_path: Path) -> None:
    before = _right(page, "lce")
    scene = _download(page, "Scene", tmp_path)
    page.set_input_files("#files", scene)
    page.wait_for_timeout(1000)
    _wait(page, lambda: page.locator("#results").count() == 1, "the scene is open")
    assert _right(page, "lce") == before


def test_a_damaged_file_that_is_dropped_is_one_sentence_and_nothing_is_lost(page: Page) -> None:
    before = _right(page, "lce")
    page.evaluate(DROP, ["film.dcm", "DICM" * 300])
    page.wait_for_selector(".message.alarm")
    told = page.locator(".message").inner_text()
    assert "film.dcm" in told
    assert "/" not in told  # where it lies is nobody's business
    assert _right(page, "lce") == before
    page.locator(".message .close").click()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.nrrd"
    with large.open("wb") as file:
        file.truncate(300_000_000)
    page.set_input_files("#files", large)
    page.wait_for_selector(".message.alarm:has-text('--upload-mb')")


def test_a_file_that_is_too_large_is_refused_while_it_comes_and_takes_no_memory(
    page: Page, viewer: RunningViewer
) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="../a.nrrd"\r\n\r\n'
    megabytes, before = 300, _peak_megabytes(viewer.process.pid)
    connection = HTTPConnection(viewer.address.removeprefix("http://"))
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(len(head) + megabytes * 1_000_000),
        "Cookie": "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies()),
    }
    body = itertools.chain([head], itertools.repeat(bytes(1_000_000), megabytes))
    connection.request("POST", "/hip/upload", body, headers)
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"--upload-mb" in answer.read()
    assert _peak_megabytes(viewer.process.pid) - before < 100
    assert list(viewer.temporary.glob("hiplandmarks-viewer-*/upload-*/*/a.nrrd")) == []


def _peak_megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def test_an_mri_of_the_same_hips_is_compared_with_the_film(page: Page) -> None:
    page.get_by_role("button", name="Sample MRI").click()
    page.wait_for_selector(".badges li:has-text('MRI')")
    page.click("#detect")
    page.wait_for_selector(LANDMARK_ROWS)
    page.locator("#comparison > summary").click()
    row = page.locator(COMPARED_ROWS, has_text="R Alpha angle")
    film, mri, difference = (row.locator("td").nth(n).inner_text() for n in (1, 2, 3))
    assert mri == _right(page, "alpha").split()[0]
    found = _degrees(difference.replace("\u2212", "-").lstrip("+"))
    assert abs(found - (_degrees(mri) - _degrees(film))) <= 1
    page.click("#copy_compared")
    page.wait_for_selector(".message:has-text('on the clipboard')")


def test_both_images_stand_side_by_side_until_they_are_left(page: Page) -> None:
    page.mouse.move(5, 5)
    alone = np.asarray(_view(page), dtype=float)
    page.click("#side_by_side")
    _wait(page, lambda: _differs(np.asarray(_view(page), dtype=float), alone), "two images")
    page.wait_for_timeout(2000)
    both = np.asarray(_view(page), dtype=float)
    half = both.shape[1] // 2
    page.locator(COMPARED_ROWS, has_text="L Alpha angle").locator("td").first.click()
    for side in (slice(half), slice(half, None)):
        before = both[:, side]
        _wait(page, lambda s=side, b=before: _differs(_half(page, s), b), "both show the left hip")
    page.click("#side_by_side")
    page.wait_for_selector('#side_by_side[aria-pressed="false"]')
    page.locator("header select").select_option(label="Simulated pelvis radiograph")
    page.wait_for_selector(".badges li:has-text('Radiograph')")


def _half(page: Page, part: slice) -> np.ndarray:
    return np.asarray(_view(page), dtype=float)[:, part]


def test_a_stranger_sees_nothing(page: Page, viewer: RunningViewer) -> None:
    assert page.context.browser is not None
    stranger = page.context.browser.new_context().new_page()
    for address in (viewer.address, f"{viewer.address}/?token=guessed", viewer.link):
        answer = stranger.goto(address)
        assert answer is not None and answer.status == 403
    stranger.context.close()


def test_nothing_went_wrong_in_the_page_and_no_other_host_was_asked(viewer: RunningViewer) -> None:
    assert viewer.problems == []


def test_a_review_that_was_killed_is_offered_again_and_taken_up(
    page: Page, viewer: RunningViewer
) -> None:
    page.locator(f'{LANDMARK_ROWS}[data-id="R:LAE"]').click()
    page.keyboard.press("a")
    _wait(page, lambda: "°" not in _right(page, "lce"), "LAE is absent")
    page.click("#detect")  # takes a second: there is no time to wait for anything
    again = viewer.crash("--sample", "xray")
    page.wait_for_selector(".lost:has-text('was kept')")
    page.goto(again.link)
    page.locator("#restore button").first.click()
    page.wait_for_selector(LANDMARK_ROWS)
    assert "°" not in _right(page, "lce")
    assert page.locator("#restore").count() == 0
    page.keyboard.press("Control+z")
    _wait(page, lambda: "°" in _right(page, "lce"), "its history came along")
    assert again.end() == 0
    assert [path.name for path in viewer.temporary.glob("hiplandmarks*")] == []
