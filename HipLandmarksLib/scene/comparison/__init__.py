"""Two studies of one patient beside each other, linked by the centres of their heads. No Qt."""

from .layout import COMPARISON_LAYOUT, FIRST_VIEW, SECOND_VIEW, leave_layout, show_comparison_layout
from .linked import LinkedViews
from .scale import units_per_mm

__all__ = [
    "COMPARISON_LAYOUT",
    "FIRST_VIEW",
    "SECOND_VIEW",
    "LinkedViews",
    "leave_layout",
    "show_comparison_layout",
    "units_per_mm",
]
