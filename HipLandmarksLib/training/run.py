"""One command trains; another cross-validates by patient and writes the figures into the card."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..detection import Detector, load_card, write_card
from ..errors import ConfigurationError
from ..evaluation import PointError, summarise
from ..files import write_text_atomic
from .cam_test import CamTest, cam_slices, cam_test
from .config import TrainingConfig, run_name
from .covering import with_covered
from .distributed import joined_workers
from .evaluate import angle_errors, slice_choice_differences, slice_errors
from .folder import read_folder, slice_offset_mm
from .labels import LabelledSlice, refuse_unlabelled
from .pools import Pools
from .run_split import keep_split, run_split
from .simulated import simulated_slices
from .slice_trainer import Trainer
from .teacher import with_taught_neighbours

DRAWN_KEYS = ("FHC", "NA", "LAE", "LCP")
"""Landmarks that readers draw; the shaft midpoints come from masks and are free along the shaft."""

_CAM_SLICES = 80
"""Simulated slices of the test of cams: about 120 hips, a third of them cams."""

Report = Callable[[str, int, int], None]
"""Called with (stage and figures, done, total)."""


@dataclass(frozen=True)
class TrainingData:
    """Everything a configuration trains and is tested on."""

    slices: list[LabelledSlice]
    simulated: list[LabelledSlice]
    slice_offset_mm: float

    @property
    def cases(self) -> list[str]:
        """Patients in alphabetical order."""
        return sorted({labelled.case for labelled in self.slices})


def run_training(
    config: Path | str | TrainingConfig,
    resume: bool = True,
    report: Report | None = None,
    accept_changes: bool = False,
) -> Path:
    """Train the model of a configuration; returns the folder of its bundle.

    Processes that ``torchrun`` started train it together. ``accept_changes``: see
    :meth:`.Trainer.run`.

    Raises:
        ConfigurationError: when configuration, data or checkpoint cannot be used.
        TrainingError: when the training cannot go on.
    """
    config = _config(config)
    with joined_workers() as workers:
        report = report if workers.leads else None
        return _train(config, load_data(config, report), resume, report, accept_changes)


def run_cross_validation(
    config: Path | str | TrainingConfig,
    resume: bool = True,
    report: Report | None = None,
    accept_changes: bool = False,
) -> dict[str, Any]:
    """Train one model per fold, test each on the patients it has not seen, join the errors.

    Steps are fixed beforehand: no fold's model is picked by its test patients. The result is
    written to ``cross-validation.json``, with every single error so that runs can be compared
    patient by patient, and, where the final bundle exists, into its card.

    Raises:
        ConfigurationError: when there are fewer patients than folds.
    """
    config = replace(_config(config), patience=0)
    with joined_workers() as workers:
        report = report if workers.leads else None
        data = load_data(config, report)
        if len(data.cases) < config.folds:
            raise ConfigurationError(
                f"{len(data.cases)} patients do not fill {config.folds} folds."
            )
        test = _FoldTest()
        simulated = _cam_slices(config, report) if workers.leads else []
        for fold in range(config.folds):
            fold_config = replace(config, fold=fold)
            bundle = _train(fold_config, data, resume, report, accept_changes)
            if workers.leads:
                _, held_out = split(data.slices, config, fold)
                test.add(Detector.from_bundle(bundle), held_out, simulated)
        return workers.shared(_told(config, data, test) if workers.leads else {})


def _told(config: TrainingConfig, data: TrainingData, test: _FoldTest) -> dict[str, Any]:
    """Write and return the result of a cross-validation."""
    result = {"folds": config.folds, "patients": len(data.cases), **test.figures()}
    told = {**result, "points": test.single_errors()}
    write_text_atomic(config.output / "cross-validation.json", json.dumps(told, indent=1) + "\n")
    write_performance(config.output / "all" / "bundle", {"cross_validation": result})
    return result


class _FoldTest:
    """Joins the errors of all folds."""

    def __init__(self) -> None:
        self.points: list[PointError] = []
        self.angles: dict[str, list[float]] = {}
        self.slice_differences: list[int | None] = []
        self.cams = CamTest((), ())

    def add(
        self,
        detector: Detector,
        held_out: Sequence[LabelledSlice],
        simulated: Sequence[LabelledSlice] = (),
    ) -> None:
        """Test one fold's model on patients and simulated hips that it has not seen."""
        self.points += slice_errors(detector, held_out)
        for id_, errors in angle_errors(detector, held_out).items():
            self.angles.setdefault(id_, []).extend(errors)
        self.slice_differences += slice_choice_differences(detector, held_out).values()
        self.cams = self.cams.joined(cam_test(detector, simulated))

    def single_errors(self) -> list[dict[str, Any]]:
        """The error of every landmark, None where it was missed; JSON-ready."""
        return [
            {
                "case": p.image or p.case,
                "patient": p.case,
                "side": p.side.value,
                "key": p.key,
                "error_mm": p.error_mm,
            }
            for p in self.points
        ]

    def figures(self) -> dict[str, Any]:
        """Localisation of all points and of the four that readers drew; angles; slices."""
        drawn = [error for error in self.points if error.key in DRAWN_KEYS]
        within_one = np.mean([d is not None and abs(d) <= 1 for d in self.slice_differences])
        return {
            "errors": {"drawn": summarise(drawn)["all"], **summarise(self.points)},
            "angle_mae_deg": {
                id_: round(float(np.mean(np.abs(errors))), 2)
                for id_, errors in self.angles.items()
                if errors
            },
            "slice_within_one": round(float(within_one), 3),
            "simulated_cams": self.cams.figures(),
        }


