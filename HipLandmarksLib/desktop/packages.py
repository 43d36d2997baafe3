"""Python packages that detection needs in Slicer: installed when first used, after asking."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from ..errors import MissingDependencyError
from ..resources import resource_path

TORCH_REQUIREMENT = ">=2.4"
REQUESTER = "HipLandmarks"


def ensure_detection_packages() -> None:
    """Make torch and the packages of ``Resources/requirements.txt`` importable.

    Slicer asks the user before anything is installed. PyTorch comes from the PyTorch extension,
    which picks the build for this computer; the other packages are then held to that build.

    Raises:
        MissingDependencyError: when the extension is missing or the user declined.
    """
    torch = _torch()
    import slicer.packaging

    requirements = slicer.packaging.load_requirements(str(resource_path("requirements.txt")))
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text(f"torch=={torch.__version__}\n", encoding="utf-8")
        try:
            slicer.packaging.pip_ensure(
                requirements, constraints=str(constraints), requester=REQUESTER
            )
        except RuntimeError as error:
            raise MissingDependencyError(
                f"Detection needs Python packages that are not installed: {error} Press Detect "
                "again to install them; measuring works without them."
            ) from error


def _torch() -> Any:
    """The torch module, installed through the PyTorch extension when it is not there."""
    if importlib.util.find_spec("torch") is not None:
        import torch

        return torch
    if importlib.util.find_spec("PyTorchUtils") is None:
        raise MissingDependencyError(
            "Detection needs PyTorch: install the extension 'PyTorch' in the Extensions Manager, "
            "restart Slicer and press Detect again; measuring works without it."
        )
    import PyTorchUtils

    torch = PyTorchUtils.PyTorchUtilsLogic().installTorch(
        askConfirmation=True, torchVersionRequirement=TORCH_REQUIREMENT
    )
    if torch is None:
        raise MissingDependencyError(
            "Detection needs PyTorch and it was not installed. Press Detect again to install it; "
            "measuring works without it."
        )
    return torch
