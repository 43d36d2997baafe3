"""The report of an evaluation: one HTML file to read offline, JSON beside it, a short text."""

from .ablation import ablation_csv, ablation_html, ablation_markdown, ablation_text
from .calibration_text import format_calibration
from .comparison import comparison_csv, comparison_html, comparison_text
from .history import LearningCurve, read_histories
from .page import evaluation_html
from .text import format_evaluation
from .write import write_evaluation

__all__ = [
    "LearningCurve",
    "ablation_csv",
    "ablation_html",
    "ablation_markdown",
    "ablation_text",
    "comparison_csv",
    "comparison_html",
    "comparison_text",
    "evaluation_html",
    "format_calibration",
    "format_evaluation",
    "read_histories",
    "write_evaluation",
]
