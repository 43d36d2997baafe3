"""Model bundles and the one detector path. Needs torch (extra ``detect``)."""

from .bundle import BundleCard, default_bundle, load_bundle, load_card, save_bundle, write_card
from .channels import MRI_KEYS, Channels
from .decoding import DecodedPoint, Decoder, HeatmapReading
from .detector import Detection, Detector, SlicePrediction
from .device import ComputeDevice, choose_device
from .limbs import LimbChannels
from .preprocessing import Preprocessing
from .reading import LandmarkMaps, landmark_maps, place_probabilities

__all__ = [
    "MRI_KEYS",
    "BundleCard",
    "Channels",
    "ComputeDevice",
    "DecodedPoint",
    "Decoder",
    "Detection",
    "Detector",
    "HeatmapReading",
    "LandmarkMaps",
    "LimbChannels",
    "Preprocessing",
    "SlicePrediction",
    "choose_device",
    "default_bundle",
    "landmark_maps",
    "load_bundle",
    "load_card",
    "place_probabilities",
    "save_bundle",
    "write_card",
]
