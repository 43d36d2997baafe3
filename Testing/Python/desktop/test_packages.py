"""Packages are installed through Slicer's own means, after asking, and torch is left alone."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
import types
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer")

import slicer

from HipLandmarksLib.desktop import packages
from HipLandmarksLib.errors import MissingDependencyError
from HipLandmarksLib.session import requirements


def stand_in(monkeypatch, name: str, **members: Any) -> types.ModuleType:
    """A module of Slicer's application that a bare Python does not have."""
    stub = types.ModuleType(name)
    stub.__spec__ = importlib.machinery.ModuleSpec(name, None)
    vars(stub).update(members)
    monkeypatch.setitem(sys.modules, name, stub)
    return stub


class Environment:
    """Which packages are installed, as far as the code under test can see."""

    def __init__(self, monkeypatch, **versions: str) -> None:
        self.versions = {name.replace("_", "-"): number for name, number in versions.items()}
        real = importlib.util.find_spec

        def find_spec(name: str) -> Any:
            found = name in self.versions if name == "torch" else real(name)
            return found or None

        monkeypatch.setattr(importlib.util, "find_spec", find_spec)
        monkeypatch.setattr(requirements, "version", self.version)

    def version(self, name: str) -> str:
        if name not in self.versions:
            raise PackageNotFoundError(name)
        return self.versions[name]


COMPLETE = {"torch": "2.9.1+cu128", "segmentation_models_pytorch": "0.5.0", "safetensors": "0.6"}


def packaging(monkeypatch, ensure) -> None:
    """``slicer.packaging`` with the given ``pip_ensure``."""
    stub = stand_in(
        monkeypatch,
        "slicer.packaging",
        load_requirements=lambda path: Path(path).read_text(encoding="utf-8"),
        pip_ensure=ensure,
    )
    monkeypatch.setattr(slicer, "packaging", stub, raising=False)


def decline(*_, **__):
    raise RuntimeError("User declined package installation")


def test_nothing_is_asked_when_everything_is_there(monkeypatch):
    Environment(monkeypatch, **COMPLETE)
    packaging(monkeypatch, decline)
    assert requirements.missing_packages() == ()
    packages.ensure_detection_packages()


def test_what_is_missing_is_named_before_anything_is_installed(monkeypatch):
    Environment(monkeypatch, safetensors="0.1")
    missing = requirements.missing_packages()
    assert missing[0] == "PyTorch"
    assert any("segmentation-models-pytorch" in name for name in missing)
    assert any("safetensors" in name for name in missing), "0.1 is too old"


def test_requirements_are_installed_without_touching_torch_or_slicers_numpy(monkeypatch):
    environment = Environment(
        monkeypatch, torch="2.9.1+cu128", torchvision="0.24.1", numpy="2.1.3", pillow="12"
    )
    asked = []

    def ensure(requirements, constraints, requester):
        asked.append((requirements, Path(constraints).read_text(encoding="utf-8"), requester))
        environment.versions.update({"segmentation-models-pytorch": "0.5", "safetensors": "0.6"})

    packaging(monkeypatch, ensure)
    packages.ensure_detection_packages()
    ((requirements, constraints, requester),) = asked
    assert "segmentation-models-pytorch" in requirements and "\ntorch" not in requirements
    assert constraints == "torch==2.9.1+cu128\ntorchvision==0.24.1\nnumpy==2.1.3\n"
    assert requester == "HipLandmarks"


def test_declining_is_an_error_that_says_what_to_do(monkeypatch):
    Environment(monkeypatch, torch="2.9.1")
    packaging(monkeypatch, decline)
    with pytest.raises(MissingDependencyError, match=r"Press\s+Detect again"):
        packages.ensure_detection_packages()


def test_a_failed_download_names_network_and_proxy(monkeypatch):
    def offline(*_, **__):
        raise subprocess.CalledProcessError(1, "pip")

    Environment(monkeypatch, torch="2.9.1")
    packaging(monkeypatch, offline)
    with pytest.raises(MissingDependencyError, match=r"proxy \(HTTPS_PROXY"):
        packages.ensure_detection_packages()


def test_slicers_testing_mode_which_installs_nothing_is_not_taken_for_success(monkeypatch):
    Environment(monkeypatch, torch="2.9.1")
    packaging(monkeypatch, lambda *_, **__: None)
    with pytest.raises(MissingDependencyError, match="were not installed: segmentation"):
        packages.ensure_detection_packages()


@pytest.mark.parametrize("agrees", [True, False])
def test_a_slicer_without_packaging_installs_by_its_older_means_after_asking(monkeypatch, agrees):
    environment = Environment(monkeypatch, torch="2.9.1")
    installed = []

    def pip_install(arguments):
        constraints = Path(arguments[arguments.index("--constraint") + 1])
        installed.append((arguments[:-2], constraints.read_text(encoding="utf-8")))
        environment.versions.update({"segmentation-models-pytorch": "0.5", "safetensors": "0.6"})

    app = types.SimpleNamespace(testingEnabled=lambda: False)
    monkeypatch.setattr(slicer, "app", app, raising=False)
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "slicer.packaging" else real(name),
    )
    stand_in(
        monkeypatch,
        "slicer.util",
        confirmOkCancelDisplay=lambda text, title: agrees,
        pip_install=pip_install,
    )
    if agrees:
        packages.ensure_detection_packages()
        assert installed[0][1] == "torch==2.9.1\n"
        assert "safetensors>=0.4" in installed[0][0]
    else:
        with pytest.raises(MissingDependencyError, match="you declined"):
            packages.ensure_detection_packages()
        assert installed == []


def extension(monkeypatch, install) -> None:
    """The PyTorch extension with the given ``installTorch``."""
    logic = type("Logic", (), {"installTorch": lambda self, **options: install(**options)})
    stand_in(monkeypatch, "PyTorchUtils", PyTorchUtilsLogic=logic)


def test_torch_comes_from_the_pytorch_extension(monkeypatch):
    Environment(monkeypatch)
    calls = []
    extension(monkeypatch, lambda **options: calls.append(options) or types.SimpleNamespace())
    packages.ensure_torch()
    assert calls == [{"askConfirmation": True, "torchVersionRequirement": ">=2.4"}]


def test_a_declined_torch_is_an_error(monkeypatch):
    Environment(monkeypatch)
    extension(monkeypatch, lambda **_: None)
    with pytest.raises(MissingDependencyError, match="was not installed"):
        packages.ensure_torch()


def test_whatever_goes_wrong_in_the_extension_becomes_one_sentence(monkeypatch):
    def broken(**_):
        raise OSError("libcudart is missing")

    Environment(monkeypatch)
    extension(monkeypatch, broken)
    with pytest.raises(MissingDependencyError, match="libcudart is missing"):
        packages.ensure_torch()


def test_a_missing_pytorch_extension_is_named(monkeypatch):
    Environment(monkeypatch)
    with pytest.raises(MissingDependencyError, match="extension 'PyTorch'"):
        packages.ensure_torch()


def test_a_torch_that_is_too_old_is_told_and_not_replaced_silently(monkeypatch):
    Environment(monkeypatch, torch="1.13.1")
    extension(monkeypatch, lambda **_: pytest.fail("must not install over a loaded torch"))
    with pytest.raises(MissingDependencyError, match=r"1\.13\.1 is too old"):
        packages.ensure_torch()
