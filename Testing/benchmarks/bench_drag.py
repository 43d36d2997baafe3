"""How long a drag event takes until all numbers and nodes are updated, without rendering.

Both wall time and the processor time of this thread are given: on a machine that is busy with
other work only the latter says something about this code.

Compared with the plain way: on each event measure everything and make every node anew.
Goal (2 cores): median 2 ms, 99th percentile 5 ms. Run: python Testing/benchmarks/bench_drag.py
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from math import cos, pi, sin
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import slicer

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side, Source, SourceKind
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.scene import HipStudy

GOAL_MS = {"median": 2.0, "p99": 5.0}
OFFSETS = {
    "FHC": (0, 0, 0),
    "NA": (24, 0, -18),
    "LAE": (14, 0, 24),
    "LCP": (23, 0, 6),
    "SHP": (42, 0, -70),
    "SHD": (44, 0, -120),
    "NB": (28, 0, -22),
    "TD": (-33, 0, -17),
    "MSO": (-15, 0, 22),
    "GT": (50, 0, 2),
    "ISCH": (-32, 0, -45),
    "ILM": (-37, 0, 45),
    "TRI": (-26, 0, 14),
    "FOV": (-23, 0, 4),
    "HEDGE": (0, 0, -24),
    "LT": (17, 0, -55),
    "NCS": (30, 0, -8),
    "NCI": (18, 0, -30),
    "AF": (-31, 0, 0),
}
"""(lateral, posterior, cranial) mm from the head centre: what all common measurements need."""


def make_case(slices: int = 20) -> tuple[HipImage, HipLandmarks]:
    """A small coronal volume and all common points of both hips, with covariances."""
    matrix = np.array([[1.5, 0, 0, -180], [0, 0, 4, -40], [0, -1.5, 0, 120], [0, 0, 0, 1.0]])
    pixels = np.random.default_rng(0).integers(0, 500, (slices, 200, 240)).astype(np.int16)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    image = HipImage(pixels, matrix, Modality.MR, calibration, name="bench")
    unit = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    model = Source(SourceKind.MODEL, "bench", "1")
    points = []
    for side, lat in ((Side.RIGHT, -1.0), (Side.LEFT, 1.0)):
        for key, (x, y, z) in OFFSETS.items():
            position = (lat * (90.0 + x), float(y), float(z))
            points.append(Landmark(side, key, position, source=model, covariance=unit))
    return image, HipLandmarks.of(points, case_id="bench")


class Stopwatch:
    """Collects milliseconds per event: wall time and this thread's processor time."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def time(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run ``work`` and add its times; returns its result."""
        wall, cpu = perf_counter(), thread_time()
        result = work(*arguments)
        self.cpu.append(1000 * (thread_time() - cpu))
        self.wall.append(1000 * (perf_counter() - wall))
        return result


def drag(study: HipStudy, key: str, events: int, watch: Stopwatch) -> None:
    """Time a circular drag of one point of the right hip, event by event."""
    node = study.points_node(Side.RIGHT)
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    index = labels.index(key)
    r, a, s = node.GetNthControlPointPosition(index)
    for step in range(events):
        turn = 2 * pi * step / 60
        position = (r + 4 * sin(turn), a, s + 4 * cos(turn))
        watch.time(node.SetNthControlPointPosition, index, *position)
    node.SetNthControlPointPosition(index, r, a, s)


def rebuild(image: HipImage, landmarks: HipLandmarks, events: int, watch: Stopwatch) -> None:
    """Time the plain way: all nodes but the image are removed and made anew."""
    scene = slicer.vtkMRMLScene()
    study = HipStudy.create(scene, image, landmarks)

    def once(study: HipStudy) -> HipStudy:
        volume = study.volume_node
        nodes = [n for side in Side for id_ in study.marks for n in study.mark_nodes(side, id_)]
        for node in (*nodes, *(study.points_node(side) for side in Side), study.table_node):
            scene.RemoveNode(node)
        study.close()
        return HipStudy.create(scene, image, landmarks, volume_node=volume)

    for _ in range(events):
        study = watch.time(once, study)


def report(name: str, watch: Stopwatch) -> dict[str, float]:
    """Print the times; returns median and 99th percentile of wall and processor time, ms."""
    figures = {
        f"{figure} {kind}": float(np.percentile(times, percentile))
        for kind, times in (("wall", watch.wall), ("CPU", watch.cpu))
        for figure, percentile in (("median", 50), ("p99", 99))
    }
    print(f"{name:34s}" + "".join(f"  {k} {v:7.3f} ms" for k, v in figures.items()))
    return figures


def profiled(work: Callable[[], Any]) -> None:
    """Run ``work`` under the profiler and print the costliest functions."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.runcall(work)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> None:
    """Print the figures, their goal and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=600, help="drag events per point")
    parser.add_argument("--profile", action="store_true", help="profile instead of timing")
    options = parser.parse_args()
    image, landmarks = make_case()
    study = HipStudy.create(slicer.vtkMRMLScene(), image, landmarks)
    for key in OFFSETS:
        drag(study, key, 30, Stopwatch())  # warm up
    if options.profile:
        watch = Stopwatch()
        profiled(lambda: [drag(study, key, options.events, watch) for key in OFFSETS])
        return
    gc.collect()
    together, plain = Stopwatch(), Stopwatch()
    for key in OFFSETS:
        watch = Stopwatch()
        drag(study, key, options.events, watch)
        report(f"drag {key}", watch)
        together.wall += watch.wall
        together.cpu += watch.cpu
    ours = report("drag, all points", together)
    rebuild(image, landmarks, 30, plain)
    theirs = report("measure all, make all nodes anew", plain)
    print(f"{theirs['median CPU'] / ours['median CPU']:.0f} times as fast (median CPU time)")
    for figure, goal in GOAL_MS.items():
        values = [ours[f"{figure} {kind}"] for kind in ("wall", "CPU")]
        verdicts = ["met" if value <= goal else "MISSED" for value in values]
        print(f"goal {figure} {goal} ms: {verdicts[0]} in wall time, {verdicts[1]} in CPU time")


if __name__ == "__main__":
    main()
