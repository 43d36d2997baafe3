"""The list of models that can be downloaded: a small JSON file with address and checksums.

The list that ships (``Resources/Models/index.json``) is empty as long as no model has been
released; an address that does not exist is never named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...errors import ModelError
from ...imaging import Modality
from .summary import ModelSummary

INDEX_FORMAT = "hiplandmarks-models-1"
LARGEST_ARCHIVE_BYTES = 2 << 30
_SCHEMES = ("https", "http", "file")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class ModelRelease:
    """A model that can be downloaded as a zip archive.

    Attributes:
        summary: what the index says of it.
        url: address of the archive (https, http or file; the checksum decides, not the address).
        size_bytes: of the archive, exactly.
        sha256: of the archive.
        weights_sha256: of the bundle's weights; the card inside must name the same.

    Raises:
        ModelError: when an entry cannot be one.
    """

    summary: ModelSummary
    url: str
    size_bytes: int
    sha256: str
    weights_sha256: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "file"):
            raise ModelError(f"The index names no address for {self.summary.id}: {self.url!r}.")
        if not all(_SHA256.fullmatch(digest) for digest in (self.sha256, self.weights_sha256)):
            raise ModelError(f"The index names no valid SHA-256 for {self.summary.id}.")
        if not 0 < self.size_bytes <= LARGEST_ARCHIVE_BYTES:
            raise ModelError(
                f"The index states {self.size_bytes} bytes for {self.summary.id}; a model has at "
                f"most {LARGEST_ARCHIVE_BYTES}."
            )
        if not is_plain_name(self.summary.id):
            raise ModelError(f"The index has no plain name for a model: {self.summary.id!r}.")


def is_plain_name(name: str) -> bool:
    """Whether a model's id can be the name of a folder everywhere."""
    return bool(_PLAIN_NAME.fullmatch(name)) and not name.endswith(".")


def read_index(path: Path) -> tuple[ModelRelease, ...]:
    """Releases of an index file.

    Raises:
        ModelError: when it is no such file or an entry is incomplete.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The list of models {path} cannot be read: {error}.") from error
    if not isinstance(data, dict) or data.get("format") != INDEX_FORMAT:
        raise ModelError(f"{path} is no list of models (format {INDEX_FORMAT!r}).")
    models = data.get("models", [])
    if not isinstance(models, list):
        raise ModelError(f"{path} is no list of models: 'models' is not a list.")
    return tuple(_release(model, path) for model in models)


def _release(model: Mapping[str, Any], path: Path) -> ModelRelease:
    try:
        summary = ModelSummary(
            id=str(model["id"]),
            version=str(model["version"]),
            description=str(model["description"]),
            modality=Modality(model["modality"]),
            landmarks=tuple(model["landmarks"]),
            licence=str(model["licence"]),
            performance=str(model.get("performance", "")),
            calibration=str(model.get("calibration", "")),
            limitations=tuple(model.get("limitations", ())),
        )
        return ModelRelease(
            summary,
            str(model["url"]),
            int(model["size_bytes"]),
            str(model["sha256"]),
            str(model["weights_sha256"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"An entry of {path} is incomplete or invalid: {error}.") from error
