"""What the panel shows, for every face: Slicer's module and the viewer in the browser.

Sections, words, rows and choices are plain data, recomputed from a study; no Qt, no trame, no
Slicer, no torch. A face draws them and hands back what a person chose. Research software, not a
medical device.
"""

from .bricks import Badge, Cell, Choice, Message, Option, message_of
from .calibrated_lengths import (
    LengthChange,
    apply_calibration,
    length_changes,
    plausibility_badges,
)
from .calibration import (
    CalibrationWizard,
    Method,
    Step,
    instruction,
    method_choice,
    result_badges,
    size_label,
)
from .commands import (
    KeyLine,
    category_title,
    command_tooltip,
    command_words,
    key_help,
    key_notice,
)
from .comparison import (
    ComparisonPanel,
    ComparisonView,
    comparison_text,
    comparison_view,
    in_order,
)
from .comparison_cells import ComparisonColumn, ComparisonRow
from .control_words import control_words, research_notice, section_words
from .controls import Control, Section
from .definition import (
    Definition,
    LandmarkDefinition,
    definition_of,
    landmark_definition,
    marks_with,
)
from .detection import (
    DetectionPlan,
    DetectionView,
    ProgressWords,
    detection_view,
    percent,
)
from .detection_messages import (
    cancelled_message,
    download_line,
    finished_message,
    licence_question,
    packages_message,
    remark_message,
)
from .explorer import (
    ExplorerPanel,
    ExplorerView,
    set_space_part,
    take_head_centres,
    take_slice,
)
from .explorer_clock import ClockColumn, clock_columns, clock_side
from .explorer_slices import SliceColumn, slice_columns
from .export import case_report, clipboard_text, csv_of, write_csv_of
from .live_panel import Change, Panel
from .measurement_cells import SideValue
from .measurement_rows import Column, MeasurementRow
from .measurement_table import columns, group_title
from .overlay import OverlayView, Switch, overlay_view, set_overlay
from .review_rows import ReviewColumn, ReviewRow, ReviewSource, review_columns
from .settings_choices import (
    OFF,
    ON,
    measurement_choices,
    patient_choices,
    with_age,
    with_choice,
    with_reader_sd,
)
from .severity import Severity, worst
from .study_badges import calibration_badge, image_badges, study_badges
from .words import Words

__all__ = [
    "OFF",
    "ON",
    "Badge",
    "CalibrationWizard",
    "Cell",
    "Change",
    "Choice",
    "ClockColumn",
    "Column",
    "ComparisonColumn",
    "ComparisonPanel",
    "ComparisonRow",
    "ComparisonView",
    "Control",
    "Definition",
    "DetectionPlan",
    "DetectionView",
    "ExplorerPanel",
    "ExplorerView",
    "KeyLine",
    "LandmarkDefinition",
    "LengthChange",
    "MeasurementRow",
    "Message",
    "Method",
    "Option",
    "OverlayView",
    "Panel",
    "ProgressWords",
    "ReviewColumn",
    "ReviewRow",
    "ReviewSource",
    "Section",
    "Severity",
    "SideValue",
    "SliceColumn",
    "Step",
    "Switch",
    "Words",
    "apply_calibration",
    "calibration_badge",
    "cancelled_message",
    "case_report",
    "category_title",
    "clipboard_text",
    "clock_columns",
    "clock_side",
    "columns",
    "command_tooltip",
    "command_words",
    "comparison_text",
    "comparison_view",
    "control_words",
    "csv_of",
    "definition_of",
    "detection_view",
    "download_line",
    "finished_message",
    "group_title",
    "image_badges",
    "in_order",
    "instruction",
    "key_help",
    "key_notice",
    "landmark_definition",
    "length_changes",
    "licence_question",
    "marks_with",
    "measurement_choices",
    "message_of",
    "method_choice",
    "overlay_view",
    "packages_message",
    "patient_choices",
    "percent",
    "plausibility_badges",
    "remark_message",
    "research_notice",
    "result_badges",
    "review_columns",
    "section_words",
    "set_overlay",
    "set_space_part",
    "size_label",
    "slice_columns",
    "study_badges",
    "take_head_centres",
    "take_slice",
    "with_age",
    "with_choice",
    "with_reader_sd",
    "worst",
    "write_csv_of",
]
