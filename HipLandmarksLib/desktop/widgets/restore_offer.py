"""Work that was interrupted, such as by a crash, is offered again for the same image."""

from __future__ import annotations

from html import escape
from typing import Any

from ...session.restoring import KeptWork, Restoring
from .desk import Desk
from .messages import told


class RestoreOffer:
    """Shown at the top of the panel until it is answered.

    Args:
        desk: what the sections share.
        restoring: looks for what a crash left.
    """

    def __init__(self, desk: Desk, restoring: Restoring) -> None:
        self.desk, self._restoring = desk, restoring
        self._work: KeptWork | None = None
        desk.ui.restore.connect("clicked(bool)", self.restore)
        desk.ui.discard.connect("clicked(bool)", self.discard)

    def show(self) -> None:
        """Look whether there is kept work on the chosen image."""
        ui = self.desk.ui
        self._work = self._restoring.look(self.desk.image, self.desk.study)
        ui.restoreFrame.visible = self._work is not None
        if self._work is not None:
            ui.restoreOfferLabel.text = escape(self._work.words)
            ui.restore.enabled = self._work.ready

    @told
    def restore(self, *_event: Any) -> None:
        """Take up the kept work."""
        work, volume, image = self._work, self.desk.volume, self.desk.image
        if work is None or volume is None or image is None:
            return
        try:
            self._restoring.restore(self.desk.session, volume, image, work)
        finally:
            self.desk.reopen()

    @told
    def discard(self, *_event: Any) -> None:
        """Delete the kept work."""
        if self._work is not None:
            self._restoring.discard(self._work)
        self.show()
