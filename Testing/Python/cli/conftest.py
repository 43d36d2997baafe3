"""Small images and a tiny model bundle for running the command line for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    write_image,
)

CORONAL = ((1.0, 0, 0), (0, 0, 1.0), (0, -1.0, 0))
AXIAL = ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a command writes by default lands in the test's own folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _detect_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each detection would cost seconds; tests of the worker ask for it."""
    monkeypatch.setattr("HipLandmarksLib.cli.detecting.DEFAULT", "no")


@pytest.fixture(scope="session")
def make_image_file() -> Callable[..., Path]:
    """Write a 4 x 96 x 128 volume with the given axes (rows: L, P, S) to ``path``."""

    def make(path: Path, axes: ArrayLike = CORONAL) -> Path:
        matrix = np.eye(4)
        matrix[:3, :3] = np.asarray(axes) * np.array([3.0, 3.0, 5.0])
        pixels: NDArray[np.int16] = (
            np.random.default_rng(2).gamma(2.0, 100.0, size=(4, 96, 128)).astype(np.int16)
        )
        calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
        write_image(path, HipImage(pixels, matrix, Modality.MR, calibration, "mri"))
        return path

    return make


@pytest.fixture(scope="session")
def mri(tmp_path_factory: pytest.TempPathFactory, make_image_file: Callable[..., Path]) -> Path:
    """A coronal volume of noise."""
    return make_image_file(tmp_path_factory.mktemp("image") / "mri.nii.gz")


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete bundle with an untrained network: places points, at arbitrary spots."""
    pytest.importorskip("torch")
    import torch

    from HipLandmarksLib.detection import BundleCard, Channels, Preprocessing, save_bundle
    from HipLandmarksLib.networks import NetworkSpec, build_network

    torch.manual_seed(0)
    spec = NetworkSpec("Unet", "resnet18", depth=3, decoder_channels=(16, 8, 8))
    card = BundleCard(
        id="tiny",
        version="0.0.1",
        description="Untrained, for tests.",
        modality="MR",
        network=spec,
        channels=Channels.of_keys(),
        preprocessing=Preprocessing(spacing_mm=3.0),
    )
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    save_bundle(folder, card, build_network(spec))
    return folder
