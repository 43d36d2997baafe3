"""Small models for tests of the catalogue: whole cards and checksums, a few bytes as weights."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from HipLandmarksLib.detection.catalogue import ModelRelease, ModelSummary
from HipLandmarksLib.imaging import Modality

WEIGHTS = b"eight bytes of header and a tensor " * 40


def write_model(folder: Path, name: str = "tiny", version: str = "1.0", **facts: Any) -> Path:
    """A model of coronal MRI as far as the catalogue reads it."""
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(WEIGHTS)
    card = {
        "format": "hiplandmarks-bundle-1",
        "id": name,
        "version": version,
        "description": "Two landmarks.",
        "modality": "MR",
        "channels": ["R:FHC", "R:NA", "L:FHC", "L:NA"],
        "training": {"licence": "Apache-2.0"},
        "performance": {},
        "limitations": ["It was never trained."],
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        **facts,
    }
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def write_film_model(folder: Path) -> Path:
    """A model of two passes."""
    hip = write_model(folder / "hip", "tiny-film", frame="hip")
    digest = hashlib.sha256((hip / "model.json").read_bytes()).hexdigest()
    room = write_model(folder.parent / "outer", "tiny-film", frame="film", modality="XRAY")
    card = json.loads((room / "model.json").read_text(encoding="utf-8"))
    card["film"] = {"hip_sha256": digest}
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    (room / "weights.safetensors").replace(folder / "weights.safetensors")
    (room / "model.json").unlink()
    room.rmdir()
    return folder


def pack(folder: Path, archive: Path, top: str = "") -> Path:
    """A zip archive of a folder, its files below ``top``."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(file, f"{top}{file.relative_to(folder).as_posix()}")
    return archive


def release_of(archive: Path, url: str, **changes: Any) -> ModelRelease:
    """What an index says of an archive of :func:`write_model`."""
    summary = ModelSummary(
        "tiny", "1.0", "Two landmarks.", Modality.MR, ("FHC", "NA"), "Apache-2.0"
    )
    facts: dict[str, Any] = {
        "summary": summary,
        "url": url,
        "size_bytes": archive.stat().st_size,
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "weights_sha256": hashlib.sha256(WEIGHTS).hexdigest(),
    }
    return ModelRelease(**{**facts, **changes})
