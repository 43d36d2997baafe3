"""An exploration in a process of its own: it takes seconds, and the window lives meanwhile."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..anatomy import LandmarkStack
from ..detection.worker.child import worker_command
from ..errors import ExplorationError, WorkerError
from ..imaging import HipImage
from ..measurement import MeasurementSettings

if TYPE_CHECKING:
    from ..exploration import HipExploration

_LIBRARY = Path(__file__).resolve().parents[2]
_START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('HipLandmarksLib.exploration', run_name='__main__', alter_sys=True)"
)
_LAST_WORDS = 2000


class ExplorationInProgress:
    """Poll :attr:`is_over` from a timer, then :meth:`finish` it."""

    def __init__(
        self, image: HipImage, stack: LandmarkStack, settings: MeasurementSettings
    ) -> None:
        """Begin to explore a stack; the arguments are those of :func:`.explore`.

        Raises:
            WorkerError: when the process cannot be started.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="hiplandmarks-"))
        self._errors = self._folder / "errors"
        try:
            (self._folder / "asked").write_bytes(pickle.dumps((image, stack, settings)))
            with self._errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    [worker_command()[0], "-c", _START, str(_LIBRARY), str(self._folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise WorkerError(
                f"The slices cannot be explored: {error.strerror or error}. Free some space, or "
                "reinstall HipLandmarks."
            ) from error

    @property
    def is_over(self) -> bool:
        """Whether there is a result, or a reason why there is none; never waits."""
        return self._process.poll() is not None

    def finish(self) -> HipExploration:
        """The result; waits when it is not over. To be called once.

        Raises:
            ExplorationError: when the stack cannot be explored; says why.
            WorkerError: when the process failed.
        """
        try:
            self._process.wait()
            found = self._folder / "found"
            if not found.exists():
                words = self._errors.read_text(errors="replace").strip()[-_LAST_WORDS:]
                last = words.splitlines()[-1] if words else f"code {self._process.returncode}"
                raise WorkerError(f"The slices could not be explored ({last}): please report it.")
            exploration, reason = pickle.loads(found.read_bytes())
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        if exploration is None:
            raise ExplorationError(reason)
        result: HipExploration = exploration
        return result

    def cancel(self) -> None:
        """End it; nothing is left. May be called twice."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
