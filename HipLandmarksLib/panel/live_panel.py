"""``Panel``: the rows of a study, kept in step with it; only what changed is made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import AnySide, LandmarkId
from ..imaging import HipImage
from ..review import ReviewItem
from .bricks import Badge
from .definition import Definition, definition_of
from .export import clipboard_text
from .measurement_rows import MeasurementRow, RowInput, row_inputs
from .measurement_table import hidden_line, measurement_row, summary
from .overlay import OverlayView, overlay_view
from .review_rows import ReviewList, ReviewRow, review_line, review_row
from .study_badges import image_badges, study_badges

if TYPE_CHECKING:
    from ..measurement import MeasurementSettings
    from ..scene import HipStudy
    from ..scene.doubt import Standing


@dataclass(frozen=True, slots=True)
class Change:
    """What another look at the study brought.

    Attributes:
        measurements: numbers of the rows of the measurement table that are others now.
        review: numbers of the rows of the review list that are others now.
        results: the measurement table has other rows, or another order: fill it anew.
        order: the review list has other rows, or another order: fill it anew.
        badges: the badges are others.
    """

    measurements: tuple[int, ...] = ()
    review: tuple[int, ...] = ()
    results: bool = False
    order: bool = False
    badges: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        parts = (self.measurements, self.review, self.results, self.order, self.badges)
        return any(parts)


class Panel:
    """What the panel shows of one study; one per face. Research software, not a medical device.

    After an event of the study, call :meth:`update` once per turn of the event loop: it compares
    by identity and makes only those rows that changed.
    """

    def __init__(self) -> None:
        """A panel without a study."""
        self._study: HipStudy | None = None
        self._review: ReviewList | None = None
        self._image: HipImage | None = None
        self._repairs: tuple[str, ...] = ()
        self._inputs: dict[str, RowInput] = {}
        self._rows: list[MeasurementRow] = []
        self._items: tuple[ReviewItem, ...] = ()
        self._standings: dict[LandmarkId, Standing | None] = {}
        self._review_rows: list[ReviewRow] = []
        self._badges: tuple[Badge, ...] = ()
        self._settings: MeasurementSettings | None = None

    @property
    def study(self) -> HipStudy | None:
        """The study that is shown."""
        return self._study

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Of the study, or of the image while there is none."""
        return self._badges

    @property
    def measurements(self) -> Sequence[MeasurementRow]:
        """All rows of the measurement table, those without landmarks included."""
        return self._rows

    @property
    def review(self) -> Sequence[ReviewRow]:
        """All rows of the review list, the least sure landmark first."""
        return self._review_rows

    @property
    def summary(self) -> tuple[str, ...]:
        """What every number depends on, in lines above the measurement table."""
        if self._study is None:
            return ()
        return summary(self._study.measurements, self._study.settings)

    @property
    def hidden_line(self) -> str:
        """How many measurements wait for landmarks; empty when none does."""
        return hidden_line(self._rows)

    @property
    def review_line(self) -> str:
        """How far the review is."""
        return review_line(self._items) if self._items else ""

    @property
    def review_remark(self) -> str:
        """Why the order of the list is less than it could be; empty otherwise."""
        return "" if self._review is None else self._review.remark

    @property
    def overlay(self) -> OverlayView:
        """The section of the overlay."""
        return overlay_view(self._study)

    def show(
        self,
        study: HipStudy | None,
        review: ReviewList | None = None,
        image: HipImage | None = None,
        repairs: Sequence[str] = (),
    ) -> Change:
        """Show another study, or none; everything is made anew.

        Args:
            study: the study of the chosen image; None while it has none.
            review: its editor; None leaves the review list empty.
            image: the chosen image, for the badges while there is no study.
            repairs: sentences on what was repaired when the image was loaded.
        """
        self._study, self._review = study, review
        self._image, self._repairs = image, tuple(repairs)
        self._inputs, self._rows = {}, []
        self._items, self._standings, self._review_rows = (), {}, []
        self._settings, self._badges = None, ()
        self.update()
        return Change((), (), True, True, True)

    def update(self) -> Change:
        """Look at the study again; what of the rows is other than before."""
        results, measured = self._update_measurements()
        order, reviewed = self._update_review()
        badges = self._update_badges(bool(measured) or results)
        return Change(measured, reviewed, results, order, badges)

    def definition(self, row: MeasurementRow, side: AnySide | None = None) -> Definition:
        """Definition and construction of a row's measurement, by default on its first side.

        Raises:
            ConfigurationError, KeyError: when the study does not measure it there.
        """
        assert self._study is not None  # there are no rows without a study
        sides = [m.side for m in self._inputs[row.id].found]
        return definition_of(self._study, row.measurement, sides[0] if side is None else side)

    def clipboard_text(self) -> str:
        """The table in tab-separated text, for a spreadsheet."""
        case = "" if self._study is None else self._study.landmarks.case_id
        return clipboard_text(self._rows, self.summary, case)

    def _update_measurements(self) -> tuple[bool, tuple[int, ...]]:
        """Whether the rows are others, and else the numbers of those that changed."""
        study = self._study
        if study is None:
            return False, ()
        before, found = self._inputs, row_inputs(study.measurements, study.differences)
        self._inputs = found
        others = list(before) != list(found)
        if others:
            self._rows = [self._row(each) for each in found.values()]
            return True, ()
        changed = []
        for number, (id_, each) in enumerate(found.items()):
            if not each.is_same(before[id_]):
                row = self._row(each)
                if row != self._rows[number]:
                    self._rows[number] = row
                    changed.append(number)
        return False, tuple(changed)

    def _row(self, found: RowInput) -> MeasurementRow:
        assert self._study is not None
        doubt = self._study.doubt
        calibration = None if doubt is None else doubt.reading.calibration
        return measurement_row(found, self._study.landmarks, calibration)

    def _update_review(self) -> tuple[bool, tuple[int, ...]]:
        """Whether order or number of the rows are others, and else which rows changed."""
        items = () if self._review is None else tuple(self._review.items)
        before, self._items = self._items, items
        standings, region = self._standing_of(items)
        was, self._standings = self._standings, standings
        if [item.id for item in before] != [item.id for item in items]:
            self._review_rows = [review_row(i, standings[i.id], region) for i in items]
            return True, ()
        changed = []
        for number, (item, old) in enumerate(zip(items, before, strict=True)):
            if not _is_same(item, old) or standings[item.id] is not was[item.id]:
                row = review_row(item, standings[item.id], region)
                if row != self._review_rows[number]:
                    self._review_rows[number] = row
                    changed.append(number)
        return False, tuple(changed)

    def _standing_of(
        self, items: Sequence[ReviewItem]
    ) -> tuple[dict[LandmarkId, Standing | None], str]:
        doubt = None if self._study is None else self._study.doubt
        if doubt is None:
            return {item.id: None for item in items}, ""
        found = doubt.standings
        return {item.id: found.get(item.id) for item in items}, doubt.reading.words

    def _update_badges(self, measured: bool) -> bool:
        """Badges depend on the settings and on whether any measurement contradicts the sides."""
        study = self._study
        if study is not None and not measured and study.settings is self._settings:
            return False
        before = self._badges
        if study is not None:
            self._settings = study.settings
            self._badges = study_badges(study, self._repairs)
        elif self._image is not None:
            self._badges = image_badges(self._image, None, self._repairs)
        return self._badges != before


def _is_same(item: ReviewItem, other: ReviewItem) -> bool:
    """Whether a row of the list would read the same; landmarks are compared by identity."""
    return item is other or (
        item.landmark is other.landmark
        and item.original is other.original
        and item.progress is other.progress
        and item.number == other.number
    )
