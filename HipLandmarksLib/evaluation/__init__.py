"""How good results are: localisation, agreement of measurements, screening, presence."""

from .agreement import ObserverAgreement, exact_interval, observer_agreement
from .agreement_icc import Icc, IccForm
from .agreement_pairs import BlandAltman, ProportionalBias, bland_altman
from .agreement_points import (
    Ellipse,
    PointAgreement,
    ReaderSpread,
    point_agreement,
    reader_spread,
)
from .agreement_ratings import AgreementError
from .cases import EvaluationCase, LandmarkPair, NormDistance, Outcome, pairs_of
from .clusters import cluster_interval
from .coordinates import CoordinateAgreement, paired_t_test, pearson
from .diagnosis import Confusion, DiagnosisRule, Rate, Screening, diagnosis_rules, screen
from .evaluation import (
    Evaluation,
    EvaluationOptions,
    RunEvaluation,
    Spread,
    evaluate_run,
    spread_of,
)
from .landmark_metrics import (
    LandmarkSummary,
    RadialErrors,
    by_landmark,
    expected_radial_error,
    summarise_landmarks,
)
from .localisation import SDR_RADII_MM, PointError, format_summary, summarise
from .measurement_metrics import (
    MeasuredPair,
    MeasurementAgreement,
    measured_pairs,
    measurement_agreement,
)
from .presence import (
    AbsenceSign,
    AbsenceTest,
    PresenceSummary,
    RiskCoverage,
    absence_tests,
    auroc,
    risk_coverage,
    summarise_presence,
)

__all__ = [
    "SDR_RADII_MM",
    "AbsenceSign",
    "AbsenceTest",
    "AgreementError",
    "BlandAltman",
    "Confusion",
    "CoordinateAgreement",
    "DiagnosisRule",
    "Ellipse",
    "Evaluation",
    "EvaluationCase",
    "EvaluationOptions",
    "Icc",
    "IccForm",
    "LandmarkPair",
    "LandmarkSummary",
    "MeasuredPair",
    "MeasurementAgreement",
    "NormDistance",
    "ObserverAgreement",
    "Outcome",
    "PointAgreement",
    "PointError",
    "PresenceSummary",
    "ProportionalBias",
    "RadialErrors",
    "Rate",
    "ReaderSpread",
    "RiskCoverage",
    "RunEvaluation",
    "Screening",
    "Spread",
    "absence_tests",
    "auroc",
    "bland_altman",
    "by_landmark",
    "cluster_interval",
    "diagnosis_rules",
    "evaluate_run",
    "exact_interval",
    "expected_radial_error",
    "format_summary",
    "measured_pairs",
    "measurement_agreement",
    "observer_agreement",
    "paired_t_test",
    "pairs_of",
    "pearson",
    "point_agreement",
    "reader_spread",
    "risk_coverage",
    "screen",
    "spread_of",
    "summarise",
    "summarise_landmarks",
    "summarise_presence",
]
