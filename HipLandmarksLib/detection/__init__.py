"""Model bundles and the one detector path. Needs torch (extra ``detect``)."""

from .bundle import (
    default_bundle,
    load_bundle,
    load_card,
    load_film_bundle,
    save_bundle,
    save_film_bundle,
    write_card,
    write_film_cards,
)
from .card import BundleCard, ImageFrame
from .channels import FILM_KEYS, MRI_KEYS, PROSTHESIS_KEY, Channels
from .decoding import DecodedPoint, Decoder, HeatmapReading
from .detector import Detection, Detector, SlicePrediction
from .device import ComputeDevice, choose_device
from .evidence import LimbId, SliceEvidence
from .film import FilmModel
from .film_card import FilmSettings
from .film_frame import film_input, normalise_film, upright_film, warp_film, whole_film_frame
from .film_hip import HipFit, ReferenceHip, fit_hip, hip_frame, mean_hip
from .film_refusal import HipCriteria, HipSigns, calibrate_criteria
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
    "FILM_KEYS",
    "MRI_KEYS",
    "PROSTHESIS_KEY",
    "VIEWS",
    "BundleCard",
    "Channels",
    "ComputeDevice",
    "DecodedPoint",
    "Decoder",
    "Detection",
    "Detector",
    "FilmModel",
    "FilmSettings",
    "HeatmapReading",
    "HipCriteria",
    "HipFit",
    "HipSigns",
    "ImageFrame",
    "LandmarkMaps",
    "LimbAgreement",
    "LimbChannels",
    "LimbId",
    "LimbScore",
    "LimbState",
    "PartnerBelief",
    "Preprocessing",
    "ReferenceHip",
    "SliceEvidence",
    "SlicePrediction",
    "UncertaintyFormula",
    "View",
    "calibrate_criteria",
    "choose_device",
    "default_bundle",
    "film_input",
    "fit_hip",
    "hip_frame",
    "landmark_maps",
    "limb_agreement",
    "limb_score",
    "limb_scores",
    "load_bundle",
    "load_card",
    "load_film_bundle",
    "mean_hip",
    "named_views",
    "normalise_film",
    "place_probabilities",
    "save_bundle",
    "save_film_bundle",
    "upright_film",
    "warp_film",
    "whole_film_frame",
    "write_card",
    "write_film_cards",
]
