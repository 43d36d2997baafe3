"""The sample film: a pelvis with a cam-type right hip, the same every time, without any patient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...anatomy import write_landmarks
from ...imaging import read_image
from ..surfaces import HipSurfaceParameters, PelvisPhantomParameters, make_phantom_anatomy
from .case import landmarks_on_file
from .dataset import ViewMaker
from .files import FilmFormat, write_film
from .film_maker import FilmMaker
from .framing import CameraSettings, Framing
from .objects import ObjectShares
from .sampling import Generator
from .sources import PhantomSource, Subject

SAMPLE_NAME = "hip_film"
_SEED = 7
_PIXEL_MM = 0.35
_RESOLUTION_MM = 1.6


def sample_pelvis() -> PelvisPhantomParameters:
    """A cam beside an unremarkable hip."""
    right = HipSurfaceParameters(alpha_deg=66.0, lce_deg=33.0, neck_radius_mm=16.5)
    left = HipSurfaceParameters(alpha_deg=45.0, lce_deg=30.0, neck_shaft_angle_deg=130.0)
    return PelvisPhantomParameters(right=right, left=left)


@dataclass(frozen=True)
class SampleSource:
    """One patient only, made of geometry (see :class:`.sources.SubjectSource`)."""

    @property
    def licence(self) -> str:
        """Ours."""
        return PhantomSource().licence

    def describe(self) -> dict[str, Any]:
        """That it is the sample."""
        return {"kind": "sample", "licence": self.licence}

    def draw(self, number: int, rng: Generator) -> Subject:
        """Always the same one (takes some seconds)."""
        return Subject.of(make_phantom_anatomy(sample_pelvis(), _RESOLUTION_MM, SAMPLE_NAME))


def write_sample_film(folder: Path | str) -> tuple[Path, Path]:
    """Write ``hip_film.dcm`` and, beside it, ``hip_film.landmarks.json``.

    Returns:
        (film, exact landmarks).
    """
    shares = {framing: float(framing is Framing.PELVIS) for framing in Framing}
    views = ViewMaker(SampleSource(), _SEED, CameraSettings((_PIXEL_MM, _PIXEL_MM), shares))
    letter = ObjectShares(**{**dict.fromkeys(vars(ObjectShares()), 0.0), "marker": 1.0})
    film = replace(FilmMaker(views, objects=letter)(0), name=SAMPLE_NAME)
    path = write_film(Path(folder), film, FilmFormat.DICOM)
    landmarks = path.with_name(f"{SAMPLE_NAME}.landmarks.json")
    write_landmarks(landmarks, landmarks_on_file(film, read_image(path)))
    return path, landmarks
