"""Images per second of a training: ours against a plain loop, in one run.

Plain is what a straightforward script does for every item: read the image file, normalise, augment
and make the targets in numpy, then train. Ours prepares every slice once, draws crops in
:mod:`HipLandmarksLib.training.resampling`, makes targets on the device and does all that for the
next steps while the present one runs. Both take the same random numbers, so that they do the same
work; the network is that of the shipped recipe.

The plain loop is timed twice: reading the whole stack, as MRI is stored, and reading files of one
slice each. Its training step is ours (same number format and memory layout), so that only the data
differ; 'plain in float32' adds what the plain step costs. Columns: wall time, and processor time,
which says more on a busy machine.

    python Testing/benchmarks/bench_training.py [--rounds N] [--steps N] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from HipLandmarksLib.anatomy import write_landmarks
from HipLandmarksLib.detection import Channels, choose_device
from HipLandmarksLib.imaging import PlaneTransform, read_image, write_image
from HipLandmarksLib.networks import build_network
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.synthesis import make_phantom, random_parameters
from HipLandmarksLib.training import (
    LabelledSlice,
    Objective,
    TrainingConfig,
    gaussian_target,
    heatmap_nll,
    read_folder,
)
from HipLandmarksLib.training.loader import BatchLoader, useful_threads
from HipLandmarksLib.training.sampling import Batch, PreparedSlice, Sampler, prepare
from HipLandmarksLib.training.targets import inside

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Images, targets, absent and weight of a batch."""
STEP_SECONDS = "training step alone"


@dataclass(frozen=True)
class Files:
    """The same slices in two kinds of files."""

    slices: list[LabelledSlice]
    stacks: list[Path]
    single: list[Path]


def make_stacks(folder: Path, count: int = 3) -> None:
    """Simulated hips as a user has them: NIfTI stacks with landmarks beside them."""
    for number in range(count):
        phantom = make_phantom(random_parameters(np.random.default_rng(number)), seed=number)
        write_image(folder / f"p{number}.nii.gz", phantom.image)
        write_landmarks(folder / f"p{number}_landmarks.json", phantom.landmarks)


def find_files(data: Path, scratch: Path) -> Files:
    """The slices that readers chose, each with its stack and with a file of its own."""
    slices = [labelled for labelled in read_folder(data) if labelled.chosen]
    endings = (".nii.gz", ".nrrd", ".mha")
    stacks, single = [], []
    for number, labelled in enumerate(slices):
        paths = [data / (labelled.case + ending) for ending in endings]
        stacks.append(next(path for path in paths if path.is_file()))
        alone = labelled.image.pixels[labelled.index][None]
        single.append(scratch / f"slice-{number}.nrrd")
        write_image(single[-1], replace(labelled.image, pixels=alone))
    return Files(slices, stacks, single)


class Data:
    """Batches of the shipped recipe, made in either way from the same random numbers."""

    def __init__(self, config: TrainingConfig, files: Files) -> None:
        self.config, self.files = config, files
        self.channels = Channels.of_keys(config.keys)
        self.sampler = Sampler(self.channels, config.crop, config.augmentation)
        self.prepared = [prepare(labelled, config.preprocessing) for labelled in files.slices]

    def _chosen(self, rng: np.random.Generator) -> list[int]:
        return [int(n) for n in rng.integers(len(self.prepared), size=self.config.batch)]

    def ours(self, step: int) -> Batch:
        """A batch as the trainer makes it."""
        rng = np.random.default_rng([17, step])
        return self.sampler.batch([self.prepared[n] for n in self._chosen(rng)], rng)

    def plain(self, step: int, single: bool) -> Arrays:
        """The same batch, item by item from the file."""
        rng = np.random.default_rng([17, step])
        items = [self._item(number, single, rng) for number in self._chosen(rng)]
        images, targets, absent, weight = (np.stack(parts) for parts in zip(*items, strict=True))
        return images[:, None], targets, absent, weight

    def _item(self, number: int, single: bool, rng: np.random.Generator) -> Arrays:
        labelled, config = self.files.slices[number], self.config
        image = read_image((self.files.single if single else self.files.stacks)[number])
        index = 0 if single else labelled.index
        pixels = config.preprocessing.normalise(image.slice_pixels(index))
        known: PreparedSlice = self.prepared[number]
        centre = known.centre
        if rng.random() < config.augmentation.elsewhere:
            centre = (centre[0], rng.uniform(0, known.plane.shape[0]))
        shapes = config.augmentation.geometry(known.plane, centre, config.crop, rng)
        crop = config.augmentation.intensity(shapes[0].warp(pixels, fill=-1.0), rng)
        return crop, *self._targets(labelled, *shapes)

    def _targets(
        self, labelled: LabelledSlice, plane: PlaneTransform, mirrored: bool
    ) -> Sequence[np.ndarray]:
        target = np.zeros((len(self.channels), *self.config.crop), dtype=np.float32)
        absent, weight = np.zeros((2, len(self.channels)), dtype=np.float32)
        for channel, (side, key) in enumerate(self.channels.ids):
            label = labelled.labels.get((side.opposite if mirrored else side, key))
            if label is None:
                continue
            weight[channel] = label.weight
            xy = None if label.ij is None else tuple(plane.forward(label.ij))
            if xy is not None and inside(xy, self.config.crop):
                target[channel] = gaussian_target(xy, self.config.crop, self.config.sigma_px)
            else:
                absent[channel] = 1.0
        return target, absent, weight


