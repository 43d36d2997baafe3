"""From decoded points to landmarks in the patient: position, state, doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import (
    HipLandmarkId,
    Landmark,
    LandmarkState,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)
from ..imaging import HipImage, PlaneTransform
from .card import BundleCard
from .channels import MARKER_KEY, PROSTHESIS_KEY
from .decoding import DecodedPoint
from .evidence import LimbId
from .film_reading import FilmHip
from .limb_scores import LimbScore
from .result import SlicePrediction

_PATIENT_TRIPLE = tuple[float, float, float]
_REPLACED_KEYS = ("FHC", "NA", "NB", "LCP", "FOV")
"""Points of the femoral head and neck: gone, whatever a network takes for them."""


def model_source(card: BundleCard) -> Source:
    """The model as source of points."""
    return Source(SourceKind.MODEL, card.id, card.version)


def placed_landmark(
    id_: HipLandmarkId,
    decoded: DecodedPoint,
    image: HipImage,
    plane: PlaneTransform,
    index: int,
    source: Source,
    threshold: float,
    evidence: PresenceEvidence | None = None,
) -> Landmark:
    """A landmark of the patient, visible, or absent below ``threshold``.

    An absent one keeps, as evidence, where it would have been put.

    Args:
        id_: which one.
        decoded: in the output pixels of ``plane``.
        image: where it lies; LPS mm (pixels for films without a pixel size).
        plane: from pixels (i, j) of a slice to those of the network.
        index: the slice.
        source: the model.
        threshold: least presence of a landmark that is there.
        evidence: further signs of presence.
    """
    side, key = id_
    i, j = plane.backward(decoded.xy)
    position = _triple(image.to_lps([i, j, index]))
    to_patient = image.ijk_to_lps[:3, :2] @ np.linalg.inv(plane.matrix[:2, :2])
    doubt = to_patient @ decoded.total_covariance @ to_patient.T
    covariance = tuple(_triple(row) for row in doubt)
    signs = _with_heatmap(evidence or PresenceEvidence(), decoded)
    presence = decoded.presence
    if presence >= threshold:
        visible = LandmarkState.VISIBLE
        return Landmark(side, key, position, visible, source, covariance, presence, evidence=signs)
    note = f"not seen by the model (presence {presence:.2f})"
    signs = replace(signs, suppressed_position=position)
    absent = LandmarkState.ABSENT
    return Landmark(side, key, None, absent, source, covariance, presence, note, signs)


def _with_heatmap(evidence: PresenceEvidence, decoded: DecodedPoint) -> PresenceEvidence:
    """Evidence with what the heatmap itself tells."""
    return replace(
        evidence,
        heatmap_presence=decoded.presence,
        peak=decoded.peak,
        template_match=decoded.template_match,
        entropy=decoded.entropy,
    )


def slice_landmarks(
    image: HipImage, card: BundleCard, by_side: Mapping[Side, SlicePrediction]
) -> tuple[list[Landmark], dict[HipLandmarkId, float]]:
    """Every landmark of a model that reads slices, and the peaks of their heatmaps.

    Args:
        image: the volume.
        card: of the model.
        by_side: what was found on the slice of each hip.
    """
    landmarks, peaks = [], {}
    source, threshold = model_source(card), card.presence_threshold
    for id_ in card.channels.ids:
        own = by_side[id_[0]]
        decoded, index = own.points[id_], own.index
        signs = None if own.evidence is None else own.evidence.landmarks[id_]
        landmarks.append(
            placed_landmark(id_, decoded, image, own.plane, index, source, threshold, signs)
        )
        peaks[id_] = decoded.peak
    return landmarks, peaks


def film_landmarks(
    image: HipImage, card: BundleCard, hips: Mapping[Side, FilmHip]
) -> tuple[list[Landmark], dict[HipLandmarkId, float]]:
    """Every landmark of a film model, and the peaks of their heatmaps.

    Args:
        image: the film.
        card: of the first pass.
        hips: what was found, by the patient's side; a side without hip has absent landmarks.
    """
    landmarks, peaks = [], {}
    for side, key in card.channels.ids:
        if key not in (PROSTHESIS_KEY, MARKER_KEY):
            hip = hips.get(side)
            landmarks.append(_of_film((side, key), hip, image, card))
            peaks[(side, key)] = 0.0 if hip is None else hip.points[key].decoded.peak
    return landmarks, peaks


def film_limbs(hips: Mapping[Side, FilmHip]) -> dict[LimbId, LimbScore] | None:
    """The limbs of the hips that were found, on their own sides; None without fields."""
    found: dict[LimbId, LimbScore] = {}
    for side, hip in hips.items():
        if hip.limbs is None:
            return None
        for ((_, start), (_, end)), score in hip.limbs.items():
            found[(side, start), (side, end)] = score
    return found


def _of_film(
    id_: HipLandmarkId, hip: FilmHip | None, image: HipImage, card: BundleCard
) -> Landmark:
    side, key = id_
    source = model_source(card)
    if hip is None:
        note = f"no {side.word} hip was found on this film"
        return Landmark(side, key, None, LandmarkState.ABSENT, source, None, 0.0, note)
    assert card.film is not None
    if key in _REPLACED_KEYS and hip.prosthesis >= card.film.prosthesis_threshold:
        note = f"replaced by a prosthesis (probability {hip.prosthesis:.2f})"
        gone = LandmarkState.PROSTHESIS
        return Landmark(side, key, None, gone, source, None, 1 - hip.prosthesis, note)
    own = hip.points[key]
    return placed_landmark(
        id_, own.decoded, image, own.plane, 0, source, own.threshold, own.evidence
    )


def _triple(values: NDArray[np.float64]) -> _PATIENT_TRIPLE:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
