"""``hiplandmarks measure``: landmark files in, measurements out; needs no torch."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .calibration_options import add_calibration_options, calibrated, check_calibration
from .options import add_measurement_options, print_results, settings_of
from .output_options import (
    add_output_options,
    check_outputs,
    drawn_ids,
    put_out,
    table_wanted,
)

if TYPE_CHECKING:
    from ..anatomy import HipLandmarks
    from ..imaging import Calibration, HipImage, Modality
    from ..measurement import ViewPlane
    from ..report import RecordedGeometry

NAME = "measure"
SUMMARY = "measure landmarks that are already placed (markups of 3D Slicer or our JSON)"
DESCRIPTION = (
    "Measure landmarks that a model or a person placed. Give the markups files of both hips\n"
    "(*.mrk.json), or one *_landmarks.json. Needs no torch. The slice plane and the origin of the\n"
    "pixel size come from --image or, without it, from results of 'detect' in the same folder."
)
EXAMPLES = """examples:
  hiplandmarks measure case_right.mrk.json case_left.mrk.json
  hiplandmarks measure case_landmarks.json --image pelvis.nii.gz --out results
  hiplandmarks measure case_*.mrk.json --sex F --age 34 --csv case.csv
  hiplandmarks measure film_landmarks.json --image film.dcm --ball '812,344 870,398 815,455'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "markups",
        type=Path,
        nargs="+",
        metavar="MARKUPS",
        help="*.mrk.json (one per hip) or *_landmarks.json",
    )
    parser.add_argument(
        "--image",
        type=Path,
        metavar="IMAGE",
        help="image on which the landmarks were placed",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write CSV and JSON (and, with --image, the overlay) into DIR/<case>/",
    )
    add_measurement_options(parser)
    add_calibration_options(parser)
    add_output_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Read, measure, print; write when asked to.

    Raises:
        HipLandmarksError: when a file is not what it should be.
    """
    from ..measurement import measure
    from ..report import CaseReport, Output, RecordedGeometry, check_folder, write_results

    if arguments.out is not None:
        check_folder(arguments.out)
    check_outputs(arguments)
    check_calibration(arguments, has_image=arguments.image is not None)
    landmarks = read_landmark_files(arguments.markups)
    _check_any(landmarks, arguments.markups)
    image = _image(arguments)
    recorded = None if image else RecordedGeometry.beside(arguments.markups[0])
    plane, calibration, modality = _geometry(image, recorded)
    settings = settings_of(arguments, calibration, modality, image)
    measurements = measure(landmarks, plane, settings)
    name = landmarks.case_id or _stem(arguments.markups[0])
    record = recorded.image if recorded else None
    case = CaseReport.of(image, landmarks, measurements, name)
    put_out(arguments, replace(case, settings=settings, image_record=record))
    if arguments.out is not None:
        written = write_results(
            arguments.out,
            image,
            landmarks,
            measurements,
            settings=settings,
            image_record=record,
            name=name,
            outputs=(Output.TABLES, Output.OVERLAY),
            marks=drawn_ids(arguments),
        )
        if table_wanted(arguments):
            print()
            print_results(written)


def read_landmark_files(paths: list[Path]) -> HipLandmarks:
    """Join the landmarks of several files into one case.

    Raises:
        LandmarkFileError: when a file cannot be read or two files hold the same point.
    """
    from ..anatomy import HipLandmarks, read_landmarks
    from ..anatomy.markups import read_markups
    from ..errors import LandmarkFileError

    parts = []
    for path in paths:
        if not path.is_file():
            raise LandmarkFileError(f"There is no file {path}.")
        is_markups = path.name.endswith(".mrk.json")
        parts.append(read_markups(path) if is_markups else read_landmarks(path))
    cases = {part.case_id for part in parts if part.case_id}
    if len(cases) > 1:
        raise LandmarkFileError(
            f"These files belong to different cases ({', '.join(sorted(cases))}); "
            "measure one case at a time."
        )
    try:
        points = [point for part in parts for point in part.values()]
        return HipLandmarks.of(points, case_id=cases.pop() if cases else "")
    except ValueError as error:
        raise LandmarkFileError(f"The files contradict each other: {error}") from error


def _check_any(landmarks: HipLandmarks, paths: list[Path]) -> None:
    from ..errors import LandmarkFileError

    if not landmarks:
        names = " and ".join(str(path) for path in paths)
        raise LandmarkFileError(f"There is no landmark in {names}: place points first.")


def _image(arguments: argparse.Namespace) -> HipImage | None:
    if arguments.image is None:
        return None
    from ..imaging import read_image

    return calibrated(arguments, read_image(arguments.image))


def _geometry(
    image: HipImage | None, recorded: RecordedGeometry | None
) -> tuple[ViewPlane, Calibration, Modality]:
    """What is known of the image: from itself, from results beside the markups, or nothing."""
    from ..imaging import Calibration, Modality, SpacingProvenance
    from ..measurement import ViewPlane

    if image is not None:
        return ViewPlane.from_image(image), image.calibration, image.modality
    if recorded is not None:
        print(f"Slice plane and pixel size as recorded in {recorded.source}", file=sys.stderr)
        return recorded.plane, recorded.calibration, recorded.modality
    print("Without --image the coronal plane is assumed; lengths stay unsure.", file=sys.stderr)
    # Markups are in millimetres of their scene; whether those hold at the hip is not known.
    unsure = Calibration(SpacingProvenance.UNKNOWN_PIXELSPACING)
    return ViewPlane.coronal(), unsure, Modality.UNKNOWN


def _stem(path: Path) -> str:
    stem = path.name.removesuffix(".json").removesuffix(".mrk")
    for ending in ("_right", "_left", "_midline", "_landmarks"):
        stem = stem.removesuffix(ending)
    return stem
