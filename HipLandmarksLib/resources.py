"""Where the read-only resources (tables, models, icons) lie, in every kind of installation."""

from __future__ import annotations

from pathlib import Path

from .errors import HipLandmarksError


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder below ``Resources``.

    A wheel carries the resources inside the package; a checkout and an installed Slicer
    extension have them beside it. Both are looked up, in this order.

    Raises:
        HipLandmarksError: when the resource is in neither place.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "Resources", package.parent / "Resources"):
        candidate = root.joinpath(*parts)
        if candidate.exists():
            return candidate
    raise HipLandmarksError(
        f"The resource {'/'.join(parts)} is missing from this installation: reinstall HipLandmarks."
    )
