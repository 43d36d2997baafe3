"""Python packages that detection needs in Slicer: installed when first used, after asking.

Reviewing and measuring need none of them. Sources: Slicer's script repository (packaging), and
``PyTorchUtilsLogic.installTorch`` of the PyTorch extension, which alone picks the build for this
computer's graphics card.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ..errors import MissingDependencyError
from ..i18n import tr as _
from ..resources import resource_path
from ..session.requirements import (
    allows,
    installed_version,
    is_satisfied,
    missing_packages,
    required_packages,
    torch_is_there,
)

TORCH_REQUIREMENT = ">=2.4"
REQUESTER = "HipLandmarks"
HELD = ("torch", "torchvision", "numpy")
"""Stay as they are when others are installed: builds for this computer, and Slicer's own NumPy."""


def ensure_torch() -> None:
    """Make torch importable, by the PyTorch extension, after asking.

    Raises:
        MissingDependencyError: when it is too old, the extension is missing or the user declined.
    """
    importlib.invalidate_caches()
    if torch_is_there():
        _check_torch()
        return
    if importlib.util.find_spec("PyTorchUtils") is None:
        raise MissingDependencyError(
            _(
                "This needs PyTorch: install the extension 'PyTorch' in the Extensions Manager, "
                "restart Slicer and try again. Reviewing and measuring work without it."
            )
        )
    utilities: Any = importlib.import_module("PyTorchUtils")
    try:
        torch = utilities.PyTorchUtilsLogic().installTorch(
            askConfirmation=True, torchVersionRequirement=TORCH_REQUIREMENT
        )
    except Exception as error:  # whatever pip, light-the-torch or a broken torch raise
        raise MissingDependencyError(_failed("PyTorch", error)) from error
    if torch is None:
        raise MissingDependencyError(
            _(
                "This needs PyTorch and it was not installed: try again to install it. Reviewing "
                "and measuring work without it."
            )
        )


def ensure_detection_packages() -> None:
    """Make torch and the packages of ``Resources/requirements.txt`` importable.

    Slicer asks the user before anything is installed. The other packages are held to the build of
    torch that is there.

    Raises:
        MissingDependencyError: when something is missing and cannot be had, or the user declined.
    """
    ensure_torch()
    if all(is_satisfied(requirement) for requirement in required_packages()):
        return
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("".join(_held_versions()), encoding="utf-8")
        try:
            _install(str(constraints))
        except RuntimeError as error:
            raise MissingDependencyError(
                _(
                    "Detection needs Python packages that are not installed: {error}. Press "
                    "Detect again to install them; reviewing and measuring work without them."
                ).format(error=str(error).rstrip("."))
            ) from error
        except (subprocess.SubprocessError, OSError) as error:
            raise MissingDependencyError(_failed(", ".join(required_packages()), error)) from error
    importlib.invalidate_caches()
    _check_installed()


def _install(constraints: str) -> None:
    """By ``slicer.packaging``, which Slicer has since April 2026, else by ``slicer.util``.

    Raises:
        RuntimeError: when the user declined.
        CalledProcessError: when pip failed.
    """
    if importlib.util.find_spec("slicer.packaging") is not None:
        packaging: Any = importlib.import_module("slicer.packaging")  # a submodule, not bound
        requirements = packaging.load_requirements(str(resource_path("requirements.txt")))
        packaging.pip_ensure(requirements, constraints=constraints, requester=REQUESTER)
        return
    import slicer

    if slicer.app.testingEnabled():
        return  # as pip_ensure does
    util: Any = importlib.import_module("slicer.util")
    missing = [name for name in required_packages() if not is_satisfied(name)]
    question = _("Detection needs Python packages that will be installed now: {names}. Continue?")
    if not util.confirmOkCancelDisplay(question.format(names=", ".join(missing)), REQUESTER):
        raise RuntimeError(_("you declined"))
    util.pip_install([*missing, "--constraint", constraints])


def _check_installed() -> None:
    """In its testing mode Slicer installs nothing and says nothing."""
    lacking = missing_packages()
    if lacking:
        raise MissingDependencyError(
            _(
                "Detection needs Python packages that were not installed: {names}. Press Detect "
                "again, or restart Slicer; reviewing and measuring work without them."
            ).format(names=", ".join(lacking))
        )


def _check_torch() -> None:
    installed = installed_version("torch")
    if installed is not None and not allows(f"torch{TORCH_REQUIREMENT}", installed):
        raise MissingDependencyError(
            _(
                "PyTorch {installed} is too old (needed: {needed}): uninstall it in the module "
                "'PyTorch Utils', restart Slicer and try again."
            ).format(installed=installed, needed=TORCH_REQUIREMENT)
        )


def _held_versions() -> list[str]:
    """Lines of a constraints file, for what is there."""
    found = ((name, installed_version(name)) for name in HELD)
    return [f"{name}=={installed}\n" for name, installed in found if installed is not None]


def _failed(names: str, error: Exception) -> str:
    return _(
        "{names} could not be installed ({error}). Check the network and the proxy (HTTPS_PROXY, "
        "or pip's own configuration); the Python console shows what pip said. Reviewing and "
        "measuring work without it."
    ).format(names=names, error=error)
