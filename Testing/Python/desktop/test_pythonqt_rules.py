"""The stand-in for PythonQt refuses what PythonQt refuses, so that no test passes because of it.

Each rule names where PythonQt or Slicer states it.
"""

from __future__ import annotations

import pytest
import pythonqt

UI = """<ui version="4.0"><class>Root</class><widget class="qMRMLWidget" name="Root">
<layout class="QVBoxLayout" name="rootLayout"><item>
<widget class="{kind}" name="inner"><property name="text"><string>hello</string></property></widget>
</item></layout></widget><customwidgets>
<customwidget><class>qMRMLWidget</class><extends>QWidget</extends><header>q.h</header></customwidget>
{custom}</customwidgets><connections>{connections}</connections></ui>"""
CONNECTION = (
    "<connection><sender>Root</sender><signal>{signal}</signal>"
    "<receiver>inner</receiver><slot>{slot}</slot></connection>"
)
CUSTOM = (
    "<customwidget><class>{0}</class><extends>QWidget</extends>"
    "<header>{0}.h</header></customwidget>"
)


@pytest.fixture
def qt(slicer_desktop):
    return slicer_desktop.qt


@pytest.fixture
def load(slicer_desktop, tmp_path):
    """Loads a panel with one inner widget."""

    def build(kind="QLabel", custom="", connections=""):
        path = tmp_path / "panel.ui"
        path.write_text(UI.format(kind=kind, custom=custom, connections=connections))
        return slicer_desktop.slicer.util.loadUI(str(path))

    return build


def test_a_property_is_a_value_and_not_a_method(qt):
    """PythonQtClassInfo::member looks for properties first."""
    label = qt.QLabel("hello")
    assert label.text == "hello"
    with pytest.raises(TypeError):
        label.text()
    with pytest.raises(TypeError):
        label.enabled()
    with pytest.raises(TypeError):
        qt.QTableWidget().rowCount()


def test_a_reader_with_another_name_stays_a_method(qt):
    """generated_cpp: PythonQtWrapper_QWidget::isVisible and that of isChecked."""
    assert qt.QCheckBox().isChecked() is False
    assert qt.QCheckBox().isVisible() is False


def test_properties_are_set_by_assignment_and_by_their_setter(qt):
    label = qt.QLabel()
    label.text = "one"
    label.setToolTip("two")
    assert (label.text, label.toolTip) == ("one", "two")


def test_nothing_else_can_be_set_on_a_qt_object(qt):
    """PythonQtInstanceWrapper_setattro: not on direct wrappers, nor over signals and slots."""
    label = qt.QLabel()
    for name in ("mine", "setText", "linkActivated"):
        with pytest.raises(AttributeError):
            setattr(label, name, 1)
    with pytest.raises(AttributeError):
        _ = label.no_such_thing
    with pytest.raises(AttributeError):
        label.set_text("snake case is PySide's")


def test_name_is_the_object_name(qt):
    """PYTHONQT_SUPPORT_NAME_PROPERTY of PythonQtClassInfo::lookForPropertyAndCache."""
    label = qt.QLabel()
    label.name = "left"
    assert label.objectName == "left"


def test_keyword_arguments_are_refused_by_methods(qt):
    """PythonQtSlotFunction_CallImpl: only for slots whose last parameter is named kwargs."""
    with pytest.raises(ValueError, match="keyword"):
        qt.QLabel().setText(text="hello")


def test_single_shot_of_a_timer_is_set_by_its_setter(qt):
    """PythonQtClassInfo leaves the property out, for the static function has the same name."""
    timer = qt.QTimer()
    timer.setSingleShot(True)
    assert timer.isSingleShot() is True
    with pytest.raises(AttributeError):
        timer.singleShot = True


def test_signals_are_connected_by_their_cpp_signature(qt):
    heard = []
    button = qt.QPushButton("press")
    button.checkable = True
    button.connect("clicked(bool)", heard.append)
    button.toggled.connect(lambda on: heard.append(("toggled", on)))
    button.click()
    assert heard == [("toggled", True), True]
    button.disconnect("clicked(bool)", heard.append)


def test_a_slot_gets_no_more_arguments_than_it_takes(qt):
    heard = []
    button = qt.QPushButton("press")
    button.connect("clicked(bool)", lambda: heard.append("pressed"))
    button.click()
    assert heard == ["pressed"]


@pytest.mark.parametrize("signal", ["clicked", "pressed(bool)", "noSuchSignal()"])
def test_a_signal_that_does_not_exist_is_refused(qt, signal):
    """PythonQtStdDecorators::connect prints and returns False; here it must not go unseen."""
    with pytest.raises(ValueError, match="does not exist"):
        qt.QPushButton().connect(signal, print)


def test_overloads_are_not_chosen_by_subscript(qt):
    """PythonQtSignal.cpp: "TODO: implement tp_as_mapping to support overload resolution"."""
    with pytest.raises(TypeError):
        qt.QSpinBox().valueChanged[int]


def test_an_error_in_a_slot_does_not_reach_the_sender(qt, capsys):
    from pythonqt.wrapping import FAILURES

    button = qt.QPushButton()
    button.connect("clicked(bool)", lambda: 1 / 0)
    button.click()
    assert isinstance(FAILURES.pop(), ZeroDivisionError)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_destroyed_object_says_so(qt):
    label = qt.QLabel("hello")
    label.delete()
    assert not label
    with pytest.raises(ValueError, match="destroyed"):
        _ = label.text


def test_dialogs_return_the_value_alone(qt):
    """PythonQtWrapper_QFileDialog::static_QFileDialog_getSaveFileName returns a QString."""
    assert qt.QFileDialog.getSaveFileName.answers == "value"
    assert qt.QInputDialog.getText.answers == "value"


def test_functions_of_slicers_widgets_are_seen_when_qt_knows_them(slicer_desktop):
    selector = slicer_desktop.slicer.qMRMLNodeComboBox()
    selector.setMRMLScene(slicer_desktop.slicer.mrmlScene)
    assert selector.currentNode() is None
    with pytest.raises(AttributeError):
        selector.blessed()


def test_the_loader_finds_children_by_name(load, slicer_desktop):
    root = load()
    assert root.inner.text == "hello"
    ui = slicer_desktop.slicer.util.childWidgetVariables(root)
    assert ui.inner.text == "hello"


def test_the_loader_refuses_what_slicer_does_not_have(load):
    with pytest.raises(ValueError, match="ctkFancyWidget"):
        load(kind="ctkFancyWidget", custom=CUSTOM.format("ctkFancyWidget"))


@pytest.mark.parametrize(
    ("signal", "slot"),
    [("sceneChanged()", "clear()"), ("mrmlSceneChanged(vtkMRMLScene*)", "setMRMLScene()")],
)
def test_the_loader_refuses_connections_that_qt_could_not_make(load, signal, slot):
    with pytest.raises(ValueError, match="has no"):
        load(connections=CONNECTION.format(signal=signal, slot=slot))


def test_the_scene_is_a_real_one_and_everything_goes_afterwards(slicer_desktop):
    slicer = slicer_desktop.slicer
    assert slicer.mrmlScene.IsA("vtkMRMLScene")
    assert slicer.app.layoutManager().sliceViewNames() == ["Red", "Yellow", "Green"]


def test_a_missing_system_library_is_named_with_what_to_do(monkeypatch):
    def missing(name):
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(RuntimeError, match=r"apt install .*libegl1.*libEGL\.so\.1"):
        pythonqt.load_qt()
