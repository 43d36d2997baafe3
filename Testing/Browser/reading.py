"""What a page is like for those who see little or use keys only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_MOST_STOPS = 400
_UNFOLD = """() => {
  window.unfolded = [...document.querySelectorAll(".panel details:not([open])")];
  window.unfolded.forEach(each => each.open = true);
}"""
_STOP = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    name: (here.getAttribute("aria-label") || here.textContent || here.id).trim().slice(0, 60),
    tag: here.tagName.toLowerCase(),
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def unreadable(page: Page) -> list[str]:
    """What cannot be read or has no name, all sections open, in dark and in light colours."""
    script = Path(__file__).with_name("reading.js").read_text(encoding="utf-8")
    page.evaluate(_UNFOLD)
    faults = []
    for other in ("Light", "Dark"):
        page.wait_for_timeout(300)
        faults += page.evaluate(script)
        page.get_by_role("button", name=other, exact=True).click()
    page.evaluate("window.unfolded.forEach(each => each.open = false)")
    return faults


def stops(page: Page) -> list[dict[str, Any]]:
    """Where the tabulator key stops on its way through the page, in order."""
    page.locator("#page").evaluate("page => { page.tabIndex = -1; page.focus(); }")
    met = []
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        met.append(stop)
    return met
