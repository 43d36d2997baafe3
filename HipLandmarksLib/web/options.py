"""``ViewerOptions``: what a viewer is started with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from ..errors import ConfigurationError

LOCAL_HOST = "127.0.0.1"
_MEGABYTE = 1_000_000
_MAX_PORT = 65_535
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class ViewerOptions:
    """What a viewer is started with.

    Attributes:
        images: files or folders that are opened at once.
        host: address that is listened on; another one than this computer's own lets others in.
        port: 0 for any free one.
        upload_mb: largest upload, all files together.
        open_browser: show the page in the browser of this computer.
        dark: colours of the reading room.
        idle_minutes: the viewer ends when no page was open for so long; 0 for never.
        token: of the link, where who starts the viewer makes the link, such as a launcher; it is
            told to nobody then. None for a fresh one, which the terminal shows.
        sample: ``mri`` or ``xray``: begin with this sample and its landmarks; None for none.

    Raises:
        ConfigurationError: says which of them is no good.
    """

    images: tuple[Path, ...] = ()
    host: str = LOCAL_HOST
    port: int = 0
    upload_mb: int = 256
    open_browser: bool = True
    dark: bool = True
    idle_minutes: float = 0.0
    token: str | None = None
    sample: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _MAX_PORT:
            raise ConfigurationError(f"A port is a number from 0 to {_MAX_PORT}, not {self.port}.")
        if self.upload_mb < 1:
            raise ConfigurationError("Uploads must be allowed at least 1 MB.")
        if not self.host.strip():
            raise ConfigurationError(f"The host is empty; leave it out for {LOCAL_HOST}.")
        if not 0.0 <= self.idle_minutes < math.inf:
            raise ConfigurationError("The minutes without a page must be 0 or more.")
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            raise ConfigurationError(
                "A token is made of at least 16 letters, digits, hyphens and underscores."
            )
        for image in self.images:
            if not image.exists():
                raise ConfigurationError(f"There is no file or folder {image}.")

    @property
    def upload_bytes(self) -> int:
        """Largest upload in bytes."""
        return self.upload_mb * _MEGABYTE

    @property
    def idle_seconds(self) -> int:
        """Whole seconds without a page after which the viewer ends; 0 for never."""
        return math.ceil(60.0 * self.idle_minutes)

    @property
    def is_local(self) -> bool:
        """Whether only this computer can reach the viewer."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
