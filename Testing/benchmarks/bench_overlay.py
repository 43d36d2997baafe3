"""How long the doubt overlay takes to follow a drag, without rendering.

Twelve landmarks per hip with fields on an MRI slice, and the same on a film of 2600 x 2200 pixels.
"per event" is the whole drag event: numbers, tables, standings, labels and limbs, with the map at
most once per frame; "map" is one update of the map by the parts that a drag touches; "whole map" is
the plain way, which draws it all anew. Run: python Testing/benchmarks/bench_overlay.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sin
from statistics import median
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import slicer

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.detection import Channels, LimbChannels, RegionMaps
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
)
from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.doubt import DoubtPart, ModelReading

PLACES = {
    "FHC": (0, 0),
    "NA": (24, -18),
    "LAE": (14, 24),
    "LCP": (23, 6),
    "SHP": (42, -60),
    "SHD": (44, -85),
    "NB": (28, -22),
    "TD": (-33, -17),
    "MSO": (-15, 22),
    "GT": (50, 2),
    "ISCH": (-32, -45),
    "ILM": (-37, 45),
    "TRI": (-26, 14),
}
"""(lateral, cranial) mm from the head centre."""


@dataclass(frozen=True)
class Setup:
    """An image and the maps of its two hips."""

    name: str
    shape: tuple[int, int, int]
    spacing: float
    map_shape: tuple[int, int]


SETUPS = (
    Setup("MRI 384 x 384 x 30", (30, 384, 384), 0.91, (320, 320)),
    Setup("film 2600 x 2200", (1, 2200, 2600), 0.16, (192, 128)),
)


def make_case(setup: Setup) -> tuple[HipImage, ModelReading]:
    """An image about the origin, both hips 90 mm off the middle, and exact maps."""
    slices, rows, columns = setup.shape
    s = setup.spacing
    matrix = np.array(
        [[s, 0, 0, -s * columns / 2], [0, 0, 4, 0], [0, -s, 0, s * rows / 2], [0, 0, 0, 1.0]]
    )
    pixels = np.random.default_rng(0).integers(0, 500, setup.shape).astype(np.int16)
    modality = Modality.MR if slices > 1 else Modality.XRAY
    provenance = SpacingProvenance.PATIENT_PLANE
    image = HipImage(pixels, matrix, modality, Calibration(provenance), name="bench")
    points = [_point(side, key) for side in Side for key in PLACES]
    landmarks = HipLandmarks.of(points, case_id="bench")
    maps = tuple(_maps(image, landmarks, side, setup) for side in Side)
    return image, ModelReading(landmarks, image.ijk_to_lps, maps)


def _point(side: Side, key: str) -> Landmark:
    lat, (x, z) = (1.0 if side is Side.LEFT else -1.0), PLACES[key]
    unit = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    source, evidence = Source(SourceKind.MODEL, "bench", "1"), PresenceEvidence(surprisal=0.2)
    position = (lat * (90.0 + x), 0.0, float(z))
    return Landmark(
        side, key, position, source=source, covariance=unit, confidence=0.9, evidence=evidence
    )


def _maps(image: HipImage, landmarks: HipLandmarks, side: Side, setup: Setup) -> RegionMaps:
    """Exact heatmaps and fields of one hip, on a crop of 220 mm about its head."""
    channels = Channels.of_keys(tuple(PLACES))
    ids = tuple(id_ for id_ in channels.ids if id_[0] is side)
    height, width = setup.map_shape
    head = np.linalg.solve(image.ijk_to_lps, [*landmarks[(side, "FHC")].point(), 1.0])[:2]
    scale = width * image.spacing[0] / 220.0
    matrix = np.diag([scale, scale, 1.0])
    matrix[:2, 2] = np.array([width, height]) / 2 - scale * head
    plane = PlaneTransform(matrix, setup.map_shape)
    rows, columns = np.mgrid[:height, :width]
    places = []
    for id_ in ids:
        ijk = np.linalg.solve(image.ijk_to_lps, [*landmarks[id_].point(), 1.0])
        places.append(plane.forward(ijk[:2]))
    heatmaps = [np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8) / (8 * pi) for x, y in places]
    limbs = LimbChannels.of(channels)
    ends = [
        (channels.ids[a], channels.ids[b])
        for a, b in limbs.pairs
        if channels.ids[a][0] is side and channels.ids[b][0] is side
    ]
    number = {id_: n for n, id_ in enumerate(ids)}
    fields = [_field(places[number[a]], places[number[b]], rows, columns) for a, b in ends]
    return RegionMaps(
        0,
        plane,
        ids,
        np.stack(heatmaps).astype(np.float16),
        tuple(ends),
        np.stack(fields).astype(np.float16),
        (side,),
    )


def _field(a: np.ndarray, b: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(2, H, W): the direction within 3 px of the line."""
    way = b - a
    length = float(np.hypot(*way))
    x, y = columns - a[0], rows - a[1]
    along, across = (x * way[0] + y * way[1]) / length, (x * way[1] - y * way[0]) / length
    inside = (np.abs(across) <= 3) & (along >= 0) & (along <= length)
    return np.stack([inside * way[0] / length, inside * way[1] / length])


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """(wall, processor) milliseconds of one call."""
    wall, cpu = perf_counter(), thread_time()
    work(*arguments)
    return 1000 * (perf_counter() - wall), 1000 * (thread_time() - cpu)


