"""``Panel``: what is shown of a study, kept in step with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import AnySide
from ..imaging import HipImage
from ..measurement import MeasurementStatus
from .bricks import Badge
from .definition import Definition, definition_of
from .export import clipboard_text
from .live_results import LiveResults
from .live_review import LiveReview
from .measurement_rows import MeasurementRow
from .measurement_table import hidden_line, summary
from .overlay import OverlayView, overlay_view
from .review_rows import ReviewRow, ReviewSource, review_line
from .study_badges import image_badges, study_badges

if TYPE_CHECKING:
    from ..scene import HipStudy


@dataclass(frozen=True, slots=True)
class Change:
    """What another look at the study brought.

    Attributes:
        measurements: numbers of the rows of the measurement table that read otherwise now.
        review: numbers of the rows of the review list that read otherwise now.
        results: the measurement table has other rows: fill it anew.
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

    After an event of the study, call :meth:`update` once per turn of the event loop: only those
    rows are made anew that read otherwise.
    """

    def __init__(self) -> None:
        """A panel without a study."""
        self._study: HipStudy | None = None
        self._editor: ReviewSource | None = None
        self._image: HipImage | None = None
        self._repairs: tuple[str, ...] = ()
        self._results, self._review = LiveResults(), LiveReview()
        self._badges: tuple[Badge, ...] = ()
        self._badges_of: tuple[object, ...] = ()
        self._slices: Badge | None = None

    def tell_slices(self, badge: Badge | None) -> None:
        """That numbers are those of another slice than the measured one; None: they are not.

        Told by badges, summary and clipboard from the next :meth:`update` or :meth:`show` on; see
        :func:`~HipLandmarksLib.panel.explorer.slice_badge`.
        """
        self._slices = badge

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
        return self._results.rows

    @property
    def review(self) -> Sequence[ReviewRow]:
        """All rows of the review list, the least sure landmark first."""
        return self._review.rows

    @property
    def summary(self) -> tuple[str, ...]:
        """What every number depends on, in lines below the measurement table."""
        if self._study is None:
            return ()
        other = () if self._slices is None else (f"{self._slices.line}. {self._slices.tooltip}",)
        return (*other, *summary(self._study.measurements, self._study.settings))

    @property
    def caution(self) -> str:
        """What must be known of numbers that are saved now; empty when there is nothing."""
        return "" if self._slices is None else f"{self._slices.text}. {self._slices.tooltip}"

    @property
    def hidden_line(self) -> str:
        """How many measurements wait for landmarks; empty when none does."""
        return hidden_line(self._results.rows)

    @property
    def review_line(self) -> str:
        """How far the review is; empty without one."""
        return review_line(self._review.items) if self._review.items else ""

    @property
    def review_remark(self) -> str:
        """Why the order of the list is less than it could be; empty otherwise."""
        return "" if self._editor is None else self._editor.remark

    @property
    def overlay(self) -> OverlayView:
        """The section of the overlay."""
        return overlay_view(self._study)

    def show(
        self,
        study: HipStudy | None,
        editor: ReviewSource | None = None,
        image: HipImage | None = None,
        repairs: Sequence[str] = (),
    ) -> Change:
        """Show another study, or none; everything is made anew.

        Args:
            study: the study of the chosen image; None while it has none.
            editor: of the study; None leaves the review list empty.
            image: the chosen image, for the badges while there is no study.
            repairs: sentences on what was repaired when the image was loaded.
        """
        self._study, self._editor = study, editor
        self._image, self._repairs = image, tuple(repairs)
        self._results, self._review = LiveResults(), LiveReview()
        self._badges, self._badges_of = (), ()
        self.update()
        return Change((), (), True, True, True)

    def update(self) -> Change:
        """Look at the study again; what reads otherwise than before."""
        results, measured = False, tuple[int, ...]()
        if self._study is not None:
            results, measured = self._results.update(self._study)
        items = () if self._editor is None else self._editor.items
        doubt = None if self._study is None else self._study.doubt
        order, reviewed = self._review.update(items, doubt)
        return Change(measured, reviewed, results, order, self._update_badges())

    def definition(self, row: MeasurementRow, side: AnySide | None = None) -> Definition:
        """Definition and construction of a row's measurement, by default on its first side.

        Raises:
            KeyError: when the study does not measure it there.
        """
        if self._study is None:
            raise KeyError(row.id)
        first = self._results.sides(row)[0]
        return definition_of(self._study, row.measurement, first if side is None else side)

    def clipboard_text(self) -> str:
        """The table in tab-separated text, for a spreadsheet."""
        case = "" if self._study is None else self._study.landmarks.case_id
        return clipboard_text(self._results.rows, self.summary, case)

    def _update_badges(self) -> bool:
        """Make them anew when something they tell of is another; whether they read otherwise."""
        depends = self._what_badges_tell()
        if self._badges_of and _are_same(depends, self._badges_of):
            return False
        before, self._badges_of = self._badges, depends
        if self._study is not None:
            other = () if self._slices is None else (self._slices,)
            self._badges = (*other, *study_badges(self._study, self._repairs))
        elif self._image is not None:
            self._badges = image_badges(self._image, None, self._repairs)
        return self._badges != before

    def _what_badges_tell(self) -> tuple[object, ...]:
        study = self._study
        if study is None:
            return (self._image,)
        exchanged = MeasurementStatus.SIDE_INCONSISTENT
        contradicts = any(exchanged in m.status for m in study.measurements)
        told = (study.settings, study.image, study.problem, study.doubt, contradicts)
        return (*told, "" if self._slices is None else self._slices.text)


def _are_same(found: tuple[object, ...], before: tuple[object, ...]) -> bool:
    """Whether these are the same objects, or equal texts and truths."""
    return len(found) == len(before) and all(
        a is b or (isinstance(a, str | bool) and a == b) for a, b in zip(found, before, strict=True)
    )
