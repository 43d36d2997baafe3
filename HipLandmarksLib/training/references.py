"""Labels from a table of reference landmarks of coronal MRI volumes.

The folder holds ``landmarks.json`` (per case and side: the chosen slice, FHC, NA, LAE and LCP in
pixels, the head sphere) beside ``CASE.nrrd`` and, where it exists, ``CASE_bones.nrrd`` (femur = 1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from ..errors import ConfigurationError
from ..imaging import HipImage, read_image
from .labels import LabelledSlice, PointLabel
from .shaft import ShaftRule, shaft_midpoints, shaft_width, shows_no_shaft

TABLE_NAME = "landmarks.json"
_DRAWN = ("FHC", "NA", "LAE", "LCP")
_SHAFT = ("SHP", "SHD")
_FEMUR = 1


@dataclass(frozen=True)
class ReferenceRule:
    """How far from the chosen slice labels may be derived.

    Attributes:
        flagged_weight: trust in a landmark that the reader flagged unreliable.
        derived_weight: trust in a head centre that is the section of the fitted sphere.
        head_fraction: slices closer to the sphere's centre than this share of its radius show
            the head; their FHC is the centre of the section.
        clear_mm: a slice this far outside of the sphere shows no head, neck or roof edge.
    """

    flagged_weight: float = 0.3
    derived_weight: float = 0.7
    head_fraction: float = 0.85
    clear_mm: float = 8.0


def has_reference_table(folder: Path) -> bool:
    """Whether ``folder`` holds a table of reference landmarks."""
    return (folder / TABLE_NAME).is_file()


def read_references(
    folder: Path, cases: Iterable[str] | None = None, rule: ReferenceRule | None = None
) -> list[LabelledSlice]:
    """All labelled slices of the cases (default: every case of the table).

    Raises:
        ConfigurationError: when the table is missing or damaged.
        ImageError: when an image cannot be read.
    """
    rule = rule or ReferenceRule()
    table = _table(folder)
    slices: list[LabelledSlice] = []
    for case in cases if cases is not None else table:
        if case not in table:
            raise ConfigurationError(f"{folder / TABLE_NAME} has no case {case}.")
        image = read_image(folder / f"{case}.nrrd")
        try:
            slices += _case_slices(folder, case, image, table[case], rule)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(
                f"{folder / TABLE_NAME} is damaged at the case {case} ({error!r}): a side, a slice "
                "or a point is missing or is no number."
            ) from error
    return slices


def mean_slice_offset_mm(folder: Path, cases: Iterable[str] | None = None) -> float:
    """Mean distance of the chosen slice behind the sphere centre over all hips, mm."""
    table = _table(folder)
    offsets = [
        (hip["on_slice"] - _sphere(hip)[2]) * table[case]["spacing"][2]
        for case in (cases if cases is not None else table)
        for hip in (table[case][side.word] for side in Side)
    ]
    return float(np.mean(offsets))


def _table(folder: Path) -> Mapping[str, Any]:
    path = folder / TABLE_NAME
    try:
        table = json.loads(path.read_text(encoding="utf-8"))["cases"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is not a table of reference landmarks: {error}"
        ) from error
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path} holds no cases.")
    return table


def _case_slices(
    folder: Path, case: str, image: HipImage, entry: Mapping[str, Any], rule: ReferenceRule
) -> list[LabelledSlice]:
    _refuse_outside(image, case, entry)
    bones = folder / f"{case}_bones.nrrd"
    femur = read_image(bones).pixels == _FEMUR if bones.is_file() else None
    shafts = (
        {} if femur is None else {s: _shaft_labels(femur, image, s, entry[s.word]) for s in Side}
    )
    found = []
    for index in range(image.n_slices):
        labels: dict[HipLandmarkId, PointLabel] = {}
        chosen = set()
        for side in Side:
            hip = entry[side.word]
            labels.update(_labels(image, index, side, hip, rule))
            labels.update(shafts[side][index] if shafts else {})
            if index == hip["on_slice"]:
                chosen.add(side.value)
        if labels:
            patient = case.split("__")[0]
            found.append(LabelledSlice(patient, image, index, labels, frozenset(chosen)))
    return found


def _refuse_outside(image: HipImage, case: str, entry: Mapping[str, Any]) -> None:
    last = np.array(image.pixels.shape[::-1]) - 1
    for side in Side:
        hip = entry[side.word]
        place = np.array([*_pair(hip["FHC_ij"]), hip["on_slice"]])
        if not ((place >= 0) & (place <= last)).all():
            raise ConfigurationError(
                f"The {side.word} head centre of {case} lies outside of its image: the table of "
                "reference landmarks belongs to other images."
            )


def _labels(
    image: HipImage,
    index: int,
    side: Side,
    hip: Mapping[str, Any],
    rule: ReferenceRule,
) -> dict[HipLandmarkId, PointLabel]:
    labels: dict[HipLandmarkId, PointLabel] = {}
    centre = _sphere(hip)
    distance = abs(index - centre[2]) * image.spacing[2]
    radius = float(hip["sphere_radius_mm"])
    if index == hip["on_slice"]:
        for key in _DRAWN:
            flagged = str(hip["flags"].get(key, "")).startswith("unreliable")
            labels[(side, key)] = PointLabel(
                _pair(hip[f"{key}_ij"]), rule.flagged_weight if flagged else 1.0
            )
    elif distance > radius + rule.clear_mm:
        labels.update({(side, key): PointLabel(None) for key in _DRAWN})
    elif distance < rule.head_fraction * radius:
        labels[(side, "FHC")] = PointLabel(_section_centre(hip), rule.derived_weight)
    return labels


def _shaft_labels(
    femur: NDArray[np.bool_], image: HipImage, side: Side, hip: Mapping[str, Any]
) -> list[dict[HipLandmarkId, PointLabel]]:
    """Per slice: SHP and SHD, both absent, or nothing where the cut is doubtful."""
    head = _section_centre(hip)
    spacing = (image.spacing[0], image.spacing[1])
    own = [_own_half(mask, head, image.pixels.shape[2]) for mask in femur]
    rule = ShaftRule()
    widest = max(shaft_width(mask, head, spacing) for mask in own)
    rule = replace(rule, narrowest=max(rule.narrowest, rule.share_of_widest * widest))
    found: list[dict[HipLandmarkId, PointLabel]] = []
    for mask in own:
        shaft = shaft_midpoints(mask, head, spacing, rule)
        if shaft is not None:
            ends = (shaft.proximal, shaft.distal)
            found.append({(side, k): PointLabel(ij) for k, ij in zip(_SHAFT, ends, strict=True)})
        elif shows_no_shaft(mask, head, spacing):
            found.append({(side, key): PointLabel(None) for key in _SHAFT})
        else:
            found.append({})
    return found


def _own_half(
    femur: NDArray[np.bool_], head: tuple[float, float], columns: int
) -> NDArray[np.bool_]:
    own = femur.copy()
    if head[0] < columns / 2:
        own[:, columns // 2 :] = False
    else:
        own[:, : columns // 2] = False
    return own


def _sphere(hip: Mapping[str, Any]) -> list[float]:
    """Sphere centre (i, j, k): from the image edge where it was fitted, else from the mask."""
    centre = hip["evidence"].get("sphere_image_center_ijk") or hip["sphere_center_ijk"]
    return [float(value) for value in centre]


def _section_centre(hip: Mapping[str, Any]) -> tuple[float, float]:
    """Centre of the head's section: mean of the sphere's and the chosen slice's circle centre."""
    sphere, circle = _sphere(hip), hip["FHC_ij"]
    return ((sphere[0] + circle[0]) / 2, (sphere[1] + circle[1]) / 2)


def _pair(values: Iterable[float]) -> tuple[float, float]:
    i, j = (float(value) for value in values)
    return (i, j)
