"""Turns the failures of Python and the operating system into one sentence with a remedy."""

from __future__ import annotations

_EXTRA_OF_PACKAGE = {
    "torch": "detect",
    "torchvision": "detect",
    "segmentation_models_pytorch": "detect",
    "timm": "detect",
    "safetensors": "detect",
    "slicer": "scene",
    "vtk": "scene",
    "vtkmodules": "scene",
    "trame_slicer": "scene",
    "yaml": "train",
}


def explain_missing_package(error: ModuleNotFoundError) -> str:
    """Say which package is missing and which extra of HipLandmarksLib brings it.

    Raises:
        ModuleNotFoundError: ``error`` itself when no extra brings the package; that is a bug in
            the program and its traceback is wanted.
    """
    package = (error.name or "").partition(".")[0]
    extra = _EXTRA_OF_PACKAGE.get(package)
    if extra is None:
        raise error
    return (
        f"This step needs the package {package}, which is not installed: "
        f'run  pip install ".[{extra}]"  in the HipLandmarks folder. Measuring works without it.'
    )


def explain_os_error(error: OSError) -> str:
    """Name the file and what the operating system said, e.g. a full disk or a write protection."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. No half-written file was left."
