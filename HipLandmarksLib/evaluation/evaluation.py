"""Everything that is evaluated of one run, and the spread over several runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .agreement_ratings import AgreementError
from .cases import EvaluationCase, LandmarkPair, NormDistance, pairs_of
from .diagnosis import Screening, diagnosis_rules, screen
from .doubt import DoubtReport
from .landmark_metrics import LandmarkSummary, by_landmark, summarise_landmarks
from .measurement_metrics import (
    MeasuredPair,
    MeasurementAgreement,
    measured_pairs,
    measurement_agreement,
)
from .presence import PresenceSummary, summarise_presence

FORMAT = "hiplandmarks-evaluation-1"
NOTICE = "Research software, not a medical device."


@dataclass(frozen=True)
class EvaluationOptions:
    """What is evaluated and how.

    Attributes:
        norm: distance by which NME divides.
        ids: measurement ids, None for all.
        seed: of the resampling.
        level: nominal coverage of regions and intervals.
    """

    norm: NormDistance = NormDistance.HEAD_CENTRES
    ids: tuple[str, ...] | None = None
    seed: int = 17
    level: float = 0.9


@dataclass(frozen=True)
class RunEvaluation:
    """One run: one model, or one folder of predictions, against the reference.

    Attributes:
        name: of the run, for tables.
        about: facts such as model, network, seed; JSON-ready.
        warnings: sentences that a reader must see before any number.
        cases: what was compared.
        pairs, measured: landmark by landmark, measurement by measurement.
        overall, landmarks: localisation of all landmarks and of each.
        structured, unstructured: localisation in images with all landmarks there, and in images
            in which some are absent; None where there is no such image.
        measurements, screenings, presence: see there.
        doubt: whether the stated doubt is honest; None where none is stated.
    """

    name: str
    about: Mapping[str, Any]
    warnings: tuple[str, ...]
    cases: tuple[EvaluationCase, ...]
    pairs: tuple[LandmarkPair, ...]
    measured: tuple[MeasuredPair, ...]
    overall: LandmarkSummary
    landmarks: Mapping[str, LandmarkSummary]
    structured: LandmarkSummary | None
    unstructured: LandmarkSummary | None
    measurements: Mapping[str, MeasurementAgreement]
    screenings: tuple[Screening, ...]
    presence: PresenceSummary
    doubt: DoubtReport | None = None

    @property
    def patients(self) -> list[str]:
        """Patients in alphabetical order."""
        return sorted({case.patient for case in self.cases})

    @property
    def slice_differences(self) -> dict[int, int]:
        """How often the automatic slice lay so many slices from the reader's."""
        found = Counter(d for case in self.cases for d in case.slice_differences.values())
        return dict(sorted(found.items()))

    def summary_of(self, subset: str) -> LandmarkSummary | None:
        """Localisation of ``all``, ``structured`` or ``unstructured`` images."""
        named = {"structured": self.structured, "unstructured": self.unstructured}
        return named.get(subset, self.overall)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary, with every single error for later comparisons."""
        return {
            "name": self.name,
            "about": dict(self.about),
            "warnings": list(self.warnings),
            "images": len(self.cases),
            "patients": self.patients,
            "localisation": {
                "all": self.overall.to_dict(),
                "landmarks": {key: row.to_dict() for key, row in self.landmarks.items()},
                "structured": None if self.structured is None else self.structured.to_dict(),
                "unstructured": None if self.unstructured is None else self.unstructured.to_dict(),
            },
            "measurements": {id_: row.to_dict() for id_, row in self.measurements.items()},
            "screening": [screening.to_dict() for screening in self.screenings],
            "presence": self.presence.to_dict(),
            "doubt": None if self.doubt is None else self.doubt.to_dict(),
            "slice_differences": self.slice_differences,
            "points": [_point(pair) for pair in self.pairs],
            "values": [_value(pair) for pair in self.measured],
        }


@dataclass(frozen=True)
class Evaluation:
    """One or several runs on the same cases.

    Attributes:
        runs: at least one; details and plots are those of the first.
        options: how they were evaluated.
        source: what was compared, in words.
    """

    runs: tuple[RunEvaluation, ...]
    options: EvaluationOptions = field(default_factory=EvaluationOptions)
    source: str = ""

    @property
    def first(self) -> RunEvaluation:
        """The run whose details are shown: the first given, never the best."""
        return self.runs[0]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "format": FORMAT,
            "notice": NOTICE,
            "source": self.source,
            "nme_norm": self.options.norm.value,
            "seed": self.options.seed,
            "over_runs": {name: asdict(spread) for name, spread in self.headline().items()},
            "runs": [run.to_dict() for run in self.runs],
        }

    def headline(self) -> dict[str, Spread]:
        """The figures by which runs are compared, those that exist."""
        named = {name: self.spread(value) for name, value in HEADLINES.items()}
        return {name: spread for name, spread in named.items() if spread is not None}

    def spread(self, value: Callable[[RunEvaluation], float | None]) -> Spread | None:
        """Mean and SD over the runs of one figure; None when a run does not have it."""
        return spread_of([value(run) for run in self.runs])


@dataclass(frozen=True)
class Spread:
    """A figure over runs; ``sd`` is None for a single run."""

    mean: float
    sd: float | None
    n: int


def spread_of(values: Sequence[float | None]) -> Spread | None:
    """Mean and SD (n - 1); None when a value is missing or there is none."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    sd = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(float(np.mean(known)), sd, len(known))


