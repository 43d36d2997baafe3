"""Sample images of hips that nobody has: computed here, never downloaded, landmarks exact.

The module file registers them in Slicer's Sample Data module without loading this one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .. import __version__
from ..anatomy import HipLandmarks, read_landmarks
from ..detection.worker.child import worker_command
from ..errors import HipLandmarksError
from ..files import HALF_WRITTEN
from ..i18n import tr as _
from ..imaging import HipImage, read_image
from ..scene import HipStudy, add_volume
from .editors import reviews_folder
from .requirements import require_torch

if TYPE_CHECKING:
    from .hip_session import HipSession

GetTorch = Callable[[], None]
"""Makes torch importable, or raises MissingDependencyError; a face may ask and install."""
Waiting = Callable[[], None]
"""Called some times a second while something is computed, so that a window can stay alive."""

_FILM = "hip_film"
"""Name that ``hiplandmarks sample --kind xray`` gives to its files."""
_FOLDER = f"HipLandmarks-sample-{__version__}"
_LOOK_S = 0.05
LIBRARY = Path(__file__).resolve().parents[2]
COMMAND_LINE = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('HipLandmarksLib.cli', run_name='__main__', alter_sys=True)"
)
"""Python that runs the command line; its first argument is :data:`LIBRARY`."""


class Sample(Enum):
    """What can be loaded to try everything on."""

    MRI = "mri"
    """Coronal T1-weighted MRI of both hips; takes some seconds."""
    XRAY = "xray"
    """Radiograph of the pelvis; computed once with PyTorch in a process of its own, then kept."""

    @property
    def title(self) -> str:
        """Name for the Sample Data module and for the volume."""
        words = {
            Sample.MRI: _("Simulated hip MRI"),
            Sample.XRAY: _("Simulated pelvis radiograph"),
        }
        return words[self]


def add_sample(
    scene: Any,
    sample: Sample,
    waiting: Waiting | None = None,
    folder: Path | None = None,
    get_torch: GetTorch = require_torch,
) -> Any:
    """Add the image of a sample to the scene and return its volume node.

    Args:
        scene: the vtkMRMLScene.
        sample: which one.
        waiting: see :data:`Waiting`.
        folder: keeps the computed film; None: :func:`samples_folder`.
        get_torch: see :data:`GetTorch`.

    Raises:
        HipLandmarksError: when the film is not there yet and cannot be computed.
    """
    image, _landmarks = sample_case(sample, folder or samples_folder(scene), waiting, get_torch)
    node = add_volume(scene, image)
    node.SetName(scene.GenerateUniqueName(sample.title))
    return node


def add_sample_study(
    session: HipSession,
    sample: Sample,
    waiting: Waiting | None = None,
    folder: Path | None = None,
    get_torch: GetTorch = require_torch,
) -> HipStudy:
    """Add a sample with its exact landmarks as a study.

    Raises:
        HipLandmarksError: see :func:`add_sample`.
    """
    scene = session.scene
    image, landmarks = sample_case(sample, folder or samples_folder(scene), waiting, get_torch)
    node = add_volume(scene, image)
    node.SetName(scene.GenerateUniqueName(sample.title))
    return session.show(node, landmarks)


def sample_case(
    sample: Sample,
    folder: Path,
    waiting: Waiting | None = None,
    get_torch: GetTorch = require_torch,
) -> tuple[HipImage, HipLandmarks]:
    """Image and exact landmarks (LPS mm) of a sample.

    Raises:
        HipLandmarksError: when the film is neither in ``folder`` nor can be computed.
    """
    if sample is Sample.MRI:
        return _phantom()
    film, points = _film_files(folder)
    if not is_kept(sample, folder):
        _compute_film(folder, waiting, get_torch)
    return read_image(film), read_landmarks(points)


def is_kept(sample: Sample, folder: Path) -> bool:
    """Whether a sample is there at once."""
    return sample is Sample.MRI or all(file.is_file() for file in _film_files(folder))


def computing_line() -> str:
    """Stands in the face while the film is computed."""
    return _("The sample radiograph is being computed, this once; it takes about a minute.")


def _film_files(folder: Path) -> tuple[Path, Path]:
    return folder / f"{_FILM}.dcm", folder / f"{_FILM}.landmarks.json"


def samples_folder(scene: Any) -> Path:
    """Where the computed film is kept: in Slicer's cache, which its settings can empty."""
    manager = scene.GetCacheManager()
    cache = "" if manager is None else manager.GetRemoteCacheDirectory()
    return Path(cache) / _FOLDER if cache else own_samples_folder()


def own_samples_folder() -> Path:
    """Where the film is kept without Slicer's cache: beside the user's models and reviews."""
    return reviews_folder().with_name(_FOLDER)


def _phantom() -> tuple[HipImage, HipLandmarks]:
    from ..synthesis import make_phantom, sample_parameters
    from ..synthesis.files import SAMPLE_SEED

    case = make_phantom(sample_parameters(), seed=SAMPLE_SEED)
    return case.image, case.landmarks


def _compute_film(folder: Path, waiting: Waiting | None, get_torch: GetTorch) -> None:
    """In a process of its own: torch stays out of this one, and the window lives."""
    get_torch()
    room = folder.with_name(f"{HALF_WRITTEN}{uuid4().hex}")
    command = [worker_command()[0], "-c", COMMAND_LINE, str(LIBRARY)]
    command += ["sample", "--kind", "xray", "--out", str(room)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        words = _wait(process, waiting)
        if process.returncode != 0:
            raise HipLandmarksError(
                _("The sample radiograph could not be computed: {reason}").format(
                    reason=(words.strip().splitlines() or [_("the process ended")])[-1]
                )
            )
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(room.iterdir()):  # the film before its landmarks
            file.replace(folder / file.name)
    finally:
        process.kill()
        shutil.rmtree(room, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], waiting: Waiting | None) -> str:
    """What the process said on its error stream, when it has ended."""
    while True:
        try:
            _out, words = process.communicate(timeout=_LOOK_S)
            return words.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            if waiting is not None:
                waiting()
