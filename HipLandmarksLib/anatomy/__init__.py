"""What a hip is: landmarks, sides, states; the points of one case; files in and out."""

from .landmarks import HipLandmarks, Landmark, LandmarkId
from .serialisation import read_landmarks, write_landmarks
from .types import Frame, LandmarkState, Side, Source, SourceKind

__all__ = [
    "Frame",
    "HipLandmarks",
    "Landmark",
    "LandmarkId",
    "LandmarkState",
    "Side",
    "Source",
    "SourceKind",
    "read_landmarks",
    "write_landmarks",
]
