"""Work that was interrupted, such as by a crash, is offered again for the same image."""

from __future__ import annotations

from ...session.restoring import KeptWork, Restoring
from ..desk import Desk


class RestoreOffer:
    """Shown at the top of the panel until it is answered.

    Args:
        desk: what the sections share.
        restoring: looks for what a crash left.
    """

    def __init__(self, desk: Desk, restoring: Restoring) -> None:
        self.desk, self._restoring = desk, restoring
        self._work: KeptWork | None = None
        desk.state.restore = {"shown": False}

    def show(self) -> None:
        """Look whether there is kept work on the chosen image."""
        self._work = work = self._restoring.look(self.desk.image, self.desk.study)
        self.desk.state.restore = {
            "shown": work is not None,
            "text": "" if work is None else work.words,
            "ready": work is not None and work.ready,
        }

    def restore(self) -> None:
        """Take up the kept work."""
        desk, work, image = self.desk, self._work, self.desk.image
        if work is None or image is None:
            return
        with desk.telling():
            self._restoring.restore(desk.session, desk.volume, image, work)
        desk.reopen()
        desk.show_points()

    def discard(self) -> None:
        """Delete the kept work."""
        with self.desk.telling():
            if self._work is not None:
                self._restoring.discard(self._work)
        self.show()
