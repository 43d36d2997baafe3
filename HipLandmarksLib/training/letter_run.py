"""Train a letter reader, set its limits, measure it, and put it into a film model."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..detection import Detector, load_card
from ..detection.letter_bundle import (
    load_letter_reader,
    put_letter_reader,
    save_letter_reader,
    write_letter_card,
)
from ..detection.letter_card import LETTERS_FOLDER
from ..errors import ConfigurationError
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.store import ViewStore
from .letter_config import LetterConfig
from .letter_errors import ANY, LetterFilm, chosen_limits, letter_figures, letter_film
from .letter_pool import Report, letter_pool
from .letter_trainer import LetterTraining

READER_FOLDER = "reader"
BUNDLE_FOLDER = "bundle"


def run_letter_training(
    config: Path | str | LetterConfig, resume: bool = True, report: Report | None = None
) -> Path:
    """Train as a configuration says; returns the folder of the film model that reads letters.

    Without a film model it is the folder of the reader alone. Crops are kept in the output folder
    and not made again; ``resume`` also keeps a reader that lies there, and goes on by measuring it.

    Raises:
        ConfigurationError: when configuration or views cannot be used.
        ModelError: when the film model is damaged.
        TrainingError: when the training cannot go on.
    """
    config = config if isinstance(config, LetterConfig) else LetterConfig.from_file(config)
    held_out = held_out_subjects(config)
    reader = config.output / READER_FOLDER
    if not (resume and (reader / "model.json").is_file()):
        pool = letter_pool(config, held_out, report)
        network = LetterTraining(config, pool).run(resume, report)
        card = replace(config.card(), training=_told(config, held_out, len(pool.crops)))
        save_letter_reader(reader, card, network)
    if config.film_model is None:
        return reader
    bundle = _copied(config.film_model, config.output / BUNDLE_FOLDER)
    measured_reader(reader, bundle, config, held_out, report)
    put_letter_reader(bundle, reader)
    return bundle


def held_out_subjects(config: LetterConfig) -> tuple[str, ...]:
    """Subjects that are never trained on: those of the film model, and those that are named.

    Raises:
        ConfigurationError: when there is a film model, and nobody is left to measure it with.
        ModelError: when the film model has no card.
    """
    named = set(config.held_out_subjects)
    if config.film_model is not None:
        named |= set(load_card(config.film_model).training.get("held_out_subjects", ()))
        if not named:
            raise ConfigurationError(
                f"{config.film_model} holds out nobody: name held_out_subjects, to set the limits."
            )
    return tuple(sorted(named))


def measured_reader(
    reader: Path,
    bundle: Path,
    config: LetterConfig,
    held_out: Sequence[str],
    report: Report | None = None,
) -> dict[str, Any]:
    """Set the limits of a reader on half of the held-out films and measure it on the other half.

    Args:
        reader: folder of the reader; its card is written again.
        bundle: a film model that may be changed.
        config: of the training.
        held_out: subjects of the films.
        report: told about every film.

    Returns:
        The figures that were written into the card.
    """
    trained = load_letter_reader(reader).card
    write_letter_card(reader, replace(trained, limits=ANY))
    put_letter_reader(bundle, reader)
    films = _films(bundle, config, held_out, report)
    for_limits, others = ([film for pair in films[n::2] for film in pair] for n in range(2))
    limits = chosen_limits(for_limits)
    figures = {
        "about": "films of held-out subjects with random objects, each as it is and mirrored",
        "limits_set_on": letter_figures(for_limits, limits),
        "tested_on": letter_figures(others, limits),
    }
    write_letter_card(reader, replace(trained, limits=limits, performance=figures))
    return figures


def _films(
    bundle: Path, config: LetterConfig, held_out: Sequence[str], report: Report | None
) -> list[list[LetterFilm]]:
    model = Detector.from_bundle(bundle).film
    assert model is not None
    store = ViewStore.open(config.views)
    records = [record for record in store.records if record.subject in held_out]
    if not records:
        raise ConfigurationError(
            f"{config.views} holds no views of {', '.join(held_out)}, who are held out."
        )
    count = 2 * config.test_films
    found = []
    for number in range(count):
        view = store.view(records[number * len(records) // count % len(records)])
        found.append(letter_film(model, view, Preset.REALISTIC, (config.seed, number)))
        if report is not None:
            report("held-out films", number + 1, count)
    return found


def _copied(model: Path, folder: Path) -> Path:
    """The film model without its reader, in a folder of its own."""
    if folder.resolve() == model.resolve():
        raise ConfigurationError(f"{model} is the output folder's bundle: give a film model.")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(model, folder, ignore=shutil.ignore_patterns(LETTERS_FOLDER))
    return folder


def _told(config: LetterConfig, held_out: Sequence[str], crops: int) -> dict[str, Any]:
    store = ViewStore.open(config.views)
    return {
        "licence": config.licence,
        "data": [dict(store.making)],
        "held_out_subjects": list(held_out),
        "crops": crops,
        "recipe": config.to_dict(),
    }
