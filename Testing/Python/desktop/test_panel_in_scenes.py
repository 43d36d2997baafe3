"""The panel and the scene's life: keys, save and reload, closing, crash, no window, no leaks."""

from __future__ import annotations

import gc

import pytest
from module_panel import open_panel

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.review import Command
from HipLandmarksLib.scene import load_scene, save_scene

RIGHT = Side.RIGHT


@pytest.fixture
def user_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    return tmp_path


@pytest.fixture
def hands(slicer_desktop, user_folder):
    with open_panel(slicer_desktop, user_folder) as found:
        yield found


def press_key(hands, key, widget=None):
    """A key stroke in a slice view, or in another widget."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    view = hands.desktop.slices["Green"]
    view.show()
    target = widget or view.sliceView().VTKWidget()
    target.window().activateWindow()
    target.setFocus()
    hands.turn()
    QTest.keyClick(target, getattr(Qt.Key, f"Key_{key}"))
    hands.turn()


def test_keys_work_in_a_slice_view_and_nowhere_else(hands):
    hands.load()
    editor = hands.widget.panel.review.editor
    press_key(hands, "N")
    first = editor.current
    assert first is not None
    press_key(hands, "A")
    assert hands.study.landmarks[first].position is None
    press_key(hands, "R")
    assert hands.study.landmarks[first].position is not None
    press_key(hands, "A", hands.ui.landmarks._qt)
    assert hands.study.landmarks[first].position is not None


def test_keys_are_given_back_when_another_module_is_opened(hands):
    hands.load()
    hands.widget.exit()
    press_key(hands, "N")
    assert hands.widget.panel.review.keyboard._shortcuts == []
    hands.widget.enter()
    hands.turn()
    press_key(hands, "N")
    assert hands.widget.panel.review.editor.current is not None


def test_a_key_can_be_changed_and_is_kept(slicer_desktop, user_folder):
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        hands.widget.panel.advanced.set_keys(Command.NEXT, "F8")
        press_key(hands, "F8")
        assert hands.widget.panel.review.editor.current is not None
    with open_panel(slicer_desktop, user_folder) as hands:
        assert hands.widget.panel.review.keyboard.keys.keys(Command.NEXT) == ("F8",)
        hands.widget.panel.advanced.set_keys(Command.NEXT, "N")


def test_a_key_that_is_taken_is_refused_in_one_sentence(hands):
    hands.load()
    panel = hands.widget.panel
    with panel.desk.messages.telling():
        panel.advanced.set_keys(Command.NEXT, "A")
    assert "already means" in hands.ui.messageLabel.text


def test_everything_is_there_again_after_saving_and_loading(hands, tmp_path):
    hands.load()
    hands.drag(RIGHT, "LCP", (0.0, 0.0, 6.0))
    hands.turn()
    hands.choose("edge", "sourcil")
    hands.press("showEmpty")
    results, landmarks = hands.results(), hands.landmarks()
    path = tmp_path / "study.mrb"
    save_scene(hands.scene, path)
    hands.scene.Clear(0)
    hands.turn()
    assert hands.ui.results.rowCount == 0
    load_scene(path, hands.scene)
    hands.turn()
    assert hands.results() == results
    assert hands.landmarks() == landmarks
    assert hands.ui.showEmpty.checked
    hands.command(Command.UNDO)
    assert hands.results() != results


def test_closing_the_scene_empties_the_panel(hands):
    hands.load()
    hands.scene.Clear(0)
    hands.turn()
    assert hands.ui.landmarks.rowCount == 0 and hands.ui.results.rowCount == 0
    assert not hands.ui.detect.enabled
    hands.load()
    assert hands.ui.results.rowCount > 0


def test_closing_the_scene_while_a_model_reads_ends_the_reading(hands):
    hands.load(with_landmarks=False)
    hands.session.model = "hangs"
    hands.press("detect")
    hands.scene.Clear(0)
    hands.turn()
    assert hands.ui.detect.text == "Detect landmarks"
    assert hands.session.studies == ()


def test_a_removed_volume_is_shown_no_more(hands):
    hands.scene.RemoveNode(hands.load())
    hands.turn()
    assert not hands.ui.detect.enabled
    assert hands.ui.results.rowCount == 0


def test_an_interrupted_review_is_offered_again(slicer_desktop, user_folder):
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        hands.drag(RIGHT, "LCP", (0.0, 0.0, 6.0))
        hands.turn()
        moved = hands.results()
        hands.widget.panel._editors._editors.clear()  # as in a crash: nothing is closed
    del hands
    gc.collect()  # a process that crashed holds no file open
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        assert hands.ui.restoreFrame.visible
        assert hands.results() != moved
        hands.press("restore")
        assert hands.results() == moved
        assert not hands.ui.restoreFrame.visible


def test_a_saved_scene_needs_no_autosave(slicer_desktop, user_folder):
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        hands.drag(RIGHT, "LCP", (0.0, 0.0, 6.0))
        hands.turn()
        slicer_desktop.app.coreIOManager().fileSaved.emit({"fileName": "/somewhere/case.mrb"})
        hands.widget.panel._editors._editors.clear()
    del hands
    gc.collect()
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        assert not hands.ui.restoreFrame.visible


def test_a_reload_brings_the_panel_back(hands):
    """``qSlicerScriptedLoadableModuleWidget::reload`` calls setup and never enter."""
    hands.load()
    widget = hands.widget
    widget.cleanup()
    widget.setup()
    hands.turn()
    assert widget.ui.results.rowCount > 0


def test_no_observer_of_the_widgets_stays_on_the_parameter_node(hands):
    """Slicer before 5.12 leaves one each time, and ends when it is called after a collection."""
    hands.load()
    node = hands.widget._parameterNode.parameterNode
    for _ in range(2):
        hands.widget.exit()
        hands.widget.enter()
    assert node.HasObserver("ModifiedEvent")
    hands.widget.exit()
    assert not node.HasObserver("ModifiedEvent")
    hands.widget.enter()


def test_nothing_is_left_when_the_module_goes(slicer_desktop, user_folder):
    scene = slicer_desktop.slicer.mrmlScene

    def observers():
        names = ("StartCloseEvent", "EndCloseEvent", "EndImportEvent", "NodeAddedEvent")
        return [scene.HasObserver(getattr(scene, name)) for name in names]

    nodes = {node.GetID() for node in _nodes(scene)}
    before = observers()
    with open_panel(slicer_desktop, user_folder) as hands:
        hands.load()
        hands.drag(RIGHT, "LCP", (0.0, 0.0, 6.0))
        hands.turn()
    assert observers() == before
    assert {node.GetID() for node in _nodes(scene)} <= nodes
    assert slicer_desktop.slices["Green"].findChildren(_shortcut()) == []


def _shortcut():
    from PySide6.QtGui import QShortcut

    return QShortcut


def _nodes(scene):
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
