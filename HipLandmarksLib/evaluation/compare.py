"""Finished runs side by side: methods over seeds, differences tested by patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from ..errors import ConfigurationError
from .clusters import cluster_interval
from .coordinates import paired_t_test
from .evaluation import Spread, spread_of
from .finished import FinishedRun, PointId

COLUMNS: Mapping[str, tuple[str, float, int]] = {
    "mre_mm": ("MRE (mm)", 1.0, 2),
    "sdr_2mm": ("SDR@2 mm (%)", 100.0, 1),
    "sdr_3mm": ("SDR@3 mm (%)", 100.0, 1),
    "sdr_4mm": ("SDR@4 mm (%)", 100.0, 1),
    "missed": ("Missed (%)", 100.0, 1),
    "nme": ("NME", 1.0, 4),
    "FHC_mre_mm": ("FHC (mm)", 1.0, 2),
    "NA_mre_mm": ("NA (mm)", 1.0, 2),
    "LAE_mre_mm": ("LAE (mm)", 1.0, 2),
    "LCP_mre_mm": ("LCP (mm)", 1.0, 2),
    "alpha_mae": ("alpha MAE (°)", 1.0, 2),
    "lce_mae": ("LCE MAE (°)", 1.0, 2),
    "cam_accuracy": ("cam accuracy (%)", 100.0, 1),
}
"""Figure: title, factor, decimals. The landmarks by name are those of paper 1."""

_MIN_PATIENTS = 3
_MOST_MISSED = 0.1


@dataclass(frozen=True)
class Difference:
    """MRE of a method minus that of the baseline, on the landmarks that both found.

    Attributes:
        mean_mm: mean over patients of each patient's mean difference.
        ci95: interval of it, resampled by patient; None with fewer than three patients.
        p: paired t-test over patients; None with fewer than three or equal differences.
        patients, points: compared.
        left_out: landmarks that one of the two did not find, or did not have.
    """

    mean_mm: float
    ci95: tuple[float, float] | None
    p: float | None
    patients: int
    points: int
    left_out: int


@dataclass(frozen=True)
class MethodRow:
    """One method of the comparison.

    Attributes:
        name: of its first run.
        network, averaging: see :class:`FinishedRun`.
        seeds: of its runs, as far as known.
        runs: how many.
        members: their names.
        figures: mean and SD over the runs, by name.
        difference: from the baseline; None for the baseline and where nothing can be paired.
        reason: why there is no difference, else "".
        seen: whether it was tested on patients that it was trained on.
    """

    name: str
    network: str
    averaging: str | None
    seeds: tuple[int, ...]
    runs: int
    figures: Mapping[str, Spread]
    difference: Difference | None
    reason: str = ""
    seen: bool = False
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Methods, best MRE first; those tested on patients that they have seen come last.

    Before these come the methods that miss more than a tenth of the landmarks: their mean is that
    of the few easy ones.

    Attributes:
        rows: see :class:`MethodRow`.
        baseline: name of the method that differences are taken from.
        warnings: what a reader must know before the numbers.
    """

    rows: tuple[MethodRow, ...]
    baseline: str
    warnings: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Figures that at least one method has, in the order of the table."""
        return [name for name in COLUMNS if any(name in row.figures for row in self.rows)]


def compare_runs(
    runs: Sequence[FinishedRun], each: bool = False, seed: int = 17, least: int = 2
) -> Comparison:
    """Put runs side by side; the first is the baseline.

    Args:
        runs: finished runs, at least one.
        each: one row per run; else runs that differ by their seed alone are one method.
        seed: of the resampling.
        least: how many rows there must be.

    Raises:
        ConfigurationError: with fewer rows.
    """
    methods = [[run] for run in runs] if each else _by_method(runs)
    if len(methods) < least:
        raise ConfigurationError(
            "There is one method only, so nothing to compare; --each compares its runs."
        )
    rows = [_row(method, methods[0], seed) for method in methods]
    rows.sort(key=_rank)
    return Comparison(tuple(rows), methods[0][0].name, tuple(_warnings(runs, rows)))


def _rank(row: MethodRow) -> tuple[bool, bool, float]:
    missed = row.figures["missed"].mean if "missed" in row.figures else 0.0
    mean = row.figures["mre_mm"].mean if "mre_mm" in row.figures else inf
    return (row.seen, missed > _MOST_MISSED, mean)


def _by_method(runs: Sequence[FinishedRun]) -> list[list[FinishedRun]]:
    """Seeds of one method together; a second run of the same seed begins a row of its own."""
    methods: list[list[FinishedRun]] = []
    for run in runs:
        for method in methods:
            seeds = [other.seed for other in method]
            if run.seed is not None and method[0].method == run.method and run.seed not in seeds:
                method.append(run)
                break
        else:
            methods.append([run])
    return methods


def _row(method: Sequence[FinishedRun], base: Sequence[FinishedRun], seed: int) -> MethodRow:
    spreads = {name: spread_of([run.figures.get(name) for run in method]) for name in COLUMNS}
    difference, reason = (None, "baseline") if method is base else _difference(method, base, seed)
    first = method[0]
    return MethodRow(
        name=first.name,
        network=first.network,
        averaging=first.averaging,
        seeds=tuple(run.seed for run in method if run.seed is not None),
        runs=len(method),
        figures={name: found for name, found in spreads.items() if found is not None},
        difference=difference,
        reason=reason,
        seen=any(run.seen for run in method),
        members=tuple(run.name for run in method),
    )


def _difference(
    method: Sequence[FinishedRun], base: Sequence[FinishedRun], seed: int
) -> tuple[Difference | None, str]:
    if not all(run.points for run in (*method, *base)):
        return None, "no single errors"
    own, theirs = _mean_errors(method), _mean_errors(base)
    common = [id_ for id_ in theirs if id_ in own]
    if not common:
        return None, "no landmark in common with the baseline"
    patients = {**_patients(base), **_patients(method)}
    by_patient: dict[str, list[float]] = {}
    for id_ in common:
        by_patient.setdefault(patients[id_], []).append(own[id_] - theirs[id_])
    means = np.array([np.mean(values) for values in by_patient.values()])
    enough = len(means) >= _MIN_PATIENTS
    asked = {id_ for run in (*method, *base) for id_ in run.points}
    found = Difference(
        mean_mm=float(means.mean()),
        ci95=cluster_interval(means, list(by_patient), seed=seed),
        p=paired_t_test(np.zeros(len(means)), means) if enough else None,
        patients=len(means),
        points=len(common),
        left_out=len(asked) - len(common),
    )
    return found, "" if enough else "too few patients for a test"


def _mean_errors(method: Sequence[FinishedRun]) -> dict[PointId, float]:
    """Error per landmark, averaged over the seeds; only landmarks that every seed found."""
    found: dict[PointId, float] = {}
    for id_ in method[0].points:
        errors = [run.points[id_].error_mm for run in method if id_ in run.points]
        known = [error for error in errors if error is not None]
        if len(known) == len(method):
            found[id_] = float(np.mean(known))
    return found


def _patients(method: Sequence[FinishedRun]) -> dict[PointId, str]:
    return {id_: point.patient for run in method for id_, point in run.points.items()}


def _warnings(runs: Sequence[FinishedRun], rows: Sequence[MethodRow]) -> list[str]:
    told = [run for run in runs if run.points]
    warnings = [
        f"{run.name} was trained on {run.seen} of the patients that it was tested on: its figures "
        "say nothing about new patients and must not be held against the others."
        for run in runs
        if run.seen
    ]
    if len({frozenset(run.points) for run in told}) > 1:
        warnings.append(
            "The runs were not tested on the same landmarks of the same images: compare the "
            "differences, which are of common landmarks, not the means."
        )
    silent = [run.name for run in runs if not run.points]
    if silent:
        warnings.append(f"{', '.join(silent)}: figures only, no single errors, so no paired test.")
    tests = sum(row.difference is not None and row.difference.p is not None for row in rows)
    if tests > 1:
        warnings.append(
            f"{tests} differences are tested; p is not corrected for that. A method that was "
            "picked here as the best needs new patients to prove it."
        )
    return warnings
