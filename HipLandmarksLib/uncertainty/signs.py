"""The signs by which a model's landmark is believed to be there, as numbers of one direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import log
from types import MappingProxyType

from ..anatomy import Landmark

_LOGIT_LIMIT = 8.0
"""Networks saturate; beyond this log-odds say nothing more."""

DIRECTIONS: Mapping[str, int] = MappingProxyType(
    {
        "peak": 1,
        "template_match": 1,
        "entropy": -1,
        "surprisal": -1,
        "nowhere_logit": 1,
        "head_logit": 1,
    }
)
"""Whether more of a sign speaks for presence (1) or against it (-1)."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "peak": "its heatmap has no clear peak",
        "template_match": "its heatmap is not shaped like a point",
        "entropy": "its heatmap is spread out",
        "surprisal": "the neighbouring landmarks do not bear it out",
        "nowhere_logit": "the network says that it is nowhere",
        "head_logit": "the network's presence head speaks against it",
    }
)
"""What a sign says when it speaks against presence, for the note of an absent landmark."""
MISSING_WORDS = "no neighbouring landmark can bear it out"


@dataclass(frozen=True)
class PresenceSigns:
    """Raw signs of presence of one landmark; None where a model does not give one.

    Attributes:
        peak: height of the heatmap's mode relative to a perfect answer, in [0, 1].
        template_match: cross-correlation of the heatmap with the ideal Gaussian, in [-1, 1].
        entropy: of the heatmap's places, in [0, 1].
        surprisal: how little the limbs bear the point out, in [0, 1]; None when not assessable.
        nowhere_logit: log-odds of presence by the heatmap's "nowhere", within +-8.
        head_logit: log-odds of presence by the network's own head, within +-8.
    """

    peak: float | None = None
    template_match: float | None = None
    entropy: float | None = None
    surprisal: float | None = None
    nowhere_logit: float | None = None
    head_logit: float | None = None

    @classmethod
    def of(cls, landmark: Landmark) -> PresenceSigns:
        """The signs of a model's landmark, before or after a calibration was applied to it."""
        evidence = landmark.evidence
        if evidence is None:
            return cls(nowhere_logit=_logit(landmark.confidence))
        raw = evidence.heatmap_presence
        return cls(
            evidence.peak,
            evidence.template_match,
            evidence.entropy,
            evidence.surprisal,
            _logit(landmark.confidence if raw is None else raw),
            _logit(evidence.presence_head),
        )

    def by_name(self) -> dict[str, float | None]:
        """All signs by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _logit(probability: float | None) -> float | None:
    if probability is None:
        return None
    if probability <= 0.0 or probability >= 1.0:
        return _LOGIT_LIMIT if probability >= 1.0 else -_LOGIT_LIMIT
    return min(max(log(probability) - log(1.0 - probability), -_LOGIT_LIMIT), _LOGIT_LIMIT)