class Step:
    """One training step of the shipped network, reduced precision and channels last, or plain."""

    def __init__(self, config: TrainingConfig, plain: bool = False) -> None:
        torch.manual_seed(17)
        self.device = choose_device()
        self.reduced = not plain and self.device.precision is not torch.float32
        self.layout = torch.contiguous_format if plain else torch.channels_last
        network = build_network(config.network).to(self.device.name, memory_format=self.layout)
        self.network = network.train()
        self.optimiser = config.optimiser.make(network.parameters(), 1e-4, 1e-4)
        self.objective = Objective(config.loss, config.limbs, config.sigma_px)

    def ours(self, batch: Batch) -> None:
        """Targets are made from the points."""
        truth = self.objective.truth(batch, self.device.name, False)
        self._step(batch.images, truth.maps, truth.absent, truth.weight)

    def plain(self, arrays: Arrays) -> None:
        """Targets are given."""
        maps, absent, weight = (torch.from_numpy(a).to(self.device.name) for a in arrays[1:])
        self._step(arrays[0], maps, absent, weight)

    def _step(
        self, images: np.ndarray, maps: torch.Tensor, absent: torch.Tensor, weight: torch.Tensor
    ) -> None:
        given = torch.from_numpy(images).to(self.device.name, memory_format=self.layout)
        with torch.autocast(self.device.name, torch.bfloat16, enabled=self.reduced):
            output = self.network(given)
        loss = heatmap_nll(output.heatmaps, output.nowhere, maps, absent, weight)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        if self.device.name == "cuda":
            torch.cuda.synchronize()


def ways(data: Data, step: Step, plain_step: Step | None) -> dict[str, Callable[[int], None]]:
    """Everything that is timed, by name: called with a number of steps."""

    def plain(count: int, single: bool, train: Callable[[Arrays], None] | None) -> None:
        for number in range(count):
            arrays = data.plain(number, single)
            if train is not None:
                train(arrays)

    def ours(count: int) -> None:  # the first batch is not hidden: that is against us
        with BatchLoader(data.ours, count, useful_threads(step.device.name)) as loader:
            for number in range(count):
                step.ours(loader.take(number))

    def ours_in_line(count: int) -> None:
        for number in range(count):
            step.ours(data.ours(number))

    batch = data.ours(0)
    found: dict[str, Callable[[int], None]] = {
        "data, plain from stacks": lambda n: plain(n, False, None),
        "data, plain from slices": lambda n: plain(n, True, None),
        "data, ours": lambda n: [data.ours(i) for i in range(n)] and None,
        STEP_SECONDS: lambda n: [step.ours(batch) for _ in range(n)] and None,
        "steps, plain from stacks": lambda n: plain(n, False, step.plain),
        "steps, plain from slices": lambda n: plain(n, True, step.plain),
        "steps, ours in line": ours_in_line,
        "steps, ours": ours,
    }
    if plain_step is not None:
        found["steps, plain in float32"] = lambda n: plain(n, True, plain_step.plain)
    return found


def timed(
    work: dict[str, Callable[[int], None]], rounds: int, steps: int
) -> dict[str, list[tuple[float, float]]]:
    """(wall, processor) seconds per step of every way, interleaved, after one step to warm up."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
    for way in work.values():
        way(1)
    for _ in range(rounds):
        for name, way in work.items():
            wall, processor = time.perf_counter(), time.process_time()
            way(steps)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            found[name].append((wall / steps, processor / steps))
    return found


def report(found: dict[str, list[tuple[float, float]]], batch: int) -> None:
    """Images per second and, within each round, the ratio to ours."""
    print(f"{'':<26} {'images/s':>9} {'ms/step':>8} {'CPU ms':>7}  ours is faster by (rounds)")
    for name, seconds in found.items():
        wall = statistics.median(w for w, _ in seconds)
        processor = statistics.median(p for _, p in seconds)
        ours = found["data, ours" if name.startswith("data") else "steps, ours"]
        ratios = [w / o for (w, _), (o, _) in zip(seconds, ours, strict=True)]
        told = f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})"
        line = f"{name:<26} {batch / wall:>9.1f} {1e3 * wall:>8.0f} {1e3 * processor:>7.0f}"
        print(line if seconds is ours else f"{line}  {told}")


def main() -> None:
    """Time all ways on one set of files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="per way and round")
    parser.add_argument("--data", type=Path, default=None, help="default: simulated stacks")
    parser.add_argument("--threads", type=int, default=None, help="of torch")
    parser.add_argument("--no-float32", action="store_true", help="leave the plain step out")
    arguments = parser.parse_args()
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    config = TrainingConfig.from_file(resource_path("Training", "mri-coronal.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if arguments.data is None:
            make_stacks(scratch)
        data = Data(config, find_files(arguments.data or scratch, scratch))
        step = Step(config)
        plain_step = None if arguments.no_float32 else Step(config, plain=True)
        print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, batches of")
        print(f"{config.batch} crops of {config.crop[0]} x {config.crop[1]}, {step.device.name}")
        found = timed(ways(data, step, plain_step), arguments.rounds, arguments.steps)
        report(found, config.batch)
        compare_targets(data)


def compare_targets(data: Data) -> None:
    """Both ways must give the same batch, or their times would not be comparable."""
    config, batch = data.config, data.ours(0)
    images, targets, *_ = data.plain(0, single=True)
    maps = Objective(config.loss, config.limbs, config.sigma_px).truth(batch, "cpu", False).maps
    rim = np.abs(images - batch.images)
    print(f"both ways: images differ by {np.median(rim):.1e} (median, range -1 to 1), targets by")
    print(f"{np.abs(targets - maps.numpy()).max():.1e} at most, of {targets.max():.1e}")


if __name__ == "__main__":
    main()
