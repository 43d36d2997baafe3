"""Objects on simulated films: letters, shields, implants, fractures, text, collimation."""

from .base import FilmObject, Piece, path_lengths_of
from .clothing import Fasteners, Tube
from .film import Collimation, FilmDrawing
from .fixation import CerclageWires, NeckScrews, SlidingHipScrew, TrochantericNail
from .fracture import FemurFracture, FractureKind
from .implant import HipProsthesis
from .letter_shapes import LetterShape
from .outside import CalibrationBall, GonadShield
from .random import ObjectShares, random_objects
from .scene import ObjectScene
from .side_marker import MarkerFrame, MarkerStyle, SideMarker

__all__ = [
    "CalibrationBall",
    "CerclageWires",
    "Collimation",
    "Fasteners",
    "FemurFracture",
    "FilmDrawing",
    "FilmObject",
    "FractureKind",
    "GonadShield",
    "HipProsthesis",
    "LetterShape",
    "MarkerFrame",
    "MarkerStyle",
    "NeckScrews",
    "ObjectScene",
    "ObjectShares",
    "Piece",
    "SideMarker",
    "SlidingHipScrew",
    "TrochantericNail",
    "Tube",
    "path_lengths_of",
    "random_objects",
]
