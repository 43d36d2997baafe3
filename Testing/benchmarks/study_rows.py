"""Every labelled landmark of a slice as one model sees it: what the study's tables are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from HipLandmarksLib.anatomy import HipLandmarkId
from HipLandmarksLib.detection import (
    BundleCard,
    Detector,
    LimbAgreement,
    SlicePrediction,
    limb_agreement,
)
from HipLandmarksLib.training import LabelledSlice, PointLabel

NOWHERE, PEAK, HEAD = '"nowhere"', "heatmap peak", "presence head"
SURPRISAL, PAPER = "limbs: surprisal", "limbs: paper's formula"
SURPRISAL_PRESENT = "limbs: surprisal, partners by presence"
SIGNS = (NOWHERE, PEAK, HEAD, SURPRISAL, PAPER, SURPRISAL_PRESENT)
"""Signs of absence; each is larger the more a model doubts a landmark."""


_Agreements = dict[HipLandmarkId, LimbAgreement]


@dataclass(frozen=True)
class Row:
    """One landmark in one slice, as one model sees it.

    Attributes:
        arm, seed: of the model.
        image: the simulated hip; rows of one image are not independent.
        name: such as ``R:FHC``.
        there: whether the landmark is to be seen.
        error_mm: distance of the decoded point, however doubtful; None where it is absent.
        presence: probability that the model gives (1 - "nowhere").
        doubts: by sign; a sign that the model cannot give here is left out.
    """

    arm: str
    seed: int
    image: str
    name: str
    there: bool
    error_mm: float | None
    presence: float
    doubts: Mapping[str, float] = field(default_factory=dict)


def rows_of(detector: Detector, slices: Sequence[LabelledSlice], arm: str, seed: int) -> list[Row]:
    """Rows of all annotated landmarks; a single view of each slice, no mirror."""
    rows = []
    for labelled in slices:
        (found,) = detector.predict(labelled.image, [labelled.index], views="none")
        by_presence = _by_presence(found, detector.card)
        rows += [
            _row(labelled, found, id_, label, (arm, seed), _doubts(found, id_, by_presence))
            for id_, label in labelled.labels.items()
        ]
    return rows


def _row(
    labelled: LabelledSlice,
    found: SlicePrediction,
    id_: HipLandmarkId,
    label: PointLabel,
    model: tuple[str, int],
    doubts: Mapping[str, float],
) -> Row:
    error = None
    if label.ij is not None:
        si, sj, _ = labelled.image.spacing
        i, j = found.plane.backward(found.points[id_].xy)
        error = float(np.hypot((i - label.ij[0]) * si, (j - label.ij[1]) * sj))
    presence = found.points[id_].presence
    name = f"{id_[0].value}:{id_[1]}"
    return Row(*model, labelled.case, name, error is not None, error, presence, doubts)


def _by_presence(found: SlicePrediction, card: BundleCard) -> _Agreements | None:
    """What the limbs say when partners count by their presence (the product: all alike)."""
    if found.evidence is None or not found.evidence.limbs:
        return None
    scores = list(found.evidence.limbs.values())
    presence = [found.points[id_].presence for id_ in card.channels.ids]
    agreements = limb_agreement(scores, presence, card.limbs, card.limb_variances or None)
    return dict(zip(card.channels.ids, agreements, strict=True))


def _doubts(
    found: SlicePrediction, id_: HipLandmarkId, by_presence: _Agreements | None
) -> dict[str, float]:
    point = found.points[id_]
    doubts: dict[str, float | None] = {NOWHERE: 1 - point.presence, PEAK: 1 - point.peak}
    if found.evidence is not None:
        evidence = found.evidence.landmarks[id_]
        head = evidence.presence_head
        doubts[HEAD] = None if head is None else 1 - head
        doubts[SURPRISAL] = evidence.surprisal
        doubts[PAPER] = evidence.paper_uncertainty
        if by_presence is not None:
            doubts[SURPRISAL_PRESENT] = by_presence[id_].uncertainty()
    return {sign: doubt for sign, doubt in doubts.items() if doubt is not None}
