"""A study's whole stack in the scene: slice by slice, plots, tables, hips in space; no Qt.

Research software, not a medical device.
"""

from .explorer import StackExplorer
from .kinds import (
    CHART_VIEWS,
    EXPLORER_LAYOUT,
    RADIAL_VIEW,
    ExplorerChart,
    ExplorerTable,
    SpacePart,
)
from .layout import layout_xml, show_explorer_layout
from .slice_views import look_at_slice

__all__ = [
    "CHART_VIEWS",
    "EXPLORER_LAYOUT",
    "RADIAL_VIEW",
    "ExplorerChart",
    "ExplorerTable",
    "SpacePart",
    "StackExplorer",
    "layout_xml",
    "look_at_slice",
    "show_explorer_layout",
]
