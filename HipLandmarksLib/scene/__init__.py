"""MRML: the nodes of a study and their live update; the only place that knows Slicer.

Runs the same in desktop Slicer, under ``slicer-core`` and in the web viewer; no Qt. Every
function takes the scene as argument.

Raises:
    MissingDependencyError: on import, when neither Slicer nor slicer-core is there.
"""

from ..errors import MissingDependencyError

try:
    import slicer as _slicer
except ImportError as error:
    raise MissingDependencyError(
        "The scene needs Slicer's libraries: pip install 'HipLandmarksLib[scene]'."
    ) from error

if not hasattr(_slicer, "vtkMRMLScene"):
    raise MissingDependencyError(
        "The package 'slicer' that is installed is not 3D Slicer: "
        "pip install 'HipLandmarksLib[scene]'."
    )

from .film import place_film, show_in_coronal_view
from .film_repair import PreparedVolume, prepare_volume, take_as_radiograph
from .prepare import new_scene
from .repairs import Repair, RepairKind, repairs_of
from .save import load_scene, save_scene
from .showing import show_only
from .study import HipStudy
from .volume import add_volume, image_of_volume

__all__ = [
    "HipStudy",
    "PreparedVolume",
    "Repair",
    "RepairKind",
    "add_volume",
    "image_of_volume",
    "load_scene",
    "new_scene",
    "place_film",
    "prepare_volume",
    "repairs_of",
    "save_scene",
    "show_in_coronal_view",
    "show_only",
    "take_as_radiograph",
]
