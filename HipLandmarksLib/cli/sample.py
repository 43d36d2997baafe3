"""``hiplandmarks sample``: an artificial hip MRI to try everything on, with exact landmarks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "sample"
SUMMARY = "write an artificial hip MRI (phantom) with its exact landmarks, to try things on"
DESCRIPTION = (
    "Compute an artificial T1-weighted coronal MRI of both hips from geometry, so that every\n"
    "landmark is known exactly. No patient data. Writes hip_phantom.nii.gz and\n"
    "hip_phantom_truth_landmarks.json into DIR."
)
EXAMPLES = """examples:
  hiplandmarks sample
  hiplandmarks detect hiplandmarks-sample/hip_phantom.nii.gz
"""
STEM = "hip_phantom"


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
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="another number gives another patient (default: 1)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compute the phantom and write it with its landmarks.

    Raises:
        HipLandmarksError: when the folder cannot be written.
    """
    from ..anatomy import write_landmarks
    from ..imaging import write_image
    from ..report import staged_folder
    from ..synthesis import PhantomParameters, make_phantom

    print("Computing the phantom (some seconds) ...", file=sys.stderr)
    phantom = make_phantom(PhantomParameters(), seed=arguments.seed)
    with staged_folder(arguments.out) as folder:
        write_image(folder / f"{STEM}.nii.gz", phantom.image)
        write_landmarks(folder / f"{STEM}_truth_landmarks.json", phantom.landmarks)
        names = sorted(file.name for file in folder.iterdir())
    print(f"Sample in {arguments.out}:")
    for name in names:
        print(f"  {name}")
