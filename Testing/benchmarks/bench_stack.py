"""Reading every slice of a volume: the detector against the plain way, in one run.

Plain is what a straightforward script does: the same network in float32, eager, default memory
layout, one slice at a time, each slice seen straight and mirrored as the model's card asks, its
points decoded in the same way. Ours is ``Detector.detect_stack``: the whole job with the choice of
the slices, batched, in the fast memory layout and bfloat16 where the processor has it; slices that
show nothing of a hip are seen once. Then the
memory that a long stack takes.

    python Testing/benchmarks/bench_stack.py [--repeats N] [--bundle FOLDER] [--slices 40]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from HipLandmarksLib.detection import Detector, default_bundle, load_bundle
from HipLandmarksLib.detection.sides import decode_slice
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.synthesis import make_phantom


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def plain_stack(network: torch.nn.Module, detector: Detector, image: HipImage) -> None:
    """Every slice by itself, eager and in float32, straight and mirrored."""
    card = detector.card
    plane = card.preprocessing.plane_transform(image)
    ids = card.channels.ids
    other = [ids.index((side.opposite, key)) for side, key in ids]
    for index in range(image.n_slices):
        pixels = plane.warp(card.preprocessing.normalise(image.slice_pixels(index)), fill=-1.0)
        shown = torch.from_numpy(pixels)[None, None]
        with torch.inference_mode():
            straight = probabilities(network, shown)
            if card.mirror:
                mirrored = probabilities(network, shown.flip(3))
                straight = (
                    (straight[0] + mirrored[0][other].flip(2)) / 2,
                    (straight[1] + mirrored[1][other]) / 2,
                )
        places, nowhere = (part.numpy() for part in straight)
        decode_slice(places, nowhere, card.channels, card.decoder, card.preprocessing.spacing_mm)


def probabilities(
    network: torch.nn.Module, images: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(L, H, W) places and (L,) nowhere of one image."""
    output = network(images)
    logits = torch.cat([output.heatmaps.flatten(2), output.nowhere.unsqueeze(-1)], dim=-1)
    p = torch.softmax(logits, dim=-1)[0]
    return p[:, :-1].reshape(output.heatmaps.shape[1:]), p[:, -1]


def repeated(image: HipImage, slices: int) -> HipImage:
    """The volume with so many slices: its own, spread out evenly."""
    source = np.linspace(0, image.n_slices - 1, slices)
    pixels = image.pixels[np.rint(source).astype(int)].copy()
    pixels += np.arange(slices, dtype=pixels.dtype)[:, None, None] % 7  # no slice repeats another
    matrix = image.ijk_to_lps.copy()
    matrix[:3, 2] *= (image.n_slices - 1) / (slices - 1)
    return replace(image, pixels=pixels, ijk_to_lps=matrix)


def compare(
    title: str, network: torch.nn.Module, detector: Detector, image: HipImage, n: int
) -> None:
    """Alternate both ways, so that a busy machine slows both, and print medians and ratio."""
    rounds = [
        (
            seconds(lambda: plain_stack(network, detector, image)),
            seconds(lambda: detector.detect_stack(image)),
        )
        for _ in range(n + 1)
    ][1:]
    for which, kind in enumerate(("wall", "processor")):
        times = [(plain[which], ours[which]) for plain, ours in rounds]
        plain, ours = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(b / a for a, b in times)
        print(f"{title}, {kind} time: plain {plain:.1f} s, ours {ours:.1f} s, ratio {ratio:.2f}")


def memory(detector: Detector, image: HipImage) -> None:
    """By how much the process grows when a stack four times as long is read."""
    short, long = repeated(image, 50), repeated(image, 200)
    peaks = []
    for stack in (short, long):
        detector.detect_stack(stack)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"memory: {peaks[0]:.0f} MiB with 50 slices, {peaks[1] - peaks[0]:+.0f} MiB with 200")


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--bundle", type=Path, default=None)
    parser.add_argument("--slices", type=int, default=40)
    parser.add_argument("--memory", action="store_true", help="only the memory of long stacks")
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    image = repeated(make_phantom(seed=1).image, arguments.slices)
    bundle = arguments.bundle or default_bundle()
    card, network = load_bundle(bundle)
    detector = Detector.from_bundle(bundle, "cpu")
    title = f"{card.id}, {image.n_slices} slices"
    if arguments.memory:
        memory(detector, image)
    else:
        compare(title, network.eval(), detector, image, arguments.repeats)


if __name__ == "__main__":
    main()
