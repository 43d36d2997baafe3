"""CPU time of a film, both passes: ours against the plain way, in one run.

Plain is what a straightforward script does: the film smoothed and resampled as a whole, the same
networks in float32, eager, default memory layout, one hip at a time. Ours is the way of the
Detector: only what is seen is averaged and resampled, channels-last, bfloat16 where the processor
has it, both hips in one call. The frames are given, so that networks without training take as
long as trained ones; with --film the whole detection of a real file is timed too.

    python Testing/benchmarks/bench_film.py [--repeats N] [--bundle FOLDER] [--film FILE]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import (
    FILM_KEYS,
    PROSTHESIS_KEY,
    BundleCard,
    Channels,
    Detector,
    ImageFrame,
    Preprocessing,
    choose_device,
    film_input,
    load_film_bundle,
    normalise_film,
    whole_film_frame,
)
from HipLandmarksLib.detection.film_card import FilmSettings
from HipLandmarksLib.detection.film_hip import ReferenceHip
from HipLandmarksLib.detection.map_reader import MapReader
from HipLandmarksLib.detection.reading import place_probabilities
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.imaging import PlaneTransform, read_image
from HipLandmarksLib.networks import LandmarkNetwork, NetworkSpec, build_network, parameter_count

FILM = (2600, 2200)
KEYS = (*FILM_KEYS, PROSTHESIS_KEY)
Model = tuple[BundleCard, LandmarkNetwork, BundleCard, LandmarkNetwork]


def untrained(architecture: str, encoder: str, widths: tuple[int, ...], side: int) -> Model:
    """Both passes with random weights; the time does not depend on them.

    A smp architecture has as many stages as ``widths``, any other one five.
    """
    box = {"FHC": (70.0, 60.0), "GT": (30.0, 55.0), "TD": (110.0, 80.0), "SHP": (40.0, 130.0)}
    reference = ReferenceHip((224, 160), box, dict.fromkeys(box, 4.0))

    def spec(landmarks: int) -> NetworkSpec:
        depth = 5 if architecture == "HRNet" else len(widths)
        return NetworkSpec(architecture, encoder, depth, widths, landmarks=landmarks)

    both, one = Channels.of_keys(KEYS), Channels.of_hip(KEYS)
    card = BundleCard(
        id="untrained",
        version="0",
        description="",
        modality="XRAY",
        network=spec(len(both)),
        channels=both,
        preprocessing=Preprocessing(),
        frame=ImageFrame.FILM,
        film=FilmSettings(reference, side),
    )
    hip_card = BundleCard(
        id="untrained-hip",
        version="0",
        description="",
        modality="XRAY",
        network=spec(len(one)),
        channels=one,
        preprocessing=Preprocessing(),
        frame=ImageFrame.HIP,
    )
    return (
        card,
        build_network(card.network).eval(),
        hip_card,
        build_network(hip_card.network).eval(),
    )


def film_pixels() -> NDArray[np.uint16]:
    """A film of noise of 12 bit."""
    coarse = np.random.default_rng(0).integers(0, 4096, (FILM[0] // 20, FILM[1] // 20))
    return np.kron(coarse, np.ones((20, 20))).astype(np.uint16)


def frames(card: BundleCard) -> tuple[PlaneTransform, list[PlaneTransform]]:
    """The whole film, and two hips as large as on a film of the pelvis."""
    assert card.film is not None
    height, width = card.film.reference.shape
    hips = []
    for side, x in ((1.0, 600.0), (-1.0, 1600.0)):
        matrix = np.diag([side / 5.5, 1 / 5.5, 1.0])
        matrix[:2, 2] = width / 2 - side * x / 5.5, height / 2 - 1500 / 5.5
        hips.append(PlaneTransform(matrix, (height, width)))
    return whole_film_frame(FILM, card.film.side_px), hips


def plain_way(model: Model, pixels: NDArray[np.uint16]) -> None:
    """One input after the other, float32, eager."""
    card, network, hip_card, hip_network = model
    whole, hips = frames(card)
    for plane, own, net in (
        (whole, card, network),
        *((hip, hip_card, hip_network) for hip in hips),
    ):
        seen = normalise_film(plane.warp(pixels.astype(np.float32), fill=np.nan))
        with torch.inference_mode():
            output = net(torch.from_numpy(seen)[None, None])
            places, nowhere = place_probabilities(output, own.decoder.reading)
        for place, gone in zip(places[0].numpy(), nowhere[0].numpy(), strict=True):
            own.decoder.decode(place, float(gone))


class OurWay:
    """What the Detector does with a film."""

    def __init__(self, model: Model, precision: str = "auto") -> None:
        """Both passes on the CPU."""
        card, network, hip_card, hip_network = model
        device = choose_device("cpu", precision)
        self.readers = (MapReader(network, card, device), MapReader(hip_network, hip_card, device))
        self.frames = frames(card)

    def inputs(self, pixels: NDArray[np.uint16]) -> list[torch.Tensor]:
        """Network inputs of both passes."""
        whole, hips = self.frames
        return [_batch(pixels, [whole]), _batch(pixels, hips)]

    def read(self, inputs: Sequence[torch.Tensor]) -> None:
        """Both networks and all points."""
        for reader, batch in zip(self.readers, inputs, strict=True):
            reader.read(batch, VIEWS["none"])


def _batch(pixels: NDArray[np.uint16], planes: Sequence[PlaneTransform]) -> torch.Tensor:
    return torch.from_numpy(np.stack([film_input(pixels, plane) for plane in planes]))[:, None]


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, model: Model, repeats: int) -> None:
    """Both ways in turn, so that other work on the machine slows both alike."""
    pixels, ours, exact = film_pixels(), OurWay(model), OurWay(model, "float32")
    works: dict[str, Callable[[], object]] = {
        "plain": lambda: plain_way(model, pixels),
        "ours": lambda: ours.read(ours.inputs(pixels)),
        "ours in float32": lambda: exact.read(exact.inputs(pixels)),
        "ours, preparing alone": lambda: ours.inputs(pixels),
    }
    times: dict[str, list[float]] = {title: [] for title in works}
    for number in range(repeats + 1):
        for title, work in works.items():
            taken = seconds(work)
            if number:  # the first round warms up
                times[title].append(taken)
    size = (parameter_count(model[1]) + parameter_count(model[3])) / 1e6
    print(f"{name}: {size:.1f} M parameters, {ours.readers[0].runner.device.description}")
    plain = statistics.median(times["plain"])
    for title, own in times.items():
        ratio = statistics.median(b / a for a, b in zip(times["plain"], own, strict=True))
        print(f"  {title}: {statistics.median(own) * 1e3:.0f} ms, ratio {ratio:.2f}")
    print(f"  film of {FILM[0]} x {FILM[1]}, plain {plain:.2f} s")


def real_film(bundle: Path, path: Path, repeats: int) -> None:
    """Warm detection of a file's film, from pixels to landmarks."""
    detector, image = Detector.from_bundle(bundle, "cpu"), read_image(path)
    detector.detect(image, side=Side.RIGHT)
    taken = [seconds(lambda: detector.detect(image, side=Side.RIGHT)) for _ in range(repeats)]
    print(f"{path.name} {image.pixels.shape[1:]}: {statistics.median(taken):.2f} s, warm")


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--bundle", type=Path, default=None)
    parser.add_argument("--film", type=Path, default=None)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    if arguments.bundle is None:
        for name, encoder, widths in (
            ("Unet", "resnet18", (96, 64, 32, 16)),
            ("HRNet", "hrnet_w18_small", (48, 32, 24)),
            ("UnetPlusPlus", "resnet18", (128, 64, 32, 24, 16)),
        ):
            compare(f"{name} {encoder}", untrained(name, encoder, widths, 256), arguments.repeats)
        return
    compare(arguments.bundle.name, load_film_bundle(arguments.bundle), arguments.repeats)
    if arguments.film is not None:
        real_film(arguments.bundle, arguments.film, arguments.repeats)


if __name__ == "__main__":
    main()
