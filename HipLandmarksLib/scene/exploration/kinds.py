"""What of an explored stack can be seen, and the names of its views."""

from __future__ import annotations

from enum import Enum


class ExplorerChart(str, Enum):
    """A plot."""

    ALPHA = "alpha"
    """Alpha slice by slice."""
    LCE = "lce"
    """LCE slice by slice."""
    CLOCK = "clock"
    """Alpha round the neck by the clock."""


class ExplorerTable(str, Enum):
    """A table of texts for people."""

    SLICES = "slices"
    """A row per slice."""
    CLOCK = "clock"
    """A row per radial plane and hip."""


class SpacePart(str, Enum):
    """What is drawn in space."""

    SPHERE = "sphere"
    """The femoral heads."""
    NECK = "neck"
    """The axes of the necks."""
    RIM = "rim"
    """The lateral edges of the roofs."""
    CONTOUR = "contour"
    """The junctions of head and neck, in every radial plane."""


FOUND, STACK, STATE = "data found", "data stack", "data state"
"""Parts that keep an exploration as text, so that a loaded scene is live again."""
RADIAL_VIEW = "HipRadial"
"""Layout name (singleton tag) of the slice view that shows a radial plane."""
CHART_VIEWS = {
    ExplorerChart.ALPHA: "HipAlpha",
    ExplorerChart.LCE: "HipLce",
    ExplorerChart.CLOCK: "HipClock",
}
"""Layout names of the plot views."""
EXPLORER_LAYOUT = 82111
"""Number of the layout with slices, hips in space and plots."""
