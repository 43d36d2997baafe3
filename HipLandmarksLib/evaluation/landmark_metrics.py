"""Localisation metrics of landmarks. Definitions are in ``Resources/Evaluation/metrics.json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import pi, sqrt
from typing import Any

import numpy as np

from .agreement_ratings import AgreementError
from .cases import LandmarkPair, Outcome
from .clusters import cluster_interval
from .coordinates import CoordinateAgreement, coordinate_agreement

RADII = (2.0, 2.5, 3.0, 4.0)
"""Radii of the success detection rates, in mm and in pixels."""


@dataclass(frozen=True)
class RadialErrors:
    """Radial errors of a set of landmarks in one unit.

    Attributes:
        unit: ``mm`` or ``px``.
        n: landmarks with an error.
        mean, median, sd, largest: of the errors; sd is None for a single one.
        mean_ci95: interval of the mean, resampled by patient; None with fewer than 3 patients.
        sdr: share of the present landmarks found within each radius; a missed one is a failure,
            one that is found in an image without this unit does not count.
    """

    unit: str
    n: int
    mean: float
    median: float
    sd: float | None
    largest: float
    mean_ci95: tuple[float, float] | None
    sdr: dict[str, float]


@dataclass(frozen=True)
class LandmarkSummary:
    """All localisation metrics of one landmark, or of all.

    Attributes:
        n, missed: landmarks that are there, and those of them that were not found.
        mm, px: radial errors; None where lengths, or pixels, are not known.
        nme: mean of error / norm distance, a ratio.
        ere_mm: mean radial error that the covariances predict, over the ``n_ere`` landmarks that
            have one, and ``ere_mre_mm`` their mean error; equal in a model that knows its doubt.
        covered95: share of those landmarks inside their own 95 % ellipse.
        coordinates: agreement of coordinates as in paper 2; None with fewer than 3 landmarks.
    """

    n: int
    missed: int
    mm: RadialErrors | None
    px: RadialErrors | None
    nme: float | None
    n_ere: int
    ere_mm: float | None
    ere_mre_mm: float | None
    covered95: float | None
    coordinates: CoordinateAgreement | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return asdict(self)


def summarise_landmarks(pairs: Sequence[LandmarkPair], seed: int = 17) -> LandmarkSummary:
    """Metrics of the landmarks that are there.

    Raises:
        AgreementError: when no landmark of ``pairs`` is there.
    """
    present = [pair for pair in pairs if pair.is_present]
    if not present:
        raise AgreementError("There is no reference landmark to compare with.")
    found = [pair for pair in present if pair.offset_mm is not None]
    ratios = [pair.nme for pair in found if pair.nme is not None]
    doubts = [pair for pair in found if pair.covariance is not None and pair.error_mm is not None]
    known = bool(doubts)
    return LandmarkSummary(
        n=len(present),
        missed=len(present) - len(found),
        mm=_radial(present, "mm", seed),
        px=_radial(present, "px", seed),
        nme=float(np.mean(ratios)) if ratios else None,
        n_ere=len(doubts),
        ere_mm=float(np.mean([expected_radial_error(_cov(p)) for p in doubts])) if known else None,
        ere_mre_mm=float(np.mean([p.error_mm or 0.0 for p in doubts])) if known else None,
        covered95=float(np.mean([_inside(p) for p in doubts])) if known else None,
        coordinates=coordinate_agreement(found),
    )


def by_landmark(pairs: Sequence[LandmarkPair], seed: int = 17) -> dict[str, LandmarkSummary]:
    """Metrics per landmark, right and left pooled; landmarks that are never there are left out."""
    keys = dict.fromkeys(pair.key for pair in pairs if pair.is_present)
    return {
        key: summarise_landmarks([pair for pair in pairs if pair.key == key], seed) for key in keys
    }


def expected_radial_error(covariance: tuple[float, float, float]) -> float:
    """Mean distance from its centre of a normal distribution in the plane, mm.

    Args:
        covariance: (xx, xy, yy) in mm^2.

    Source: ERE of J. McCouat, I. Voiculescu, CVPR 2022, for a normal distribution: with the larger
    and smaller eigenvalue a and b it is sqrt(2 a / pi) E(1 - b / a).
    """
    from scipy.special import ellipe

    xx, xy, yy = covariance
    small, large = np.linalg.eigvalsh(np.array([[xx, xy], [xy, yy]]))
    if large <= 0.0:
        return 0.0
    return sqrt(2.0 * float(large) / pi) * float(ellipe(1.0 - max(float(small), 0.0) / large))


_CHI2_95 = 5.991464547107979
"""95 % quantile of chi-squared with two degrees of freedom."""


def _cov(pair: LandmarkPair) -> tuple[float, float, float]:
    assert pair.covariance is not None
    return pair.covariance


def _inside(pair: LandmarkPair) -> bool:
    xx, xy, yy = _cov(pair)
    assert pair.offset_mm is not None
    dx, dy = pair.offset_mm
    determinant = xx * yy - xy * xy
    if determinant <= 0.0:
        return False
    return (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / determinant <= _CHI2_95


def _radial(present: Sequence[LandmarkPair], unit: str, seed: int) -> RadialErrors | None:
    measured = [(p.error_mm if unit == "mm" else p.error_px, p.patient) for p in present]
    errors = np.array([error for error, _ in measured if error is not None])
    if not errors.size:
        return None
    patients = [patient for error, patient in measured if error is not None]
    missed = sum(pair.outcome is Outcome.MISSED for pair in present)
    return RadialErrors(
        unit=unit,
        n=int(errors.size),
        mean=float(errors.mean()),
        median=float(np.median(errors)),
        sd=float(errors.std(ddof=1)) if errors.size > 1 else None,
        largest=float(errors.max()),
        mean_ci95=cluster_interval(errors, patients, seed=seed),
        sdr={f"{r:g}": float((errors <= r).sum()) / (errors.size + missed) for r in RADII},
    )
