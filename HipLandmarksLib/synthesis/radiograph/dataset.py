"""Many views by one seed: made by several processes, resumable, the same whatever their number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ...errors import HipLandmarksError
from ..surfaces import PelvisAnatomy, pose
from .framing import CameraSettings, Framing, random_camera
from .landmarks import film_landmarks
from .plausibility import check_view
from .projection import project_view
from .records import RefusedView, ViewRecord
from .sampling import random_pose
from .sources import SubjectSource
from .store import ViewStore, write_view
from .view import BoneView
from .workers import in_order

Report = Callable[[str, int, int], None]
MAGNIFICATION = "magnification"
"""Name of the parameter of a view: magnification at the centres of the femoral heads."""

_STREAM = 5407
"""Keeps the chance of views apart from other uses of the same seed."""


@dataclass(frozen=True, eq=False)
class ViewMaker:
    """Makes view number i of an endless row; it depends on nothing but source, seed and i.

    Attributes:
        source: of the subjects.
        seed: any whole number from 0.
        camera: what films to take.
    """

    source: SubjectSource
    seed: int
    camera: CameraSettings = field(default_factory=CameraSettings)

    def describe(self) -> dict[str, Any]:
        """What the views depend on, as JSON values."""
        return {
            "seed": self.seed,
            "source": self.source.describe(),
            "pixel_mm": list(self.camera.pixel_mm),
            "framings": {framing.value: share for framing, share in self.camera.shares.items()},
            "software": f"HipLandmarks {__version__}",
        }

    def __call__(self, number: int) -> BoneView:
        """View ``number``.

        Raises:
            HipLandmarksError: when this draw gives no valid view; the next number may.
        """
        rng = np.random.default_rng([self.seed, _STREAM, number])
        subject = self.source.draw(number, rng)
        pelvis, femora = random_pose(rng, subject.anatomy)
        anatomy = pose(subject.anatomy, femora, pelvis)
        camera, framing = random_camera(rng, anatomy, self.camera)
        found = film_landmarks(anatomy, camera)
        view = BoneView(
            camera,
            anatomy.subject,
            project_view(anatomy, camera, subject.thickness_mm),
            found.points,
            found.head_radius_px,
            {**asdict(pelvis), **_numbers(anatomy, framing), MAGNIFICATION: found.magnification},
        )
        check_view(view)
        return view


def _numbers(anatomy: PelvisAnatomy, framing: Framing) -> dict[str, float]:
    """What is known of the shapes, by name; of each hip with the side's letter."""
    found = {
        f"{name}_{side.value}": float(value)
        for side, hip in anatomy.hips.items()
        for name, value in hip.parameters.items()
    }
    found["framing"] = float(list(Framing).index(framing))
    return found


def make_views(
    maker: ViewMaker,
    folder: Path | str,
    count: int,
    workers: int = 1,
    report: Report | None = None,
) -> ViewStore:
    """Make views 0 to ``count`` - 1, or those that are missing, and keep them in a store.

    A process may be killed at any time: the same call goes on where it stopped. A larger count
    adds views to a store. A view that is not possible takes its number with it and is listed in
    the store's ``refused``.

    Args:
        maker: what to make.
        folder: of the store; made when absent.
        count: number of views, refused ones included.
        workers: number of processes.
        report: called with (stage, done, total).

    Raises:
        ConfigurationError: when the folder holds something else.
        HipLandmarksError: when a worker process was killed.
    """
    store = ViewStore.create(folder, maker.describe())
    done = store.done
    missing = [number for number in range(count) if number not in done]
    begun = count - len(missing)
    if report is not None:
        report("views", begun, count)
    work = _MakeAndWrite(maker, store.folder)
    for position, (_, entry) in enumerate(in_order(work, missing, workers), start=1):
        store.add(entry)
        if report is not None:
            report("views", begun + position, count)
    return store


@dataclass(frozen=True, eq=False)
class _MakeAndWrite:
    """Work of one process: the pixels go to the disk, only the record comes back."""

    maker: ViewMaker
    folder: Path

    def __call__(self, number: int) -> ViewRecord | RefusedView:
        try:
            return write_view(self.folder, number, self.maker(number))
        except HipLandmarksError as error:
            return RefusedView(number, str(error))
