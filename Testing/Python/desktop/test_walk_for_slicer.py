"""The walk of ``Testing/Slicer`` itself: it runs here, too, as far as there is no Slicer."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from module_panel import MODULE, open_panel
from pythonqt.desktop import import_file

from HipLandmarksLib.desktop.self_test import check_review
from HipLandmarksLib.scene import load_scene, new_scene, save_scene
from HipLandmarksLib.session import HipSession, samples
from HipLandmarksLib.synthesis import make_phantom, sample_parameters

WALK = MODULE.parents[1] / "Testing" / "Slicer" / "HipLandmarksWalk.py"
NOT_HERE = {"test_9_detection_in_the_worker"}
"""Needs the network, which other tests run."""


def load_volume(scene: Any, path: str) -> Any:
    """As ``slicer.util.loadVolume``, by Slicer's own reader."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", Path(path).stem)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(path)
    assert storage.ReadData(node)
    node.SetAndObserveStorageNodeID(storage.GetID())
    node.CreateDefaultDisplayNodes()
    return node


def test_the_walk_passes(slicer_desktop, tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    case = make_phantom(sample_parameters(), slices=(16, 17, 18))
    monkeypatch.setattr(samples, "_phantom", lambda: (case.image, case.landmarks))
    slicer = slicer_desktop.slicer
    scene, util = slicer.mrmlScene, slicer.util
    for name, function in {
        "selectModule": lambda name: None,
        "saveScene": lambda path: save_scene(scene, Path(path)) or True,
        "loadScene": lambda path: load_scene(Path(path), scene),
        "loadVolume": lambda path: load_volume(scene, path),
    }.items():
        monkeypatch.setattr(util, name, function, raising=False)
    with open_panel(slicer_desktop, tmp_path):
        walk = import_file(WALK)
        names = unittest.TestLoader().getTestCaseNames(walk.HipLandmarksWalk)
        assert len(names) == 9
        result = unittest.TestResult()
        suite = unittest.TestSuite(walk.HipLandmarksWalk(n) for n in names if n not in NOT_HERE)
        suite.run(result)
    problems = [text for _test, text in (*result.errors, *result.failures)]
    assert problems == [] and result.testsRun == len(names) - len(NOT_HERE)


def test_the_self_test_of_the_review_passes():
    session = HipSession(new_scene())
    check_review(session)
    session.end()


def test_both_samples_are_registered_and_load_what_they_name(slicer_desktop, monkeypatch):
    case = make_phantom(sample_parameters(), slices=(16, 17, 18))
    monkeypatch.setattr(samples, "sample_case", lambda *_: (case.image, case.landmarks))
    registered: list[dict[str, Any]] = []
    logic = SimpleNamespace(registerCustomSampleDataSource=lambda **f: registered.append(f))
    monkeypatch.setitem(sys.modules, "SampleData", SimpleNamespace(SampleDataLogic=logic))
    import_file(MODULE).registerSampleData()
    assert [facts["sampleName"] for facts in registered] == [s.title for s in samples.Sample]
    for facts in registered:
        assert facts["uris"] == facts["fileNames"] == facts["nodeNames"] == []
        (node,) = facts["customDownloader"]("source")
        assert node.GetName() == facts["sampleName"]
    slicer_desktop.slicer.mrmlScene.Clear(0)
