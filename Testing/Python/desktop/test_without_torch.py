"""A Slicer without PyTorch and without any package of ours: reviewing and measuring work there."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")

ABSENT = (
    "torch",
    "torchvision",
    "segmentation_models_pytorch",
    "timm",
    "safetensors",
    "matplotlib",
    "tqdm",
    "pingouin",
    "pandas",
    "yaml",
)
"""What a fresh Slicer lacks; it has NumPy, SciPy, SimpleITK, pydicom and Pillow."""

REVIEW = """
import sys
for name in {absent!r}:
    sys.modules[name] = None  # importing it fails from now on

import slicer
from pathlib import Path
from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.session import HipSession
from HipLandmarksLib.session.requirements import missing_packages
from HipLandmarksLib.detection.catalogue import ModelCatalogue
from HipLandmarksLib.panel import Panel, csv_of
from HipLandmarksLib.review import Command
from HipLandmarksLib.scene import add_volume, load_scene, save_scene
from HipLandmarksLib.scene.editing import StudyEditor
from HipLandmarksLib.synthesis import make_phantom

folder = Path(sys.argv[1])
case = make_phantom(slices=(16, 17, 18))
session = HipSession(slicer.vtkMRMLScene())
study = session.show(add_volume(session.scene, case.image), case.landmarks)
editor = StudyEditor(study, folder / "journal")
before = study.measurement(Side.RIGHT, "alpha").value
editor.go_to((Side.RIGHT, "LCP"))
assert editor.execute(Command.STEP_UP).done
after = study.measurement(Side.RIGHT, "alpha").value
assert before is not None and after is not None and before != after
panel = Panel()
panel.show(study, editor)
assert panel.measurements and "alpha" in csv_of(study).lower()
save_scene(session.scene, folder / "case.mrb")
editor.close()
session.end()
again = HipSession(load_scene(folder / "case.mrb"))
again.reopen()
volume = again.scene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
assert abs(again.study(volume).measurement(Side.RIGHT, "alpha").value - after) < 1e-6
assert all(entry.usable for entry in ModelCatalogue("/nowhere").entries())
assert missing_packages()[0] == "PyTorch"
again.end()
"""


def test_review_measuring_export_and_scene_files_need_none_of_our_packages(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", REVIEW.format(absent=ABSENT), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_the_packages_are_really_absent_there():
    """The test itself: a package that could still be imported would prove nothing."""
    code = (
        "import importlib, sys\n"
        f"for name in {ABSENT!r}:\n"
        "    sys.modules[name] = None\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ModuleNotFoundError:\n"
        "        continue\n"
        "    raise SystemExit(name + ' is there')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
