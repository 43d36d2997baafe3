"""What the worker costs: warm detection through it against the same in this process, in one run.

Both read the same images in turns, so that whatever else the computer does hits both. Also prints
what the way to the child and back takes by itself (wall time minus what the child says it took to
detect), the time from nothing to a warm model, and the memory of the warm child.

    python Testing/benchmarks/bench_worker.py [--repeats N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from HipLandmarksLib.detection import Detector, default_bundle
from HipLandmarksLib.detection.worker import (
    DetectionRequest,
    DetectionWorker,
    Event,
    Progress,
    Stage,
)
from HipLandmarksLib.imaging import HipImage, read_image
from HipLandmarksLib.synthesis import make_phantom, sample_parameters
from HipLandmarksLib.synthesis.files import SAMPLE_SEED
from HipLandmarksLib.synthesis.radiograph.sample import write_sample_film
from HipLandmarksLib.threads import let_waiting_threads_sleep

MOST_ADDED_MS = 30.0
MOST_MEMORY_GB = 1.5


def start(worker: DetectionWorker, image: HipImage) -> None:
    """Print when a child that was not there is ready, and when its first model is loaded."""
    begin = time.perf_counter()
    seconds: dict[Stage, float] = {}

    def hear(event: Event) -> None:
        if isinstance(event, Progress) and event.done == event.total:
            seconds.setdefault(event.stage, time.perf_counter() - begin)

    worker.detect(DetectionRequest(image, device="cpu"), hear)
    whole = time.perf_counter() - begin
    print(
        f"from nothing: process there after {seconds[Stage.STARTING]:.2f} s, torch and model "
        f"loaded after {seconds[Stage.LOADING]:.2f} s, first result after {whole:.2f} s"
    )


def compare(
    worker: DetectionWorker, detector: Detector, image: HipImage, keep_maps: bool, repeats: int
) -> None:
    """Print the medians of both, their difference and what the way takes."""
    request = DetectionRequest(image, keep_maps=keep_maps, device="cpu")
    here, there, way = [], [], []
    detector.detect(image, keep_maps=keep_maps)
    worker.detect(request)
    for _ in range(repeats):
        begin = time.perf_counter()
        detector.detect(image, keep_maps=keep_maps)
        middle = time.perf_counter()
        found = worker.detect(request)
        end = time.perf_counter()
        here.append(middle - begin)
        there.append(end - middle)
        way.append(end - middle - found.seconds)
    added = 1e3 * statistics.median(b - a for a, b in zip(here, there, strict=True))
    own = 1e3 * statistics.median(way)
    size = sum(m.heatmaps.nbytes + (0 if m.fields is None else m.fields.nbytes) for m in found.maps)
    one, other = (1e3 * statistics.median(times) for times in (here, there))
    verdict = "kept" if own <= MOST_ADDED_MS else "MISSED"
    print(
        f"{image.name:12} {image.pixels.shape}, maps of {size / 1e6:4.1f} MB: here {one:6.0f} ms, "
        f"worker {other:6.0f} ms, added {added:6.1f} ms; the way by itself {own:5.1f} ms "
        f"(at most {MOST_ADDED_MS:.0f}: {verdict})"
    )


def memory_gb(pid: int | None) -> tuple[float, float] | None:
    """Memory of a process now and at most, GB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    now, most = (float(told[key].split()[0]) / 1e6 for key in ("VmRSS", "VmHWM"))
    return now, most


def sample_film() -> HipImage:
    """The radiograph of ``hiplandmarks sample``."""
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write_sample_film(Path(folder))
        return read_image(path)


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    let_waiting_threads_sleep()
    images = [make_phantom(sample_parameters(), seed=SAMPLE_SEED).image, sample_film()]
    with DetectionWorker() as worker:
        start(worker, images[0])
        for image in images:
            detector = Detector.from_bundle(default_bundle(image.modality), "cpu")
            for keep_maps in (False, True):
                compare(worker, detector, image, keep_maps, repeats)
        found = memory_gb(worker.pid)
    if found is not None:
        now, most = found
        print(
            f"memory of the child with both models: {now:.2f} GB, at most {most:.2f} GB (limit "
            f"{MOST_MEMORY_GB} GB: {'kept' if most <= MOST_MEMORY_GB else 'MISSED'})"
        )


if __name__ == "__main__":
    main()
