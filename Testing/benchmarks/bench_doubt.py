"""How long a drag takes to be judged anew, and what the uncertainty module adds to a detection.

Live: two hips of a film with 26 landmarks and all their limbs, fields of the size of the shipped
recipe's crop; one landmark after the other is dragged. Goal: median 2 ms. All 26 at once and the
map of doubt are timed too.

Detection: the shipped MRI model on a phantom, and both passes of a film model over a film, with
and without fields, presence head, evidence and calibration, taking turns in one run. Goal: at most
15 % more. Wall time and processor time are given: on a machine that is busy with other work only
the latter says something about this code.

    python Testing/benchmarks/bench_doubt.py [--repeats N]
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time

import numpy as np
import torch

from HipLandmarksLib.anatomy import (
    ErrorBin,
    HipLandmarks,
    Landmark,
    LandmarkState,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.detection import (
    FILM_KEYS,
    BundleCard,
    Channels,
    Detector,
    ImageFrame,
    LimbChannels,
    LiveDoubt,
    MapChoice,
    Preprocessing,
    RegionDoubt,
    RegionMaps,
    choose_device,
    default_bundle,
    film_input,
    load_bundle,
    part_doubts,
    whole_film_frame,
)
from HipLandmarksLib.detection.map_reader import MapReader
from HipLandmarksLib.detection.placing import model_source, placed_landmark
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.imaging import (
    Calibration as Spacing,
)
from HipLandmarksLib.imaging import HipImage, Modality, PlaneTransform, SpacingProvenance
from HipLandmarksLib.networks import LandmarkNetwork, NetworkSpec, build_network
from HipLandmarksLib.synthesis import make_phantom
from HipLandmarksLib.uncertainty import (
    Calibration,
    CalibrationProvenance,
    ConformalTable,
    ErrorBins,
    MeasuredError,
    PositionModel,
    PositionScale,
    PresenceModel,
    SignWeight,
    apply,
)

CROP, FILM = (208, 144), (2200, 2600)
KEYS = FILM_KEYS[:13]
READER = Source(SourceKind.READER, "benchmark")
LIVE_GOAL_MS, SHARE_GOAL = 2.0, 0.15


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, cpu = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - cpu


def told(name: str, times: list[tuple[float, float]]) -> float:
    """Print medians and 99th percentiles in ms; the median of the processor time."""
    wall, cpu = (np.array(column) * 1e3 for column in zip(*times, strict=True))
    words = ", ".join(
        f"{kind} median {np.median(t):.2f} ms, p99 {np.percentile(t, 99):.2f} ms"
        for kind, t in (("wall", wall), ("processor", cpu))
    )
    print(f"{name}: {words}")
    return float(np.median(cpu))


def toy_calibration() -> Calibration:
    """One that uses all signs, for every landmark."""
    position = PositionModel(dict.fromkeys(FILM_KEYS, PositionScale(1.2, 1.0)))
    bins = ErrorBins((2.0, 5.0), dict.fromkeys(ErrorBin, MeasuredError(50, 20, 1.0, 3.0)))
    signs = {
        "surprisal": SignWeight(-3.0, 0.1, 0.2),
        "template_match": SignWeight(2.0, 0.8, 0.2),
        "entropy": SignWeight(-1.0, 0.5, 0.1),
        "nowhere_logit": SignWeight(1.0, 3.0, 2.0),
    }
    presence = PresenceModel(signs, 2.0, {}, dict.fromkeys(FILM_KEYS, 0.5))
    tables = dict.fromkeys(FILM_KEYS, ConformalTable(((2.0,),) * 40))
    provenance = CalibrationProvenance("none, for timing", 40, 40, "2026-01-01")
    return Calibration(
        provenance, presence=presence, position=position, bins=bins, landmarks=tables
    )


def region(side: Side, random: np.random.Generator) -> RegionMaps:
    """One hip of a film: blobs at random places, noise as fields."""
    channels = Channels.of_hip(KEYS)
    limbs = LimbChannels.of(channels)
    y, x = np.mgrid[: CROP[0], : CROP[1]]
    places = random.uniform(30, 130, (len(KEYS), 2))
    blobs = [np.exp(-((x - a) ** 2 + (y - b) ** 2) / 8) / (8 * np.pi) for a, b in places]
    fields = random.normal(0, 0.4, (len(limbs), 2, *CROP)).astype(np.float16)
    left = PlaneTransform.identity(FILM).flipped_horizontally()
    whole = left if side is Side.LEFT else PlaneTransform.identity(FILM)
    plane = whole.shifted(-300.0, -700.0).resized(0.15, 0.15).then(np.eye(3), CROP)
    ids = channels.ids
    pairs = tuple((ids[a], ids[b]) for a, b in limbs.pairs)
    heatmaps = np.stack(blobs).astype(np.float16)
    maps = RegionMaps(0, plane, ids, heatmaps, pairs, fields, image_shape=FILM)
    return maps.of_side(side)


def model_points(regions: tuple[RegionMaps, ...], calibration: Calibration) -> HipLandmarks:
    """The points of the heatmaps' modes, calibrated; a pixel of the film is 1 mm here."""
    found = []
    for maps in regions:
        for (side, key), heatmap in zip(maps.ids, maps.heatmaps, strict=True):
            row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
            i, j = maps.plane.backward((column, row))
            doubt = ((9.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 9.0))
            place = (float(i), 0.0, -float(j))
            source, signs = Source(SourceKind.MODEL, "m"), PresenceEvidence(surprisal=0.1)
            visible = LandmarkState.VISIBLE
            found.append(Landmark(side, key, place, visible, source, doubt, 0.9, "", signs))
    return apply(replace(calibration, presence=None), HipLandmarks.of(found))


