"""``ViewerOptions``: what a viewer is started with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from ..errors import ConfigurationError

LOCAL_HOST = "127.0.0.1"
_MEGABYTE = 1_000_000
_MAX_PORT = 65_535


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

    Raises:
        ConfigurationError: says which of them is no good.
    """

    images: tuple[Path, ...] = ()
    host: str = LOCAL_HOST
    port: int = 0
    upload_mb: int = 256
    open_browser: bool = True
    dark: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _MAX_PORT:
            raise ConfigurationError(f"A port is a number from 0 to {_MAX_PORT}, not {self.port}.")
        if self.upload_mb < 1:
            raise ConfigurationError("Uploads must be allowed at least 1 MB.")
        if not self.host.strip():
            raise ConfigurationError(f"The host is empty; leave it out for {LOCAL_HOST}.")
        for image in self.images:
            if not image.exists():
                raise ConfigurationError(f"There is no file or folder {image}.")

    @property
    def upload_bytes(self) -> int:
        """Largest upload in bytes."""
        return self.upload_mb * _MEGABYTE

    @property
    def is_local(self) -> bool:
        """Whether only this computer can reach the viewer."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
