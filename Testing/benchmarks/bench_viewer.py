"""How soon the page of the viewer follows the mouse, in a real browser.

A landmark of a sample is dragged with the mouse of a headless Chromium at 1280 x 800. Told are the
time from a movement to the changed number on the page, pictures per second, and on Linux the time
of the processor that the viewer needs per movement, which other programs do not lengthen much.

python Testing/benchmarks/bench_viewer.py [xray|mri]
"""

from __future__ import annotations

import os
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
  window.moved = []; window.changed = [];
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
            _prepare(page, (sys.argv[1:] or ["xray"])[0])
            _measure(page, viewer.process.pid)
            browser.close()
        finally:
            viewer.end()


def _prepare(page: Page, kind: str) -> None:
    name, badge = {"xray": ("X-ray", "Radiograph"), "mri": ("MRI", "MRI")}[kind]
    page.get_by_role("button", name=f"Sample {name}").click()
    page.wait_for_selector(f".badges li:has-text('{badge}')")
    page.click("#detect")
    page.wait_for_selector("#landmarks tbody tr, .message button:not(.close)")
    if page.locator("#landmarks tbody tr").count() == 0:
        page.locator(".message button:not(.close)").click()  # agrees to the licence
    page.wait_for_selector("#landmarks tbody tr")
    page.locator('#landmarks tbody tr[data-id="R:LAE"]').click()
    page.wait_for_timeout(3000)


def _measure(page: Page, process: int) -> None:
    pictures: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: pictures.append(len(event["response"]["payloadData"])),
    )
    page.evaluate(_WATCH)
    before = _processor_s(process)
    moved, changed = _drag(page, SLOW_MS)
    spent = _processor_s(process) - before
    waits = [min((c - m for c in changed if c > m), default=None) for m in moved]
    known = sorted(wait for wait in waits if wait is not None)
    print(f"{len(moved)} movements, {len(known)} followed by a changed number")
    print(f"movement to changed number: median {median(known):.0f} ms (wanted: <= 120), ", end="")
    print(f"9 of 10 within {quantiles(known, n=10)[-1]:.0f} ms")
    if spent > 0.0:
        print(f"processor time of the viewer per movement: {1000 * spent / len(moved):.0f} ms")
    pictures.clear()
    moved, _ = _drag(page, FAST_MS)
    rate = sum(size > LEAST_PICTURE for size in pictures) / (moved[-1] - moved[0]) * 1000
    print(f"pictures while dragging: {rate:.1f} per second (wanted: >= 10)")


def _processor_s(process: int) -> float:
    """Time of the processor that a process has used so far; 0 where that is not known."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _drag(page: Page, pause_ms: int) -> tuple[list[float], list[float]]:
    """Drag the landmark in the middle to and fro; times of movements and of changed numbers, ms."""
    box = page.locator(".views img").first.bounding_box()
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
