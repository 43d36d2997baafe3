"""A detection that runs for one volume of a scene, which stays as it is until there is a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..detection.worker import (
    Cancelled,
    DetectionJob,
    Event,
    Failed,
    Finished,
    JobState,
)
from ..errors import ImageError
from ..imaging import HipImage
from ..scene import image_of_volume
from ..scene.batch import whole_or_not_at_all

if TYPE_CHECKING:
    from ..detection import Detection, StackDetection

_LOOK_EVERY_S = 0.05


class DetectionInProgress:
    """Made by :meth:`~.hip_session.HipSession.begin_detection`.

    Poll it from a timer until it is over, then :meth:`finish` it. When its volume leaves the scene,
    or the scene is closed, it is cancelled.
    """

    def __init__(
        self,
        job: DetectionJob,
        scene: Any,
        volume_node: Any,
        image: HipImage,
        show: Callable[[Any, Detection], None],
    ) -> None:
        """Follow ``job``, which reads ``image``; ``show`` puts a result into the scene."""
        self._job = job
        self._scene = scene
        self._show = show
        self._last: Event | None = None
        self._is_shown = False
        self.volume_node = volume_node
        self.image = image

    @property
    def state(self) -> JobState:
        """Where it stands as of the last :meth:`poll`."""
        if isinstance(self._last, Cancelled):
            return JobState.CANCELLED
        return self._job.state

    @property
    def is_over(self) -> bool:
        """Whether the last event was heard, so that :meth:`finish` does not wait."""
        return self._last is not None

    @property
    def whole(self) -> StackDetection | None:
        """What was found on every slice; None unless that was asked for and is finished."""
        return self._last.whole if isinstance(self._last, Finished) else None

    def poll(self) -> list[Event]:
        """What has happened since the last call; never waits and never changes the scene."""
        if not self._volume_is_there:
            self._job.cancel()
        heard = [self._as_it_counts(event) for event in self._job.poll()]
        if heard and isinstance(heard[-1], (Finished, Failed, Cancelled)):
            self._last = heard[-1]
        return heard

    def cancel(self) -> None:
        """End it; the scene stays as it is."""
        self._job.cancel()
        if not self._is_shown:
            self._last = Cancelled()

    def finish(self) -> Detection | None:
        """Show the result in one batch and return it; None when it was cancelled.

        Waits when it is not over. A second call changes nothing.

        Raises:
            HipLandmarksError: why there is no result, as an in-process detection raises it.
            WorkerError: when the process that runs the model failed.
            ImageError: when the volume was moved meanwhile, so that the points do not fit.
        """
        while not self.is_over:
            if not self.poll():
                self._job.wait_a_moment(_LOOK_EVERY_S)
        if isinstance(self._last, Failed):
            raise self._last.error
        if not isinstance(self._last, Finished):
            return None
        if not self._is_shown:
            if not self._volume_is_there:
                self._last = Cancelled()
                return None
            self._put_into_scene(self._last.detection)
        return self._last.detection

    def _as_it_counts(self, event: Event) -> Event:
        """A result for a volume that has gone is none."""
        gone = isinstance(event, Finished) and not self._volume_is_there
        return Cancelled() if gone or isinstance(self._last, Cancelled) else event

    def _put_into_scene(self, detection: Detection) -> None:
        self._require_unmoved()
        with whole_or_not_at_all(self._scene):
            self._show(self.volume_node, detection)
        self._is_shown = True

    def _require_unmoved(self) -> None:
        now = image_of_volume(self.volume_node, self.image.modality, self.image.calibration)
        same = now.pixels.shape == self.image.pixels.shape
        if not (same and np.allclose(now.ijk_to_lps, self.image.ijk_to_lps, atol=1e-6)):
            raise ImageError(
                f"{self.image.name} was moved or exchanged while its landmarks were searched: "
                "detect again."
            )

    @property
    def _volume_is_there(self) -> bool:
        """The node itself; after the scene was closed another one may have its id."""
        id_ = self.volume_node.GetID()
        return id_ is not None and self._scene.GetNodeByID(id_) is self.volume_node
