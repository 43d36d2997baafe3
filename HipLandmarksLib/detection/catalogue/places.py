"""Where a user's models lie."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER_VARIABLE = "HIPLANDMARKS_MODELS"
"""Environment variable that names another folder."""


def user_models_folder(
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    home: Path | None = None,
) -> Path:
    """The folder for models of this user, which need not exist yet.

    What ``HIPLANDMARKS_MODELS`` names, else the place that the platform has for such data:
    ``%LOCALAPPDATA%`` on Windows, ``~/Library/Application Support`` on macOS, ``XDG_DATA_HOME`` or
    ``~/.local/share`` elsewhere.

    Args:
        environment: variables; None takes those of the process.
        platform: as in ``sys.platform``.
        home: the user's own folder; None asks the system.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    home = Path.home() if home is None else home
    if platform == "win32":
        data = environment.get("LOCALAPPDATA")
        root = Path(data) if data else home / "AppData" / "Local"
    elif platform == "darwin":
        root = home / "Library" / "Application Support"
    else:
        data = environment.get("XDG_DATA_HOME")
        root = Path(data) if data and Path(data).is_absolute() else home / ".local" / "share"
    return root / "HipLandmarks" / "Models"
