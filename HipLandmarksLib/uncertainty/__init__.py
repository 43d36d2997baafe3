"""Honest doubt: calibrated presence, positions and intervals, from cases with known truth.

Numpy and scipy only. Research software, not a medical device.
"""

from .agreement import (
    AgreementObservation,
    UsualAgreement,
    UsualSurprisal,
    fit_agreement,
)
from .applied import apply, is_calibrated
from .bins import ErrorBins, MeasuredError
from .calibration import NOT_CALIBRATED, Calibration, CalibrationProvenance, ellipse
from .conformal import (
    UNBOUNDED,
    ConformalTable,
    Grouping,
    Region,
    grouped_quantile,
    least_patients,
)
from .fit import cross_fitted, fit_calibration, with_measurements
from .heatmap import HeatmapPlaces, Mode, find_modes
from .intervals import (
    MeasurementDoubt,
    Spread,
    all_calibrated,
    measurement_doubt,
)
from .observations import LandmarkObservation, MeasurementObservation, predicted_place
from .position import PositionModel, PositionScale, expected_error, mahalanobis, whitening
from .position_fit import fit_position
from .presence import PresenceModel, SignWeight
from .presence_fit import fit_presence
from .sampling import sampled_places, sampled_spreads
from .signs import PresenceSigns
from .stated import GAUSSIAN_LEVEL, ellipse_radius, ellipse_words
from .units import MILLIMETRES, LengthScale, LengthUnit

__all__ = [
    "GAUSSIAN_LEVEL",
    "MILLIMETRES",
    "NOT_CALIBRATED",
    "UNBOUNDED",
    "AgreementObservation",
    "Calibration",
    "CalibrationProvenance",
    "ConformalTable",
    "ErrorBins",
    "Grouping",
    "HeatmapPlaces",
    "LandmarkObservation",
    "LengthScale",
    "LengthUnit",
    "MeasuredError",
    "MeasurementDoubt",
    "MeasurementObservation",
    "Mode",
    "PositionModel",
    "PositionScale",
    "PresenceModel",
    "PresenceSigns",
    "Region",
    "SignWeight",
    "Spread",
    "UsualAgreement",
    "UsualSurprisal",
    "all_calibrated",
    "apply",
    "cross_fitted",
    "ellipse",
    "ellipse_radius",
    "ellipse_words",
    "expected_error",
    "find_modes",
    "fit_agreement",
    "fit_calibration",
    "fit_position",
    "fit_presence",
    "grouped_quantile",
    "is_calibrated",
    "least_patients",
    "mahalanobis",
    "measurement_doubt",
    "predicted_place",
    "sampled_places",
    "sampled_spreads",
    "whitening",
    "with_measurements",
]
