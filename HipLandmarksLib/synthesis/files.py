"""Phantom files: NIfTI or a DICOM series, each with its exact landmarks as JSON."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from ..anatomy import write_landmarks
from ..errors import ConfigurationError
from ..files import atomic_path
from ..imaging import HipImage
from .parameters import HipParameters, PhantomParameters
from .phantom import PhantomCase, make_phantom

SAMPLE_SEED = 20
SAMPLE_NAME = "hip_phantom"


def sample_parameters() -> PhantomParameters:
    """The bundled sample: a cam-type right hip beside an unremarkable left one."""
    right = HipParameters(alpha_deg=64.0, lce_deg=34.0, neck_radius_mm=13.8)
    left = HipParameters(alpha_deg=44.0, lce_deg=31.0, neck_shaft_angle_deg=129.0)
    return PhantomParameters(right=right, left=left, obliquity_deg=0.8)


def make_sample(out_dir: Path | str) -> tuple[Path, Path]:
    """Write the sample into ``out_dir``: the same pixels and landmarks every time.

    Returns:
        Paths of ``hip_phantom.nii.gz`` and ``hip_phantom.landmarks.json``.
    """
    case = make_phantom(sample_parameters(), seed=SAMPLE_SEED)
    return write_phantom(case, Path(out_dir) / f"{SAMPLE_NAME}.nii.gz")


def write_phantom(case: PhantomCase, path: Path | str) -> tuple[Path, Path]:
    """Write the image and, beside it, ``NAME.landmarks.json``.

    Args:
        case: the phantom.
        path: ``NAME.nii`` or ``NAME.nii.gz`` for NIfTI; any other name becomes a folder that
            holds a DICOM series.

    Returns:
        (image file or folder, landmark file).

    Raises:
        ConfigurationError: when the DICOM folder exists and is not empty.
    """
    path = Path(path)
    name = path.name.removesuffix(".gz").removesuffix(".nii")
    if path.name.endswith((".nii", ".nii.gz")):
        write_nifti(case.image, path)
    else:
        _write_series(case, path)
    landmarks = path.with_name(f"{name}.landmarks.json")
    write_landmarks(landmarks, case.landmarks)
    return path, landmarks


def write_nifti(image: HipImage, path: Path) -> None:
    """Write an image with its geometry (LPS inside, as ITK stores it), atomically."""
    import SimpleITK as sitk  # noqa: N813

    volume = sitk.GetImageFromArray(image.pixels)
    matrix = image.ijk_to_lps
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    volume.SetSpacing([float(step) for step in spacing])
    volume.SetDirection([float(value) for value in (matrix[:3, :3] / spacing).ravel()])
    volume.SetOrigin([float(value) for value in matrix[:3, 3]])
    with atomic_path(path) as temporary:
        sitk.WriteImage(volume, str(temporary), useCompression=path.name.endswith(".gz"))


def _write_series(case: PhantomCase, folder: Path) -> None:
    from .dicom import slice_dataset

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} exists and is not empty; choose another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        for index in range(case.image.n_slices):
            dataset = slice_dataset(case, index)
            dataset.save_as(temporary / f"{index + 1:04d}.dcm", enforce_file_format=True)
        if folder.exists():
            folder.rmdir()
        temporary.chmod(0o755)
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
