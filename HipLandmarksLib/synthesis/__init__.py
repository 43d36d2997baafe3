"""Hip images made from geometry: the analytic phantom with exact landmarks."""

from .files import make_sample, sample_parameters, write_phantom
from .parameters import (
    Acquisition,
    BodyParameters,
    HipParameters,
    PhantomParameters,
    TissueIntensities,
)
from .phantom import (
    PhantomCase,
    best_slices,
    exact_landmarks,
    landmarks_on_slice,
    make_phantom,
    slice_depth,
)
from .population import HipShape, random_parameters

__all__ = [
    "Acquisition",
    "BodyParameters",
    "HipParameters",
    "HipShape",
    "PhantomCase",
    "PhantomParameters",
    "TissueIntensities",
    "best_slices",
    "exact_landmarks",
    "landmarks_on_slice",
    "make_phantom",
    "make_sample",
    "random_parameters",
    "sample_parameters",
    "slice_depth",
    "write_phantom",
]
