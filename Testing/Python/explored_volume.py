"""An MRI of twenty slices for the tests of the explorer in the panel."""

from __future__ import annotations

import numpy as np

from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance


def volume_image() -> HipImage:
    """Twenty coronal slices about the origin, 4 mm apart."""
    matrix = np.diag([3.0, -3.0, 4.0, 1.0])[[0, 2, 1, 3]]
    matrix[:3, 3] = (-180.0, -40.0, 120.0)
    pixels = np.arange(20 * 80 * 120, dtype=np.int16).reshape(20, 80, 120)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, calibration, "mri")
