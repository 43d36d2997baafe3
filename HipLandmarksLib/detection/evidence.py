"""What fields and presence head say of the points that were decoded in one slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..anatomy import HipLandmarkId, PresenceEvidence, Side
from .card import BundleCard
from .decoding import DecodedPoint
from .limb_scores import LimbScore, UncertaintyFormula, limb_scores
from .limbs import LimbId
from .partners import LimbAgreement, believed_agreement
from .reading import LandmarkMaps


@dataclass(frozen=True)
class SliceEvidence:
    """Evidence of one slice.

    Attributes:
        landmarks: of every landmark of the model.
        limbs: the projection of every limb's field; empty without fields.
    """

    landmarks: Mapping[HipLandmarkId, PresenceEvidence]
    limbs: Mapping[LimbId, LimbScore] = field(default_factory=dict)


def slice_evidence(
    maps: LandmarkMaps, points: Sequence[Mapping[HipLandmarkId, DecodedPoint]], card: BundleCard
) -> list[SliceEvidence | None]:
    """Evidence of every image of a batch; None for models without fields and presence head.

    Args:
        maps: of B images, as averaged over all views.
        points: what was decoded from them, in the pixels of ``maps``.
        card: of the model, which names the limbs and how much they vary.
    """
    if maps.fields is None and maps.presence is None:
        return [None] * len(points)
    ids = card.channels.ids
    found: list[SliceEvidence | None] = []
    for number, own in enumerate(points):
        scores, agreements = _limbs(maps, number, own, card)
        heads = None if maps.presence is None else maps.presence[number].tolist()
        landmarks = {
            id_: _evidence(agreements[k] if agreements else None, heads[k] if heads else None)
            for k, id_ in enumerate(ids)
        }
        pairs = card.limbs.pairs if scores else ()
        limbs = {(ids[a], ids[b]): s for (a, b), s in zip(pairs, scores, strict=True)}
        found.append(SliceEvidence(landmarks, limbs))
    return found


def limbs_by_side(evidence: Mapping[Side, SliceEvidence | None]) -> dict[LimbId, LimbScore] | None:
    """Every limb as seen on the slice of its start's side; None when a side has no evidence.

    A bilateral limb starts on the right.
    """
    found: dict[LimbId, LimbScore] = {}
    for side, own in evidence.items():
        if own is None or not own.limbs:
            return None
        found.update({limb: score for limb, score in own.limbs.items() if limb[0][0] is side})
    return found


def _limbs(
    maps: LandmarkMaps,
    number: int,
    points: Mapping[HipLandmarkId, DecodedPoint],
    card: BundleCard,
) -> tuple[list[LimbScore], list[LimbAgreement]]:
    if maps.fields is None:
        return [], []
    decoded = [points[id_] for id_ in card.channels.ids]
    places = np.array([point.xy for point in decoded])
    scores = limb_scores(maps.fields[number].cpu().numpy(), places, card.limbs)
    presence = [point.presence for point in decoded]
    variances, partners = card.limb_variances, card.limb_partners
    return scores, believed_agreement(scores, presence, card.limbs, variances, partners)


def _evidence(agreement: LimbAgreement | None, head: float | None) -> PresenceEvidence:
    if agreement is None:
        return PresenceEvidence(presence_head=head)
    return PresenceEvidence(
        presence_head=head,
        limb_agreement=agreement.score,
        surprisal=agreement.uncertainty(UncertaintyFormula.SURPRISAL),
        paper_uncertainty=agreement.uncertainty(UncertaintyFormula.PAPER),
        not_assessable=agreement.reason,
    )
