"""Networks behind one registry; one call yields heatmaps and "nowhere" logits."""

from .registry import (
    LandmarkNetwork,
    NetworkOutput,
    NetworkSpec,
    build_network,
    legal_architectures,
    legal_encoders,
    parameter_count,
)

__all__ = [
    "LandmarkNetwork",
    "NetworkOutput",
    "NetworkSpec",
    "build_network",
    "legal_architectures",
    "legal_encoders",
    "parameter_count",
]
