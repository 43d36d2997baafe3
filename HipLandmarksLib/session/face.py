"""``Face``: what the parts of a session ask of the panel or page that shows them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from ..imaging import HipImage
from ..panel import Message, Words
from ..scene import HipStudy
from .hip_session import HipSession


class Face(Protocol):
    """Shows one volume of a session at a time; the desk of every face is one."""

    @property
    def session(self) -> HipSession:
        """The studies of the scene."""

    @property
    def volume(self) -> Any:
        """The chosen volume node, None when there is none."""

    @property
    def study(self) -> HipStudy | None:
        """The live study of the chosen volume."""

    @property
    def image(self) -> HipImage | None:
        """The chosen image; None when there is none or it cannot be read."""

    @property
    def refresh(self) -> Callable[..., None]:
        """Renews what is shown in the next turn of the event loop; fit to watch a study."""

    @property
    def reopen(self) -> Callable[[], None]:
        """Shows everything anew, such as after another study was made."""

    def choose(self, volume: Any) -> None:
        """Show and measure another volume node."""

    def tell(self, message: Message | None) -> None:
        """Show a message until the next one; None: none."""

    def offer(self, message: Message, words: Words, action: Callable[[], None]) -> None:
        """Show a message with a button that does what is offered."""

    def telling(self) -> AbstractContextManager[None]:
        """Whatever goes wrong inside the block is told; the face goes on."""
