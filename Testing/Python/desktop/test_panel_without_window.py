"""Slicer starts modules without a main window, too; nothing of the panel may need one."""

from __future__ import annotations

import os
import subprocess
import sys

import pythonqt
from module_panel import open_panel

from HipLandmarksLib.review import Command


def test_reviewing_and_measuring_work_without_a_main_window(tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    with pythonqt.desktop(main_window=False) as bare, open_panel(bare, tmp_path) as hands:
        hands.load()
        assert hands.results()["Alpha angle"][0]
        hands.command(Command.NEXT_LEAST_SURE)
        hands.command(Command.ABSENT)


WITHOUT_TORCH = """
import sys
for name in ("torch", "torchvision", "segmentation_models_pytorch", "safetensors", "timm"):
    sys.modules[name] = None  # importing it fails from now on
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import pythonqt
import os
import subprocess
import sys

from module_panel import open_panel
from HipLandmarksLib.review import Command

with pythonqt.desktop() as bare, open_panel(bare, Path(sys.argv[2])) as hands:
    hands.load()
    hands.command(Command.NEXT_LEAST_SURE)
    hands.command(Command.ABSENT)
    hands.ui.results.setCurrentCell(0, 0)
    assert "Alpha angle" in hands.results()
    hands.press("detect")
    assert "PyTorch" in hands.ui.messageLabel.text, hands.ui.messageLabel.text
    assert hands.ui.detect.text == "Detect landmarks"
"""


def test_without_torch_detect_says_what_is_missing_and_the_rest_works(tmp_path, repository):
    environment = {**os.environ, "HIPLANDMARKS_MODELS": str(tmp_path / "user" / "models")}
    tests = repository / "Testing" / "Python"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tests), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
