"""Packages are installed through Slicer's own means, after asking, and torch is left alone."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import types
from pathlib import Path

import pytest

pytest.importorskip("slicer")

from HipLandmarksLib.desktop import packages
from HipLandmarksLib.errors import MissingDependencyError


def stand_in(monkeypatch, name, **members):
    """A module of Slicer's application that a bare Python does not have."""
    stub = types.ModuleType(name)
    stub.__spec__ = importlib.machinery.ModuleSpec(name, None)
    vars(stub).update(members)
    monkeypatch.setitem(sys.modules, name, stub)
    return stub


@pytest.fixture
def without_torch(monkeypatch):
    found = importlib.util.find_spec
    missing = {"torch"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else found(name)
    )


def packaging(monkeypatch, ensure):
    import slicer

    stub = stand_in(
        monkeypatch,
        "slicer.packaging",
        load_requirements=lambda path: Path(path).read_text(encoding="utf-8"),
        pip_ensure=ensure,
    )
    monkeypatch.setattr(slicer, "packaging", stub, raising=False)


def test_requirements_are_installed_without_touching_torch(monkeypatch):
    asked = []

    def ensure(requirements, constraints, requester):
        asked.append((requirements, Path(constraints).read_text(encoding="utf-8"), requester))

    packaging(monkeypatch, ensure)
    stand_in(monkeypatch, "torch", __version__="2.9.1+cu128")
    packages.ensure_detection_packages()
    ((requirements, constraints, requester),) = asked
    assert "segmentation-models-pytorch" in requirements and "\ntorch" not in requirements
    assert constraints == "torch==2.9.1+cu128\n"
    assert requester == "HipLandmarks"


def test_declining_is_an_error_that_says_what_to_do(monkeypatch):
    def decline(*_, **__):
        raise RuntimeError("User declined package installation.")

    packaging(monkeypatch, decline)
    stand_in(monkeypatch, "torch", __version__="2.9.1")
    with pytest.raises(MissingDependencyError, match="Press Detect again"):
        packages.ensure_detection_packages()


def test_torch_comes_from_the_pytorch_extension(monkeypatch, without_torch):
    calls = []
    torch = types.SimpleNamespace(__version__="2.9.1")

    class Logic:
        def installTorch(self, **arguments):  # noqa: N802
            calls.append(arguments)
            return torch

    stand_in(monkeypatch, "PyTorchUtils", PyTorchUtilsLogic=Logic)
    packaging(monkeypatch, lambda *_, **__: None)
    packages.ensure_detection_packages()
    assert calls == [{"askConfirmation": True, "torchVersionRequirement": ">=2.4"}]


def test_a_declined_torch_is_an_error(monkeypatch, without_torch):
    class Logic:
        def installTorch(self, **_):  # noqa: N802
            return None

    stand_in(monkeypatch, "PyTorchUtils", PyTorchUtilsLogic=Logic)
    with pytest.raises(MissingDependencyError, match="was not installed"):
        packages.ensure_detection_packages()


def test_a_missing_pytorch_extension_is_named(without_torch):
    with pytest.raises(MissingDependencyError, match="extension 'PyTorch'"):
        packages.ensure_detection_packages()
