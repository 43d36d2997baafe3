"""Which patients are held out together: a seeded split, balanced on wish, kept as a file."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..files import write_text_atomic
from .attributes import Attribute, patient_attributes
from .labels import LabelledSlice
from .split_search import searched, shuffled

FORMAT = "hiplandmarks-split-1"
FILE_NAME = "split.json"


class Balance(str, Enum):
    """How patients are dealt out to the folds."""

    SHUFFLE = "shuffle"
    """A seeded shuffle, blind to what the patients have."""
    KS = "ks"
    """A seeded search for the smallest Kolmogorov-Smirnov statistics (paper 1, as promised)."""


@dataclass(frozen=True)
class Comparison:
    """One attribute of a fold against all other folds.

    Attributes:
        ks: two-sample Kolmogorov-Smirnov statistic, 0 alike to 1 apart.
        p: its p value, None when one side is empty; it takes the hips as independent, so it is a
            guide only.
        inside, outside: number of values in the fold and in the others.
    """

    ks: float
    p: float | None
    inside: int
    outside: int


@dataclass(frozen=True)
class PatientSplit:
    """Every patient in exactly one fold.

    Attributes:
        folds: patients of each fold, in alphabetical order.
        seed: of the shuffle or the search.
        balance: how the patients were dealt out.
        comparisons: per fold and attribute; only attributes that can be compared.
        left_out: by attribute, why it could not be compared.
    """

    folds: tuple[tuple[str, ...], ...]
    seed: int
    balance: Balance
    comparisons: tuple[Mapping[str, Comparison], ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def patients(self) -> list[str]:
        """All patients in alphabetical order."""
        return sorted(patient for fold in self.folds for patient in fold)

    @property
    def largest_ks(self) -> float | None:
        """The statistic that the search minimises; None where nothing can be compared."""
        statistics = [c.ks for fold in self.comparisons for c in fold.values()]
        return max(statistics, default=None)

    def check(self, patients: Sequence[str], folds: int, name: str) -> None:
        """Make sure that this is a split of ``patients`` into ``folds`` folds.

        Args:
            patients: of the data.
            folds: wanted number.
            name: of the file, for the message.

        Raises:
            ConfigurationError: when a patient is unknown or missing, or the number differs.
        """
        unknown = sorted(set(self.patients) - set(patients))
        missing = sorted(set(patients) - set(self.patients))
        if unknown:
            raise ConfigurationError(
                f"{name} names patients that the data do not hold: {_few(unknown)}."
            )
        if missing:
            raise ConfigurationError(
                f"{name} puts these patients of the data into no fold: {_few(missing)}. Make a "
                "new split with 'hiplandmarks split'."
            )
        if len(self.folds) != folds:
            raise ConfigurationError(
                f"{name} has {len(self.folds)} folds, the configuration {folds}: set folds to "
                f"{len(self.folds)}."
            )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        compared: Sequence[Mapping[str, Comparison]] = self.comparisons or [{}] * len(self.folds)
        return {
            "format": FORMAT,
            "balance": self.balance.value,
            "seed": self.seed,
            "largest_ks": self.largest_ks,
            "left_out": dict(self.left_out),
            "folds": [
                {"patients": list(fold), "ks": {name: vars(c) for name, c in compare.items()}}
                for fold, compare in zip(self.folds, compared, strict=True)
            ],
        }


def make_split(
    slices: Sequence[LabelledSlice], folds: int, seed: int, balance: Balance = Balance.KS
) -> PatientSplit:
    """Deal the patients of ``slices`` out to ``folds`` folds of equal size, give or take one.

    Raises:
        ConfigurationError: when there are fewer patients than folds, or fewer than two folds.
    """
    return split_by_attributes(
        sorted({labelled.case for labelled in slices}),
        patient_attributes(slices),
        folds,
        seed,
        balance,
    )


def split_by_attributes(
    patients: Sequence[str],
    attributes: Sequence[Attribute],
    folds: int,
    seed: int,
    balance: Balance,
) -> PatientSplit:
    """As :func:`make_split`, from attributes that are known already.

    Raises:
        ConfigurationError: when there are fewer patients than folds, or fewer than two folds.
    """
    if not 2 <= folds <= len(patients):
        raise ConfigurationError(
            f"{len(patients)} patients cannot be split into {folds} folds: 2 folds at least, and "
            "a patient in each."
        )
    reasons = {a.name: a.unusable(patients, folds) for a in attributes}
    usable = [attribute for attribute in attributes if reasons[attribute.name] is None]
    if balance is Balance.KS:
        (assignment,) = searched(usable, patients, folds, seed)
    else:
        (assignment,) = shuffled(len(patients), folds, seed)
    dealt = tuple(
        tuple(patient for patient, fold in zip(patients, assignment, strict=True) if fold == number)
        for number in range(folds)
    )
    compared = tuple({a.name: _compare(a, fold, patients) for a in usable} for fold in dealt)
    left_out = {name: reason for name, reason in reasons.items() if reason is not None}
    return PatientSplit(dealt, seed, balance, compared, left_out)


def write_split(path: Path, split: PatientSplit) -> None:
    """Write ``split`` as JSON, atomically."""
    write_text_atomic(path, json.dumps(split.to_dict(), indent=1) + "\n")


def read_split(path: Path) -> PatientSplit:
    """Read a split that :func:`write_split` wrote, or one that was written by hand.

    Raises:
        ConfigurationError: when the file is missing or damaged, or a patient is in it twice.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}, not {FORMAT}")
        split = _from_dict(data)
    except OSError as error:
        raise ConfigurationError(f"Cannot read the split {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} is not a split of patients, or is damaged ({error}); make one with "
            "'hiplandmarks split'."
        ) from error
    _refuse_twice(split, path)
    return split


def _from_dict(data: Mapping[str, Any]) -> PatientSplit:
    folds = data["folds"]
    return PatientSplit(
        tuple(tuple(sorted(_names(fold["patients"]))) for fold in folds),
        int(data["seed"]),
        Balance(data["balance"]),
        tuple({name: Comparison(**c) for name, c in fold.get("ks", {}).items()} for fold in folds),
        dict(data.get("left_out", {})),
    )


def _names(patients: Any) -> list[str]:
    if not isinstance(patients, list) or not patients:
        raise ValueError("a fold holds no patients")
    if not all(isinstance(patient, str) for patient in patients):
        raise ValueError("a patient is not named by text")
    return patients


def _refuse_twice(split: PatientSplit, path: Path) -> None:
    patients = split.patients
    twice = sorted({patient for patient in patients if patients.count(patient) > 1})
    if twice:
        raise ConfigurationError(
            f"{path} puts these patients into more than one place: {_few(twice)}. A patient "
            "belongs to one fold."
        )


def _compare(attribute: Attribute, fold: Sequence[str], patients: Sequence[str]) -> Comparison:
    from scipy.stats import ks_2samp

    own = set(fold)
    inside = [v for p in patients if p in own for v in attribute.values.get(p, ())]
    outside = [v for p in patients if p not in own for v in attribute.values.get(p, ())]
    if not inside or not outside:
        return Comparison(1.0, None, len(inside), len(outside))
    with warnings.catch_warnings():
        # with many ties the exact p is out of reach, and scipy takes the asymptotic one
        warnings.simplefilter("ignore", RuntimeWarning)
        test = ks_2samp(np.asarray(inside), np.asarray(outside))
    return Comparison(float(test.statistic), float(test.pvalue), len(inside), len(outside))


def _few(names: Sequence[str], most: int = 5) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
