"""An exploration in a process of its own: it takes seconds, and the window lives meanwhile."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..anatomy import LandmarkStack, Side
from ..detection.worker.child import worker_command
from ..detection.worker.exchange import Exchange
from ..detection.worker.request import image_to_dict
from ..errors import ExplorationError, WorkerError
from ..exploration import HipExploration, SideExploration
from ..exploration.plain import from_plain, to_plain
from ..imaging import HipImage
from ..measurement import MeasurementSettings, ViewPlane

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
            ImageError: when the slices are not near coronal.
        """
        self._stack, self._settings = stack, settings
        self._plane = ViewPlane.from_image(image)
        self._exchange = Exchange.create()
        self._folder = self._exchange.folder
        self._errors = self._folder / "errors"
        try:
            asked = {
                "image": image_to_dict(image, self._exchange),
                "stack": stack.to_dict(),
                "settings": to_plain(settings),
            }
            (self._folder / "asked").write_text(json.dumps(asked), encoding="utf-8")
            with self._errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    [worker_command()[0], "-c", _START, str(_LIBRARY), str(self._folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                )
        except WorkerError:
            self._exchange.remove()
            raise
        except OSError as error:
            self._exchange.remove()
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
            answer = json.loads(found.read_text(encoding="utf-8"))
        finally:
            self._exchange.remove()
        if "reason" in answer:
            raise ExplorationError(answer["reason"])
        sides = from_plain(answer["sides"], Mapping[Side, SideExploration])
        found_here = HipExploration(self._stack, sides, self._plane, self._settings)
        return found_here.measured_again(self._stack)

    def cancel(self) -> None:
        """End it; nothing is left. May be called twice."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._exchange.remove()
