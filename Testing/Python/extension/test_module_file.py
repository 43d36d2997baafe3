"""HipLandmarks.py can be opened by a Slicer that has none of our packages, wherever it lies."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

STUBS = Path(__file__).parent / "module_stubs.py"
COPIED = ("HipLandmarksLib", "Resources")


def describe(folder):
    """What the module in ``folder`` says of itself in an interpreter without site-packages."""
    command = [sys.executable, "-I", "-S", str(STUBS), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def in_checkout(repository):
    return describe(repository / "HipLandmarks")


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory):
    """As Slicer installs it: module, library and resources side by side."""
    folder = tmp_path_factory.mktemp("qt-scripted-modules")
    shutil.copy(repository / "HipLandmarks" / "HipLandmarks.py", folder)
    shutil.copytree(repository / "Resources" / "Icons", folder / "Resources" / "Icons")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "HipLandmarksLib", folder / "HipLandmarksLib", ignore=ignore)
    return folder, describe(folder)


def test_nothing_third_party_is_imported_before_it_is_needed(in_checkout):
    assert in_checkout["library_modules_at_import"] == []
    assert set(in_checkout["library_modules_after_construction"]) == {
        "HipLandmarksLib",
        "HipLandmarksLib.errors",
        "HipLandmarksLib.resources",
    }


def test_the_four_classes_that_slicer_looks_for_are_there(in_checkout):
    expected = {"HipLandmarks", "HipLandmarksWidget", "HipLandmarksLogic", "HipLandmarksTest"}
    assert expected <= set(in_checkout["classes"])


def test_the_module_says_what_it_is(in_checkout):
    parent = in_checkout["parent"]
    assert parent["title"] == "Hip Landmarks"
    assert parent["categories"] == ["Quantification"]
    assert parent["dependencies"] == ["Markups", "Tables"]
    assert "not a medical device" in parent["helpText"]
    assert parent["contributors"] and parent["acknowledgementText"]
    assert Path(parent["icon"]).is_file()
    assert in_checkout["signals"] == ["startupCompleted()"]


def test_the_checkout_uses_its_own_library(in_checkout, repository):
    assert Path(in_checkout["library"]) == repository / "HipLandmarksLib" / "__init__.py"


def test_the_installed_module_uses_the_library_beside_it(installed):
    folder, report = installed
    assert Path(report["library"]) == folder / "HipLandmarksLib" / "__init__.py"
    assert Path(report["parent"]["icon"]) == folder / "Resources" / "Icons" / "HipLandmarks.svg"


def test_a_third_party_import_at_file_scope_would_be_noticed(repository, tmp_path):
    """The check itself: it must be able to fail."""
    source = (repository / "HipLandmarks" / "HipLandmarks.py").read_text(encoding="utf-8")
    (tmp_path / "HipLandmarks.py").write_text("import numpy\n" + source, encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(STUBS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "numpy is imported too early" in done.stderr


def panel(repository):
    return ElementTree.parse(repository / "Resources" / "UI" / "HipLandmarks.ui").getroot()


def test_every_widget_that_the_code_uses_is_in_the_panel(repository):
    names = {widget.get("name") for widget in panel(repository).iter("widget")}
    files = [repository / "HipLandmarks" / "HipLandmarks.py"]
    files += (repository / "HipLandmarksLib" / "desktop" / "widgets").glob("*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    used = set(re.findall(r"\bui\.(\w+)", source))
    assert len(used) > 40 and used <= names


def test_every_control_has_a_tooltip_and_the_scene(repository):
    root = panel(repository)
    controls = [w for w in root.iter("widget") if w.get("class") not in ("qMRMLWidget", "QLabel")]
    for widget in controls:
        assert "toolTip" in [p.get("name") for p in widget.findall("property")], widget.get("name")
    mrml = {w.get("name") for w in controls if w.get("class").startswith("qMRML")}
    receivers = {c.findtext("receiver") for c in root.iter("connection")}
    assert mrml == receivers


def test_the_panel_shows_the_notice_and_stores_its_choice(repository):
    root = panel(repository)
    assert "not a medical device" in "".join(root.itertext())
    stored = [
        p.findtext("string")
        for p in root.iter("property")
        if p.get("name") == "SlicerParameterName"
    ]
    assert stored == ["inputVolume", "lockOthers", "showEmpty"]
