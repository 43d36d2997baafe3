"""Plain pictures (PNG, JPEG, TIFF, BMP) as radiographs without a known pixel size."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ..errors import ImageError
from .calibration import Calibration, SpacingProvenance
from .film import ASSUMED_ORIENTATION, projection_matrix
from .image import HipImage, Modality

_LUMA = np.array([0.299, 0.587, 0.114])


def read_picture(path: Path, name: str) -> HipImage:
    """Read a PNG, JPEG, TIFF or BMP picture: angles can be measured on it, lengths cannot.

    Raises:
        ImageError: when it is not such a picture, or cut off.
    """
    pixels, notes = _decode(path)
    metadata = {"orientation": ASSUMED_ORIENTATION, "format": path.suffix[1:].lower()}
    if notes:
        metadata["notes"] = "; ".join(notes)
    return HipImage(
        pixels[np.newaxis],
        projection_matrix(1.0, 1.0),
        Modality.XRAY,
        Calibration(SpacingProvenance.NONE),
        name,
        metadata,
    )


def to_grey(pixels: ArrayLike) -> NDArray[np.generic]:
    """Luma (ITU-R BT.601) of (..., 3 or 4) colour pixels, of the same number type."""
    colour = np.asarray(pixels)[..., :3]
    return np.asarray(np.rint(colour @ _LUMA), dtype=colour.dtype)


def _decode(path: Path) -> tuple[NDArray[np.generic], list[str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                return _grey_pixels(picture)
    except PermissionError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImageError(
            f"{path} is not a {path.suffix[1:].upper()} picture or is damaged: export it again."
        ) from error


def _grey_pixels(picture: Image.Image) -> tuple[NDArray[np.generic], list[str]]:
    notes = []
    if picture.format == "JPEG":
        notes.append("JPEG compression is lossy")
    if getattr(picture, "n_frames", 1) > 1:
        notes.append(f"only the first of {picture.n_frames} pages was read")  # type: ignore[attr-defined]
    if picture.mode in ("L", "I", "F") or picture.mode.startswith("I;16"):
        pixels = np.asarray(picture)
        return pixels.astype(pixels.dtype.newbyteorder("=")), notes
    if picture.mode in ("1", "LA", "La"):
        return np.asarray(picture.convert("L")), notes
    colour = np.asarray(picture.convert("RGB"))
    if np.any(colour != colour[..., :1]):
        notes.append("colour was turned to grey")
    return to_grey(colour), notes
