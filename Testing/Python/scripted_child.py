"""A worker's child that needs no network: it does what the name of the model asks for.

The real service, codec and pipes run; only the detector is a script. ``slices-2`` ends the process
(kill -9) after the second report of that stage; ``loading``, ``writing`` and ``saying`` do so while
the model is loaded, while the second map is written, and in the middle of the last line. The file
``starting`` ends the next process before it is ready, and is then removed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkStack,
    Side,
    Source,
    SourceKind,
    StackSlice,
)
from HipLandmarksLib.detection import Detection, RegionMaps, StackDetection
from HipLandmarksLib.detection.worker import DetectionRequest, DetectionWorker, WorkerHost
from HipLandmarksLib.imaging import PlaneTransform, slice_depths_mm

STAGES = ("loading", "slices-1", "slices-2", "reading-0", "reading-1", "writing", "saying")
"""Where a model of that name ends the process; ``starting`` is asked for otherwise."""

LARGE = 20
"""Landmarks whose maps do not fit into any pipe."""


def scripted_worker(starting: Path, idle_s: float = 60.0) -> DetectionWorker:
    """A client with a child of its own."""
    command = [sys.executable, __file__, str(starting)]
    return DetectionWorker(WorkerHost(command, idle_s))


def scripted(image, name="well", **changes):
    """The request for a script."""
    return DetectionRequest(image, Path("/scripts") / name, **changes)


def scripted_detection(image):
    """What the script finds in any image: points in its middle, two large maps."""
    x, y, z = image.to_lps([image.pixels.shape[2] / 2, image.pixels.shape[1] / 2, 0]).tolist()
    source = Source(SourceKind.MODEL, "script", "1")
    points = [
        Landmark(side, key, (x + dx + 20 * number, y, z + 7 * number), source=source)
        for side, dx in ((Side.RIGHT, -60.0), (Side.LEFT, 60.0))
        for number, key in enumerate(("FHC", "NA", "LAE", "LCP"))
    ]
    maps = [_maps(image, side, seed) for seed, side in enumerate(Side)]
    return Detection(
        HipLandmarks.of(points, case_id=image.name),
        {Side.RIGHT: 0, Side.LEFT: 0},
        {point.id: 0.5 for point in points},
        "script 1",
        "CPU",
        0.0,
        maps=tuple(maps),
    )


def _maps(image, side, seed):
    shape = image.pixels.shape[1:]
    heatmaps = np.random.default_rng(seed).uniform(0, 1e-4, (LARGE, *shape)).astype(np.float16)
    keys = ("FHC", "NA", "LAE", "LCP", *(f"P{n}" for n in range(LARGE - 4)))
    ids = tuple((side, key) for key in keys)
    return RegionMaps(0, PlaneTransform.identity(shape), ids, heatmaps, sides=(side,))


class Script:
    """A detector that acts upon the name of the model."""

    card = SimpleNamespace(calibration=None)

    def __init__(self, name):
        self.name = name

    def limit_batch(self, images):
        raise AssertionError("Nothing here fills the memory of a graphics processor.")

    def detect(self, image, slice_index, progress, views, side, keep_maps):
        if self.name != "well" and hasattr(self, self.name):
            getattr(self, self.name)(progress)
        for stage, done in (("slices", 1), ("slices", 2), ("reading", 0), ("reading", 1)):
            progress(stage, done, 2)
            die_if(self.name == f"{stage}-{done}")
        return scripted_detection(image)

    def detect_stack(self, image, progress, views, keep_maps):
        found = self.detect(image, None, progress, views, None, keep_maps)
        depths = slice_depths_mm(image)
        slices = [StackSlice(k, float(depths[k]), found.landmarks) for k in range(image.n_slices)]
        return StackDetection(LandmarkStack.of(slices, found.slices, image.name), found)

    def prints(self, progress):
        print("a stray line")
        os.write(1, b'{"event": "result", "job": 1}\n')
        subprocess.run(
            [sys.executable, "-c", "print('a child of the child'); input()"], check=False
        )

    def breaks(self, progress):
        print("the last words", file=sys.stderr)
        return {}["a key that is missing"]

    def hangs(self, progress):
        """Until it is killed, with a process of its own; tells the number of that by a stage."""
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        progress("slices", process.pid, process.pid)
        time.sleep(60)


def die_if(now):
    if now:
        os.kill(os.getpid(), signal.SIGKILL)


def run(starting, folder, idle_s):
    """The child."""
    if Path(starting).exists():
        Path(starting).unlink()
        die_if(True)
    from HipLandmarksLib.detection.worker import __main__, exchange, models, service

    asked = []

    def load(request):
        asked.append(request.model.name)
        die_if(asked[-1] == "loading")
        return Script(asked[-1])

    put, say = exchange.Exchange.put, service.Service._say

    def put_half(self, array):
        note = put(self, array)
        if asked and asked[-1] == "writing":
            die_if(len([path for path in self.folder.iterdir() if len(path.name) == 32]) == 2)
        return note

    def say_half(self, event, **content):
        if event == "result" and asked[-1] == "saying":
            os.write(self._answers.fileno(), b'{"event": "result", "job": 1, "detection": {"lan')
            die_if(True)
        say(self, event, **content)

    exchange.Exchange.put, service.Service._say = put_half, say_half
    __main__.main(folder, idle_s, models.WarmModels(load))


if __name__ == "__main__":
    run(*sys.argv[1:])
