"""A reader finishes a film with pre-placed points in at most thirty actions, all by keys."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from film_files import write_film
from hip_points import hip_points
from module_panel import Hands

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.measurement import measure
from HipLandmarksLib.panel import Control
from HipLandmarksLib.review import Command
from HipLandmarksLib.scene import repairs_of

MOST_ACTIONS = 30
PIXEL_MM = 2.5
MIDDLE = (200.0, 0.0, -140.0)
ONE_BY_ONE = 8
"""So many points are looked at one by one, the least sure first; the rest is accepted at once."""
KEYS = {
    Command.NEXT_LEAST_SURE: "Space",
    Command.ACCEPT: "Return",
    Command.ACCEPT_REST: "Shift+Return",
    Command.STEP_UP: "Shift+Up",
    Command.OCCLUDED: "O",
    Command.UNDO: "Ctrl+Z",
}


class Reader:
    """Counts what a person does: a key, a click, a choice are one action each."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.actions: list[str] = []

    def does(self, what: str) -> None:
        self.actions.append(what)
        self.hands.turn()

    def presses(self, command: Command) -> None:
        """A key of the review, in the coronal view."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        *modifiers, key = KEYS[command].split("+")
        assert KEYS[command] in command.default_keys
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            names = {"Ctrl": "ControlModifier", "Shift": "ShiftModifier"}
            held |= getattr(Qt.KeyboardModifier, names[modifier])
        view = self.hands.desktop.slices["Green"]
        view.show()
        target = view.sliceView().VTKWidget()
        target.window().activateWindow()
        target.setFocus()
        self.hands.turn()
        QTest.keyClick(target, getattr(Qt.Key, f"Key_{key}"), held)
        self.does(KEYS[command])


def film_as_slicer_loads_it(hands: Hands, path: Path) -> Any:
    """Through Slicer's own reader: axial, the detector's pixel size."""
    write_film(path, ImagerPixelSpacing=[PIXEL_MM, PIXEL_MM])
    node = hands.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", path.stem)
    storage = hands.scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    node.SetAndObserveStorageNodeID(storage.GetID())
    node.CreateDefaultDisplayNodes()
    return node


def placed_points() -> HipLandmarks:
    """Two hips in the middle of the film, one cam among them."""
    points = [
        replace(point, position=tuple(np.add(point.position, MIDDLE).tolist()))
        for side, alpha in ((Side.RIGHT, 66.0), (Side.LEFT, 45.0))
        for point in hip_points(side, alpha, 30.0, 0.0)
    ]
    return HipLandmarks.of(points, case_id="film")


def test_from_the_loaded_film_to_the_numbers_in_thirty_actions(hands, tmp_path):
    reader = Reader(hands)
    film = film_as_slicer_loads_it(hands, tmp_path / "film.dcm")
    reader.does("add the film with Slicer's own means")
    hands.ui.volume.setCurrentNode(film)
    reader.does("choose it")
    assert repairs_of(film), "it was loaded axially"
    hands.session.show(film, placed_points())
    hands.widget.panel.show()
    editor = hands.widget.panel.review.editor
    assert editor.open_count == len(placed_points())

    reader.presses(Command.NEXT_LEAST_SURE)
    for number in range(ONE_BY_ONE):
        before = editor.current
        if number in (1, 4):
            for _ in range(3):
                reader.presses(Command.STEP_UP)
        if number == 6:
            reader.presses(Command.OCCLUDED)
            reader.presses(Command.UNDO)
        reader.presses(Command.ACCEPT)
        assert editor.item(before).reviewed
    reader.presses(Command.ACCEPT_REST)
    assert editor.open_count == 0

    hands.choose("reference", "ischium")
    reader.does("choose the reference line")
    hands.press("copy")
    reader.does("copy the numbers")
    table = tmp_path / "numbers.csv"
    hands.widget.panel.measurements.save_as(table)
    reader.does("press 'Save CSV'")
    reader.does("accept the name of the file")

    assert len(reader.actions) <= MOST_ACTIONS, reader.actions
    numbers_are_those_of_the_points(hands, table)


def numbers_are_those_of_the_points(hands: Hands, table: Path) -> None:
    study = hands.study
    fresh = measure(study.landmarks, study.plane, study.settings)
    values = {(m.id, m.side): m.value for m in study.measurements}
    assert values == pytest.approx({(m.id, m.side): m.value for m in fresh})
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["measurement"], row["side"]): row["value"] for row in csv.DictReader(file)}
    for side in Side:
        shown = study.measurement(side, "alpha").value
        assert float(rows["alpha", side.word]) == pytest.approx(shown, abs=0.05)


def test_every_command_of_the_review_has_a_key_of_its_own():
    keys = [key for command in Command for key in command.default_keys]
    assert all(command.default_keys for command in Command)
    assert len(keys) == len(set(keys))


def test_every_control_of_the_panel_can_be_reached_with_the_tabulator(hands):
    """Press, toggle and choose are then Qt's own: space, arrow keys, letters."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

    hands.load()
    names = {control.object_name for control in Control} - {"cancel"}  # the button of Detect
    unreachable = set()
    for name in names:
        widget = getattr(hands.ui, name)._qt  # some consist of several widgets
        parts = [widget, *widget.findChildren(QWidget)]
        if not any(part.focusPolicy() & Qt.FocusPolicy.TabFocus for part in parts):
            unreachable.add(name)
    assert unreachable == set()
