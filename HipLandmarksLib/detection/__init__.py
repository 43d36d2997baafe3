"""Model bundles and the one detector path. Needs torch (extra ``detect``)."""

from .bundle import BundleCard, default_bundle, load_bundle, load_card, save_bundle, write_card
from .channels import MRI_KEYS, Channels
from .decoding import DecodedPoint, Decoder
from .detector import Detection, Detector, SlicePrediction
from .device import ComputeDevice, choose_device
from .preprocessing import Preprocessing

__all__ = [
    "MRI_KEYS",
    "BundleCard",
    "Channels",
    "ComputeDevice",
    "DecodedPoint",
    "Decoder",
    "Detection",
    "Detector",
    "Preprocessing",
    "SlicePrediction",
    "choose_device",
    "default_bundle",
    "load_bundle",
    "load_card",
    "save_bundle",
    "write_card",
]
