"""The panel in real Qt on a real scene, as the tests of the desktop use it."""

from __future__ import annotations

import pytest
import pythonqt
from module_panel import open_panel


@pytest.fixture(scope="module")
def slicer_desktop():
    with pythonqt.desktop() as found:
        yield found


@pytest.fixture
def hands(slicer_desktop, tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    with open_panel(slicer_desktop, tmp_path) as found:
        yield found
