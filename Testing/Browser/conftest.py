"""A running viewer and a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE_MS = 180_000
_LINK = re.compile(r"(http://\S+)/\?token=(\S+)")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass
class RunningViewer:
    """A viewer in a process of its own."""

    process: subprocess.Popen[str]
    address: str
    token: str
    temporary: Path
    problems: list[str] = field(default_factory=list)

    @property
    def link(self) -> str:
        """The link of the terminal, not used yet."""
        return f"{self.address}/?token={self.token}"

    def end(self) -> int:
        """As Ctrl-C ends it; the exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def crash(self, *arguments: str) -> RunningViewer:
        """Kill it, as nothing can be helped by; another one with the same folders.

        Its worker must not survive it, whatever it does.
        """
        workers = self._workers()
        assert workers
        self.process.kill()
        self.process.wait(60)
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < deadline, "a worker survived"
            time.sleep(0.1)
        return start_viewer(self.temporary.parent, *arguments)

    def _workers(self) -> list[int]:
        """Numbers of the processes that it started."""
        own = str(self.process.pid)
        found = Path("/proc").glob("[0-9]*/stat")
        return [int(stat.parent.name) for stat in found if _parent(stat) == own]


def _parent(stat: Path) -> str:
    try:
        return stat.read_text().rpartition(")")[2].split()[1]
    except OSError:  # it has ended meanwhile
        return ""


def start_viewer(home: Path, *arguments: str) -> RunningViewer:
    """Start ``hiplandmarks app`` with its own folders; returns when it told its link."""
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "TMPDIR": str(temporary),
        "XDG_DATA_HOME": str(home / "data"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "HipLandmarksLib.cli", "app", "--no-browser", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=(home / "stderr.txt").open("w"),
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = _LINK.search(line)
        if found:
            return RunningViewer(process, found[1], found[2], temporary)
    raise AssertionError(f"The viewer did not start: {(home / 'stderr.txt').read_text()[-2000:]}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; its event loop ends with the tests of a file."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs Chromium: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[RunningViewer]:
    """One viewer for the tests of a file, which are the steps of one walk."""
    running = start_viewer(tmp_path_factory.mktemp("viewer"))
    yield running
    if running.process.poll() is None:
        running.end()


@pytest.fixture(scope="module")
def page(viewer: RunningViewer, chromium: Browser) -> Iterator[Page]:
    """The page of the viewer; what goes wrong in it is kept."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    own = context.new_page()
    own.on("console", lambda told: _keep(viewer, told.type, told.text))
    own.on("pageerror", lambda error: viewer.problems.append(str(error)))
    own.on("request", lambda asked: _require_own(viewer, asked.url))
    own.goto(viewer.link)
    own.wait_for_selector("#detect")
    yield own
    context.close()


def _keep(viewer: RunningViewer, kind: str, text: str) -> None:
    if kind == "error":
        viewer.problems.append(text)


def _require_own(viewer: RunningViewer, url: str) -> None:
    if not url.startswith((viewer.address, "data:", "blob:")):
        viewer.problems.append(f"asked {url}")
