"""Every family of networks learns simulated images by heart, through the real trainer."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.detection import Preprocessing
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.training import (
    Augmentation,
    LossSettings,
    Trainer,
    TrainingConfig,
    simulated_slices,
)
from HipLandmarksLib.training.pools import Pools

KEYS = ("FHC", "LAE")
HRNET = NetworkSpec("HRNet", "hrnet_w18_small", 5, (24, 16, 16), landmarks=4)
MAXVIT = NetworkSpec("DPT", "tu-maxvit_rmlp_pico_rw_256", 4, landmarks=4, window_side=64)
FAMILIES = {
    "UNet": (NetworkSpec("Unet", "resnet18", 3, (32, 16, 16), landmarks=4), 50, 5e-3),
    "UNet++": (NetworkSpec("UnetPlusPlus", "resnet18", 3, (32, 16, 16), landmarks=4), 50, 5e-3),
    "UNet++ VGG16": (NetworkSpec("UnetPlusPlus", "vgg16", 3, (32, 16, 16), landmarks=4), 50, 2e-3),
    "UNet MiT": (NetworkSpec("Unet", "mit_b0", 5, (64, 48, 32, 16, 16), landmarks=4), 80, 2e-3),
    "DPT": (NetworkSpec("DPT", "tu-resnet18", 4, landmarks=4), 40, 1e-3),
    "DPT MaxViT": (MAXVIT, 40, 1e-3),
    "HRNet": (HRNET, 60, 1e-2),
    "HRNet with SRF": (replace(HRNET, srf=(1, 2, 3, 4)), 50, 1e-2),
    "HigherHRNet": (replace(HRNET, architecture="HigherHRNet"), 50, 1e-2),
    "Hourglass": (NetworkSpec("Hourglass", "stack2", 4, (32, 16, 16), landmarks=4), 60, 5e-3),
}
"""A small preset of every family, steps and learning rate."""
SLOW = ("UNet++ VGG16", "DPT", "DPT MaxViT")
"""Take seconds for a step on four images; two show the same."""
WING = LossSettings("adaptive_wing")


@pytest.fixture(autouse=True)
def one_batch_tells_the_statistics(monkeypatch):
    """Without augmentation every batch is the same."""
    monkeypatch.setattr("HipLandmarksLib.training.trainer._STATISTICS_BATCHES", 1)


@pytest.fixture(scope="module")
def slices():
    """Four simulated slices on which both hips are seen."""
    made = simulated_slices(12, 5, KEYS)
    whole = [s for s in made if sum(p.ij is not None for p in s.labels.values()) == 4]
    return whole[:4]


def errors_after(tmp_path, slices, spec, steps, learning_rate, loss):
    """Distances in network pixels between the decoded and the true points."""
    config = TrainingConfig(
        tmp_path,
        keys=KEYS,
        network=spec,
        preprocessing=Preprocessing(spacing_mm=4.8, multiple=64),
        augmentation=Augmentation.none(),
        loss=loss,
        uncertainty_module=True,
        sigma_px=1.5,
        crop=(64, 128),
        batch=len(slices),
        steps=steps,
        warmup=5,
        learning_rate=learning_rate,
        ema=0.0,
        phantom_share=1.0,
        evaluate_every=steps,
    )
    trainer = Trainer(config, Pools.of([], slices, config.preprocessing, 0.0, 1.0))
    trainer.run()
    batch = trainer.sampler.batch(trainer.pools.simulated, np.random.default_rng(0))
    detector = trainer.detector()
    maps = detector.maps(torch.from_numpy(batch.images))
    places, nowhere = maps.places.numpy(), maps.nowhere.numpy()
    errors = []
    for own, gone, points, absent in zip(places, nowhere, batch.points, batch.absent, strict=True):
        for channel in np.flatnonzero(absent == 0):
            found = detector.card.decoder.decode(own[channel], float(gone[channel]))
            errors.append(np.hypot(*(np.asarray(found.xy) - points[channel])))
    return np.array(errors)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_few_images_are_learned_to_less_than_a_pixel(tmp_path, slices, family):
    """With the uncertainty module, as heatmaps and fields share the network."""
    images = slices[:2] if family in SLOW else slices
    errors = errors_after(tmp_path, images, *FAMILIES[family], LossSettings(field_weight=20.0))
    assert len(errors) >= 3 * len(images)
    assert errors.mean() < 1.0


@pytest.mark.parametrize("family", ["UNet", "HRNet"])
def test_adaptive_wing_learns_them_too_and_is_read_as_it_was_trained(tmp_path, slices, family):
    """Both weights of paper 2's loss are 1. Maps that start as noise need twice the steps."""
    errors = errors_after(tmp_path, slices, FAMILIES[family][0], 70, 5e-3, WING)
    assert errors.mean() < 0.6
