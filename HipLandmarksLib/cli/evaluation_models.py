"""Runs of models on images or on simulated films, with what they say of their own doubt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .progress import progress_bar

if TYPE_CHECKING:
    from ..detection import Detector
    from ..evaluation import EvaluationOptions, RunEvaluation
    from ..evaluation.suppression import DoubtCase
    from ..imaging import HipImage
    from ..measurement import MeasurementSettings
    from ..training import LabelledSlice
    from .evaluation_names import Answer


def runs_of_models(
    arguments: argparse.Namespace, options: EvaluationOptions, changes: Mapping[str, Any]
) -> list[RunEvaluation]:
    """Run every model on the data and evaluate it.

    Args:
        arguments: of ``evaluate``.
        options: how is evaluated.
        changes: settings of the measurements that the options choose.

    Raises:
        HipLandmarksError: when models and data do not go together.
    """
    from ..detection import Detector, default_bundle
    from ..evaluation.doubt_films import is_view_store
    from ..evaluation.doubt_run import evaluate_with_doubt
    from .evaluation_names import joined_by_seed, unique_names

    bundles = arguments.model or [default_bundle()]
    detectors = [Detector.from_bundle(bundle, device=arguments.device) for bundle in bundles]
    names = unique_names([f"{d.card.id} {d.card.version}" for d in detectors], bundles)
    of_films = is_view_store(arguments.data)
    slices = [] if of_films else _slices(arguments)
    answers: list[Answer] = []
    for detector, name in zip(detectors, names, strict=True):
        print(f"Running {name} ...", file=sys.stderr)
        if of_films:
            answers.append(_on_films(arguments, detector, name, changes))
        else:
            answers.append(_on_images(arguments, detector, name, slices, changes))
    joined = joined_by_seed(answers) if arguments.unseen else answers
    return [
        evaluate_with_doubt(
            each.cases,
            each.name,
            each.calibration,
            options,
            each.about,
            each.warnings,
            by_patient=each.by_patient,
        )
        for each in joined
    ]


def _slices(arguments: argparse.Namespace) -> list[LabelledSlice]:
    from ..evaluation.calibration_data import kept_names
    from ..training import read_folder

    slices = read_folder(arguments.data)
    patients = list(dict.fromkeys(each.case for each in slices))
    kept = set(kept_names(patients, arguments.only, arguments.leave_out, arguments.data))
    return [each for each in slices if each.case in kept]


def _on_images(
    arguments: argparse.Namespace,
    detector: Detector,
    name: str,
    slices: Sequence[LabelledSlice],
    changes: Mapping[str, Any],
) -> Answer:
    from ..evaluation.doubt_images import ImageDraw, image_cases
    from ..evaluation.from_model import unseen_slices
    from ..measurement import Edge, MeasurementSettings

    measuring = {"edge": Edge(detector.card.edge), **changes}

    def settings(image: HipImage) -> MeasurementSettings:
        return MeasurementSettings.for_image(image, **measuring)

    own = unseen_slices(detector.card, slices) if arguments.unseen else slices
    automatic = arguments.slices == "auto"
    draw = ImageDraw(arguments.covered, automatic, arguments.tta, arguments.seed)
    with progress_bar() as report:
        cases = image_cases(lambda _: detector, own, draw, report, settings)
    patients = list(dict.fromkeys(each.case.patient for each in cases))
    return _answer(arguments, detector, name, cases, patients)


def _on_films(
    arguments: argparse.Namespace, detector: Detector, name: str, changes: Mapping[str, Any]
) -> Answer:
    from ..errors import ConfigurationError
    from ..evaluation.doubt_films import FilmDraw, film_cases, store_subjects
    from ..evaluation.from_model import seen_patients
    from ..evaluation.trained_on import kept_names

    card = detector.card
    if card.film is None:
        raise ConfigurationError(
            f"{arguments.data} holds bone views for simulated films, and {card.id} reads no films."
        )
    every = store_subjects(arguments.data)
    seen = set(seen_patients(card, every)) if arguments.unseen else set()
    left_out = {*arguments.leave_out, *seen}
    subjects = kept_names(every, arguments.only, left_out, arguments.data)
    draw = FilmDraw(
        arguments.films,
        arguments.objects,
        arguments.seed,
        views=arguments.tta,
        subjects=frozenset(subjects),
        part=arguments.part,
        measuring=changes,
    )
    with progress_bar() as report:
        cases = film_cases(detector, arguments.data, draw, report)
    return _answer(arguments, detector, name, cases, subjects)


def _answer(
    arguments: argparse.Namespace,
    detector: Detector,
    name: str,
    cases: list[DoubtCase],
    patients: Sequence[str],
) -> Answer:
    from ..evaluation.from_model import overlap_warnings, seen_patients
    from ..evaluation.trained_on import calibrated_on
    from .evaluation_names import Answer, facts_of_card

    card = detector.card
    people = {each.case.patient for each in cases}
    facts = facts_of_card(card, arguments.tta)
    seen = len(seen_patients(card, patients))
    about = {**facts, "slices": arguments.slices, "seen": seen}
    warnings = [*overlap_warnings(card, patients), *calibrated_on(card, people)]
    return Answer(name, about, cases, warnings, card.calibration)
