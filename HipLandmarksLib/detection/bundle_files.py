"""Names, format and checksum of a model bundle's files; known without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