def _mre_mm(run: RunEvaluation) -> float | None:
    return None if run.overall.mm is None else run.overall.mm.mean


def _mre_px(run: RunEvaluation) -> float | None:
    return None if run.overall.px is None else run.overall.px.mean


def _sdr(radius: str) -> Callable[[RunEvaluation], float | None]:
    return lambda run: None if run.overall.mm is None else run.overall.mm.sdr[radius]


def _mae(id_: str) -> Callable[[RunEvaluation], float | None]:
    return lambda run: run.measurements[id_].mae if id_ in run.measurements else None


def _cam(run: RunEvaluation) -> float | None:
    return run.screenings[0].confusion.accuracy.value if run.screenings else None


HEADLINES: Mapping[str, Callable[[RunEvaluation], float | None]] = {
    "mre_mm": _mre_mm,
    "mre_px": _mre_px,
    "sdr_2mm": _sdr("2"),
    "sdr_3mm": _sdr("3"),
    "sdr_4mm": _sdr("4"),
    "nme": lambda run: run.overall.nme,
    "alpha_mae_deg": _mae("alpha"),
    "lce_mae_deg": _mae("lce"),
    "cam_accuracy": _cam,
}


def evaluate_run(
    cases: Sequence[EvaluationCase],
    name: str,
    options: EvaluationOptions | None = None,
    about: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> RunEvaluation:
    """Evaluate one run.

    Raises:
        AgreementError: when there is no case or no reference landmark.
    """
    if not cases:
        raise AgreementError("There is no case to evaluate.")
    options = options or EvaluationOptions()
    by_case = [(case, pairs_of(case, options.norm)) for case in cases]
    pairs = [pair for _, found in by_case for pair in found]
    measured = [pair for case in cases for pair in measured_pairs(case, options.ids)]
    values = {pair.id for pair in measured}
    rules = [rule for rule in diagnosis_rules() if rule.measurement in values]
    return RunEvaluation(
        name=name,
        about=dict(about or {}),
        warnings=tuple(warnings),
        cases=tuple(cases),
        pairs=tuple(pairs),
        measured=tuple(measured),
        overall=summarise_landmarks(pairs, options.seed),
        landmarks=by_landmark(pairs, options.seed),
        structured=_subset(by_case, True, options.seed),
        unstructured=_subset(by_case, False, options.seed),
        measurements=measurement_agreement(measured, options.seed),
        screenings=tuple(screen(rule, measured, options.seed) for rule in rules),
        presence=summarise_presence(pairs),
    )


def _subset(
    by_case: Sequence[tuple[EvaluationCase, list[LandmarkPair]]], structured: bool, seed: int
) -> LandmarkSummary | None:
    pairs = [p for case, found in by_case if case.structured is structured for p in found]
    return summarise_landmarks(pairs, seed) if any(p.is_present for p in pairs) else None


def _point(pair: LandmarkPair) -> dict[str, Any]:
    return {**asdict(pair), "side": pair.side.value, "outcome": pair.outcome.value}


def _value(pair: MeasuredPair) -> dict[str, Any]:
    return {**asdict(pair), "side": pair.side.value}
