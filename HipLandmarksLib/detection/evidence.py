"""What fields and presence head say of the points that were decoded in one slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from ..anatomy import HipLandmarkId, PresenceEvidence, Side
from .card import BundleCard
from .decoding import DecodedPoint
from .limb_scores import LimbScore, UncertaintyFormula
from .limb_tensors import batched_limb_scores
from .limbs import LimbChannels, LimbId
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
    ids, limbs = card.channels.ids, card.limbs
    scores = _scores(maps, points, limbs)
    found: list[SliceEvidence | None] = []
    for number, (own, scored) in enumerate(zip(points, scores, strict=True)):
        presence = [own[id_].presence for id_ in ids]
        agreements = (
            believed_agreement(scored, presence, limbs, card.limb_variances, card.limb_partners)
            if scored
            else [None] * len(ids)
        )
        heads = [None] * len(ids) if maps.presence is None else maps.presence[number].tolist()
        signs = [_evidence(*each) for each in zip(agreements, heads, strict=True)]
        pairs = limbs.pairs if scored else ()
        named = {(ids[a], ids[b]): s for (a, b), s in zip(pairs, scored, strict=True)}
        found.append(SliceEvidence(dict(zip(ids, signs, strict=True)), named))
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


def _scores(
    maps: LandmarkMaps,
    points: Sequence[Mapping[HipLandmarkId, DecodedPoint]],
    limbs: LimbChannels,
) -> list[list[LimbScore]]:
    """Of every limb of every image; empty lists without fields."""
    if maps.fields is None:
        return [[] for _ in points]
    ids = limbs.channels.ids
    places = torch.tensor([[own[id_].xy for id_ in ids] for own in points], dtype=torch.float64)
    return batched_limb_scores(maps.fields, places, limbs)


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
