"""Cases from two folders of landmark files; needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..anatomy import HipLandmarks
    from ..evaluation import EvaluationCase
    from ..imaging import Calibration, HipImage, Modality
    from ..measurement import MeasurementSettings, ViewPlane

    SettingsOf = Callable[[Calibration, Modality, HipImage | None], MeasurementSettings]

MARKUP_ENDINGS = ("_right.mrk.json", "_left.mrk.json", "_midline.mrk.json")
JSON_ENDING = "_landmarks.json"
IMAGE_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd", ".png", ".jpg", ".jpeg", ".dcm")
_MANY = 5


def landmark_files(folder: Path) -> dict[str, list[Path]]:
    """Landmark files by case name, also one folder down as ``detect`` writes them.

    Where a case has both, its markups are taken: they are what people edit.

    Raises:
        LandmarkFileError: when there is no such folder or no landmark file in it.
    """
    from ..errors import LandmarkFileError

    if not folder.is_dir():
        raise LandmarkFileError(f"There is no folder {folder}.")
    found: dict[str, list[Path]] = {}
    places = sorted([*folder.glob("*.json"), *folder.glob("*/*.json")])
    for path in places:
        for ending in MARKUP_ENDINGS:
            if path.name.endswith(ending):
                found.setdefault(path.name.removesuffix(ending), []).append(path)
    for path in places:
        name = path.name.removesuffix(JSON_ENDING)
        if path.name.endswith(JSON_ENDING) and name not in found:
            found[name] = [path]
    if not found:
        raise LandmarkFileError(
            f"{folder} holds no landmarks: NAME_landmarks.json, or NAME_right.mrk.json and "
            "NAME_left.mrk.json."
        )
    return found


def folder_cases(
    predicted: Path,
    reference: Path,
    images: Path | None,
    settings_of: SettingsOf,
    skip_unmatched: bool = False,
) -> list[EvaluationCase]:
    """Match predictions and references by name.

    Args:
        predicted, reference: folders of landmark files.
        images: folder of the images, for errors in pixels and pictures; None for none.
        settings_of: how a case is measured.
        skip_unmatched: leave out cases that are in one folder only, instead of refusing.

    Raises:
        LandmarkFileError: when nothing matches, a case is in one folder only, a file is
            damaged or names an unknown landmark.
        ImageError: when an image is missing or cannot be read.
    """
    from ..errors import LandmarkFileError

    found, truth = landmark_files(predicted), landmark_files(reference)
    common = [name for name in truth if name in found]
    if not common:
        raise LandmarkFileError(
            f"No case is in both {predicted} ({_names(found)}) and {reference} ({_names(truth)}): "
            "the files of a case must begin with the same name."
        )
    alone = [name for name in (*truth, *found) if name not in common]
    if alone and not skip_unmatched:
        raise LandmarkFileError(
            f"These cases are in one folder only: {_names(dict.fromkeys(alone))}. Give both files, "
            "or leave such cases out with --skip-unmatched."
        )
    return [_case(name, found[name], truth[name], images, settings_of) for name in common]


def _case(
    name: str, found: list[Path], truth: list[Path], images: Path | None, settings_of: SettingsOf
) -> EvaluationCase:
    from ..evaluation import EvaluationCase

    image = None if images is None else _image(images, name)
    plane, calibration, modality, known = _geometry(image, [*truth, *found])
    return EvaluationCase(
        name=name,
        patient=name.split("__")[0],
        reference=_read(truth),
        predicted=_read(found),
        plane=plane,
        settings=settings_of(calibration, modality, image),
        steps=None if image is None else image.ijk_to_lps[:3, :2],
        image=image,
        lengths_known=known,
    )


def _read(paths: list[Path]) -> HipLandmarks:
    from ..anatomy import HipLandmarks
    from ..errors import LandmarkFileError

    points = [point for path in paths for point in _read_file(path).values()]
    try:
        return HipLandmarks.of(points)
    except ValueError as error:
        raise LandmarkFileError(f"{paths[0].parent}: {error}") from error


def _read_file(path: Path) -> HipLandmarks:
    """Landmarks of one file, all of them known; what is wrong is said with the file's name."""
    from ..anatomy import LandmarkTable, read_landmarks
    from ..anatomy.markups import read_markups
    from ..errors import LandmarkFileError

    try:
        found = (read_markups if path.name.endswith(".mrk.json") else read_landmarks)(path)
        for point in found.values():
            LandmarkTable.load()[point.key]
    except LandmarkFileError as error:
        where = "" if path.name in str(error) else f"{path}: "
        raise LandmarkFileError(f"{where}{error}") from error
    return found


def _image(folder: Path, name: str) -> HipImage:
    from ..errors import ImageError
    from ..imaging import read_image

    if not folder.is_dir():
        raise ImageError(f"There is no folder of images {folder}.")
    for ending in IMAGE_ENDINGS:
        path = folder / f"{name}{ending}"
        if path.is_file():
            return read_image(path)
    if (folder / name).is_dir():
        return read_image(folder / name)
    raise ImageError(
        f"{folder} holds no image of {name} ({name}.nii.gz, .nrrd, .mha, .png, .dcm or a DICOM "
        "folder of this name); leave --images out to evaluate without pictures and pixels."
    )


def _geometry(
    image: HipImage | None, files: list[Path]
) -> tuple[ViewPlane, Calibration, Modality, bool]:
    """Plane, pixel size and kind of a case, and whether its mm are millimetres."""
    from ..imaging import Calibration, Modality, SpacingProvenance
    from ..measurement import ViewPlane
    from ..report import RecordedGeometry

    if image is not None:
        plane = ViewPlane.from_image(image)
        known = image.calibration.provenance.has_millimetres
        return plane, image.calibration, image.modality, known
    for path in files:
        recorded = RecordedGeometry.beside(path)
        if recorded is not None:
            known = recorded.calibration.provenance.has_millimetres
            return recorded.plane, recorded.calibration, recorded.modality, known
    # landmark files are in mm by definition; nobody says how they were calibrated
    return ViewPlane.coronal(), Calibration(SpacingProvenance.NONE), Modality.UNKNOWN, True


def _names(cases: dict[str, list[Path]] | dict[str, None]) -> str:
    names = list(cases)
    return ", ".join(names[:_MANY]) + (" ..." if len(names) > _MANY else "")
