"""How soon the page of the viewer follows the mouse, in a real browser.

A landmark of the sample film is dragged with the mouse of a headless Chromium at 1280 x 800. Told
are the time from a movement to the changed number on the page, and pictures per second.

python Testing/benchmarks/bench_viewer.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Browser"))

from conftest import _NAMES, start_viewer
from playwright.sync_api import Page, sync_playwright

MOVES = 30
SLOW_MS, FAST_MS = 150, 25
LEAST_PICTURE = 5_000
"""Bytes of a picture, at least; other messages are smaller."""
PATIENCE_MS = 300_000
_WATCH = """() => {
  document.addEventListener('mousemove', () => window.moved.push(performance.now()), true);
  new MutationObserver(() => window.changed.push(performance.now())).observe(
    document.querySelector('#results'), {subtree: true, characterData: true, childList: true});
}"""


def main() -> None:
    """Measure and print."""
    import shutil

    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("needs Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        viewer = start_viewer(Path(home))
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(viewer.link)
            _prepare(page)
            _measure(page)
            browser.close()
        finally:
            viewer.end()


def _prepare(page: Page) -> None:
    page.get_by_role("button", name="Sample X-ray").click()
    page.wait_for_selector(".badges li:has-text('Radiograph')")
    page.click("#detect")
    page.locator(".message button:not(.close)").click()  # agrees to the licence
    page.wait_for_selector("#landmarks tbody tr")
    page.locator('#landmarks tbody tr[data-id="R:LAE"]').click()
    page.wait_for_timeout(3000)


def _measure(page: Page) -> None:
    pictures: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: pictures.append(len(event["response"]["payloadData"])),
    )
    page.evaluate(_WATCH)
    moved, changed = _drag(page, SLOW_MS)
    waits = [min((c - m for c in changed if c > m), default=None) for m in moved]
    known = sorted(wait for wait in waits if wait is not None)
    print(f"{len(moved)} movements, {len(known)} followed by a changed number")
    print(f"movement to changed number: median {median(known):.0f} ms (wanted: <= 120), ", end="")
    print(f"9 of 10 within {quantiles(known, n=10)[-1]:.0f} ms")
    pictures.clear()
    moved, _ = _drag(page, FAST_MS)
    rate = sum(size > LEAST_PICTURE for size in pictures) / (moved[-1] - moved[0]) * 1000
    print(f"pictures while dragging: {rate:.1f} per second (wanted: >= 10)")


def _drag(page: Page, pause_ms: int) -> tuple[list[float], list[float]]:
    """Drag the landmark in the middle to and fro; times of movements and of changed numbers, ms."""
    box = page.locator(".views").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.wait_for_timeout(1500)
    page.evaluate("() => { window.moved = []; window.changed = []; }")
    page.mouse.down()
    for move in [*range(1, MOVES), *range(MOVES, -1, -1)]:
        page.mouse.move(x - 1.5 * move, y - 0.5 * move)
        page.wait_for_timeout(pause_ms)
    page.mouse.up()
    page.wait_for_timeout(1500)
    return page.evaluate("window.moved"), page.evaluate("window.changed")


if __name__ == "__main__":
    main()
