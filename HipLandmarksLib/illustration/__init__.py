"""Illustrated definitions: a drawing and a sentence for every measurement and landmark.

The drawings are line art of the phantom's geometry, measured by the measurement engine itself.
Research software, not a medical device.
"""

from .catalogue import Entry, EntryKind, entries, find_entry
from .drawings import landmark_svg, measurement_svg, schematic_measurements
from .pages import write_illustrations
from .schematic import Schematic, SchematicShape

__all__ = [
    "Entry",
    "EntryKind",
    "Schematic",
    "SchematicShape",
    "entries",
    "find_entry",
    "landmark_svg",
    "measurement_svg",
    "schematic_measurements",
    "write_illustrations",
]
