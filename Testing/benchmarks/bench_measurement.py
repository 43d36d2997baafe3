"""Time of measuring: a whole case of both hips, and what one dragged point costs.

    python Testing/benchmarks/bench_measurement.py

Goals (median): everything of both hips with side differences in 1 ms; after one moved point its
dependants in 0.2 ms (median over the points).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from HipLandmarksLib.anatomy import (
    AnySide,
    HipLandmarks,
    Landmark,
    Midline,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    ViewPlane,
    affected_by,
    measure,
    side_differences,
)

LEFT_HIP = {
    "FHC": (90.0, 0.0),
    "NA": (115.0, -24.0),
    "NB": (121.0, -30.0),
    "LCP": (112.0, 10.0),
    "LAE": (103.0, 25.0),
    "MSO": (72.0, 19.0),
    "TD": (58.0, -18.0),
    "ISCH": (61.0, -46.0),
    "ILM": (46.0, 60.0),
    "TRI": (64.0, 14.0),
    "FOV": (68.0, -8.0),
    "GT": (141.0, -3.0),
    "SHP": (132.0, -65.0),
    "SHD": (126.0, -145.0),
    "LT": (114.0, -62.0),
    "HEDGE": (90.0, -24.0),
    "NCS": (121.3, -13.4),
    "NCI": (104.8, -30.7),
    "AF": (60.0, 0.0),
    "RIM1": (90.0, 24.1),
    "RIM2": (73.0, 17.0),
    "RIM3": (66.1, 0.0),
    "RIM4": (73.1, -17.1),
    "RIM5": (90.1, -24.0),
}
MIDLINE = {"SYM": (0.5, -40.0), "SCJ": (-1.0, 0.0)}
COVARIANCE = ((1.0, 0.1, 0.2), (0.1, 1.5, 0.0), (0.2, 0.0, 2.0))
PLANE = ViewPlane((0.05, 1.0, 0.02), (0.8, 0.7))
REPEATS = 600


def example(covariance: tuple[tuple[float, ...], ...] | None) -> HipLandmarks:
    """Both hips and the midline."""
    sign = {Side.RIGHT: -1.0, Side.LEFT: 1.0}
    points = [
        Landmark(side, key, (sign[side] * x, 0.02 * x, z + 2.0 * sign[side]), covariance=covariance)
        for side in Side
        for key, (x, z) in LEFT_HIP.items()
    ]
    points += [
        Landmark(Midline.PELVIS, key, (x, 0.0, z), covariance=covariance)
        for key, (x, z) in MIDLINE.items()
    ]
    return HipLandmarks.of(points)


def milliseconds(function: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """Median and 99th percentile of the run time of ``function``."""
    for _ in range(20):
        function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return statistics.median(times), times[int(0.99 * len(times))]


def drag(
    landmarks: HipLandmarks, settings: MeasurementSettings, side: AnySide, key: str
) -> Callable[[], object]:
    """Measuring what hangs on one moved point, as an editor does it."""
    moved = landmarks.with_landmark(
        landmarks[(side, key)].moved(landmarks[(side, key)].point(), Source(SourceKind.READER))
    )
    groups: defaultdict[AnySide, list[str]] = defaultdict(list)
    for whose, id_ in affected_by(side, key, moved):
        groups[whose].append(id_)

    def run() -> None:
        for whose, ids in groups.items():
            measure(moved, PLANE, settings, ids, (whose,))

    return run


def report(title: str, covariance: tuple[tuple[float, ...], ...] | None) -> None:
    """Print the table of one kind of case."""
    settings = MeasurementSettings(
        calibration=Calibration(SpacingProvenance.PATIENT_PLANE), modality=Modality.MR
    )
    landmarks = example(covariance)
    results = measure(landmarks, PLANE, settings)
    print(f"\n{title}: {len(landmarks)} points, {len(results)} measurements")
    print(f"{'':44s}median ms   p99 ms")

    def whole() -> None:
        side_differences(measure(landmarks, PLANE, settings))

    jobs: dict[str, Callable[[], object]] = {
        "both hips, everything, side differences": whole,
        "  of that, measurements": lambda: measure(landmarks, PLANE, settings),
        "  of that, side differences": lambda: side_differences(results),
    }
    for name, job in jobs.items():
        median, p99 = milliseconds(job)
        print(f"{name:44s}{median:9.3f}{p99:9.3f}")
    drags = {}
    for side, key in landmarks:
        if side is not Side.RIGHT:
            drags[key] = milliseconds(drag(landmarks, settings, side, key), REPEATS // 3)[0]
    worst = max(drags, key=lambda key: drags[key])
    title, median = (
        f"a moved point, median over {len(drags)} keys",
        statistics.median(drags.values()),
    )
    print(f"{title:44s}{median:9.3f}")
    print(f"{f'a moved point, worst key ({worst})':44s}{drags[worst]:9.3f}")
    print("  " + ", ".join(f"{key} {ms:.2f}" for key, ms in drags.items()))


def main() -> None:
    """Print both tables."""
    report("With covariances on all points", COVARIANCE)
    report("Without covariances", None)


if __name__ == "__main__":
    main()
