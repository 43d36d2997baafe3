"""Slicer starts modules without a main window, too; nothing of the panel may need one."""

from __future__ import annotations

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
