"""What a hip is: landmarks, sides, states; the points of one case; files in and out."""

from .landmarks import HipLandmarks, Landmark, LandmarkId
from .markups import read_markups, write_markups
from .serialisation import read_landmarks, write_landmarks
from .table import LandmarkDefinition, LandmarkTable, Limb
from .types import Frame, LandmarkState, Side, Source, SourceKind

__all__ = [
    "Frame",
    "HipLandmarks",
    "Landmark",
    "LandmarkDefinition",
    "LandmarkId",
    "LandmarkState",
    "LandmarkTable",
    "Limb",
    "Side",
    "Source",
    "SourceKind",
    "read_landmarks",
    "read_markups",
    "write_landmarks",
    "write_markups",
]
