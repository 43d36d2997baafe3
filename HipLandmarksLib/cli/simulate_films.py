"""A folder of simulated films with landmarks and true measurements, filled by several processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..anatomy import Side, write_landmarks
from ..anatomy.markups import write_markups
from ..errors import HipLandmarksError
from ..files import atomic_path
from ..imaging import HipImage, read_image
from ..measurement import Edge, MeasurementSettings, ViewPlane, measure
from ..report import CaseReport, write_csv, write_json
from ..report.case import NOTICE
from ..synthesis.radiograph.case import SimulatedFilm, landmarks_on_file
from ..synthesis.radiograph.files import FilmFormat, write_film
from ..synthesis.radiograph.resumable import ResumableFolder
from ..synthesis.radiograph.workers import in_order

if TYPE_CHECKING:
    from ..synthesis.radiograph.dataset import Report
    from ..synthesis.radiograph.film_maker import FilmMaker

FORMAT = "hiplandmarks-simulated-films-1"


def make_films(
    maker: FilmMaker,
    folder: Path,
    kind: FilmFormat,
    count: int,
    workers: int,
    report: Report,
) -> tuple[int, list[str]]:
    """Make films 0 to ``count`` - 1, or those that are missing.

    Returns:
        Number of films in the folder, and for each that could not be made its number and reason.

    Raises:
        ConfigurationError: when the folder holds something else.
        HipLandmarksError: when a worker process was killed.
    """
    files = ResumableFolder(folder, FORMAT, "films", "dataset.json", "films.jsonl")
    facts = {"notice": f"{NOTICE} Simulated films.", "licence": maker.licence}
    files.begin({**maker.describe(), "format": kind.value}, facts)
    entries = [json.loads(line) for line in files.lines()]
    done = {entry["number"] for entry in entries}
    missing = [number for number in range(count) if number not in done]
    begun = count - len(missing)
    report("films", begun, count)
    work = _MakeAndWrite(maker, folder, kind)
    for position, (_, entry) in enumerate(in_order(work, missing, workers), start=1):
        files.append(json.dumps(entry, allow_nan=False) + "\n")
        entries.append(dict(entry))
        report("films", begun + position, count)
    refused = [f"film {e['number']}: {e['refused']}" for e in entries if "refused" in e]
    return len(entries) - len(refused), refused


@dataclass(frozen=True, eq=False)
class _MakeAndWrite:
    """Work of one process; its answer is the film's line in the index."""

    maker: FilmMaker
    folder: Path
    kind: FilmFormat

    def __call__(self, number: int) -> Mapping[str, Any]:
        try:
            film = self.maker(number)
        except HipLandmarksError as error:
            return {"number": number, "refused": str(error)}
        path = write_case(self.folder, film, self.kind)
        return {
            "number": number,
            "film": path.name,
            "subject": film.subject,
            "magnification": film.magnification,
            "source_detector_mm": film.source_detector_mm,
            "parameters": dict(film.parameters),
            "objects": [dict(each) for each in film.objects],
        }


def write_case(folder: Path, film: SimulatedFilm, kind: FilmFormat) -> Path:
    """Write a film, its landmarks and its true measurements; equal films give equal bytes.

    Everything is measured on the film as our own reader reads it.

    Returns:
        The film's file.
    """
    path = write_film(folder, film, kind)
    image = read_image(path)
    landmarks = landmarks_on_file(film, image)
    write_landmarks(folder / f"{film.name}_landmarks.json", landmarks)
    for side in Side:
        write_markups(folder / f"{film.name}_{side.word}.mrk.json", landmarks, side)
    case = _measured(image, landmarks, film.name)
    for ending, write in (("csv", write_csv), ("json", write_json)):
        with atomic_path(folder / f"{film.name}_measurements.{ending}") as temporary:
            write(temporary, case)
    return path


def _measured(image: HipImage, landmarks: Any, name: str) -> CaseReport:
    settings = MeasurementSettings.for_image(image, edge=Edge.SOURCIL)
    measurements = measure(landmarks, ViewPlane.from_image(image), settings)
    return CaseReport.of(image, landmarks, measurements, name)
