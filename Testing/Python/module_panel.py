"""The module's panel in real Qt on a real scene, with a scripted worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pythonqt
from pythonqt.wrapping import FAILURES
from scripted_child import scripted_worker

from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.session import HipSession
from HipLandmarksLib.synthesis import make_phantom

MODULE = Path(__file__).resolve().parents[2] / "HipLandmarks" / "HipLandmarks.py"
SLICES = (16, 17, 18)
LONGEST_S = 60.0


class ScriptedSession(HipSession):
    """A session whose model is a script; its name says what the worker does."""

    model = "well"

    def begin_detection(self, volume_node: Any, **changes: Any) -> Any:
        """Detect with the script instead of a network."""
        changes["model"] = Path("/scripts") / self.model
        return super().begin_detection(volume_node, **changes)


class Hands:
    """What a person does with the panel.

    Attributes:
        widget: the HipLandmarksWidget.
        ui: its widgets.
        desktop: the application.
        session: the studies.
    """

    def __init__(self, desktop: pythonqt.Desktop, widget: Any, session: ScriptedSession) -> None:
        self.desktop, self.widget, self.session = desktop, widget, session
        self.ui, self.scene = widget.ui, desktop.slicer.mrmlScene
        self.case = make_phantom(slices=SLICES)

    def load(self, with_landmarks: bool = True) -> Any:
        """Add the sample and choose it; returns its volume node."""
        volume = add_volume(self.scene, self.case.image)
        if with_landmarks:
            self.session.show(volume, self.case.landmarks)
        self.ui.volume.setCurrentNode(volume)
        self.turn()
        return volume

    @property
    def study(self) -> HipStudy:
        """The study that is shown."""
        return self.widget.panel.desk.study

    def turn(self) -> None:
        """A turn of the event loop."""
        pythonqt.process_events()

    def wait_for(self, condition: Any) -> None:
        """Turn the event loop until something is so."""
        end = time.monotonic() + LONGEST_S
        while not condition():
            assert time.monotonic() < end, "the panel never got there"
            pythonqt.process_events()
            time.sleep(0.01)

    def press(self, name: str) -> None:
        """Press a button of the panel."""
        getattr(self.ui, name).click()
        self.turn()

    def command(self, command: Any) -> None:
        """Press the button of a command of the review."""
        self.widget.panel.review.buttons[command].click()
        self.turn()

    def choose(self, box: str, option: str) -> None:
        """Choose an option of a combo box by its id, as a person does."""
        combo = getattr(self.ui, box)
        index = combo.findData(option)
        assert index >= 0, option
        combo.currentIndex = index
        combo.activated.emit(index)
        self.turn()

    def drag(self, side: Any, key: str, by: tuple[float, float, float]) -> None:
        """Drag a point by ``by`` (RAS mm) in steps, as the mouse does."""
        node = self.study.points_node(side)
        index = node.GetControlPointIndexByLabel(key)
        r, a, s = node.GetNthControlPointPosition(index)
        node.InvokeEvent(node.PointStartInteractionEvent)
        for step in range(1, 5):
            part = step / 4
            node.SetNthControlPointPosition(
                index, r + part * by[0], a + part * by[1], s + part * by[2]
            )
        node.InvokeEvent(node.PointEndInteractionEvent)

    def results(self) -> dict[str, list[str]]:
        """The measurement table as it is shown: texts by the name of the row."""
        table = self.ui.results
        rows = [_texts(table, row) for row in range(table.rowCount)]
        return {row[0]: row[1:] for row in rows}

    def landmarks(self) -> list[list[str]]:
        """The review list as it is shown."""
        return [_texts(self.ui.landmarks, row) for row in range(self.ui.landmarks.rowCount)]


def _texts(table: Any, row: int) -> list[str]:
    return [table.item(row, column).text() for column in range(table.columnCount)]


@contextmanager
def open_panel(desktop: pythonqt.Desktop, folder: Path, reset: bool = True) -> Iterator[Hands]:
    """The module opened on an empty scene; nothing may be left when it is closed."""
    session = ScriptedSession(desktop.slicer.mrmlScene, worker=scripted_worker(folder / "starting"))

    def before(widget: Any) -> None:
        widget.logic._session = session

    widget = desktop.open_module(MODULE, before)
    try:
        yield Hands(desktop, widget, session)
    finally:
        desktop.close_module(widget)
        if reset:
            desktop.slicer.mrmlScene.Clear(0)
        failures, FAILURES[:] = [*FAILURES], []
    assert failures == []
