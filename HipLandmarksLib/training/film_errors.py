"""How good a film model is on simulated films of subjects that it was not trained on.

Every film goes the way of a user's film: a picture into the detector, landmarks out. Nothing that
the simulation knows, such as scale or side, reaches the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..anatomy import HipLandmarkId, HipLandmarks, Landmark, LandmarkState, Side, Source, SourceKind
from ..detection import Detector
from ..errors import ImageError
from ..evaluation import EvaluationCase, RunEvaluation, evaluate_run
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance
from ..imaging.film import projection_matrix
from ..measurement import MeasurementSettings, ViewPlane
from ..synthesis.radiograph.appearance import Appearance, simulate_film
from ..synthesis.radiograph.dataset import MAGNIFICATION
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import ObjectScene, random_objects
from ..synthesis.radiograph.view import BoneView
from .film_views import TrainingViews

FILM_SEED = 86_028_121

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


def film_errors(
    detector: Detector,
    views: TrainingViews,
    films: int,
    preset: Preset = Preset.REALISTIC,
    report: Report | None = None,
    object_share: float = 0.0,
) -> RunEvaluation:
    """Evaluate a film model on films of ``views``: landmarks, measurements, presence.

    Args:
        detector: of a film model.
        views: of subjects that it has not seen.
        films: how many views, evenly taken, become a film each.
        preset: looks of the films.
        report: told about every film.
        object_share: share of films with objects that hide or replace landmarks.

    Raises:
        AgreementError: when there are no films.
    """
    cases = []
    places = views.spread(films)
    for number, place in enumerate(places):
        name, view = views.read(place)
        rng = np.random.default_rng([FILM_SEED, number])
        scene = ObjectScene(view, random_objects(rng, view) if rng.random() < object_share else ())
        pixels = scene_film(scene, preset, rng)
        cases.append(film_case(detector, scene.view, pixels, f"{view.subject}, {name}"))
        if report is not None:
            report("films", number + 1, len(places))
    card = detector.card
    about = {
        "model": f"{card.id} {card.version}",
        "films": len(cases),
        "looks": preset.value,
        "object_share": object_share,
    }
    return evaluate_run(cases, card.id, about=about)


def scene_film(scene: ObjectScene, preset: Preset, rng: np.random.Generator) -> np.ndarray:
    """(H, W) grey values of a whole view with what lies on it."""
    film = simulate_film(
        scene.view,
        Appearance.random(rng, preset),
        rng,
        objects=scene.matter(),
        overlay=scene.overlay(),
        valid=scene.field_of_view(),
    )
    return np.asarray(film.numpy())


def film_case(detector: Detector, view: BoneView, pixels: np.ndarray, name: str) -> EvaluationCase:
    """Reference and prediction of one film; a refused film has no predicted landmarks."""
    image = film_image(view, pixels, name)
    try:
        predicted = detector.detect(image).landmarks
    except ImageError:  # refused: every landmark is missed
        predicted = HipLandmarks.of([])
    return EvaluationCase(
        name=name,
        patient=view.subject,
        reference=reference_points(view, image, detector.card.channels.ids),
        predicted=predicted,
        plane=ViewPlane.from_image(image),
        settings=MeasurementSettings.for_image(image),
        steps=image.ijk_to_lps[:3, :2],
        image=image,
    )


def film_image(view: BoneView, pixels: np.ndarray, name: str) -> HipImage:
    """A film in mm at the hips; it says which side it shows, if it shows one hip only."""
    larger = view.parameters.get(MAGNIFICATION) or view.camera.magnification(np.zeros(3))
    millimetres = float(np.linalg.norm(view.camera.column_step)) / larger
    shown = [side for side in Side if _head_shown(view, side)]
    laterality = shown[0].value if len(shown) == 1 else "B"
    return HipImage(
        np.asarray(pixels, dtype=np.float32)[None],
        projection_matrix(millimetres, millimetres),
        Modality.XRAY,
        Calibration(SpacingProvenance.MARKER),
        name,
        {"laterality": laterality},
    )


def reference_points(
    view: BoneView, image: HipImage, ids: tuple[HipLandmarkId, ...]
) -> HipLandmarks:
    """The true points of a view that a model has a channel for, LPS mm in the plane of the hips."""
    source = Source(SourceKind.SIMULATION)
    points = []
    for (side, key), point in view.landmarks.items():
        if (side, key) not in ids:
            continue
        position, state = None, point.state
        if point.xy is not None and state.has_position:
            x, y, z = (float(v) for v in image.to_lps([*point.xy, 0.0]))
            position, state = (x, y, z), LandmarkState.VISIBLE
        points.append(Landmark(side, key, position, state, source))
    return HipLandmarks.of(points)


def performance(run: RunEvaluation) -> dict[str, Any]:
    """The figures of a run for the model card; JSON-ready."""
    return {
        **run.about,
        "subjects": run.patients,
        "refused": sum(not case.predicted for case in run.cases),
        "landmarks": {
            key: _landmark_row(row.to_dict())
            for key, row in {"all": run.overall, **run.landmarks}.items()
        },
        "measurements": {
            id_: _measurement_row(row.to_dict()) for id_, row in run.measurements.items()
        },
        "presence": {
            name: value
            for name, value in run.presence.to_dict().items()
            if isinstance(value, (int, float)) or value is None
        },
        **_replaced(run),
    }


def format_performance(figures: Mapping[str, Any]) -> str:
    """Tables of :func:`performance` for people."""
    lines = [
        f"{'':8}{'n':>5}{'missed':>7}{'MRE mm':>8}{'median':>8}{'SDR2':>7}{'SDR3':>7}{'SDR4':>7}"
    ]
    for key, row in figures["landmarks"].items():
        numbers = "".join(
            f"{row.get(name, float('nan')):{width}}"
            for name, width in (("mre_mm", "8.2f"), ("median_mm", "8.2f"))
        )
        rates = "".join(f"{100 * row.get(f'sdr_{r}mm', float('nan')):7.1f}" for r in (2, 3, 4))
        lines.append(f"{key:8}{row['n']:5}{row['missed']:7}{numbers}{rates}")
    lines.append("")
    lines.append(f"{'':24}{'n':>5}{'no value':>9}{'MAE':>8}{'constant':>9}{'ICC(2,1)':>9}")
    for id_, row in figures["measurements"].items():
        icc = f"{row['icc']:9.3f}" if row.get("icc") is not None else f"{'-':>9}"
        numbers = "".join(
            f"{row[name]:{width}}" if row.get(name) is not None else f"{'-':>{int(width[0])}}"
            for name, width in (("mae", "8.2f"), ("mae_constant", "9.2f"))
        )
        lines.append(f"{id_:24}{row['n']:5}{row['n_without_value']:9}{numbers}{icc}")
    return "\n".join(lines)


def _landmark_row(row: Mapping[str, Any]) -> dict[str, Any]:
    errors = row.get("mm") or {}
    plain: dict[str, Any] = {"n": row["n"], "missed": row["missed"]}
    if errors:
        plain |= {"mre_mm": round(errors["mean"], 3), "median_mm": round(errors["median"], 3)}
        plain |= {
            f"sdr_{radius}mm": round(share, 4)
            for radius, share in errors["sdr"].items()
            if radius in ("2", "3", "4")
        }
    return plain


def _measurement_row(row: Mapping[str, Any]) -> dict[str, Any]:
    icc = (row.get("icc") or {}).get("value")
    rounded = {
        name: None if row.get(name) is None else round(float(row[name]), 3)
        for name in ("mae", "median", "mae_constant")
    }
    return {
        "n": row["n"],
        "n_without_value": row["n_without_value"],
        **rounded,
        "icc": None if icc is None else round(float(icc), 3),
    }


def _replaced(run: RunEvaluation) -> dict[str, Any]:
    """How many landmarks of artificial hips the model takes for bone; nothing without such hips."""
    pairs = [
        (case, id_)
        for case in run.cases
        for id_, point in case.reference.items()
        if point.state is LandmarkState.PROSTHESIS
    ]
    if not pairs:
        return {}
    found = [case.predicted.get(id_) for case, id_ in pairs]
    seen = sum(point is not None and point.position is not None for point in found)
    return {"replaced": {"landmarks": len(pairs), "reported_as_bone": seen}}


def _head_shown(view: BoneView, side: Side) -> bool:
    point = view.landmarks.get((side, "FHC"))
    return point is not None and point.state is LandmarkState.VISIBLE
