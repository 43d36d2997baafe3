"""Model bundles and the one detector path. Needs torch (extra ``detect``)."""

from .bundle import BundleCard, default_bundle, load_bundle, load_card, save_bundle, write_card
from .channels import MRI_KEYS, Channels
from .decoding import DecodedPoint, Decoder, HeatmapReading
from .detector import Detection, Detector, SlicePrediction
from .device import ComputeDevice, choose_device
from .evidence import LimbId, SliceEvidence
from .limb_scores import (
    LimbAgreement,
    LimbScore,
    LimbState,
    PartnerBelief,
    UncertaintyFormula,
    limb_agreement,
    limb_score,
    limb_scores,
)
from .limbs import LimbChannels
from .preprocessing import Preprocessing
from .reading import LandmarkMaps, landmark_maps, place_probabilities
from .views import VIEWS, View, named_views

__all__ = [
    "MRI_KEYS",
    "VIEWS",
    "BundleCard",
    "Channels",
    "ComputeDevice",
    "DecodedPoint",
    "Decoder",
    "Detection",
    "Detector",
    "HeatmapReading",
    "LandmarkMaps",
    "LimbAgreement",
    "LimbChannels",
    "LimbId",
    "LimbScore",
    "LimbState",
    "PartnerBelief",
    "Preprocessing",
    "SliceEvidence",
    "SlicePrediction",
    "UncertaintyFormula",
    "View",
    "choose_device",
    "default_bundle",
    "landmark_maps",
    "limb_agreement",
    "limb_score",
    "limb_scores",
    "load_bundle",
    "load_card",
    "named_views",
    "place_probabilities",
    "save_bundle",
    "write_card",
]
