"""Images with their geometry: reading, calibration, invertible preprocessing."""

from .affine import PlaneTransform
from .calibration import Calibration, SpacingProvenance
from .image import HipImage, Modality

__all__ = ["Calibration", "HipImage", "Modality", "PlaneTransform", "SpacingProvenance"]