def live(repeats: int) -> float:
    """Drag every landmark in turn; the median processor time of one step, ms."""
    random = np.random.default_rng(0)
    regions = tuple(region(side, random) for side in Side)
    calibration = toy_calibration()
    landmarks = model_points(regions, calibration)
    to_lps = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])
    following = LiveDoubt(regions, landmarks, to_lps, calibration)
    everything = list(landmarks)
    change = following.follow(landmarks, everything)
    print(f"{len(everything)} landmarks, {len(change.limbs)} limbs, crops of {CROP}")
    steps, touched = [], []
    for _ in range(repeats):
        for id_ in everything:
            own = landmarks[id_]
            moved = landmarks.with_landmark(own.moved(own.point() + random.normal(0, 9, 3), READER))
            steps.append(timed(lambda m=moved, i=id_: touched.append(following.follow(m, [i]))))
    limbs = np.mean([len(each.limbs) for each in touched])
    median = told(f"one landmark dragged ({limbs:.1f} limbs on average)", steps)
    all_at_once = [timed(lambda: following.follow(landmarks, everything)) for _ in range(repeats)]
    told("all 26 landmarks judged at once", all_at_once)
    maps(regions, landmarks, change.limbs, repeats)
    return median


def maps(regions: tuple[RegionMaps, ...], landmarks: HipLandmarks, limbs: object, n: int) -> None:
    """The map of one hip on a film of 5.7 megapixels, whole and of one part."""
    doubts = part_doubts(landmarks, limbs)
    drawn = RegionDoubt(regions[0], MapChoice(), doubts)
    told("map of one hip, whole", [timed(drawn.on_image) for _ in range(max(3, n // 10))])
    part, times = regions[0].limbs[0], []
    for number in range(max(3, n // 4)):
        step = {part: (number % 10) / 10 + 0.05}
        times.append(timed(lambda s=step: drawn.on_image(drawn.update(s))))
    told("map after one limb changed", times)


def with_module(spec: NetworkSpec, channels: Channels) -> NetworkSpec:
    """The same network with fields and presence head."""
    return replace(spec, limbs=len(LimbChannels.of(channels)), presence=True)


def grafted(network: LandmarkNetwork, spec: NetworkSpec) -> LandmarkNetwork:
    """A network of ``spec`` with the weights of one that has fewer channels in its last layers."""
    torch.manual_seed(0)
    larger = build_network(spec)
    state, own = larger.state_dict(), network.state_dict()
    for name, tensor in own.items():
        if state[name].ndim:
            state[name][tuple(slice(n) for n in tensor.shape)] = tensor
    larger.load_state_dict(state)
    return larger.eval()


def mri() -> tuple[Callable[[], object], Callable[[], object]]:
    """Whole detections in a phantom: the shipped model, and the same with the module."""
    card, network = load_bundle(default_bundle())
    spec = with_module(card.network, card.channels)
    doubting = replace(
        card, network=spec, limb_names=(), limb_variances=(), calibration=toy_calibration()
    )
    image = make_phantom(seed=1).image
    plain = Detector(network, card, "cpu")
    module = Detector(grafted(network, spec), doubting, "cpu")
    return lambda: plain.detect(image), lambda: module.detect(image)


class FilmReader:
    """Both passes over a film of 5.7 megapixels with random weights, frames given."""

    def __init__(self, module: bool) -> None:
        torch.manual_seed(0)
        both, one = Channels.of_keys(KEYS), Channels.of_hip(KEYS)
        spec = NetworkSpec("Unet", "resnet18", 4, (96, 64, 32, 16), landmarks=len(both))
        hip = replace(spec, landmarks=len(one))
        hip = with_module(hip, one) if module else hip
        self.calibration = toy_calibration() if module else None
        common = {"version": "0", "description": "", "modality": "XRAY"}
        common |= {"preprocessing": Preprocessing()}
        # the first pass stands for that of a film model: its card needs no reference here
        self.whole = self.reader(BundleCard(id="w", network=spec, channels=both, **common))
        card = BundleCard(id="h", network=hip, channels=one, frame=ImageFrame.HIP, **common)
        self.hips = self.reader(card)
        pixels = np.random.default_rng(1).normal(2000, 400, (1, *FILM)).astype(np.float32)
        spacing = Spacing(SpacingProvenance.PATIENT_PLANE)
        self.image = HipImage(pixels, np.eye(4), Modality.XRAY, spacing, "bench")
        self.square = whole_film_frame(FILM, 384)
        self.planes = [region(side, np.random.default_rng(2)).plane for side in Side]

    def reader(self, card: BundleCard) -> MapReader:
        return MapReader(build_network(card.network), card, choose_device("cpu", "auto"))

    def read(self) -> None:
        """Pixels to landmarks of the patient."""
        pixels = self.image.pixels[0]
        self.whole.read(
            torch.from_numpy(film_input(pixels, self.square))[None, None], VIEWS["none"]
        )
        inputs = np.stack([film_input(pixels, plane) for plane in self.planes])
        found = self.hips.read(torch.from_numpy(inputs)[:, None], VIEWS["none"])
        for plane, own in zip(self.planes, found, strict=True):
            signs = None if own.evidence is None else own.evidence.landmarks
            source = model_source(self.hips.card)
            placed = [
                placed_landmark(id_, point, self.image, plane, 0, source, 0.5, signs and signs[id_])
                for id_, point in own.points.items()
            ]
            if self.calibration is not None:
                apply(self.calibration, HipLandmarks.of(placed))


def cost(
    name: str, plain: Callable[[], object], module: Callable[[], object], repeats: int
) -> float:
    """Share of processor time that the module adds, both taking turns."""
    for work in (plain, module):
        work()
    turns = [(timed(plain), timed(module)) for _ in range(repeats)]
    told(f"{name} without the module", [first for first, _ in turns])
    told(f"{name} with fields, presence head, evidence, calibration", [b for _, b in turns])
    share = statistics.median(b[1] / a[1] for a, b in turns) - 1
    print(f"{name}: the module adds {share:.1%} of processor time")
    return share


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=40)
    repeats = parser.parse_args().repeats
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    median = live(repeats)
    verdict = "reached" if median <= LIVE_GOAL_MS else "MISSED"
    print(f"goal of a drag, {LIVE_GOAL_MS} ms: {verdict}")
    turns = max(3, repeats // 5)
    shares = [
        cost("MRI, whole detection", *mri(), turns),
        cost("film, both passes", FilmReader(False).read, FilmReader(True).read, turns),
    ]
    verdict = "reached" if max(shares) <= SHARE_GOAL else "MISSED"
    print(f"goal of the module's cost, {SHARE_GOAL:.0%}: {verdict}")


if __name__ == "__main__":
    main()
