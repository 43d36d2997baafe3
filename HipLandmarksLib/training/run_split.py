"""The split of a training run: made once, kept in its output folder, read ever after."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ConfigurationError
from .config import TrainingConfig
from .labels import LabelledSlice
from .splits import FILE_NAME, PatientSplit, make_split, read_split, write_split


def run_split(slices: Sequence[LabelledSlice], config: TrainingConfig) -> PatientSplit:
    """The split that ``config`` names, else the one of its output folder, else a new one.

    Raises:
        ConfigurationError: when a file does not fit the data or the settings.
    """
    patients = sorted({labelled.case for labelled in slices})
    if config.split is not None:
        split = read_split(config.split)
        split.check(patients, config.folds, str(config.split))
        return split
    kept = config.output / FILE_NAME
    if not kept.is_file():
        return make_split(slices, config.folds, config.seed, config.balance)
    split = read_split(kept)
    split.check(patients, config.folds, str(kept))
    if (split.seed, split.balance) != (config.seed, config.balance):
        raise ConfigurationError(
            f"{kept} was made with balance {split.balance.value} and seed {split.seed}, the "
            f"configuration says {config.balance.value} and {config.seed}: give another output "
            "folder, or name the file under 'split' to use it all the same."
        )
    return split


def keep_split(
    slices: Sequence[LabelledSlice], config: TrainingConfig, resume: bool = True
) -> PatientSplit:
    """As :func:`run_split`, and write it to ``split.json`` in the output folder.

    A run that starts again (``resume`` False) makes its split anew.

    Raises:
        ConfigurationError: also when the teacher learned from patients that are held out here.
    """
    kept = config.output / FILE_NAME
    if not resume and config.split is None:
        split = make_split(slices, config.folds, config.seed, config.balance)
    else:
        split = run_split(slices, config)
    _check_kept(split, config, resume)
    _check_teacher(split, config)
    if not kept.is_file() or read_split(kept) != split:
        write_split(kept, split)
    return split


def _check_kept(split: PatientSplit, config: TrainingConfig, resume: bool) -> None:
    """A resumed run must not meet patients that it held out before."""
    kept = config.output / FILE_NAME
    if resume and kept.is_file() and read_split(kept).folds != split.folds:
        raise ConfigurationError(
            f"{kept} holds out other patients than {config.split}: give another output folder, "
            "or start the run again."
        )


def _check_teacher(split: PatientSplit, config: TrainingConfig) -> None:
    if config.teacher is None or not (config.teacher / FILE_NAME).is_file():
        return
    if read_split(config.teacher / FILE_NAME).folds != split.folds:
        raise ConfigurationError(
            f"The teacher {config.teacher} held out other patients: its labels would tell of the "
            "patients that are held out here. Name its split.json under 'split'."
        )
