"""A review that was interrupted, such as by a crash, is offered again for the same image."""

from __future__ import annotations

from html import escape
from typing import Any

from ...i18n import tr as _
from ...imaging import HipImage
from ...review import JournalOffer
from ...scene.editing import offers
from ...session.editors import Editors
from .desk import Desk
from .messages import told


class RestoreOffer:
    """Shown at the top of the panel until it is answered."""

    def __init__(self, desk: Desk, editors: Editors) -> None:
        self.desk = desk
        self._editors = editors
        self._offer: JournalOffer | None = None
        desk.ui.restore.connect("clicked(bool)", self.restore)
        desk.ui.discard.connect("clicked(bool)", self.discard)

    def show(self) -> None:
        """Look whether there is a kept review of the chosen image."""
        found: tuple[JournalOffer, ...] = ()
        image = self.desk.image
        if image is not None:
            found = offers(self._editors.folder, image)
            found = tuple(each for each in found if self._is_news(each, image))
        self._offer = found[0] if found else None
        self.desk.ui.restoreFrame.visible = self._offer is not None
        if self._offer is not None:
            self.desk.ui.restoreOfferLabel.text = escape(_words(self._offer))

    def _is_news(self, offer: JournalOffer, image: HipImage) -> bool:
        """Whether the kept review holds anything else than the study that is shown."""
        study = self.desk.study
        if study is None:
            return True
        kept, here = offer.landmarks(image).items_, study.landmarks.items_
        return {id_: (p.state, p.position) for id_, p in kept.items()} != {
            id_: (p.state, p.position) for id_, p in here.items()
        }

    @told
    def restore(self, *_event: Any) -> None:
        """Take up the kept review."""
        offer, volume = self._offer, self.desk.volume
        if offer is None or volume is None:
            return
        image = self.desk.image
        if self.desk.study is None and image is not None:
            self.desk.session.show(volume, offer.landmarks(image))
        editor = self._editors.of(self.desk.study)
        if editor is not None:
            editor.restore(offer)
        self.desk.reopen()

    @told
    def discard(self, *_event: Any) -> None:
        """Delete the kept review."""
        if self._offer is not None:
            self._offer.discard()
        self.show()


def _words(offer: JournalOffer) -> str:
    text = _("A review of this image was not saved (changes: {n}, the last on {when}).")
    when = offer.last.astimezone().strftime("%Y-%m-%d %H:%M")
    return text.format(n=offer.edits, when=when)
