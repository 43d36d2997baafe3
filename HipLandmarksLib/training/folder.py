"""A folder of images and landmarks as labelled slices."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from ..anatomy import (
    HipLandmarkId,
    HipLandmarks,
    Landmark,
    LandmarkTable,
    Side,
    read_landmarks,
    read_markups,
)
from ..errors import ConfigurationError, LandmarkFileError
from ..imaging import HipImage, read_image
from .labels import LabelledSlice, PointLabel
from .patients import read_sexes, with_sexes
from .references import has_reference_table, mean_slice_offset_mm, read_references

IMAGE_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd", ".png", ".jpg", ".jpeg", ".dcm")
_DEFAULT_OFFSET_MM = 6.0
"""Mean distance of the measuring slice behind the head centre; used when data do not tell."""


def read_folder(folder: Path) -> list[LabelledSlice]:
    """Read every image of ``folder`` that has landmarks.

    Either the folder holds a reference table ``landmarks.json`` (see :mod:`.references`), or
    beside ``NAME.nii.gz`` (.nrrd, .mha, .png ...) lies ``NAME_landmarks.json`` as ``detect``
    writes it, or ``NAME_right.mrk.json`` and/or ``NAME_left.mrk.json``. The patient is NAME up to
    the first ``__`` (in a reference table too), so that ``p07__visit1`` and ``p07__visit2`` stay in
    one split. A table ``patients.csv`` with the columns patient and sex may state what the image
    files do not.

    Raises:
        ConfigurationError: when the folder holds no labelled image, a table cannot be used, or
            landmarks lie outside of their image.
        ImageError: when an image cannot be read.
        LandmarkFileError: when a landmark file is damaged or names an unknown point.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"The data folder {folder} does not exist.")
    slices = read_references(folder) if has_reference_table(folder) else _pairs(folder)
    return with_sexes(slices, read_sexes(folder))


def _pairs(folder: Path) -> list[LabelledSlice]:
    """Images with the landmark files beside them."""
    found: list[LabelledSlice] = []
    names: set[str] = set()
    for path in sorted(folder.iterdir()):
        ending = next((e for e in IMAGE_ENDINGS if path.name.lower().endswith(e)), None)
        if ending is None:
            continue
        name = path.name[: -len(ending)]
        names.add(name)
        landmarks = _landmarks_of(folder, name)
        if landmarks is not None:
            image = read_image(path)
            _refuse_elsewhere(name, image, landmarks)
            found += labelled_slices(name.split("__")[0], image, landmarks)
    _refuse_orphans(folder, names)
    if not found:
        raise ConfigurationError(
            f"{folder} holds no image with landmarks; put NAME_landmarks.json (or "
            "NAME_right.mrk.json and NAME_left.mrk.json) beside each image NAME.*"
        )
    return found


def slice_offset_mm(folder: Path | None) -> float:
    """Distance of the measuring slice behind the head centre, as the data tell it."""
    if folder is not None and has_reference_table(folder):
        return mean_slice_offset_mm(folder)
    return _DEFAULT_OFFSET_MM


def labelled_slices(case: str, image: HipImage, landmarks: HipLandmarks) -> list[LabelledSlice]:
    """Sort the points of a case onto the slices on which they lie.

    An absent landmark is absent on the slice of its own side's head centre (or of any point of
    that side), since that is where its reader looked.
    """
    by_slice: dict[int, dict[HipLandmarkId, PointLabel]] = {}
    chosen: dict[int, set[str]] = {}
    for side in Side:
        home = _home_slice(image, landmarks, side)
        if home is None:
            continue
        chosen.setdefault(home, set()).add(side.value)
        for landmark in landmarks.side(side):
            if landmark.position is None:
                by_slice.setdefault(home, {})[(side, landmark.key)] = PointLabel(None)
                continue
            i, j, k = image.to_ijk(landmark.point())
            index = int(np.clip(round(float(k)), 0, image.n_slices - 1))
            by_slice.setdefault(index, {})[(side, landmark.key)] = PointLabel((float(i), float(j)))
    return [
        LabelledSlice(case, image, index, labels, frozenset(chosen.get(index, ())))
        for index, labels in sorted(by_slice.items())
    ]


def _home_slice(image: HipImage, landmarks: HipLandmarks, side: Side) -> int | None:
    placed = {lm.key: lm for lm in landmarks.side(side) if lm.position is not None}
    if not placed:
        return None
    anchor = placed.get("FHC") or next(iter(placed.values()))
    depth = round(float(image.to_ijk(anchor.point())[2]))
    return int(np.clip(depth, 0, image.n_slices - 1))


def _landmarks_of(folder: Path, name: str) -> HipLandmarks | None:
    whole = folder / f"{name}_landmarks.json"
    if whole.is_file():
        return read_landmarks(whole)
    halves = [folder / f"{name}_{side.word}.mrk.json" for side in Side]
    points = [lm for path in halves if path.is_file() for lm in _known_points(path)]
    return HipLandmarks.of(points, case_id=name) if points else None


def _known_points(path: Path) -> list[Landmark]:
    """Points of a markups file; a point of one's own may be drawn, but not learned."""
    points = list(read_markups(path).values())
    for point in points:
        try:
            LandmarkTable.load()[point.key]
        except LandmarkFileError as error:
            raise LandmarkFileError(f"{path.name}: {error}") from error
    return points


def _refuse_elsewhere(name: str, image: HipImage, landmarks: HipLandmarks) -> None:
    """Single points may lie outside of an image and are then absent; not all of them."""
    placed = [point.point() for point in landmarks.values() if point.position is not None]
    if not placed:
        return
    last = np.array(image.pixels.shape[::-1]) - 1
    ijk = image.to_ijk(np.array(placed))
    if not ((ijk >= -1) & (ijk <= last + 1)).all(axis=1).any():
        raise ConfigurationError(
            f"All landmarks of {name} lie outside of its image: they belong to another image, or "
            "were saved in another coordinate system."
        )


def _refuse_orphans(folder: Path, names: Collection[str]) -> None:
    """A misspelt name must not lose a case."""
    endings = ("_landmarks.json", *(f"_{side.word}.mrk.json" for side in Side))
    for path in sorted(folder.iterdir()):
        ending = next((ending for ending in endings if path.name.endswith(ending)), None)
        if ending is not None and path.name.removesuffix(ending) not in names:
            raise ConfigurationError(
                f"{folder} holds {path.name} but no image {path.name.removesuffix(ending)}.*: "
                "name both alike, or take the landmarks away."
            )
