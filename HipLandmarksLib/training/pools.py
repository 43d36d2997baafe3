"""Kinds of training slices and how often each is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..detection import Preprocessing
from ..errors import ConfigurationError
from .labels import LabelledSlice
from .sampling import PreparedSlice, prepare

_PARTIAL_SHARE = 0.3
"""Share of slices on which only some landmarks are annotated."""


@dataclass(frozen=True)
class Pools:
    """Prepared slices by kind; an empty kind gives its share to the others.

    Attributes:
        full: slices with the reader's landmarks.
        partial: neighbours on which only the head centre or the shaft are known.
        negative: slices on which every known landmark is absent.
        simulated: slices of simulated hips.
        shares: probabilities of the four kinds.
        cases: patients that the slices come from.
    """

    full: Sequence[PreparedSlice]
    partial: Sequence[PreparedSlice]
    negative: Sequence[PreparedSlice]
    simulated: Sequence[PreparedSlice]
    shares: tuple[float, float, float, float]
    cases: list[str]

    @classmethod
    def of(
        cls,
        slices: Sequence[LabelledSlice],
        simulated: Sequence[LabelledSlice],
        preprocessing: Preprocessing,
        negative_share: float,
        phantom_share: float,
    ) -> Pools:
        """Sort and prepare.

        Raises:
            ConfigurationError: when there is nothing to learn from.
        """
        kinds: dict[str, list[PreparedSlice]] = {"full": [], "partial": [], "negative": []}
        for labelled in slices:
            kinds[_kind(labelled)].append(prepare(labelled, preprocessing))
        made = [prepare(labelled, preprocessing) for labelled in simulated]
        rest = max(0.0, 1 - negative_share - phantom_share)
        wanted = (
            rest * (1 - _PARTIAL_SHARE) * bool(kinds["full"]),
            rest * _PARTIAL_SHARE * bool(kinds["partial"]),
            negative_share * bool(kinds["negative"]),
            phantom_share * bool(made),
        )
        if sum(wanted) <= 0:
            raise ConfigurationError("There are no labelled slices to train on.")
        shares = tuple(float(share) / sum(wanted) for share in wanted)
        cases = sorted({labelled.case for labelled in slices})
        return cls(**kinds, simulated=made, shares=shares, cases=cases)  # type: ignore[arg-type]

    @property
    def size(self) -> int:
        """Number of slices of all kinds."""
        return sum(map(len, (self.full, self.partial, self.negative, self.simulated)))

    def draw(self, count: int, rng: np.random.Generator) -> list[PreparedSlice]:
        """``count`` slices, the kind first, then one of the kind."""
        pools = (self.full, self.partial, self.negative, self.simulated)
        kinds = rng.choice(len(pools), size=count, p=self.shares)
        return [pools[kind][int(rng.integers(len(pools[kind])))] for kind in kinds]


def _kind(labelled: LabelledSlice) -> str:
    if labelled.chosen:
        return "full"
    shown = any(label.ij is not None for label in labelled.labels.values())
    return "partial" if shown else "negative"
