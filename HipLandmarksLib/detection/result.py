"""``Detection``: what the detector says of one image, and of one slice on the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..anatomy import HipLandmarkId, HipLandmarks, Side
from ..imaging import PlaneTransform
from ..uncertainty import MILLIMETRES, Calibration, LengthScale
from .decoding import DecodedPoint
from .limb_scores import LimbScore
from .limbs import LimbId
from .region_maps import RegionMaps
from .slice_choice import SliceChoice

if TYPE_CHECKING:  # both hold tensors, and a detection is read where there is no torch
    from .evidence import SliceEvidence
    from .reading import LandmarkMaps


@dataclass(frozen=True)
class SlicePrediction:
    """All landmarks of the model in one slice; points in input pixels (see ``plane``).

    ``evidence`` is None for models without part affinity fields and presence head, ``maps`` unless
    they were to be kept.
    """

    index: int
    points: Mapping[HipLandmarkId, DecodedPoint]
    plane: PlaneTransform
    evidence: SliceEvidence | None = None
    maps: LandmarkMaps | None = None


@dataclass(frozen=True)
class Detection:
    """The result for one image.

    Attributes:
        landmarks: LPS mm; state visible or absent, in-plane covariance, confidence = presence;
            all three calibrated where the model is.
        slices: the slice on which each hip was read.
        peaks: height of each heatmap relative to a perfect answer, in [0, 1].
        model: id and version of the bundle.
        device: where it ran.
        seconds: wall time of the detection.
        limbs: how far the fields bear out the line between two landmarks, on the slice of the
            first one's side; None for models without fields.
        views: name of the views that were averaged, e.g. ``mirror``.
        remarks: sentences on what the reader of the result must check, e.g. a doubtful side.
        maps: what the network said of each slice, or each hip of a film, that was read; empty
            unless they were to be kept.
        calibration: that was applied; None for models without one, whose doubt is that of the
            network (:data:`~HipLandmarksLib.uncertainty.NOT_CALIBRATED`).
        scale: what lengths in the image's frame mean.
        edge: what LAE and MSO mark: the rim of the ``bone``, or the ends of the ``sourcil``.
        choices: why each hip was read on its slice; empty for films, and where the slice was given.
    """

    landmarks: HipLandmarks
    slices: Mapping[Side, int]
    peaks: Mapping[HipLandmarkId, float]
    model: str
    device: str
    seconds: float
    limbs: Mapping[LimbId, LimbScore] | None = None
    views: str = "none"
    remarks: tuple[str, ...] = ()
    maps: tuple[RegionMaps, ...] = ()
    calibration: Calibration | None = None
    scale: LengthScale = MILLIMETRES
    edge: str = "bone"
    choices: Mapping[Side, SliceChoice] = field(default_factory=dict)
