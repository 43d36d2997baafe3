"""Measurements of the hip: angles and offsets with reference line, uncertainty and honest nulls.

Research software, not a medical device.
"""

from .classification import (
    ReferenceRange,
    classify_difference,
    classify_value,
    difference_flag,
    reference_range,
)
from .contour import BumpHeight, ContourExit, bump_height, contour_exit
from .definition import CalibrationNeed, MeasurementDefinition
from .definitions import MeasurementTable
from .difference import SideDifference, side_differences
from .drawing import Arc, Drawing, DrawnCircle, Segment
from .engine import affected_by, measure
from .plane import ViewPlane
from .result import Measurement, MeasurementInput
from .study_comparison import (
    ComparedStudy,
    StudyComparison,
    StudyDifference,
    common_reference,
    compare_studies,
    difference_interval,
    normal_interval,
    study_difference,
)
from .thresholds import ThresholdRow, ThresholdSet, load_threshold_sets, threshold_set
from .types import Edge, MeasurementSettings, MeasurementStatus, Reference, Sex
from .uncertainty import probability_above
from .volume import (
    VolumeMeasurement,
    acetabular_version,
    clock_alpha,
    explore_slices,
    femoral_version,
    mckibbin,
    omega,
)

__all__ = [
    "Arc",
    "BumpHeight",
    "CalibrationNeed",
    "ComparedStudy",
    "ContourExit",
    "Drawing",
    "DrawnCircle",
    "Edge",
    "Measurement",
    "MeasurementDefinition",
    "MeasurementInput",
    "MeasurementSettings",
    "MeasurementStatus",
    "MeasurementTable",
    "Reference",
    "ReferenceRange",
    "Segment",
    "Sex",
    "SideDifference",
    "StudyComparison",
    "StudyDifference",
    "ThresholdRow",
    "ThresholdSet",
    "ViewPlane",
    "VolumeMeasurement",
    "acetabular_version",
    "affected_by",
    "bump_height",
    "classify_difference",
    "classify_value",
    "clock_alpha",
    "common_reference",
    "compare_studies",
    "contour_exit",
    "difference_flag",
    "difference_interval",
    "explore_slices",
    "femoral_version",
    "load_threshold_sets",
    "mckibbin",
    "measure",
    "normal_interval",
    "omega",
    "probability_above",
    "reference_range",
    "side_differences",
    "study_difference",
    "threshold_set",
]
