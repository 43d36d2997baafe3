"""Where somebody is in an explored stack, as the scene keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...anatomy import Side
from ...exploration.plain import from_plain, to_plain
from .kinds import SpacePart
from .store import damaged


@dataclass(frozen=True)
class ExplorerState:
    """What is shown.

    Attributes:
        shown: the slice whose points each hip's list shows.
        parts: what is drawn in space.
        radial: hip and place on the clock face of the radial plane, None when none is shown.
        doubt_hidden: whether a model's doubt, which was shown, is hidden on this slice.
    """

    shown: Mapping[Side, int]
    parts: tuple[SpacePart, ...] = field(default_factory=lambda: tuple(SpacePart))
    radial: tuple[Side, float] | None = None
    doubt_hidden: bool = False

    @property
    def page(self) -> str:
        """Name of what is shown, for the review of its points."""
        return " ".join(f"{side.value}{self.shown[side]}" for side in Side if side in self.shown)

    @staticmethod
    def of_page(page: str) -> dict[Side, int]:
        """The slices that a page shows; inverse of :attr:`page`."""
        return {Side(word[0]): int(word[1:]) for word in page.split()}

    def to_text(self) -> str:
        """JSON text; inverse of :meth:`from_text`."""
        return json.dumps(to_plain(self), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> ExplorerState:
        """Read what :meth:`to_text` wrote.

        Raises:
            HipLandmarksError: when it is damaged.
        """
        try:
            state: ExplorerState = from_plain(json.loads(text), cls)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(error) from error
        return state
