"""Python packages that detection needs, and which of them are here; loads and installs nothing."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from ..errors import MissingDependencyError
from ..i18n import tr as _
from ..resources import resource_path


def missing_packages() -> tuple[str, ...]:
    """What detection still lacks, such as ``PyTorch``; empty when it can begin. Loads nothing."""
    lacking = [] if torch_is_there() else ["PyTorch"]
    return (*lacking, *(name for name in required_packages() if not is_satisfied(name)))


def require_torch() -> None:
    """Nothing where torch is installed.

    Raises:
        MissingDependencyError: where it is not; says how to install it into this Python.
    """
    if not torch_is_there():
        raise MissingDependencyError(
            _(
                "This needs PyTorch: install it into this Python with: pip install "
                "'HipLandmarksLib[detect]'. Reviewing and measuring work without it."
            )
        )


def torch_is_there() -> bool:
    """Whether torch is installed; does not load it."""
    return importlib.util.find_spec("torch") is not None


def required_packages() -> Sequence[str]:
    """Requirements besides torch, such as ``safetensors>=0.4``."""
    text = resource_path("requirements.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def is_satisfied(requirement: str) -> bool:
    """Whether a package is installed in a version that ``requirement`` allows."""
    from packaging.requirements import Requirement

    installed = installed_version(Requirement(requirement).name)
    return installed is not None and allows(requirement, installed)


def allows(requirement: str, installed: str) -> bool:
    """Whether ``requirement``, such as ``torch>=2.4``, allows the version ``installed``."""
    from packaging.requirements import Requirement

    return bool(Requirement(requirement).specifier.contains(installed, prereleases=True))


def installed_version(name: str) -> str | None:
    """Version of an installed package, without loading it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
