"""How much a model doubts each landmark and each limb, in one number for a map of doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ..anatomy import HipLandmarks, LandmarkId
from .limb_scores import LimbScore, UncertaintyFormula
from .limbs import LimbId
from .region_maps import RegionMaps

PartId = LandmarkId | LimbId
"""A landmark, or a limb: what a map of doubt is made of."""


class DoubtMeasure(str, Enum):
    """What the doubt of a map means."""

    SURPRISAL = "surprisal"
    """How little the fields bear landmark or limb out, in [0, 1]; needs a model with fields."""
    PAPER = "paper"
    """The uncertainty of paper 2 as it is printed, in [0, 0.37]; needs a model with fields."""
    ABSENCE = "absence"
    """1 - presence: the probability, for a calibrated model, that a landmark is not there. Says
    nothing of limbs."""

    @property
    def words(self) -> str:
        """For legends."""
        return {
            DoubtMeasure.SURPRISAL: "surprisal of the limbs",
            DoubtMeasure.PAPER: "uncertainty of paper 2",
            DoubtMeasure.ABSENCE: "1 - presence",
        }[self]


class MapWhat(str, Enum):
    """Which parts a map of doubt is made of."""

    LANDMARKS = "landmarks"
    LIMBS = "limbs"
    COMBINED = "combined"


@dataclass(frozen=True)
class MapChoice:
    """What a map of doubt shows.

    Attributes:
        what: landmarks, limbs or both.
        measure: of doubt; None for surprisal, or absence where a model has no fields.
        parts: only these landmarks and limbs; None for all.
    """

    what: MapWhat = MapWhat.COMBINED
    measure: DoubtMeasure | None = None
    parts: frozenset[PartId] | None = None

    def shows(self, part: PartId) -> bool:
        """Whether a landmark or limb is in the map."""
        wanted = MapWhat.LIMBS if is_limb(part) else MapWhat.LANDMARKS
        chosen = self.parts is None or part in self.parts
        return chosen and self.what in (wanted, MapWhat.COMBINED)


def is_limb(part: PartId) -> bool:
    """Whether it is a limb, and not a landmark."""
    return isinstance(part[1], tuple)


def measure_of(
    choice: MapChoice, maps: Sequence[RegionMaps] | Mapping[LimbId, LimbScore] | None
) -> DoubtMeasure:
    """The measure of a map.

    Args:
        choice: names one, or leaves it to the model.
        maps: kept maps or scored limbs of the model, which tell whether it has fields.
    """
    if choice.measure is not None:
        return choice.measure
    if isinstance(maps, Mapping) or maps is None:
        has_fields = bool(maps)
    else:
        has_fields = any(each.fields is not None for each in maps)
    return DoubtMeasure.SURPRISAL if has_fields else DoubtMeasure.ABSENCE


def part_doubts(
    landmarks: HipLandmarks,
    limbs: Mapping[LimbId, LimbScore] | None,
    measure: DoubtMeasure | None = None,
) -> dict[PartId, float]:
    """Doubt by landmark and limb; what cannot be assessed, or a reader placed, is left out.

    Args:
        landmarks: as a model gave them.
        limbs: of the same detection; None for models without fields.
        measure: None for surprisal, or absence without limbs.
    """
    measure = measure_of(MapChoice(measure=measure), limbs)
    found: dict[PartId, float] = {}
    for id_, landmark in landmarks.items():
        evidence, doubt = landmark.evidence, None
        if evidence is not None:
            doubt = {
                DoubtMeasure.SURPRISAL: evidence.surprisal,
                DoubtMeasure.PAPER: evidence.paper_uncertainty,
                DoubtMeasure.ABSENCE: _none_or_rest(landmark.confidence),
            }[measure]
        if doubt is not None:
            found[id_] = doubt
    if measure is not DoubtMeasure.ABSENCE:
        formula = UncertaintyFormula(measure.value)
        scored = {limb: score.uncertainty(formula) for limb, score in (limbs or {}).items()}
        found |= {limb: doubt for limb, doubt in scored.items() if doubt is not None}
    return found


def _none_or_rest(probability: float | None) -> float | None:
    return None if probability is None else 1.0 - probability
