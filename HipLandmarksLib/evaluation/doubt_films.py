"""Simulated films as cases with doubt: bone views that become films of known seeds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import HipLandmarks, LandmarkId
from ..detection import Detector, LimbId, LimbScore
from ..errors import ConfigurationError, ImageError
from ..imaging import HipImage
from ..measurement import Edge, MeasurementSettings, ViewPlane
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import ObjectScene, random_objects
from ..synthesis.radiograph.store import ViewStore
from ..synthesis.radiograph.view import BoneView
from ..training.film_errors import film_image, reference_points, scene_film
from ..uncertainty import MILLIMETRES, LengthScale
from .cases import EvaluationCase
from .suppression import DoubtCase, Place
from .trained_on import PERSON

STORE_FILE = "store.json"
_SEED = 32_452_843

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


@dataclass(frozen=True)
class FilmDraw:
    """Which films are made of a folder of views.

    Attributes:
        films: at most so many, evenly over the views of all subjects.
        object_share: share of films with objects that hide or replace landmarks.
        seed: of looks and objects; equal seeds give equal films.
        preset: looks.
        views: name of the views that are averaged (None: what the model's card says).
        subjects: only these; all when empty.
        part: (k, n): the views are dealt out to n parts, and the k-th, from 1, is taken: other
            parts show other persons.
        measuring: settings of the measurements; the edge is the model's unless it is among them.
    """

    films: int = 240
    object_share: float = 0.5
    seed: int = 17
    preset: Preset = Preset.REALISTIC
    views: str | None = None
    subjects: frozenset[str] = frozenset()
    part: tuple[int, int] = (1, 1)
    measuring: Mapping[str, Any] = field(default_factory=dict)


def is_view_store(folder: Path) -> bool:
    """Whether ``folder`` holds bone views of ``simulate --format views``."""
    return (folder / STORE_FILE).is_file()


def store_subjects(folder: Path) -> list[str]:
    """The subjects of a folder of views, in alphabetical order."""
    return sorted(ViewStore.open(folder).subjects)


def film_cases(
    detector: Detector, folder: Path, draw: FilmDraw, report: Report | None = None
) -> list[DoubtCase]:
    """Make films of views and read them on the path that users take.

    Every view of a population is another person, of whom there is one film: the patient of a case
    is the person (such as ``z001, view 17``) there, and the subject where views show the subjects
    as they are. :func:`.body_of` tells whose bones they are.

    Raises:
        ConfigurationError: when the folder holds no views of these subjects.
    """
    store = ViewStore.open(folder)
    source = store.making.get("source")
    population = isinstance(source, Mapping) and bool(source.get("population"))
    chosen = _chosen(store, draw)
    cases = []
    for done, index in enumerate(chosen, start=1):
        record = store.records[index]
        rng = np.random.default_rng([_SEED, draw.seed, record.number])
        view = store.view(record)
        person = f"{view.subject}{PERSON}{record.number}" if population else view.subject
        cases.append(_case(detector, view, f"{folder.name} {record.number}", person, draw, rng))
        if report is not None:
            report("films", done, len(chosen))
    return cases


def _case(
    detector: Detector,
    view: BoneView,
    name: str,
    person: str,
    draw: FilmDraw,
    rng: np.random.Generator,
) -> DoubtCase:
    objects = random_objects(rng, view) if rng.random() < draw.object_share else ()
    scene = ObjectScene(view, objects)
    image = film_image(scene.view, scene_film(scene, draw.preset, rng), name)
    measuring = {"edge": Edge(detector.card.edge), **draw.measuring}
    predicted, scale, limbs = _read(detector, image, draw.views)
    case = EvaluationCase(
        name=name,
        patient=person,
        reference=reference_points(scene.view, image, detector.card.channels.ids),
        predicted=predicted,
        plane=ViewPlane.from_image(image),
        settings=MeasurementSettings.for_image(image, **measuring),
        steps=image.ijk_to_lps[:3, :2],  # without its pixels: hundreds do not fit into memory
        scale=scale,
        limbs=limbs,
    )
    return DoubtCase(case, _hidden(scene.view, image, case.reference.keys()))


def _read(
    detector: Detector, image: HipImage, views: str | None
) -> tuple[HipLandmarks, LengthScale, Mapping[LimbId, LimbScore]]:
    """What a user would get; a refused film has no landmarks."""
    try:
        detection = detector.detect(image, views=views)
    except ImageError:
        return HipLandmarks.of([]), MILLIMETRES, {}
    return detection.landmarks, detection.scale, detection.limbs or {}


def _hidden(
    view: BoneView, image: HipImage, known: Collection[LandmarkId]
) -> dict[LandmarkId, Place]:
    """True places of what is covered or out of the field; what is replaced has none."""
    found: dict[LandmarkId, Place] = {}
    for id_, point in view.landmarks.items():
        if id_ in known and point.xy is not None and not point.state.has_position:
            x, y, z = (float(v) for v in image.to_lps([*point.xy, 0.0]))
            found[id_] = (x, y, z)
    return found


def _chosen(store: ViewStore, draw: FilmDraw) -> Sequence[int]:
    """Indices of views, as many of each subject as of any other."""
    by_subject = {
        subject: own[draw.part[0] - 1 :: draw.part[1]]
        for subject, own in sorted(store.subjects.items())
        if not draw.subjects or subject in draw.subjects
    }
    if not any(by_subject.values()):
        raise ConfigurationError(
            f"{store.folder} holds no views of {', '.join(sorted(draw.subjects)) or 'anybody'}; "
            f"it has {', '.join(sorted(store.subjects)) or 'none'}."
        )
    each = -(-draw.films // len(by_subject))
    chosen = []
    for own in by_subject.values():
        steps = np.linspace(0, len(own) - 1, min(each, len(own)))
        chosen += [own[round(step)] for step in steps]
    return chosen[: draw.films]
