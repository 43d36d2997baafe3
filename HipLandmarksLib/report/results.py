"""Writes the results of one case: landmarks, tables, picture and scene, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..anatomy import AnySide, HipLandmarks, Midline, Side, write_landmarks
from ..anatomy.markups import write_markups
from ..errors import HipLandmarksError, MissingDependencyError
from .case import DEFAULT_MARKS, SIDES, CaseReport
from .staging import staged_folder
from .tables import write_csv, write_json

if TYPE_CHECKING:
    from ..detection import Detection
    from ..imaging import HipImage
    from ..measurement import Measurement, MeasurementSettings
    from ..uncertainty import MeasurementDoubt

_EDIT_TOLERANCE_S = 2.0


class Output(str, Enum):
    """Kinds of result files."""

    LANDMARKS = "landmarks"
    TABLES = "tables"
    OVERLAY = "overlay"
    SCENE = "scene"


class ResultsExistError(HipLandmarksError):
    """The folder holds landmarks that someone edited after they were written."""


@dataclass(frozen=True)
class WrittenResults:
    """What was written.

    Attributes:
        folder: the case's folder.
        files: the files in it, by name.
        remarks: one sentence for each output that was left out, and why.
    """

    folder: Path
    files: tuple[Path, ...]
    remarks: tuple[str, ...]


def write_results(
    out_dir: Path | str,
    image: HipImage | None,
    found: Detection | HipLandmarks,
    measurements: list[Measurement],
    *,
    settings: MeasurementSettings | None = None,
    image_record: Mapping[str, Any] | None = None,
    name: str = "",
    outputs: Collection[Output] = tuple(Output),
    overwrite: bool = False,
    marks: Collection[str] = DEFAULT_MARKS,
    doubts: Mapping[tuple[AnySide, str], MeasurementDoubt] | None = None,
) -> WrittenResults:
    """Write all results of one case into ``out_dir/<name>/``.

    Args:
        out_dir: folder of all cases; made when absent.
        image: the image, or None: no picture and no scene then.
        found: a detection, or landmarks that a person placed.
        measurements: what was measured on them.
        settings: how it was measured, so that the scene goes on measuring in the same way; None
            takes the image's modality and calibration.
        image_record: record of the image in earlier results, when ``image`` is None.
        name: case name; by default the image's.
        outputs: which kinds of files to write.
        overwrite: replace landmark files even when someone edited them since.
        marks: measurements to draw into the picture and the scene.
        doubts: intervals of the measurements, of calibrated models only.

    Raises:
        ResultsExistError: when markups in the folder were edited and ``overwrite`` is not set.
        HipLandmarksError: when ``out_dir`` is or lies in a file.
        OSError: when the folder cannot be written.
    """
    case = replace(
        CaseReport.of(image, found, measurements, name),
        image_record=image_record,
        settings=settings,
        marks=tuple(marks),
        doubts=doubts or {},
    )
    folder = Path(out_dir) / case.name
    check_folder(out_dir)
    if Output.LANDMARKS in outputs and not overwrite:
        protect_edited(out_dir, case.name)
    remarks: list[str] = []
    with staged_folder(folder) as staging:
        _write_all(staging, case, outputs, remarks)
        names = sorted(file.name for file in staging.iterdir())
    if Output.SCENE in outputs and f"{case.name}.mrb" not in names:
        (folder / f"{case.name}.mrb").unlink(missing_ok=True)  # a scene of an earlier run
    return WrittenResults(folder, tuple(folder / file for file in names), tuple(remarks))


def _write_all(
    folder: Path,
    case: CaseReport,
    outputs: Collection[Output],
    remarks: list[str],
) -> None:
    if Output.LANDMARKS in outputs:
        write_landmarks(folder / f"{case.name}_landmarks.json", case.landmarks)
        for side in (*SIDES, Midline.PELVIS):
            if isinstance(side, Side) or case.landmarks.side(side):
                write_markups(_markups(folder, case.name, side), case.landmarks, side)
    if Output.OVERLAY in outputs and case.image is not None:
        from .overlay import write_overlay  # matplotlib takes half a second to import

        write_overlay(folder / f"{case.name}_overlay.png", case)
    if Output.SCENE in outputs and case.image is not None:
        remarks += _write_scene(folder / f"{case.name}.mrb", case)
    if Output.TABLES in outputs:
        write_csv(folder / f"{case.name}_measurements.csv", case)
        write_json(folder / f"{case.name}_measurements.json", case)


def _markups(folder: Path, name: str, side: AnySide) -> Path:
    """File of the points of a hip, or of the midline."""
    word = side.word if isinstance(side, Side) else "midline"
    return folder / f"{name}_{word}.mrk.json"


def _write_scene(path: Path, case: CaseReport) -> list[str]:
    assert case.image is not None
    try:
        from ..scene import HipStudy, save_scene
        from ..scene.prepare import new_scene
    except MissingDependencyError:
        return [
            "The 3D Slicer scene (.mrb) was not written because slicer-core is not installed: "
            'run  pip install ".[scene]"  in the HipLandmarks folder.'
        ]
    scene = new_scene()
    study = HipStudy.create(
        scene, case.image, case.landmarks, settings=case.settings, marks=case.marks
    )
    save_scene(scene, path)
    study.close()
    return []


def check_folder(out_dir: Path | str) -> None:
    """Refuse, before anything is computed, a folder that cannot be made or written.

    Raises:
        HipLandmarksError: says what is in the way.
    """
    out_dir = Path(out_dir).absolute()
    nearest = next(path for path in (out_dir, *out_dir.parents) if path.exists())
    if not nearest.is_dir():
        raise HipLandmarksError(f"{nearest} is a file; give a folder for the results.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise HipLandmarksError(f"The folder {nearest} cannot be written; choose another one.")


def protect_edited(out_dir: Path | str, name: str) -> None:
    """Refuse to replace markups of case ``name`` that someone edited after they were written.

    Raises:
        ResultsExistError: names the file.
    """
    folder = Path(out_dir) / name
    detected = folder / f"{name}_landmarks.json"  # written with the markups, and only then
    if not detected.exists():
        return
    written = detected.stat().st_mtime
    for side in (*SIDES, Midline.PELVIS):
        markups = _markups(folder, name, side)
        if markups.exists() and markups.stat().st_mtime > written + _EDIT_TOLERANCE_S:
            raise ResultsExistError(
                f"{markups} was edited after it was written; a new detection would replace "
                "that work. Choose another --out, or add --overwrite."
            )
