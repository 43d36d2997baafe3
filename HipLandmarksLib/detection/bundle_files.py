"""Where bundles lie, names, format and checksum of their files; known without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import ModelError
from ..imaging import Modality
from ..resources import resource_path

FORMAT = "hiplandmarks-bundle-1"
"""Format that a card names."""
CARD_NAME = "model.json"
WEIGHTS_NAME = "weights.safetensors"
HIP_FOLDER = "hip"
"""Folder of the second pass in the bundle of a film model."""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def default_bundle(modality: Modality = Modality.MR) -> Path:
    """Folder of the bundle that ships with HipLandmarks, for coronal MRI or for AP pelvis films.

    Raises:
        HipLandmarksError: when this installation has none.
    """
    if modality is not Modality.XRAY:
        return resource_path("Models", "mri-coronal")
    found = resource_path("Models") / "xray-ap-pelvis"
    if not found.is_dir():
        raise ModelError(
            "No model for radiographs comes with this installation: install HipLandmarks again, "
            "or train one (README, 'Radiographs') and give its folder as --model."
        )
    return found
