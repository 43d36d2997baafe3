"""Networks behind one registry; one call yields heatmaps, "nowhere", fields and presence."""

from .card import NetworkCard, network_card
from .published import PUBLISHED, PublishedNetwork
from .registry import (
    LandmarkNetwork,
    NetworkEnsemble,
    build_network,
    legal_architectures,
    legal_encoders,
    parameter_count,
)
from .spec import OWN_ARCHITECTURES, NetworkOutput, NetworkSpec

__all__ = [
    "OWN_ARCHITECTURES",
    "PUBLISHED",
    "LandmarkNetwork",
    "NetworkCard",
    "NetworkEnsemble",
    "NetworkOutput",
    "NetworkSpec",
    "PublishedNetwork",
    "build_network",
    "legal_architectures",
    "legal_encoders",
    "network_card",
    "parameter_count",
]
