"""A model's reading as text, so that a saved scene is live again without the model."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...anatomy import AnySide, HipLandmarkId, HipLandmarks, Midline, Side
from ...detection import LimbId, LimbScore, LimbState, PartnerBelief, RegionMaps
from ...errors import HipLandmarksError
from ...imaging import PlaneTransform
from ...uncertainty import Calibration, Spread
from .reading import ModelReading

FORMAT = "hiplandmarks-doubt-1"
MeasurementId = tuple[AnySide, str]
_DECIMALS = 3
"""Of sampled values, in degrees, millimetres and the like."""
_STEPS = 127
"""Maps are kept in steps of 1/127 of their largest value: less than the networks' own noise."""


def reading_to_text(reading: ModelReading) -> str:
    """JSON text; inverse of :func:`reading_from_text` but for the rounding of maps."""
    calibration, limbs = reading.calibration, reading.limbs
    return json.dumps(
        {
            "format": FORMAT,
            "landmarks": reading.landmarks.to_dict(),
            "ijk_to_lps": reading.ijk_to_lps.tolist(),
            "calibration": None if calibration is None else calibration.to_dict(),
            "limbs": None if limbs is None else [_limb_entry(*each) for each in limbs.items()],
            "maps": [_maps_to_dict(each) for each in reading.maps],
            "spreads": [_spread_entry(*each) for each in reading.spreads.items()],
        },
        separators=(",", ":"),
    )


def reading_from_text(text: str) -> ModelReading:
    """Read what :func:`reading_to_text` wrote.

    Raises:
        HipLandmarksError: when the text is damaged or of another version.
    """
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}")
        kept, limbs = data["calibration"], data["limbs"]
        return ModelReading(
            HipLandmarks.from_dict(data["landmarks"]),
            np.asarray(data["ijk_to_lps"], dtype=np.float64).reshape(4, 4),
            tuple(_maps_from_dict(each) for each in data["maps"]),
            None if kept is None else Calibration.from_dict(kept),
            None if limbs is None else dict(_limb_of(entry) for entry in limbs),
            dict(_spread_of(entry) for entry in data.get("spreads", ())),
        )
    except (HipLandmarksError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise HipLandmarksError(
            f"The doubt that is kept in this scene cannot be read ({error}): detect the landmarks "
            "again to see it."
        ) from error


def _spread_entry(id_: MeasurementId, spread: Spread) -> list[Any]:
    (side, name), samples = id_, [round(value, _DECIMALS) for value in spread.samples]
    return [side.value, name, spread.below, spread.above, samples, spread.about]


def _spread_of(entry: list[Any]) -> tuple[MeasurementId, Spread]:
    letter, name, below, above, samples, about = entry
    side: AnySide = Midline.PELVIS if letter == Midline.PELVIS.value else Side(letter)
    return (side, name), Spread(below, above, tuple(samples), about)


def _limb_entry(limb: LimbId, score: LimbScore) -> list[Any]:
    return [*_names(limb), score.state.value, score.mean]


def _limb_of(entry: list[Any]) -> tuple[LimbId, LimbScore]:
    start, end, state, mean = entry
    return (_id(start), _id(end)), LimbScore(LimbState(state), mean)


def _maps_to_dict(maps: RegionMaps) -> dict[str, Any]:
    return {
        "index": maps.index,
        "matrix": maps.plane.matrix.tolist(),
        "shape": list(maps.plane.shape),
        "ids": _names(maps.ids),
        "heatmaps": _packed(maps.heatmaps),
        "limbs": [_names(limb) for limb in maps.limbs],
        "fields": None if maps.fields is None else _packed(maps.fields),
        "sides": [side.value for side in maps.sides],
        "target_sigma": maps.target_sigma,
        "variances": list(maps.variances),
        "partners": maps.partners.value,
        "image_shape": maps.image_shape,
    }


def _maps_from_dict(data: Mapping[str, Any]) -> RegionMaps:
    height, width = (int(n) for n in data["shape"])
    fields, image = data["fields"], data["image_shape"]
    limbs: list[LimbId] = [(_id(start), _id(end)) for start, end in data["limbs"]]
    return RegionMaps(
        int(data["index"]),
        PlaneTransform(np.asarray(data["matrix"], dtype=np.float64), (height, width)),
        tuple(_id(name) for name in data["ids"]),
        _unpacked(data["heatmaps"]),
        tuple(limbs),
        None if fields is None else _unpacked(fields),
        tuple(Side(letter) for letter in data["sides"]),
        float(data["target_sigma"]),
        tuple(float(v) for v in data["variances"]),
        PartnerBelief(data["partners"]),
        None if image is None else (int(image[0]), int(image[1])),
    )


def _packed(array: NDArray[np.float16]) -> dict[str, Any]:
    """One byte per value, each map relative to its largest absolute value."""
    values = array.astype(np.float32)
    largest = np.abs(values).reshape(len(values), -1).max(axis=1) if len(values) else np.zeros(0)
    scale = np.where(largest > 0, largest, 1.0) / _STEPS
    steps = np.rint(values / scale.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
    data = base64.b64encode(zlib.compress(steps.tobytes(), 6)).decode("ascii")
    return {"shape": list(values.shape), "scale": [float(s) for s in scale], "data": data}


def _unpacked(packed: Mapping[str, Any]) -> NDArray[np.float16]:
    raw = zlib.decompress(base64.b64decode(packed["data"]))
    steps = np.frombuffer(raw, dtype=np.int8).reshape([int(n) for n in packed["shape"]])
    scale = np.asarray(packed["scale"], dtype=np.float32)
    return np.asarray(steps * scale.reshape(-1, *[1] * (steps.ndim - 1)), dtype=np.float16)


def _names(ids: tuple[HipLandmarkId, ...]) -> list[str]:
    return [f"{side.value}:{key}" for side, key in ids]


def _id(name: str) -> HipLandmarkId:
    letter, key = name.split(":")
    return (Side(letter), key)
