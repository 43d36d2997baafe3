"""Model bundles and the one detector path. Needs torch (extra ``detect``).

What needs no tensors (landmark channels, limb scores, kept maps) is loaded at once, all else on
first use: whoever shows a detection needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .channels import FILM_KEYS, MRI_KEYS, PROSTHESIS_KEY, Channels
from .decoding import DecodedPoint, Decoder, HeatmapReading
from .doubt_map import DoubtMap, RegionDoubt, uncertainty_map
from .doubts import (
    DoubtMeasure,
    MapChoice,
    MapWhat,
    PartId,
    is_limb,
    measure_of,
    part_doubts,
    part_name,
)
from .limb_scores import LimbScore, LimbState, UncertaintyFormula, limb_score, limb_scores
from .limbs import LimbChannels, LimbId
from .live import LiveChange, LiveDoubt, PointDoubt
from .measured_doubt import detection_doubts, detection_spreads, heatmap_places
from .partners import LimbAgreement, PartnerBelief, believed_agreement, limb_agreement
from .region_maps import RegionMaps
from .slice_choice import SliceChoice, SliceScore

if TYPE_CHECKING:
    from .bundle import (
        load_bundle,
        load_card,
        load_film_bundle,
        save_bundle,
        save_film_bundle,
        write_card,
        write_film_cards,
    )
    from .bundle_files import default_bundle
    from .card import BundleCard, ImageFrame
    from .detector import Detector
    from .device import ComputeDevice, choose_device
    from .ensemble import join_bundles
    from .evidence import SliceEvidence
    from .film import FilmModel
    from .film_card import FilmSettings
    from .film_frame import film_input, normalise_film, upright_film, warp_film, whole_film_frame
    from .film_hip import HipFit, ReferenceHip, fit_hip, hip_frame, mean_hip
    from .film_refusal import HipCriteria, HipSigns, calibrate_criteria
    from .preprocessing import Preprocessing
    from .reading import LandmarkMaps, landmark_maps, place_probabilities
    from .result import Detection, SlicePrediction
    from .stack_result import StackDetection
    from .views import VIEWS, View, named_views

_LOADED_ON_USE = {
    "default_bundle": ".bundle_files",
    "load_bundle": ".bundle",
    "load_card": ".bundle",
    "load_film_bundle": ".bundle",
    "save_bundle": ".bundle",
    "save_film_bundle": ".bundle",
    "write_card": ".bundle",
    "write_film_cards": ".bundle",
    "BundleCard": ".card",
    "ImageFrame": ".card",
    "Detector": ".detector",
    "ComputeDevice": ".device",
    "choose_device": ".device",
    "join_bundles": ".ensemble",
    "SliceEvidence": ".evidence",
    "FilmModel": ".film",
    "FilmSettings": ".film_card",
    "film_input": ".film_frame",
    "normalise_film": ".film_frame",
    "upright_film": ".film_frame",
    "warp_film": ".film_frame",
    "whole_film_frame": ".film_frame",
    "HipFit": ".film_hip",
    "ReferenceHip": ".film_hip",
    "fit_hip": ".film_hip",
    "hip_frame": ".film_hip",
    "mean_hip": ".film_hip",
    "HipCriteria": ".film_refusal",
    "HipSigns": ".film_refusal",
    "calibrate_criteria": ".film_refusal",
    "Preprocessing": ".preprocessing",
    "LandmarkMaps": ".reading",
    "landmark_maps": ".reading",
    "place_probabilities": ".reading",
    "Detection": ".result",
    "SlicePrediction": ".result",
    "StackDetection": ".stack_result",
    "VIEWS": ".views",
    "View": ".views",
    "named_views": ".views",
}


def __getattr__(name: str) -> Any:
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_ON_USE[name], __name__), name)


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
    "DoubtMap",
    "DoubtMeasure",
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
    "LiveChange",
    "LiveDoubt",
    "MapChoice",
    "MapWhat",
    "PartId",
    "PartnerBelief",
    "PointDoubt",
    "Preprocessing",
    "ReferenceHip",
    "RegionDoubt",
    "RegionMaps",
    "SliceChoice",
    "SliceEvidence",
    "SlicePrediction",
    "SliceScore",
    "StackDetection",
    "UncertaintyFormula",
    "View",
    "believed_agreement",
    "calibrate_criteria",
    "choose_device",
    "default_bundle",
    "detection_doubts",
    "detection_spreads",
    "film_input",
    "fit_hip",
    "heatmap_places",
    "hip_frame",
    "is_limb",
    "join_bundles",
    "landmark_maps",
    "limb_agreement",
    "limb_score",
    "limb_scores",
    "load_bundle",
    "load_card",
    "load_film_bundle",
    "mean_hip",
    "measure_of",
    "named_views",
    "normalise_film",
    "part_doubts",
    "part_name",
    "place_probabilities",
    "save_bundle",
    "save_film_bundle",
    "uncertainty_map",
    "upright_film",
    "warp_film",
    "whole_film_frame",
    "write_card",
    "write_film_cards",
]
