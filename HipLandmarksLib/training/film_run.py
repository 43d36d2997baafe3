"""Train one pass of a film model: who is held out and what the mean hip is, is kept beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..detection.film_hip import ReferenceHip
from ..errors import ConfigurationError
from ..files import write_text_atomic
from .distributed import joined_workers
from .film_config import FilmConfig, FilmPass
from .film_join import join_passes
from .film_trainer import FilmTrainer
from .film_views import TrainingViews, draw_held_out, reference_hip

FORMAT = "hiplandmarks-film-training-1"
FILE_NAME = "film.json"

Report = Callable[[str, int, int], None]
"""Called with (stage and figures, done, total)."""


@dataclass(frozen=True)
class FilmFacts:
    """What both passes of a film model have in common, kept in their output folder.

    Attributes:
        held_out: subjects that neither pass ever learns from.
        reference: the mean hip of the other ones.
    """

    held_out: tuple[str, ...]
    reference: ReferenceHip

    def write(self, folder: Path) -> None:
        """Write ``film.json``, atomically."""
        data = {
            "format": FORMAT,
            "held_out": list(self.held_out),
            "reference": self.reference.to_dict(),
        }
        write_text_atomic(folder / FILE_NAME, json.dumps(data, indent=1) + "\n")

    @classmethod
    def read(cls, folder: Path) -> FilmFacts:
        """Read what :meth:`write` wrote.

        Raises:
            ConfigurationError: when the file is missing or damaged.
        """
        path = folder / FILE_NAME
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError(f"its format is {data['format']!r}, not {FORMAT}")
            return cls(tuple(data["held_out"]), ReferenceHip.from_dict(data["reference"]))
        except (OSError, ValueError, KeyError, TypeError, ConfigurationError) as error:
            raise ConfigurationError(
                f"{path} cannot be read ({error}): remove the folder to train again."
            ) from error


def run_film_training(
    config: Path | str | FilmConfig,
    resume: bool = True,
    report: Report | None = None,
    accept_changes: bool = False,
) -> Path:
    """Train the pass that a configuration shows; returns the folder of its bundle.

    When the other pass is trained already, both are joined to a model, whose folder is returned.

    Both passes of a model must have the same output folder: they hold out the same subjects and
    share the mean hip. Views may be added to the folders between two sessions; who is held out
    stays so.

    Raises:
        ConfigurationError: when configuration, views or checkpoint cannot be used.
        TrainingError: when the training cannot go on.
    """
    config = config if isinstance(config, FilmConfig) else FilmConfig.from_file(config)
    with joined_workers() as workers:
        facts = workers.shared(film_facts(config) if workers.leads else None)
        assert facts is not None
        views = TrainingViews.open(config, facts.held_out)
        held_out = None
        if facts.held_out:
            held_out = TrainingViews.open(config, facts.held_out, training=False)
        trainer = FilmTrainer(config, views, facts.reference, held_out)

        def step(done: int, total: int, figures: dict[str, float]) -> None:
            if report is not None and workers.leads:
                shown = ", ".join(f"{key} {value:.2f}" for key, value in figures.items())
                report(f"{config.run_name} pass ({shown})", done, total)

        bundle = trainer.run(resume, step, accept_changes)
        if workers.leads:
            bundle = _joined(config) or bundle
        return workers.shared(bundle)


def _joined(config: FilmConfig) -> Path | None:
    """The model of both passes, once both are trained."""
    whole, hip = (config.output / name.value / "bundle" for name in (FilmPass.WHOLE, FilmPass.HIP))
    if not all((folder / "model.json").is_file() for folder in (whole, hip)):
        return None
    join_passes(whole, hip, config.output / "bundle")
    return config.output / "bundle"


def film_facts(config: FilmConfig) -> FilmFacts:
    """Those of the output folder, made and written when there are none yet.

    Raises:
        ConfigurationError: when they are of another split or crop than ``config`` asks for.
    """
    path = config.output / FILE_NAME
    if not path.is_file():
        held_out = draw_held_out(config)
        reference = reference_hip(config, TrainingViews.open(config, held_out))
        facts = FilmFacts(held_out, reference)
        facts.write(config.output)
        return facts
    facts = FilmFacts.read(config.output)
    named = tuple(sorted(config.held_out_subjects))
    if named and named != facts.held_out:
        raise ConfigurationError(
            f"{path} holds out {', '.join(facts.held_out)}, the configuration {', '.join(named)}: "
            "give another output folder."
        )
    if (facts.reference.shape, facts.reference.pixel_mm) != (config.hip_crop, config.pixel_mm):
        raise ConfigurationError(
            f"{path} has a crop of {facts.reference.shape} pixels of {facts.reference.pixel_mm} "
            f"mm, the configuration {config.hip_crop} of {config.pixel_mm}: give another output "
            "folder."
        )
    return facts
