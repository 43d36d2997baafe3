"""``SliceChoice``: on which slice a hip is measured, how good the others are, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..anatomy import Side
from ..errors import ConfigurationError


@dataclass(frozen=True)
class SliceScore:
    """How well one slice shows a hip.

    Attributes:
        index: number of the slice.
        depth_mm: of the slice, mm to the front.
        score: 0 to 1; the product of how likely its points are there and how usual its place is.
        presence: probability that a point is seen on this slice, by key.
        behind_head_mm: how far the slice lies behind the head centre, negative in front of it;
            None when the head was found on no slice.
    """

    index: int
    depth_mm: float
    score: float
    presence: Mapping[str, float]
    behind_head_mm: float | None

    @property
    def seen(self) -> tuple[str, ...]:
        """Keys of the points that are more likely there than not."""
        return tuple(key for key, value in self.presence.items() if value >= 0.5)


@dataclass(frozen=True)
class SliceChoice:
    """The slice on which a hip is measured.

    Attributes:
        side: the hip.
        index: the slice that is measured.
        suggested: the slice that the model suggests; another one was taken by a person.
        head_depth_mm: depth of the head centre, mm to the front; None when it was not found.
        scores: of every slice that was read, in the order of the image.
        reason: one or two sentences why the suggested slice was suggested.
    """

    side: Side
    index: int
    suggested: int
    head_depth_mm: float | None
    scores: tuple[SliceScore, ...]
    reason: str

    @property
    def by_reader(self) -> bool:
        """Whether a person took another slice than the suggested one."""
        return self.index != self.suggested

    def score(self, index: int) -> SliceScore:
        """The score of a slice.

        Raises:
            ConfigurationError: when the slice was not read.
        """
        found = next((each for each in self.scores if each.index == index), None)
        if found is None:
            raise ConfigurationError(f"Slice {index} was not read: choose another one.")
        return found

    def taken(self, index: int) -> SliceChoice:
        """The choice of a person.

        Raises:
            ConfigurationError: when the slice was not read.
        """
        return replace(self, index=self.score(index).index)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready representation; inverse of :meth:`from_dict`."""
        return {
            "side": self.side.value,
            "index": self.index,
            "suggested": self.suggested,
            "head_depth_mm": self.head_depth_mm,
            "scores": [{**vars(each), "presence": dict(each.presence)} for each in self.scores],
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SliceChoice:
        """Read what :meth:`to_dict` wrote.

        Raises:
            ConfigurationError: when a field is missing or invalid.
        """
        try:
            scores = tuple(SliceScore(**entry) for entry in data["scores"])
            plain = {name: data[name] for name in ("index", "suggested", "head_depth_mm", "reason")}
            return cls(side=Side(data["side"]), scores=scores, **plain)
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"The stored choice of a slice is damaged ({error}): detect the hips again."
            ) from error
