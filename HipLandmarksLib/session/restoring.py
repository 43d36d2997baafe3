"""Work that a crash left: reviews of an image, of its slices, and which slices were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..anatomy import Landmark, LandmarkId
from ..errors import HipLandmarksError
from ..i18n import tr as _
from ..imaging import HipImage
from ..review import JournalOffer
from ..scene import HipStudy
from ..scene.editing import page_offers
from ..scene.editing.kept_settings import KeptSettings, find_settings
from ..scene.exploration import StackExplorer
from ..scene.exploration.autosave import KeptStack, find_stacks
from .editors import Editors
from .explorers import Explorers
from .hip_session import HipSession

_SAME_MM = 1e-6


@dataclass(frozen=True)
class KeptWork:
    """What was done to an image and never saved in a scene.

    Attributes:
        reviews: that can be taken up now, by page; "" is the one of the image.
        stack: of explored slices, which are not in the scene; None without one.
        settings: how the study was measured; None where that is as it is now.
        waiting: reviews of slices that can be taken up once all slices were detected again.
    """

    reviews: Mapping[str, JournalOffer]
    stack: KeptStack | None = None
    settings: KeptSettings | None = None
    waiting: Mapping[str, JournalOffer] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether anything can be taken up now."""
        return bool(self.reviews) or self.stack is not None or self.only_settings

    @property
    def only_settings(self) -> bool:
        """Whether nothing was done but setting how to measure."""
        points = self.reviews or self.waiting or self.stack is not None
        return self.settings is not None and not points

    @property
    def words(self) -> str:
        """What is offered."""
        every = [*self.reviews.values(), *self.waiting.values()]
        others = [each for each in (self.stack, self.settings) if each is not None]
        edits = sum(each.edits for each in every) + sum(each.edits for each in others)
        last = max([*(each.last for each in every), *(each.last for each in others)])
        lines = [_told(edits, last)]
        slices = sum(page != "" for page in self.reviews)
        if slices or self.stack is not None:
            told = _("With its explored slices; slices with changes of their own: {n}.")
            lines.append(told.format(n=slices))
        if self.waiting:
            told = _(
                "Changes of {n} slices can be restored once all slices were detected: choose all "
                "slices and press Detect."
            )
            lines.append(told.format(n=len(self.waiting)))
        return " ".join(lines)


class Restoring:
    """Looks for work that a crash left, and takes it up; every face offers it.

    Args:
        editors: of the studies; their folder holds the autosave.
        explorers: of the studies.
    """

    def __init__(self, editors: Editors, explorers: Explorers) -> None:
        self._editors, self._explorers = editors, explorers

    def look(self, image: HipImage | None, study: HipStudy | None) -> KeptWork | None:
        """What there is of an image, as far as its study does not hold it; None for nothing.

        An exploration to which nothing was done is deleted.

        Args:
            image: that is shown.
            study: of it, if there is one.
        """
        if image is None:
            return None
        folder, explorer = self._editors.folder, self._explorer(study)
        stack = None
        if explorer is None:
            stack = next((s for s in find_stacks(folder, image) if s.fits(image)), None)
        found = {}
        for page, offers in page_offers(folder, image).items():
            news = next((o for o in offers if self._is_news(page, o, image, study)), None)
            if news is not None:
                found[page] = news
        if stack is not None and not (stack.edits or found):
            stack.discard()
            stack = None
        settings = _settings(folder, image, study, found or stack)
        there = stack is not None or explorer is not None
        now = {page: offer for page, offer in found.items() if there or not page}
        waiting = {page: offer for page, offer in found.items() if page not in now}
        work = KeptWork(now, stack, settings, waiting)
        return work if found or stack is not None or settings is not None else None

    def restore(self, session: HipSession, volume: Any, image: HipImage, work: KeptWork) -> None:
        """Take it up; its files are used up.

        Args:
            session: that holds the study.
            volume: the vtkMRMLScalarVolumeNode that is shown.
            image: of it.
            work: of :meth:`look`.

        Raises:
            HipLandmarksError: when it cannot be taken up.
        """
        study = session.study(volume)
        if study is None:
            points = work.stack.stack.case() if work.stack else work.reviews[""].landmarks(image)
            study = session.show(volume, points)
        editor = self._editors.of(study)
        if work.settings is not None:
            study.measure_with(work.settings.settings)
            work.settings.discard()
        explorer = self._explorer(study)
        if explorer is None and work.stack is not None:
            explorer = self._explorers.restore(study, work.stack)
        if explorer is not None:
            _restore_pages(explorer, work.reviews)
        elif editor is not None and "" in work.reviews:
            editor.restore(work.reviews[""])

    @staticmethod
    def discard(work: KeptWork) -> None:
        """Delete it."""
        for offer in (*work.reviews.values(), *work.waiting.values()):
            offer.discard()
        for other in (work.stack, work.settings):
            if other is not None:
                other.discard()

    def _explorer(self, study: HipStudy | None) -> StackExplorer | None:
        """Of the study; one that is damaged was told of when its study was opened."""
        try:
            return self._explorers.of(study)
        except HipLandmarksError:
            return None

    def _is_news(
        self, page: str, offer: JournalOffer, image: HipImage, study: HipStudy | None
    ) -> bool:
        """Whether a review holds anything else than the study."""
        if study is None:
            return True
        explorer, kept = self._explorer(study), offer.landmarks(image).items_
        try:
            here = study.landmarks.items_ if explorer is None else explorer.points_of(page)
        except (HipLandmarksError, ValueError):
            return False  # of slices that this stack does not have
        return not _are_alike(kept, here) or self._has_other_states(page, offer, study)

    def _has_other_states(self, page: str, offer: JournalOffer, study: HipStudy) -> bool:
        """Whether points are accepted there and not here, as far as the page is shown."""
        accepted = [id_ for id_ in offer.review.present if offer.review.state(id_).accepted]
        editor = self._editors.of(study)
        if editor is None or editor.page != page:
            return bool(accepted)
        return any(not editor.state(id_).accepted for id_ in accepted)


def _settings(
    folder: Path, image: HipImage, study: HipStudy | None, others: object
) -> KeptSettings | None:
    """How the study was measured, where that is another way than now; used-up files go.

    Args:
        folder: of the autosave.
        image: that is shown.
        study: of it, if there is one; settings alone are offered only for a study.
        others: whether anything else is offered.
    """
    found = find_settings(folder, image)
    if study is None:
        return found[0] if found and others else None
    for kept in found:
        if kept.edits and kept.settings != study.settings:
            return kept
        if not others:
            kept.discard()
    return None


def _restore_pages(explorer: StackExplorer, reviews: Mapping[str, JournalOffer]) -> None:
    """The latest last: pages may share a slice of one hip."""
    for page, offer in sorted(reviews.items(), key=lambda item: item[1].last):
        explorer.restore(page, offer)
    explorer.show_chosen()


def _are_alike(kept: Mapping[LandmarkId, Landmark], here: Mapping[LandmarkId, Landmark]) -> bool:
    if kept.keys() != here.keys():
        return False
    return all(_is_alike(point, here[id_]) for id_, point in kept.items())


def _is_alike(one: Landmark, other: Landmark) -> bool:
    if one.state is not other.state:
        return False
    a, b = one.position, other.position
    if a is None or b is None:
        return a is b
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) <= _SAME_MM


def _told(edits: int, last: datetime) -> str:
    text = _("A review of this image was not saved (changes: {n}, the last on {when}).")
    return text.format(n=edits, when=last.astimezone().strftime("%Y-%m-%d %H:%M"))