def drag(study: HipStudy, key: str, events: int, dragging: bool) -> list[tuple[float, float]]:
    """Times of a drag of a right point, step by step."""
    node = study.points_node(Side.RIGHT)
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    index = labels.index(key)
    r, a, s = node.GetNthControlPointPosition(index)
    if dragging:
        node.InvokeEvent(node.PointStartInteractionEvent)
    times = [
        timed(node.SetNthControlPointPosition, index, r, a, s + 4 * sin(2 * pi * n / 60))
        for n in range(1, events + 1)
    ]
    if dragging:
        node.InvokeEvent(node.PointEndInteractionEvent)
    return times


def report(name: str, times: list[tuple[float, float]]) -> float:
    """Print medians and the 99th percentile; returns the median processor time."""
    wall, cpu = zip(*times, strict=True)
    print(
        f"  {name:34s} median {median(wall):7.2f} ms wall {median(cpu):7.2f} ms CPU   "
        f"p99 {np.percentile(cpu, 99):7.2f} ms CPU"
    )
    return median(cpu)


def measure(setup: Setup, events: int) -> None:
    """Print the figures of one image."""
    print(setup.name)
    image, reading = make_case(setup)
    study = HipStudy.create(slicer.vtkMRMLScene(), image, reading.landmarks)
    drag(study, "LCP", 30, dragging=False)  # warm up
    bare = report("per event, no overlay", drag(study, "LCP", events, dragging=True))
    print(f"  {'showing the overlay first':34s} {timed(study.show_doubt, reading)[1]:7.0f} ms CPU")
    overlay = study.doubt
    assert overlay is not None
    overlay.show_parts(list(DoubtPart))
    drag(study, "LCP", 30, dragging=False)
    ours = report("per event, overlay, dragging", drag(study, "LCP", events, dragging=True))
    every = report("per event, map every time", drag(study, "LCP", events, dragging=False))
    whole = report(
        "whole map anew", [timed(overlay.choose, overlay.state.choice) for _ in range(10)]
    )
    print(f"  overlay adds {ours - bare:.2f} ms per event; the parts that a drag touches are drawn")
    print(f"  {whole / max(every - ours, 0.01):.0f} times as fast as the whole map")


def main() -> None:
    """Both images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200)
    options = parser.parse_args()
    for setup in SETUPS:
        measure(setup, options.events)


if __name__ == "__main__":
    main()
