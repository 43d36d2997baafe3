"""CPU time of detection: ours against the plain way, in one run.

Plain is what a straightforward script does: the same network in float32, eager, default memory
layout, one slice at a time. Ours is the Detector: channels-last, bfloat16 where the processor has
it, slices in batches. Also prints by how much the landmark positions differ.

    python Testing/benchmarks/bench_detect.py [--repeats N] [--bundle FOLDER]
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from HipLandmarksLib.detection import Detector, default_bundle, load_bundle
from HipLandmarksLib.detection.sides import decode_slice
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.networks import NetworkSpec, build_network, parameter_count
from HipLandmarksLib.synthesis import make_phantom


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall time of ``work`` after one warm-up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(title: str, plain: Callable[[], object], ours: Callable[[], object], n: int) -> None:
    """Print both medians and their ratio."""
    a, b = median_seconds(plain, n), median_seconds(ours, n)
    print(f"{title}: plain {a * 1e3:7.0f} ms, ours {b * 1e3:7.0f} ms, ratio {b / a:.2f}")


def forward(network: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Eager float32 forward pass."""
    with torch.inference_mode():
        return network(images).heatmaps


def slice_by_slice(network: torch.nn.Module, detector: Detector, image: HipImage) -> None:
    """The same preparation and decoding, with one eager float32 pass per slice."""
    card = detector.card
    plane = card.preprocessing.plane_transform(image)
    for index in range(image.n_slices):
        pixels = plane.warp(card.preprocessing.normalise(image.slice_pixels(index)), fill=-1.0)
        with torch.inference_mode():
            output = network(torch.from_numpy(pixels)[None, None])
            logits = torch.cat([output.heatmaps.flatten(2), output.nowhere.unsqueeze(-1)], dim=-1)
            p = torch.softmax(logits, dim=-1)[0].numpy()
        places = p[:, :-1].reshape(len(card.channels), *plane.shape)
        decode_slice(places, p[:, -1], card.channels, card.decoder, card.preprocessing.spacing_mm)


def reference_network(repeats: int) -> None:
    """One 512x512 image through UNet++/ResNet18 at full depth, whatever the bundle is."""
    spec = NetworkSpec("UnetPlusPlus", "resnet18")
    plain = build_network(spec).eval()
    card, _ = load_bundle(default_bundle())
    ours = Detector(build_network(spec), card, "cpu")
    image = torch.randn(1, 1, 512, 512)
    title = f"UNet++/ResNet18 ({parameter_count(plain) / 1e6:.1f} M), one 512x512 image"
    compare(title, lambda: forward(plain, image), lambda: ours.maps(image), repeats)


def shipped_model(bundle: Path, repeats: int) -> None:
    """The bundle on a whole stack, and how far reduced precision moves its points."""
    _, plain = load_bundle(bundle)
    fast = Detector.from_bundle(bundle, "cpu")
    exact = Detector.from_bundle(bundle, "cpu", "float32")
    image = make_phantom(seed=1).image
    size = parameter_count(plain) / 1e6
    print(f"{fast.card.id}: {size:.1f} M parameters, {fast.device.description}")
    compare(
        f"{image.n_slices} slices, pixels to points",
        lambda: slice_by_slice(plain, fast, image),
        lambda: fast.predict(image, range(image.n_slices), views="none"),
        max(3, repeats // 3),
    )
    for name, views in VIEWS.items():
        read = functools.partial(fast.predict, image, [image.n_slices // 2], views=name)
        seconds = median_seconds(read, max(3, repeats // 3))
        print(f"one slice, views {name} ({len(views)}): {seconds:.3f} s")
    whole = median_seconds(lambda: fast.detect(image), max(3, repeats // 3))
    print(f"whole detection, slices chosen automatically, {image.n_slices} slices: {whole:.2f} s")
    one, other = (detector.detect(image).landmarks for detector in (fast, exact))
    pixel = fast.card.preprocessing.spacing_mm
    moved = {
        f"{side.value} {key}": float(np.linalg.norm(one[side, key].point() - point.point())) / pixel
        for (side, key), point in other.items()
        if one[side, key].position and point.position
    }
    worst = max(moved, key=lambda name: moved[name])
    print(f"reduced precision moves points by {np.mean(list(moved.values())):.3f} px of {pixel} mm")
    print(f"on average, at most by {moved[worst]:.3f} px ({worst})")


def main() -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--bundle", type=Path, default=None)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    reference_network(arguments.repeats)
    shipped_model(arguments.bundle or default_bundle(), arguments.repeats)


if __name__ == "__main__":
    main()
