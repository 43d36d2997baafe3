"""The list of the review kept in step with its editor: only rows that changed are made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..anatomy import LandmarkId
from ..review import ReviewItem
from .live_results import Changed
from .review_rows import ReviewRow, review_row

if TYPE_CHECKING:
    from ..scene.doubt import DoubtOverlay, Standing


class LiveReview:
    """Rows of the landmarks of one study, in the order of its editor."""

    def __init__(self) -> None:
        """No rows yet."""
        self.rows: list[ReviewRow] = []
        self.items: tuple[ReviewItem, ...] = ()
        self._standings: Mapping[LandmarkId, Standing | None] = {}

    def update(self, items: Sequence[ReviewItem], doubt: DoubtOverlay | None) -> Changed:
        """Look at the items again.

        Args:
            items: of the editor.
            doubt: of the study, which tells how points stand to the model; None without one.
        """
        known: Mapping[LandmarkId, Standing] = {} if doubt is None else doubt.standings
        region = "" if doubt is None else doubt.reading.words
        before, self.items = self.items, tuple(items)
        standings = {item.id: known.get(item.id) for item in items}
        was, self._standings = self._standings, standings
        if [item.id for item in before] != [item.id for item in items]:
            self.rows = [review_row(i, standings[i.id], region) for i in items]
            return True, ()
        changed = []
        for number, (item, old) in enumerate(zip(items, before, strict=True)):
            if not _reads_alike(item, old) or standings[item.id] != was[item.id]:
                row = review_row(item, standings[item.id], region)
                if row != self.rows[number]:
                    self.rows[number] = row
                    changed.append(number)
        return False, tuple(changed)


def _reads_alike(item: ReviewItem, other: ReviewItem) -> bool:
    """Whether a row would read the same; landmarks are compared by identity."""
    return item is other or (
        item.landmark is other.landmark
        and item.original is other.original
        and item.progress is other.progress
        and item.number == other.number
    )
