"""How much a model doubts each landmark and each limb, in one number for a map of doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..anatomy import HipLandmarks, LandmarkId
from ..errors import ConfigurationError
from ..uncertainty import UsualAgreement
from .limb_scores import LimbScore, UncertaintyFormula
from .limbs import LimbId
from .region_maps import RegionMaps

PartId = LandmarkId | LimbId
"""A landmark, or a limb: what a map of doubt is made of."""


class DoubtMeasure(str, Enum):
    """What the doubt of a map means."""

    UNUSUAL = "unusual"
    """Disagreement beyond what is usual for each limb and landmark that is there, in [0, 1]: 0
    where all is as usual, 1/2 where the fields agree half as much; needs calibrated fields."""
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
            DoubtMeasure.UNUSUAL: "disagreement of limbs beyond the usual",
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
        measure: of doubt; None for what is beyond the usual, the surprisal itself where a model
            is not calibrated for that, and absence where it has no fields.
        parts: only these landmarks and limbs; None for all.
    """

    what: MapWhat = MapWhat.COMBINED
    measure: DoubtMeasure | None = None
    parts: frozenset[PartId] | None = None

    def words(self, measure: DoubtMeasure) -> str:
        """What a map of this choice is of, for legends.

        Args:
            measure: that it came to (:func:`measure_of`).
        """
        by_itself = self.measure is None and measure is DoubtMeasure.SURPRISAL
        return f"{measure.words}, not calibrated" if by_itself else measure.words

    def shows(self, part: PartId) -> bool:
        """Whether a landmark or limb is in the map."""
        wanted = MapWhat.LIMBS if is_limb(part) else MapWhat.LANDMARKS
        chosen = self.parts is None or part in self.parts
        return chosen and self.what in (wanted, MapWhat.COMBINED)


def is_limb(part: PartId) -> bool:
    """Whether it is a limb, and not a landmark."""
    return isinstance(part[1], tuple)


def part_name(part: PartId) -> str:
    """Name of a limb or landmark without its side, such as ``FHC-NA`` or ``LCP``."""
    ends: Any = part if is_limb(part) else (part,)
    return "-".join(key for _, key in ends)


def measure_of(
    choice: MapChoice,
    maps: Sequence[RegionMaps] | Mapping[LimbId, LimbScore] | None,
    usual: UsualAgreement | None = None,
) -> DoubtMeasure:
    """The measure of a map.

    Args:
        choice: names one, or leaves it to the model.
        maps: kept maps or scored limbs of the model, which tell whether it has fields.
        usual: agreement of the model's limbs; None where that is not calibrated.

    Raises:
        ConfigurationError: when what is beyond the usual is asked for and the usual is not known.
    """
    if choice.measure is DoubtMeasure.UNUSUAL and usual is None:
        raise ConfigurationError(
            "How much the limbs of this model usually disagree is not calibrated: run "
            "'hiplandmarks calibrate', or choose the surprisal itself."
        )
    if choice.measure is not None:
        return choice.measure
    if isinstance(maps, Mapping) or maps is None:
        has_fields = bool(maps)
    else:
        has_fields = any(each.fields is not None for each in maps)
    if not has_fields:
        return DoubtMeasure.ABSENCE
    return DoubtMeasure.SURPRISAL if usual is None else DoubtMeasure.UNUSUAL


def part_doubts(
    landmarks: HipLandmarks,
    limbs: Mapping[LimbId, LimbScore] | None,
    measure: DoubtMeasure | None = None,
    usual: UsualAgreement | None = None,
) -> dict[PartId, float]:
    """Doubt by landmark and limb; what cannot be assessed, or a reader placed, is left out.

    Args:
        landmarks: as a model gave them.
        limbs: of the same detection; None for models without fields.
        measure: see :class:`MapChoice`.
        usual: agreement of the model's limbs (:attr:`.Calibration.agreement`); None where that is
            not calibrated.

    Raises:
        ConfigurationError: when what is beyond the usual is asked for and the usual is not known.
    """
    measure = measure_of(MapChoice(measure=measure), limbs, usual)
    if measure is DoubtMeasure.ABSENCE:
        return {
            id_: 1.0 - each.confidence
            for id_, each in landmarks.items()
            if each.evidence is not None and each.confidence is not None
        }
    paper = measure is DoubtMeasure.PAPER
    formula = UncertaintyFormula.PAPER if paper else UncertaintyFormula.SURPRISAL
    found: dict[PartId, float] = {}
    for id_, landmark in landmarks.items():
        evidence = landmark.evidence
        if evidence is not None:
            own = evidence.paper_uncertainty if paper else evidence.surprisal
            found |= {} if own is None else {id_: own}
    scored = {limb: score.uncertainty(formula) for limb, score in (limbs or {}).items()}
    found |= {limb: doubt for limb, doubt in scored.items() if doubt is not None}
    if measure is DoubtMeasure.UNUSUAL and usual is not None:
        return {part: usual.excess(part_name(part), doubt) for part, doubt in found.items()}
    return found
