"""``HipImage``: pixels that know where they are in the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ImageError
from .calibration import Calibration

_PATIENT_AXIS_NAMES = ("sagittal", "coronal", "axial")


class Modality(str, Enum):
    """Kind of image; it decides which model and which calibration rules apply."""

    MR = "MR"
    CT = "CT"
    XRAY = "XRAY"
    UNKNOWN = "UNKNOWN"

    @property
    def words(self) -> str:
        """With article, for sentences."""
        return _WORDS[self.value]


_WORDS = {
    "MR": "an MR image",
    "CT": "a CT image",
    "XRAY": "a radiograph",
    "UNKNOWN": "an image of unknown kind",
}
_PICTURES = frozenset({"png", "jpg", "jpeg", "tif", "tiff", "bmp"})


@dataclass(frozen=True, eq=False)
class HipImage:
    """An image volume (or a single image, one slice) with its geometry.

    Attributes:
        pixels: float32 or integer array of shape (K, J, I): slice, row, column.
        ijk_to_lps: 4x4 matrix from (i, j, k, 1), pixel centres at integers, to LPS mm.
        modality: kind of image.
        calibration: provenance of the spacing.
        name: short name for files and nodes.
        metadata: selected header facts, as text; a key is absent where nothing is known. Some
            decide how to measure: ``patient_sex`` (F, M or O), ``patient_age_years`` (a number),
            ``laterality`` (R or L on a film of one hip, B or U on a pelvis) and ``view_position``
            (such as AP). ``format`` is the ending of a file other than DICOM.

    Raises:
        ImageError: when the pixels are empty, not finite or constant, or the matrix is singular.
    """

    pixels: NDArray[np.generic]
    ijk_to_lps: NDArray[np.float64]
    modality: Modality
    calibration: Calibration
    name: str = "image"
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_pixels(self.pixels, self.name)
        matrix = np.asarray(self.ijk_to_lps, dtype=np.float64)
        if matrix.shape != (4, 4) or not np.all(np.isfinite(matrix)):
            raise ImageError(f"{self.name}: the geometry is not a finite 4x4 matrix.")
        if abs(np.linalg.det(matrix[:3, :3])) < 1e-9:
            raise ImageError(f"{self.name}: the geometry is singular (a spacing of zero?).")
        object.__setattr__(self, "ijk_to_lps", matrix)

    @property
    def n_slices(self) -> int:
        """Number of slices K."""
        return int(self.pixels.shape[0])

    @property
    def spacing(self) -> tuple[float, float, float]:
        """(i, j, k) spacing in mm: column step, row step, slice step."""
        si, sj, sk = np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0)
        return (float(si), float(sj), float(sk))

    @property
    def told_modality(self) -> Modality:
        """The kind that the file states; a picture (PNG, JPEG ...) states none."""
        picture = self.metadata.get("format") in _PICTURES
        return Modality.UNKNOWN if picture else self.modality

    @property
    def slice_normal(self) -> NDArray[np.float64]:
        """Unit normal of the slice plane, LPS, shape (3,)."""
        normal = np.cross(self.ijk_to_lps[:3, 0], self.ijk_to_lps[:3, 1])
        return np.asarray(normal / np.linalg.norm(normal), dtype=np.float64)

    @property
    def orientation(self) -> str:
        """``sagittal``, ``coronal`` or ``axial``: the patient plane nearest to the slices."""
        return _PATIENT_AXIS_NAMES[int(np.argmax(np.abs(self.slice_normal)))]

    @property
    def obliquity_deg(self) -> float:
        """Angle in degrees between the slices and the nearest patient plane."""
        return float(np.degrees(np.arccos(min(1.0, float(np.max(np.abs(self.slice_normal)))))))

    @property
    def patient_sex(self) -> str | None:
        """``F``, ``M``, ``O`` (other), or None where the file does not say."""
        return self.metadata.get("patient_sex") or None

    @property
    def patient_age_years(self) -> float | None:
        """Age in years when the image was taken; 90 stands for all ages above 89, None for unknown.

        Whole years from 2 on.
        """
        try:
            return float(self.metadata["patient_age_years"])
        except (KeyError, ValueError):
            return None

    def to_lps(self, ijk: ArrayLike) -> NDArray[np.float64]:
        """Map (..., 3) continuous indices to LPS mm."""
        points = np.asarray(ijk, dtype=np.float64)
        return points @ self.ijk_to_lps[:3, :3].T + self.ijk_to_lps[:3, 3]

    def to_ijk(self, lps: ArrayLike) -> NDArray[np.float64]:
        """Map (..., 3) LPS mm to continuous indices (i, j, k)."""
        points = np.asarray(lps, dtype=np.float64) - self.ijk_to_lps[:3, 3]
        inverse = np.linalg.inv(self.ijk_to_lps[:3, :3])
        return np.asarray(points @ inverse.T, dtype=np.float64)

    def slice_pixels(self, index: int) -> NDArray[np.float32]:
        """Slice ``index`` as float32 array of shape (J, I).

        Raises:
            ImageError: when there is no such slice.
        """
        if not 0 <= index < self.n_slices:
            raise ImageError(
                f"{self.name} has slices 0 to {self.n_slices - 1}; slice {index} does not exist."
            )
        return np.asarray(self.pixels[index], dtype=np.float32)


def _check_pixels(pixels: NDArray[np.generic], name: str) -> None:
    if pixels.ndim != 3 or pixels.size == 0:
        raise ImageError(f"{name}: expected slices of rows and columns, got shape {pixels.shape}.")
    if min(pixels.shape[1:]) < 16:
        raise ImageError(f"{name}: {pixels.shape[1:]} pixels are too few for a hip image.")
    if np.issubdtype(pixels.dtype, np.floating) and not bool(np.all(np.isfinite(pixels))):
        raise ImageError(f"{name}: the image holds NaN or infinite values; export it again.")
    if pixels.min() == pixels.max():
        raise ImageError(f"{name}: every pixel has the same value ({pixels.flat[0]}); no image.")
