"""Size and CPU time of candidate networks for the shipped model, in one run.

Prints what a choice between encoders needs beside the cross-validated errors: parameters, size of
the bundle's weights (fp16) and the time of a whole stack through the Detector, each also relative
to the first candidate. Random weights: the time does not depend on them.

    python Testing/benchmarks/bench_encoders.py [--repeats N] [--slices N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import torch

from HipLandmarksLib.detection import Detector, default_bundle, load_card
from HipLandmarksLib.networks import NetworkSpec, build_network, parameter_count
from HipLandmarksLib.synthesis import make_phantom

CANDIDATES = (
    NetworkSpec("Unet", "resnet18", 4, (128, 64, 32, 16)),
    NetworkSpec("Unet", "resnet18", 3, (64, 32, 16)),
    NetworkSpec("UnetPlusPlus", "resnet18", 4, (128, 64, 32, 16)),
    NetworkSpec("Unet", "mobilenet_v2", 5, (128, 64, 32, 16, 16)),
    NetworkSpec("Unet", "efficientnet-b0", 5, (128, 64, 32, 16, 16)),
)


def milliseconds_per_slice(spec: NetworkSpec, slices: int, repeats: int) -> float:
    """Median time of preparing, predicting and decoding one slice of a simulated stack."""
    card = replace(load_card(default_bundle()), network=spec)
    detector = Detector(build_network(spec), card, "cpu")
    image = make_phantom(seed=1, slices=list(range(12, 12 + slices))).image
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        detector.predict(image, range(slices), views="none")
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times[1:]) / slices


def main() -> None:
    """Print one line per candidate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--slices", type=int, default=8)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"{'network':36s}{'M param':>9s}{'MB fp16':>9s}{'ms/slice':>10s}{'ratio':>7s}")
    first = None
    for spec in CANDIDATES:
        parameters = parameter_count(build_network(spec))
        spent = milliseconds_per_slice(spec, arguments.slices, arguments.repeats)
        first = first or spent
        name = f"{spec.architecture} {spec.encoder} depth {spec.depth}"
        print(
            f"{name:36s}{parameters / 1e6:9.2f}{parameters * 2e-6:9.1f}"
            f"{spent:10.1f}{spent / first:7.2f}"
        )


if __name__ == "__main__":
    main()
