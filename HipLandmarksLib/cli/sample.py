"""``hiplandmarks sample``: an artificial MRI or radiograph to try everything on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "sample"
SUMMARY = "write an artificial hip MRI or radiograph with its exact landmarks, to try things on"
DESCRIPTION = (
    "Compute an artificial T1-weighted coronal MRI of both hips, or an artificial radiograph of\n"
    "the pelvis, from geometry, so that every landmark is known exactly. It holds no patient data\n"
    "and is the same every time. Writes hip_phantom.nii.gz (or a DICOM folder hip_phantom) and\n"
    "hip_phantom.landmarks.json, or hip_film.dcm and hip_film.landmarks.json."
)
EXAMPLES = """examples:
  hiplandmarks sample
  hiplandmarks detect hiplandmarks-sample/hip_phantom.nii.gz
  hiplandmarks sample --kind xray
  hiplandmarks detect hiplandmarks-sample/hip_film.dcm
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("hiplandmarks-sample"),
        help="folder to write into (default: hiplandmarks-sample)",
    )
    parser.add_argument(
        "--kind",
        choices=("mri", "xray"),
        default="mri",
        help="an MRI or a radiograph (default: mri)",
    )
    parser.add_argument(
        "--format",
        choices=("nifti", "dicom"),
        help="of the MRI: one NIfTI file or a DICOM series (default: nifti); a radiograph is one "
        "DICOM file",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compute the sample and write it with its landmarks.

    Raises:
        HipLandmarksError: when the folder cannot be written.
    """
    from ..report import check_folder

    check_folder(arguments.out)
    image, landmarks = _film(arguments) if arguments.kind == "xray" else _volume(arguments)
    print(f"Image:           {image}")
    print(f"Exact landmarks: {landmarks}")


def _volume(arguments: argparse.Namespace) -> tuple[Path, Path]:
    from ..synthesis import make_phantom, sample_parameters, write_phantom
    from ..synthesis.files import SAMPLE_NAME, SAMPLE_SEED

    print("Computing the phantom (some seconds) ...", file=sys.stderr)
    phantom = make_phantom(sample_parameters(), seed=SAMPLE_SEED)
    name = SAMPLE_NAME + ("" if arguments.format == "dicom" else ".nii.gz")
    return write_phantom(phantom, arguments.out / name)


def _film(arguments: argparse.Namespace) -> tuple[Path, Path]:
    from ..errors import ConfigurationError

    if arguments.format == "nifti":
        raise ConfigurationError("The sample radiograph is a DICOM file: leave --format out.")
    from ..synthesis.radiograph.sample import write_sample_film

    print("Computing the film (some ten seconds) ...", file=sys.stderr)
    arguments.out.mkdir(parents=True, exist_ok=True)
    return write_sample_film(arguments.out)
