"""What a hip is: landmarks, sides, states; the points of one case; files in and out."""

from .evidence import ErrorBin, PresenceEvidence
from .landmarks import HipLandmarkId, HipLandmarks, Landmark, LandmarkId
from .markups import read_markups, write_markups
from .serialisation import read_landmarks, write_landmarks
from .stack import LandmarkStack, StackSlice
from .stack_files import read_stack, write_stack
from .table import LandmarkDefinition, LandmarkTable, Limb
from .types import AnySide, Frame, LandmarkState, Midline, Side, Source, SourceKind, parse_side

__all__ = [
    "AnySide",
    "ErrorBin",
    "Frame",
    "HipLandmarkId",
    "HipLandmarks",
    "Landmark",
    "LandmarkDefinition",
    "LandmarkId",
    "LandmarkStack",
    "LandmarkState",
    "LandmarkTable",
    "Limb",
    "Midline",
    "PresenceEvidence",
    "Side",
    "Source",
    "SourceKind",
    "StackSlice",
    "parse_side",
    "read_landmarks",
    "read_markups",
    "read_stack",
    "write_landmarks",
    "write_markups",
    "write_stack",
]
