"""Simulated films as files: DICOM (with pixel size) or PNG (without)."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import numpy as np

from ...files import atomic_path
from .case import SimulatedFilm


class FilmFormat(str, Enum):
    """Kind of film files."""

    DICOM = "dicom"
    PNG = "png"

    @property
    def suffix(self) -> str:
        """Ending of file names."""
        return ".dcm" if self is FilmFormat.DICOM else ".png"


def write_film(folder: Path, film: SimulatedFilm, kind: FilmFormat) -> Path:
    """Write ``<folder>/<name>.dcm`` or ``.png``, atomically; equal films give equal bytes.

    PNG has 8 bits and no pixel size: angles can be measured on it, lengths cannot.

    Returns:
        The file.
    """
    path = folder / f"{film.name}{kind.suffix}"
    with atomic_path(path) as temporary:
        if kind is FilmFormat.DICOM:
            from .dicom import film_dataset

            film_dataset(film).save_as(temporary, enforce_file_format=True)
        else:
            from PIL import Image

            grey = np.rint(np.clip(film.pixels, 0.0, 1.0) * 255).astype(np.uint8)
            Image.fromarray(grey).save(temporary)
    return path
