"""``Desk``: what the sections of the page share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from ..errors import HipLandmarksError
from ..i18n import tr as _
from ..imaging import HipImage
from ..panel import Message, Panel, Severity, Words, message_of
from ..scene import HipStudy, image_of_volume
from ..scene.editing import scroll_to_points
from ..scene.exploration import StackExplorer
from ..session.editors import Editors
from ..session.explorers import Explorers
from ..session.hip_session import HipSession
from .bricks import message_brick
from .incoming import Incoming
from .views import Views


@dataclass
class Desk:
    """State of the page, studies and messages; every section gets it and nothing else.

    Attributes:
        server: of trame; its ``state`` is what the page shows.
        session: the studies of the scene.
        panel: what is shown, for every face.
        editors: the editor of every study.
        explorers: the explored stack of every study.
        views: of the page.
        incoming: uploads, and the private folder.
        refresh: renews the page in the next turn of the event loop.
        reopen: shows everything anew, such as after another study was made.
        volume: the chosen volume node, None when there is none.
    """

    server: Any
    session: HipSession
    panel: Panel
    editors: Editors
    explorers: Explorers
    views: Views
    incoming: Incoming
    refresh: Callable[[], None]
    reopen: Callable[[], None]
    volume: Any = None
    _action: Callable[[], None] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def state(self) -> Any:
        """What the page shows."""
        return self.server.state

    @property
    def study(self) -> HipStudy | None:
        """The live study of the chosen volume."""
        return self.session.study(self.volume)

    @property
    def image(self) -> HipImage | None:
        """The chosen image; None when there is none or it cannot be read."""
        try:
            return self.read_image()
        except HipLandmarksError:
            return None  # Viewer.show tells why

    def read_image(self) -> HipImage | None:
        """The chosen image, None when there is none.

        Raises:
            HipLandmarksError: when the volume holds no image that can be read.
        """
        if self.volume is None or self.volume.GetImageData() is None:
            return None
        return image_of_volume(self.volume)

    def choose(self, volume: Any) -> None:
        """Show and measure another volume node."""
        self.volume = volume
        with self.arranging():
            self.views.show(volume)
            self.reopen()
            self.show_points()

    @property
    def explorer(self) -> StackExplorer | None:
        """Of the study that is shown; one that is damaged is told of once."""
        with self.telling():
            return self.explorers.of(self.study)
        return None

    @contextmanager
    def arranging(self) -> Iterator[None]:
        """What moves views within the block is nobody's turn of the wheel."""
        explorer = self.explorer
        with nullcontext() if explorer is None else explorer.views_arranged():
            yield

    def fit(self) -> None:
        """Show the whole image in every view again."""
        with self.arranging():
            self.views.fit()

    def show_points(self) -> None:
        """Let the views show a slice with points of the study; the zoom stays."""
        with self.arranging():
            if self.study is not None:
                scroll_to_points(self.study)
        self.views.render()

    def say(self, text: str, severity: Severity = Severity.GOOD) -> None:
        """Tell something that went as it should."""
        self.tell(Message(severity, text))

    def tell_copied(self, done: bool) -> None:
        """A table was put on the clipboard, or the browser did not allow it."""
        if done:
            caution = self.panel.caution
            severity = Severity.CAUTION if caution else Severity.GOOD
            text = _("The table is on the clipboard.")
            self.say(f"{text} {caution}".strip(), severity)
        else:
            self.say(_("This browser does not let the page copy: save it."), Severity.CAUTION)

    def tell(self, message: Message | None) -> None:
        """Show a message until the next one; None: none."""
        self._action = None
        self.state.message = message_brick(message)

    def offer(self, message: Message, words: Words, action: Callable[[], None]) -> None:
        """Show a message with a button that does what is offered."""
        self._action = action
        self.state.message = message_brick(message, words.label)

    def act(self) -> None:
        """Do what the message offers."""
        action = self._action
        self.tell(None)
        if action is not None:
            with self.telling():
                action()

    @contextmanager
    def telling(self) -> Any:
        """Whatever goes wrong inside the block is told on the page; the viewer goes on."""
        try:
            yield
        except Exception as error:
            self.tell(message_of(error))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the page; what goes wrong is told, state is sent at its end."""
        task = asyncio.get_running_loop().create_task(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        with self.telling():
            await work
        self.state.flush()
