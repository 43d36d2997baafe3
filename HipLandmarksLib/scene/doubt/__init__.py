"""A model's doubt in the scene: map, regions, signs, limbs and table, with one switch."""

from .nodes import DoubtNodes
from .overlay import DoubtOverlay
from .reading import ModelReading
from .rows import Standing
from .state import DoubtPart, DoubtState
from .volume import DoubtVolume

__all__ = [
    "DoubtNodes",
    "DoubtOverlay",
    "DoubtPart",
    "DoubtState",
    "DoubtVolume",
    "ModelReading",
    "Standing",
]
