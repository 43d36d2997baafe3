"""Speed of the appearance of simulated films: a cached bone view becomes a film, stage by stage.

Medians over random appearances of the time that passed and of the processor's time (all threads;
it tells more on a busy machine), and that relative to drawing one normal number per pixel.

    python Testing/benchmarks/bench_film_appearance.py [--store FOLDER] [--size PIXELS]
        [--repeats N] [--threads N] [--preset realistic|robust] [--device cpu|cuda]

Without a store of views five ellipsoids stand in for the bones.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.synthesis.radiograph import BonePaths, BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.appearance import Appearance, simulate_film
from HipLandmarksLib.synthesis.radiograph.body_frame import BodyFrame
from HipLandmarksLib.synthesis.radiograph.bone_texture import with_bone_quality
from HipLandmarksLib.synthesis.radiograph.damage import disturbed, jpeg_damaged, quantised
from HipLandmarksLib.synthesis.radiograph.detector_chain import detector_signal
from HipLandmarksLib.synthesis.radiograph.fields import generator
from HipLandmarksLib.synthesis.radiograph.look import Preset
from HipLandmarksLib.synthesis.radiograph.materials import material_paths
from HipLandmarksLib.synthesis.radiograph.processing import displayed
from HipLandmarksLib.synthesis.radiograph.soft_tissue import soft_tissue
from HipLandmarksLib.synthesis.radiograph.spectrum import Spectrum, transmission
from HipLandmarksLib.synthesis.radiograph.store import ViewStore
from HipLandmarksLib.synthesis.surfaces import BoneName

_Result = TypeVar("_Result")
_ELLIPSOIDS = {  # centre x, z and half axes in mm
    BoneName.SACRUM: (0.0, 60.0, 45.0, 55.0),
    BoneName.HIP_RIGHT: (-85.0, 60.0, 50.0, 90.0),
    BoneName.HIP_LEFT: (85.0, 60.0, 50.0, 90.0),
    BoneName.FEMUR_RIGHT: (-115.0, -60.0, 22.0, 110.0),
    BoneName.FEMUR_LEFT: (115.0, -60.0, 22.0, 110.0),
}


def stand_in(size: int) -> BoneView:
    """A view of ellipsoids on ``size`` x ``size`` pixels."""
    camera = Camera.anteroposterior((size, size), 430.0 / size)
    rows, columns = np.mgrid[:size, :size]
    paths = {}
    for name, (x, z, across, along) in _ELLIPSOIDS.items():
        (column, row), (right, _) = camera.project([[x, 0, z], [x + 1, 0, z]])
        scale = right - column
        u, v = (columns - column) / (across * scale), (rows - row) / (along * scale)
        total = (60 * np.sqrt(np.clip(1 - u * u - v * v, 0, None))).astype(np.float32)
        paths[name] = BonePaths(total, 0.15 * total)
    heads = {}
    for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1)):
        column, row = camera.project([sign * 88.0, 0.0, 0.0]).tolist()
        heads[(side, "FHC")] = TruePoint((column, row))
    return BoneView(camera, "stand-in", paths, heads)


class Clock:
    """Collects the times of named stages."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.times: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def run(self, name: str, work: Callable[..., _Result], *given: Any) -> _Result:
        """Time one stage: ``work`` with what it is ``given``."""
        self._wait()
        start, busy = time.perf_counter(), time.process_time()
        result = work(*given)
        self._wait()
        spent = (time.perf_counter() - start, time.process_time() - busy)
        self.times[name].append(spent)
        return result

    def _wait(self) -> None:
        if self.device != "cpu":
            torch.cuda.synchronize()


def stages(
    clock: Clock, view: BoneView, transform: PlaneTransform, appearance: Appearance, seed: int
) -> None:
    """All stages of ``simulate_film``, one by one."""
    rng, look = np.random.default_rng(seed), appearance.look
    source = generator(rng, clock.device)
    matter = clock.run("bones of the view", lambda: material_paths(view).to(clock.device))
    matter = clock.run("resampled", matter.resampled, transform)
    frame = clock.run("frame", lambda: BodyFrame.of(view).transformed(transform))
    matter = clock.run("soft tissue", soft_tissue, matter, frame, appearance.habitus, rng)
    matter = clock.run("bone texture", with_bone_quality, matter, appearance.bone, rng, frame)
    spectrum = clock.run("spectrum", Spectrum.tungsten, look.exposure.kvp)
    film = clock.run("transmission", transmission, matter, spectrum)
    pixel, exposure = matter.pixel_mm, look.exposure
    film = clock.run("detector", detector_signal, film, pixel, exposure, look.detector, source)
    film = clock.run("processing", displayed, film, pixel, look.processing)
    film = clock.run("disturbance", disturbed, film, pixel, look.disturbance, rng, source)
    if look.processing.jpeg_quality is not None:
        film = clock.run("JPEG", jpeg_damaged, film, look.processing.jpeg_quality)
    clock.run("grey levels", quantised, film, look.processing.bits)


def film(
    view: BoneView, transform: PlaneTransform, appearance: Appearance, seed: int, device: str
) -> torch.Tensor:
    """One film."""
    rng = np.random.default_rng(seed)
    return simulate_film(view, appearance, rng, transform=transform, device=device)


def main() -> None:
    """Print one line per stage."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", help="folder of cached views")
    parser.add_argument("--size", type=int, default=512, help="longer side of the film")
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--preset", default=Preset.REALISTIC.value, choices=[p.value for p in Preset]
    )
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    view = ViewStore.open(arguments.store)[0] if arguments.store else stand_in(512)
    scale = arguments.size / max(view.camera.shape)
    transform = PlaneTransform.identity(view.camera.shape).resized(scale, scale)
    clock = Clock(arguments.device)
    for seed in range(arguments.repeats + 3):
        if seed == 3:
            clock.times.clear()  # the first ones warm up
        appearance = Appearance.random(np.random.default_rng(seed), Preset(arguments.preset))
        stages(clock, view, transform, appearance, seed)
        clock.run("whole film", film, view, transform, appearance, seed, clock.device)
        clock.run("random numbers", lambda: torch.randn(transform.shape, device=clock.device))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {clock.device}, film of")
    print(f"{transform.shape}, {arguments.preset}\n{'':24s}{'passed':>10s}{'processor':>13s}")
    medians = {n: np.median(np.array(t), axis=0) for n, t in clock.times.items()}
    for name, (passed, busy) in medians.items():
        ratio = busy / max(medians["random numbers"][1], 1e-9)
        print(f"{name:24s}{1e3 * passed:7.1f} ms{1e3 * busy:10.1f} ms{ratio:8.1f}")


if __name__ == "__main__":
    main()
