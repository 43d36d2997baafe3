"""Time of measuring: all measurements of one hip, and what one dragged point costs.

    python Testing/benchmarks/bench_measurement.py

Goal: all measurements of one hip with their uncertainty in 0.7 ms (median).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane, affected_by, measure

LEFT_HIP = {
    "FHC": (90.0, 0.0, 0.0),
    "NA": (115.0, 2.0, -24.0),
    "LCP": (112.0, 1.0, 10.0),
    "LAE": (103.0, 0.0, 25.0),
    "NB": (121.0, 2.0, -30.0),
    "TD": (58.0, 0.0, -18.0),
    "SHP": (132.0, 4.0, -65.0),
    "SHD": (126.0, 6.0, -145.0),
    "GT": (141.0, 3.0, -3.0),
}
COVARIANCE = ((1.0, 0.1, 0.2), (0.1, 1.5, 0.0), (0.2, 0.0, 2.0))


def example() -> HipLandmarks:
    """Both hips with a covariance for every landmark."""
    return HipLandmarks.of(
        Landmark(side, key, (x if side is Side.LEFT else -x, y, z), covariance=COVARIANCE)
        for side in Side
        for key, (x, y, z) in LEFT_HIP.items()
    )


def milliseconds(function: Callable[[], object], repeats: int = 2000) -> tuple[float, float]:
    """Median and 99th percentile of the run time of ``function``."""
    for _ in range(50):
        function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return statistics.median(times), times[int(0.99 * len(times))]


def main() -> None:
    """Print the table."""
    landmarks = example()
    settings = MeasurementSettings(
        calibration=Calibration(SpacingProvenance.PATIENT_PLANE), modality=Modality.MR
    )
    plane = ViewPlane((0.05, 1.0, 0.02), (0.8, 0.7))
    jobs: dict[str, Callable[[], object]] = {
        "one hip, everything": lambda: measure(landmarks, plane, settings, sides=(Side.LEFT,)),
        "both hips, everything": lambda: measure(landmarks, plane, settings),
    }
    for key in ("LCP", "LAE", "FHC", "TD"):
        affected = affected_by(Side.LEFT, key)

        def drag(affected: frozenset[tuple[Side, str]] = affected) -> None:
            for side in {side for side, _ in affected}:
                measure(landmarks, plane, settings, {i for s, i in affected if s is side}, (side,))

        jobs[f"drag {key} ({len(affected)} measurements)"] = drag
    print(f"{'':38s}median ms   p99 ms")
    for name, job in jobs.items():
        median, p99 = milliseconds(job)
        print(f"{name:38s}{median:9.3f}{p99:9.3f}")


if __name__ == "__main__":
    main()
