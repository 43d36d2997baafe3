"""``Desk``: what the sections of the panel share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ...errors import HipLandmarksError
from ...imaging import HipImage
from ...panel import Message, Panel, Severity, Words
from ...scene import HipStudy, image_of_volume
from ...session.hip_session import HipSession
from .messages import MessageArea


@dataclass(frozen=True)
class Desk:
    """Widgets, studies and messages; every section gets it and nothing else.

    Attributes:
        ui: the widgets of the panel by name.
        session: the studies of the scene.
        panel: what is shown, for every face.
        messages: where to tell what happened.
        parameters: the typed parameter node of the scene as it is now, None between two scenes.
        refresh: renews the panel in the next turn of the event loop; fit to watch a study.
        reopen: shows everything anew, such as after another study was made.
    """

    ui: Any
    session: HipSession
    panel: Panel
    messages: MessageArea
    parameters: Callable[[], Any]
    refresh: Callable[..., None]
    reopen: Callable[[], None]

    @property
    def volume(self) -> Any:
        """The chosen volume node, None when there is none."""
        parameters = self.parameters()
        return None if parameters is None else parameters.inputVolume

    @property
    def image(self) -> HipImage | None:
        """The chosen image; None when there is none or it cannot be read."""
        try:
            return self.read_image()
        except HipLandmarksError:
            return None  # ModulePanel.show tells why

    def read_image(self) -> HipImage | None:
        """The chosen image, None when there is none.

        Raises:
            HipLandmarksError: when the volume holds no image that can be read.
        """
        volume = self.volume
        if volume is None or volume.GetImageData() is None:
            return None
        return image_of_volume(volume)

    @property
    def study(self) -> HipStudy | None:
        """The live study of the chosen volume."""
        return self.session.study(self.volume)

    def choose(self, volume: Any) -> None:
        """Show and measure another volume node; the panel follows the parameter node."""
        self.parameters().inputVolume = volume
        self.reopen()

    def tell(self, message: Message | None) -> None:
        """Show a message until the next one; None: none."""
        if message is None:
            self.messages.clear()
        else:
            self.messages.show(message)

    def offer(self, message: Message, words: Words, action: Callable[[], None]) -> None:
        """Show a message with a button that does what is offered."""
        self.messages.offer(message, words, action)

    def telling(self) -> AbstractContextManager[None]:
        """Whatever goes wrong inside the block is told on the panel; Slicer goes on."""
        return self.messages.telling()

    def say(self, text: str, severity: Severity = Severity.GOOD) -> None:
        """Tell something that went as it should."""
        self.messages.show(Message(severity, text))
