"""What fusion (SRF) and the uncertainty module (UE) of paper 2 do on hips with hidden landmarks.

Trains an HRNet with and without each of the two on simulated slices whose landmarks are covered,
cut off or left alone, several seeds each; tests all models on other simulated hips that are
damaged likewise; prints tables in Markdown and writes every figure to JSON. A folder with finished
models is taken up again, so that nothing is trained twice.

    python Testing/benchmarks/study_uncertainty.py OUTPUT [--seeds 17 42] [--steps 900]

Simulated images, small networks, few steps: the figures compare the arms, they are no promise for
patients. Research software, not a medical device.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from study_rows import Row, rows_of
from study_tables import figures, markdown

from HipLandmarksLib.detection import Detector, Preprocessing
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.training import (
    Augmentation,
    LabelledSlice,
    LossSettings,
    Trainer,
    TrainingConfig,
    simulated_slices,
    with_covered,
)
from HipLandmarksLib.training.pools import Pools

KEYS = ("FHC", "NA", "NB", "LCP", "LAE", "SHP", "SHD")
COVERED_SHARE = 0.75
TRAINING_SEED, CALIBRATION_SEED, TEST_SEED = 11, 500_011, 900_011
"""Of the simulated hips: no hip occurs twice."""
AUGMENTATION = replace(
    Augmentation.named("robust"),
    **{"rotation_deg": 8.0, "scale": 0.1, "shift_px": 8.0, "elsewhere": 0.1},
    **{"gamma": 0.2, "contrast": 0.15, "brightness": 0.1, "bias": 0.2, "noise": 0.05},
)
"""Gentle, as training and test hips are of one kind."""


@dataclass(frozen=True)
class Arm:
    """One of the four networks."""

    srf: bool
    ue: bool

    @property
    def name(self) -> str:
        """For folders and tables."""
        return f"SRF {'on' if self.srf else 'off'}, UE {'on' if self.ue else 'off'}"


ARMS = tuple(Arm(srf, ue) for srf in (False, True) for ue in (False, True))


@dataclass(frozen=True)
class Data:
    """Damaged slices for the three purposes."""

    training: list[LabelledSlice]
    calibration: list[LabelledSlice]
    test: list[LabelledSlice]

    @classmethod
    def make(cls, phantoms: int, test: int) -> Data:
        """Every training hip is damaged in two ways; all slices of calibration and test are."""
        hips = simulated_slices(phantoms, TRAINING_SEED, KEYS)
        calibration = simulated_slices(test // 2, CALIBRATION_SEED, KEYS)
        unseen = simulated_slices(test, TEST_SEED, KEYS)
        return cls(
            [s for seed in (1, 2) for s in with_covered(hips, COVERED_SHARE, seed)],
            with_covered(calibration, 1.0, 3),
            with_covered(unseen, 1.0, 4),
        )


def configuration(arm: Arm, seed: int, steps: int, output: Path) -> TrainingConfig:
    """Everything but the two modules and the seed is the same for all."""
    spec = NetworkSpec(
        "HRNet",
        "hrnet_w18_small",
        5,
        (48, 32, 32),
        landmarks=2 * len(KEYS),
        presence=True,
        srf=(1, 2, 3, 4) if arm.srf else (),
    )
    return TrainingConfig(
        output / f"srf{arm.srf:d}-ue{arm.ue:d}-{seed}",
        bundle_id="study-of-uncertainty",
        description="Simulated hips with hidden landmarks; of no use for patients.",
        keys=KEYS,
        network=spec,
        preprocessing=Preprocessing(spacing_mm=3.0),
        augmentation=AUGMENTATION,
        loss=LossSettings(field_weight=400.0),
        uncertainty_module=arm.ue,
        sigma_px=1.5,
        crop=(64, 128),
        batch=8,
        steps=steps,
        warmup=30,
        learning_rate=1e-2,
        ema=0.98,
        phantom_share=1.0,
        covered_share=COVERED_SHARE,
        evaluate_every=max(1, steps // 2),
        seed=seed,
    )


def model(arm: Arm, seed: int, steps: int, data: Data, output: Path) -> Detector:
    """Train, unless there is a bundle already."""
    config = configuration(arm, seed, steps, output)
    bundle = config.output / "all" / "bundle"
    if not (bundle / "model.json").is_file():
        pools = Pools.of([], data.training, config.preprocessing, 0.0, 1.0)
        print(f"{arm.name}, seed {seed}: training", flush=True)
        bundle = Trainer(config, pools).run()
    return Detector.from_bundle(bundle, "cpu", "float32")


def study(
    data: Data, seeds: Sequence[int], steps: int, output: Path
) -> tuple[list[Row], list[Row]]:
    """Every landmark of every (calibration, test) slice as every model sees it."""
    calibration: list[Row] = []
    test: list[Row] = []
    for seed in seeds:
        for arm in ARMS:
            detector = model(arm, seed, steps, data, output)
            calibration += rows_of(detector, data.calibration, arm.name, seed)
            test += rows_of(detector, data.test, arm.name, seed)
    return calibration, test


def main() -> None:
    """Train what is missing, test, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[17, 42])
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--phantoms", type=int, default=300, help="simulated hips to train on")
    parser.add_argument("--test", type=int, default=260, help="simulated hips to test on")
    arguments = parser.parse_args()
    data = Data.make(arguments.phantoms, arguments.test)
    calibration, test = study(data, arguments.seeds, arguments.steps, arguments.output)
    found = figures(calibration, test)
    (arguments.output / "study.json").write_text(json.dumps(found, indent=1) + "\n")
    print(markdown(found))


if __name__ == "__main__":
    main()
