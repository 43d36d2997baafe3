"""``hiplandmarks sample``: an artificial hip MRI to try everything on, with exact landmarks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "sample"
SUMMARY = "write an artificial hip MRI (phantom) with its exact landmarks, to try things on"
DESCRIPTION = (
    "Compute an artificial T1-weighted coronal MRI of both hips from geometry, so that every\n"
    "landmark is known exactly. It holds no patient data and is the same every time. Writes\n"
    "hip_phantom.nii.gz (or a DICOM folder hip_phantom) and hip_phantom.landmarks.json."
)
EXAMPLES = """examples:
  hiplandmarks sample
  hiplandmarks detect hiplandmarks-sample/hip_phantom.nii.gz
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
        "--format",
        choices=("nifti", "dicom"),
        default="nifti",
        help="one NIfTI file or a DICOM series (default: nifti)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compute the phantom and write it with its landmarks.

    Raises:
        HipLandmarksError: when the folder cannot be written.
    """
    from ..report import check_folder
    from ..synthesis import make_phantom, sample_parameters, write_phantom
    from ..synthesis.files import SAMPLE_NAME, SAMPLE_SEED

    check_folder(arguments.out)
    print("Computing the phantom (some seconds) ...", file=sys.stderr)
    phantom = make_phantom(sample_parameters(), seed=SAMPLE_SEED)
    name = SAMPLE_NAME + (".nii.gz" if arguments.format == "nifti" else "")
    image, landmarks = write_phantom(phantom, arguments.out / name)
    print(f"Image:           {image}")
    print(f"Exact landmarks: {landmarks}")
