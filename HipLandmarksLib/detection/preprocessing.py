"""From an image slice to the network's input, as one invertible affine chain."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..imaging import HipImage, PlaneTransform, SpacingProvenance


@dataclass(frozen=True)
class Preprocessing:
    """How a slice becomes network input.

    Attributes:
        spacing_mm: pixel size of the network input.
        multiple: height and width are padded to a multiple of this.
        assumed_width_mm: field of view that is assumed for an image without pixel spacing.
        low_percentile, high_percentile: grey values mapped to -1 and +1 (robust window).
    """

    spacing_mm: float = 1.2
    multiple: int = 32
    assumed_width_mm: float = 350.0
    low_percentile: float = 1.0
    high_percentile: float = 99.0

    def __post_init__(self) -> None:
        if not 0.2 <= self.spacing_mm <= 5:
            raise ConfigurationError(f"spacing_mm must be 0.2 to 5 mm, not {self.spacing_mm}.")
        if self.multiple < 1 or self.assumed_width_mm <= 0:
            raise ConfigurationError("multiple and assumed_width_mm must be positive.")
        if not 0 <= self.low_percentile < self.high_percentile <= 100:
            raise ConfigurationError("The percentiles must be increasing within 0 to 100.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)

    def plane_transform(self, image: HipImage) -> PlaneTransform:
        """Chain from the pixels (i, j) of a slice to network input.

        The slice is turned so that columns run to the patient's left and rows to the feet,
        resized to ``spacing_mm`` and padded to whole multiples at the right and bottom.
        """
        rows, columns = image.pixels.shape[1:]
        chain = canonical_turn(image, (int(rows), int(columns)))
        sx, sy = self._input_spacing(image, chain)
        chain = chain.resized(sx / self.spacing_mm, sy / self.spacing_mm)
        height, width = (-(-n // self.multiple) * self.multiple for n in chain.shape)
        return chain.then(np.eye(3), (height, width))

    def _input_spacing(self, image: HipImage, chain: PlaneTransform) -> tuple[float, float]:
        """Millimetres per pixel along the turned columns' and rows' direction."""
        si, sj, _ = image.spacing
        swapped = abs(chain.matrix[0, 0]) < 0.5
        sx, sy = (sj, si) if swapped else (si, sj)
        if image.calibration.provenance in (
            SpacingProvenance.NONE,
            SpacingProvenance.ASPECT_RATIO_ONLY,
        ):
            scale = self.assumed_width_mm / (sx * chain.shape[1])
            return sx * scale, sy * scale
        factor = image.calibration.factor
        return sx * factor, sy * factor

    def normalise(self, pixels: NDArray[np.floating]) -> NDArray[np.float32]:
        """Map the percentile window to [-1, 1] and clip at [-1.5, 2.5]; shape unchanged."""
        low, high = np.percentile(pixels, (self.low_percentile, self.high_percentile))
        scaled = (pixels - low) * (2.0 / max(float(high - low), 1e-6)) - 1.0
        return np.clip(scaled, -1.5, 2.5).astype(np.float32)


def canonical_turn(image: HipImage, shape: tuple[int, int]) -> PlaneTransform:
    """Flip or transpose whole pixels so that x runs to the patient's left and y to the feet.

    Args:
        image: tells how its pixels lie in the patient.
        shape: (rows, columns) of a slice.
    """
    left_foot = image.ijk_to_lps[[0, 2], :2] * np.array([[1.0], [-1.0]])  # (left, foot) x (i, j)
    left_foot = left_foot / np.linalg.norm(left_foot, axis=0).clip(1e-9)
    transposed = abs(left_foot[0, 1]) + abs(left_foot[1, 0]) > np.abs(np.diag(left_foot)).sum()
    chain = PlaneTransform.identity(shape)
    if transposed:
        chain = chain.then([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], shape[::-1])
        left_foot = left_foot[:, ::-1]
    if left_foot[0, 0] < 0:
        chain = chain.flipped_horizontally()
    if left_foot[1, 1] < 0:
        step = np.diag([1.0, -1.0, 1.0])
        step[1, 2] = chain.shape[0] - 1
        chain = chain.then(step)
    return chain
