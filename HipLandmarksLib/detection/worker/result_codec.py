"""A ``Detection`` as JSON and arrays, and back: equal to the one that was sent, field by field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...anatomy import HipLandmarkId, HipLandmarks, LandmarkStack, Side
from ...imaging import PlaneTransform
from ...uncertainty import Calibration, LengthScale
from ..limb_scores import LimbScore, LimbState
from ..limbs import LimbId
from ..partners import PartnerBelief
from ..region_maps import RegionMaps
from ..result import Detection
from ..slice_choice import SliceChoice
from ..stack_result import StackDetection
from .events import Finished
from .exchange import Exchange

_PLAIN = ("model", "device", "seconds", "views", "edge")


class SentCalibrations:
    """A model's calibration is long and always the same: it is sent once to each client."""

    def __init__(self) -> None:
        self._known: dict[str, Calibration] = {}
        self._names: dict[int, str] = {}

    def to_dict(self, calibration: Calibration | None) -> dict[str, Any] | None:
        """The name of a calibration, the first time with what it says."""
        if calibration is None:
            return None
        name = self._names.get(id(calibration))
        if name is not None:
            return {"name": name}
        content = calibration.to_dict()
        name = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        self._names[id(calibration)] = name
        self._known[name] = calibration  # kept, so that its id stays its own
        return {"name": name, "content": content}

    def from_dict(self, data: Mapping[str, Any] | None) -> Calibration | None:
        """Read :meth:`to_dict` of the other side."""
        if data is None:
            return None
        if "content" in data:
            self._known[data["name"]] = Calibration.from_dict(data["content"])
        return self._known[data["name"]]


def result_to_dict(
    found: Detection | StackDetection, exchange: Exchange, calibrations: SentCalibrations
) -> dict[str, Any]:
    """JSON-ready form of a detection, or of that of a whole stack.

    Raises:
        WorkerError: when there is no room for the maps.
    """
    if isinstance(found, Detection):
        return {"detection": detection_to_dict(found, exchange, calibrations), "stack": None}
    own = detection_to_dict(found.detection, exchange, calibrations)
    return {"detection": own, "stack": found.stack.to_dict()}


def result_from_dict(
    data: Mapping[str, Any], exchange: Exchange, calibrations: SentCalibrations
) -> Finished:
    """Read :func:`result_to_dict`."""
    detection = detection_from_dict(data["detection"], exchange, calibrations)
    if data["stack"] is None:
        return Finished(detection)
    stack = LandmarkStack.from_dict(data["stack"])
    return Finished(detection, StackDetection(stack, detection))


def detection_to_dict(
    detection: Detection, exchange: Exchange, calibrations: SentCalibrations
) -> dict[str, Any]:
    """JSON-ready form; maps go into files of ``exchange``.

    Raises:
        WorkerError: when there is no room for the maps.
    """
    scores = detection.limbs
    return {
        **{name: getattr(detection, name) for name in _PLAIN},
        "landmarks": detection.landmarks.to_dict(),
        "slices": [[side.value, index] for side, index in detection.slices.items()],
        "peaks": [[_id(id_), float(peak)] for id_, peak in detection.peaks.items()],
        "limbs": None if scores is None else [_score(*each) for each in scores.items()],
        "remarks": list(detection.remarks),
        "calibration": calibrations.to_dict(detection.calibration),
        "scale": {
            "head_size": {s.value: size for s, size in detection.scale.head_size.items()},
            "has_millimetres": detection.scale.has_millimetres,
        },
        "maps": [_maps_to_dict(maps, exchange) for maps in detection.maps],
        "choices": [choice.to_dict() for choice in detection.choices.values()],
    }


def detection_from_dict(
    data: Mapping[str, Any], exchange: Exchange, calibrations: SentCalibrations
) -> Detection:
    """Read :func:`detection_to_dict`; maps stay mapped, their files go."""
    limbs, scale = data["limbs"], data["scale"]
    return Detection(
        landmarks=HipLandmarks.from_dict(data["landmarks"]),
        slices={Side(side): index for side, index in data["slices"]},
        peaks={_read_id(id_): peak for id_, peak in data["peaks"]},
        limbs=None if limbs is None else dict(_read_score(each) for each in limbs),
        remarks=tuple(data["remarks"]),
        maps=tuple(_maps_from_dict(maps, exchange) for maps in data["maps"]),
        calibration=calibrations.from_dict(data["calibration"]),
        scale=LengthScale(
            {Side(side): size for side, size in scale["head_size"].items()},
            scale["has_millimetres"],
        ),
        choices={choice.side: choice for choice in map(SliceChoice.from_dict, data["choices"])},
        **{name: data[name] for name in _PLAIN},
    )


def _maps_to_dict(maps: RegionMaps, exchange: Exchange) -> dict[str, Any]:
    fields, shape = maps.fields, maps.image_shape
    return {
        "index": maps.index,
        "plane": {"matrix": maps.plane.matrix.tolist(), "shape": list(maps.plane.shape)},
        "ids": [_id(id_) for id_ in maps.ids],
        "heatmaps": exchange.put(maps.heatmaps),
        "limbs": [_limb(limb) for limb in maps.limbs],
        "fields": None if fields is None else exchange.put(fields),
        "sides": [side.value for side in maps.sides],
        "target_sigma": maps.target_sigma,
        "variances": list(maps.variances),
        "partners": maps.partners.value,
        "image_shape": None if shape is None else list(shape),
    }


def _maps_from_dict(data: Mapping[str, Any], exchange: Exchange) -> RegionMaps:
    fields, shape, plane = data["fields"], data["image_shape"], data["plane"]
    height, width = plane["shape"]
    return RegionMaps(
        data["index"],
        PlaneTransform(np.array(plane["matrix"], dtype=np.float64), (height, width)),
        tuple(_read_id(id_) for id_ in data["ids"]),
        exchange.take(data["heatmaps"]),
        tuple(_read_limb(limb) for limb in data["limbs"]),
        None if fields is None else exchange.take(fields),
        tuple(Side(side) for side in data["sides"]),
        data["target_sigma"],
        tuple(data["variances"]),
        PartnerBelief(data["partners"]),
        None if shape is None else (shape[0], shape[1]),
    )


def _id(id_: HipLandmarkId) -> list[str]:
    return [id_[0].value, id_[1]]


def _read_id(data: list[str]) -> HipLandmarkId:
    return (Side(data[0]), data[1])


def _limb(limb: LimbId) -> list[list[str]]:
    return [_id(limb[0]), _id(limb[1])]


def _read_limb(data: list[list[str]]) -> LimbId:
    return (_read_id(data[0]), _read_id(data[1]))


def _score(limb: LimbId, score: LimbScore) -> list[Any]:
    return [_limb(limb), score.state.value, score.mean]


def _read_score(data: list[Any]) -> tuple[LimbId, LimbScore]:
    limb, state, mean = data
    return _read_limb(limb), LimbScore(LimbState(state), mean)
