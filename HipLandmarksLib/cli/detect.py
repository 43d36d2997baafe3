"""``hiplandmarks detect``: image in; landmarks, measurements and pictures out."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError, HipLandmarksError, ImageError
from .calibration_options import add_calibration_options, calibrated
from .detecting import Detect, add_worker_option, open_detection
from .exploring import (
    add_slices_option,
    explored,
    print_explored,
    protect_edited_stack,
    wants_all,
    write_explored,
)
from .model_options import add_model_options, as_stated
from .options import (
    add_device_option,
    add_measurement_options,
    add_tta_option,
    print_results,
    settings_of,
)
from .output_options import (
    add_output_options,
    check_outputs,
    drawn_ids,
    put_out,
    table_wanted,
)

if TYPE_CHECKING:
    from ..detection import Detection
    from ..imaging import HipImage

NAME = "detect"
SUMMARY = "find the landmarks of both hips in an MRI or a film, measure, write the results"
DESCRIPTION = (
    "Find the landmarks of both hips in a coronal MRI or a frontal radiograph, measure them,\n"
    "print the table and write markups, CSV, JSON, an overlay picture and a 3D Slicer scene\n"
    "into DIR/<case>/. With --slices all every slice of a volume is read: angles slice by slice,\n"
    "head sphere, neck axis, coverage and alpha by the clock, as tables, pictures and points.\n"
    "Of several images each is read; those that cannot be are named at the end."
)
EXAMPLES = """examples:
  hiplandmarks detect pelvis.nii.gz
  hiplandmarks detect dicom-folder/ --out results
  hiplandmarks detect films/*.dcm --out results
  hiplandmarks detect pelvis.nrrd --slice 17 --device cpu
  hiplandmarks detect pelvis.nrrd --slices all
  hiplandmarks detect film.dcm --magnification 1.2
  hiplandmarks detect hip.jpg --kind xray --side left
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "images",
        type=Path,
        nargs="+",
        metavar="IMAGE",
        help="NIfTI, NRRD or MHA file, a DICOM file or folder, or a PNG, JPEG or TIFF picture",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("hiplandmarks-results"),
        help="folder of results, one subfolder per case (default: hiplandmarks-results)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace results even when their landmarks were edited by hand since",
    )
    group = parser.add_argument_group("detection")
    add_model_options(group)
    add_device_option(group)
    add_worker_option(group)
    add_slices_option(group)
    add_tta_option(group)
    group.add_argument(
        "--series",
        metavar="WHICH",
        help="series to take when a DICOM folder holds several: its number in the list that is "
        "then shown, its UID, or part of its name",
    )
    add_measurement_options(parser)
    add_calibration_options(parser)
    add_output_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Detect, measure, write, print; for one image after the other.

    Raises:
        HipLandmarksError: when an image or the model cannot be used.
    """
    from ..report import check_folder

    check_folder(arguments.out)
    check_outputs(arguments)
    names: dict[str, Path] = {}
    if len(arguments.images) > 1:
        _run_several(arguments, names)
        return
    with open_detection(arguments) as detect:
        _run_one(arguments, arguments.images[0], names, detect)


def _run_several(arguments: argparse.Namespace, names: dict[str, Path]) -> None:
    """What goes wrong with one image is told, and the others are read all the same."""
    if arguments.json is not None or arguments.csv is not None:
        raise ConfigurationError(
            "--json and --csv take the results of one image; of several images the folder of each "
            "case holds both. Leave them out."
        )
    failed = []
    with open_detection(arguments) as detect:
        for path in arguments.images:
            try:
                _run_one(argparse.Namespace(**vars(arguments)), path, names, detect)
            except HipLandmarksError as error:
                failed.append(path.name)
                print(f"{path}: error: {error}\n", file=sys.stderr)
    if failed:
        raise ImageError(
            f"{len(failed)} of {len(arguments.images)} images could not be read "
            f"({', '.join(failed)}), see above; the results of the others are complete."
        )


def _run_one(
    arguments: argparse.Namespace, path: Path, names: dict[str, Path], detect: Detect
) -> None:
    from ..detection import detection_doubts
    from ..measurement import ViewPlane, measure
    from ..report import CaseReport, protect_edited, safe_name, write_results

    image = _read(arguments, path)
    _check_name(safe_name(image.name), path, names)
    if not arguments.overwrite:
        protect_edited(arguments.out, safe_name(image.name))
        if wants_all(arguments):
            protect_edited_stack(arguments.out, safe_name(image.name))
    what = f"{image.n_slices} slices of " if image.n_slices > 1 else ""
    print(f"Searching {what}{image.name} ...", file=sys.stderr)
    found = detect(arguments, image)
    detection, whole = found.detection, found.whole
    arguments.edge = arguments.edge or detection.edge
    settings = settings_of(arguments, image.calibration, image.modality, image)
    for remark in detection.remarks:
        print(f"{image.name}: note: {remark}", file=sys.stderr)
    measurements = measure(detection.landmarks, ViewPlane.from_image(image), settings)
    doubts = detection_doubts(detection, image, measurements, settings)
    written = write_results(
        arguments.out,
        image,
        detection,
        measurements,
        settings=settings,
        overwrite=arguments.overwrite,
        marks=drawn_ids(arguments),
        doubts=doubts,
    )
    exploration = None if whole is None else explored(image, whole, settings)
    if whole is not None and exploration is not None:
        written = write_explored(written, safe_name(image.name), whole, exploration)
    log = sys.stdout if table_wanted(arguments) else sys.stderr
    device, seconds = detection.device, detection.seconds
    print(f"{image.name}: model {detection.model} on {device}, {seconds:.1f} s", file=log)
    if found.licence:
        print(f"Licence of the model: {found.licence}", file=log)
    print(_where(detection, image), end="\n\n", file=log)
    case = CaseReport.of(image, detection, measurements)
    put_out(arguments, replace(case, settings=settings, doubts=doubts))
    if table_wanted(arguments):
        print()
        if whole is not None and exploration is not None:
            print_explored(arguments, whole, exploration)
        print_results(written)


def _check_name(name: str, path: Path, names: dict[str, Path]) -> None:
    """Refuse an image whose results would replace those of an earlier one."""
    if name in names:
        raise ConfigurationError(
            f"{path} has the same case name ({name}) as {names[name]}, and would replace its "
            "results: give it another name, or run it by itself with another --out."
        )
    names[name] = path


def _where(detection: Detection, image: HipImage) -> str:
    from ..anatomy import Side

    if image.n_slices == 1:
        found = {p.side for p in detection.landmarks.values() if p.position is not None}
        words = [side.word for side in Side if side in found]
        return f"Found: {' and '.join(words) or 'no'} hip"
    slices = ", ".join(f"{side.word} hip on slice {k}" for side, k in detection.slices.items())
    return f"{slices} (counted from 0)"


def _read(arguments: argparse.Namespace, path: Path) -> HipImage:
    from ..imaging import as_coronal, read_image

    image = as_stated(arguments, read_image(path, series=arguments.series))
    image = calibrated(arguments, as_coronal(image))
    warnings = image.calibration.warnings
    for note in filter(None, (_assumption(image), image.metadata.get("notes"), *warnings)):
        print(f"{image.name}: note: {note}", file=sys.stderr)
    return image


def _assumption(image: HipImage) -> str:
    orientation = image.metadata.get("orientation", "")
    return f"orientation {orientation}" if orientation.startswith("assumed") else ""