def write_performance(bundle: Path, figures: dict[str, Any]) -> None:
    """Add measured figures to the card of ``bundle``; nothing happens when there is none yet."""
    if (bundle / "model.json").is_file():
        card = load_card(bundle)
        write_card(bundle, replace(card, performance={**card.performance, **figures}))


def load_data(config: TrainingConfig, report: Report | None = None) -> TrainingData:
    """Read the folder and make the simulated slices."""
    slices = read_folder(config.data) if config.data is not None else []
    count = config.phantom_slices if config.phantom_share > 0 else 0

    def made(done: int, total: int) -> None:
        if report is not None:
            report("simulating hips", done, total)

    simulated = with_covered(
        simulated_slices(count, config.seed, config.keys, made), config.covered_share, config.seed
    )
    refuse_unlabelled([*slices, *simulated], config.keys)
    return TrainingData(slices, simulated, slice_offset_mm(config.data))


def split(
    slices: Sequence[LabelledSlice], config: TrainingConfig, fold: int | None
) -> tuple[list[LabelledSlice], list[LabelledSlice]]:
    """(training, held-out) slices; all slices of a patient fall on one side (:mod:`.splits`).

    Raises:
        ConfigurationError: when the split that the configuration names does not fit the data.
    """
    held_out = set() if fold is None else set(run_split(slices, config).folds[fold])
    train = [labelled for labelled in slices if labelled.case not in held_out]
    return train, [labelled for labelled in slices if labelled.case in held_out]


def _cam_slices(config: TrainingConfig, report: Report | None) -> list[LabelledSlice]:
    if not {"FHC", "NA", "LCP"} <= set(config.keys):
        return []  # the model gives no alpha

    def made(done: int, total: int) -> None:
        if report is not None:
            report("simulating hips for the test", done, total)

    return cam_slices(_CAM_SLICES, config.seed, config.keys, made)


def _train(
    config: TrainingConfig,
    data: TrainingData,
    resume: bool,
    report: Report | None,
    accept_changes: bool,
) -> Path:
    if config.fold is not None:
        keep_split(data.slices, config, resume)
    train, held_out = split(data.slices, config, config.fold)
    if config.teacher is not None:
        teacher = Detector.from_bundle(config.teacher / run_name(config.fold) / "bundle")
        train = with_taught_neighbours(train, teacher)
    pools = Pools.of(
        train, data.simulated, config.preprocessing, config.negative_share, config.phantom_share
    )
    trainer = Trainer(config, pools, held_out, data.slice_offset_mm)
    name = "training" if config.fold is None else f"fold {config.fold + 1} of {config.folds}"

    def step(done: int, total: int, figures: dict[str, float]) -> None:
        if report is not None:
            shown = ", ".join(f"{key} {value:.2f}" for key, value in figures.items())
            report(f"{name} ({shown})", done, total)

    return trainer.run(resume, step, accept_changes)


def _config(config: Path | str | TrainingConfig) -> TrainingConfig:
    return config if isinstance(config, TrainingConfig) else TrainingConfig.from_file(config)
