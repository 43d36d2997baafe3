"""A run is seeded, resumable after a kill, split by patient, and ends in a bundle that works."""

import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import HipLandmarks, Side, write_landmarks
from HipLandmarksLib.detection import Detector, load_bundle
from HipLandmarksLib.detection.tensors import save_tensors
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.evaluation import PointError, format_summary, summarise
from HipLandmarksLib.imaging import write_image
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.synthesis import best_slices, make_phantom, random_parameters
from HipLandmarksLib.training import (
    LabelledSlice,
    PointLabel,
    Trainer,
    TrainingConfig,
    run_cross_validation,
    run_training,
    split,
)
from HipLandmarksLib.training.pools import Pools


def tiny(tmp_path, **changes):
    values = {
        "output": tmp_path / "run",
        "network": NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2),
        "keys": ("FHC",),
        "crop": (32, 48),
        "batch": 2,
        "steps": 6,
        "warmup": 1,
        "evaluate_every": 2,
        "phantom_share": 1.0,
        "phantom_slices": 1,
    }
    return TrainingConfig(**{**values, **changes})


@pytest.fixture(scope="module")
def hip_slice():
    phantom = make_phantom(random_parameters(np.random.default_rng(3)), seed=1, slices=[18])
    labels = {
        (Side.RIGHT, "FHC"): PointLabel((120, 250)),
        (Side.LEFT, "FHC"): PointLabel((260, 250)),
    }
    return LabelledSlice("p1", phantom.image, 0, labels, frozenset({"R", "L"}))


def pools_of(config, *slices):
    return Pools.of(slices, [], config.preprocessing, 0, 0)


def run(config, hip_slice, stop_after=None):
    """Train; ``stop_after`` kills the run right after that step."""
    losses = []

    class KilledError(Exception):
        pass

    def report(step, _steps, figures):
        losses.append(figures["loss"])
        if step == stop_after:
            raise KilledError

    trainer = Trainer(config, pools_of(config, hip_slice))
    with suppress(KilledError):
        trainer.run(report=report)
    return losses


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, hip_slice):
    whole = run(tiny(tmp_path / "whole"), hip_slice)
    config = tiny(tmp_path / "killed")
    first = run(config, hip_slice, stop_after=5)  # the last checkpoint is of step 4
    second = run(config, hip_slice)
    assert first[:4] == pytest.approx(whole[:4], rel=1e-4)
    assert second == pytest.approx(whole[4:], rel=1e-3)
    weights = [load_bundle(tmp_path / name / "run/all/bundle")[1] for name in ("whole", "killed")]
    for one, other in zip(*(w.parameters() for w in weights), strict=True):
        assert torch.allclose(one, other, atol=1e-3)


def test_a_checkpoint_of_other_settings_is_not_mixed_in(tmp_path, hip_slice):
    run(tiny(tmp_path), hip_slice, stop_after=2)
    with pytest.raises(ConfigurationError, match="other settings"):
        run(tiny(tmp_path, learning_rate=0.5), hip_slice)


def test_a_checkpoint_of_another_network_is_named_in_one_line(tmp_path, hip_slice):
    config = tiny(tmp_path)
    run(config, hip_slice, stop_after=2)
    other = replace(config, network=replace(config.network, decoder_channels=(24, 24, 24)))
    with pytest.raises(ConfigurationError, match=r"other settings \(network\)") as refused:
        run(other, hip_slice)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("facts", [None, {}, {"config": {}}, []])
def test_a_checkpoint_that_does_not_say_what_it_is_cannot_be_resumed(tmp_path, hip_slice, facts):
    run(tiny(tmp_path), hip_slice, stop_after=2)
    metadata = None if facts is None else {"facts": json.dumps(facts)}
    save_tensors({}, tmp_path / "run/all/state.safetensors", metadata)
    with pytest.raises(ConfigurationError, match="cannot be resumed"):
        run(tiny(tmp_path), hip_slice)


def test_a_disk_that_is_full_is_an_error_of_the_operating_system(tmp_path):
    (tmp_path / "state.safetensors").mkdir()  # no file can be written here
    with pytest.raises(OSError) as failed:
        save_tensors({}, tmp_path / "state.safetensors")
    assert failed.value.filename == str(tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path, hip_slice):
    run(tiny(tmp_path), hip_slice, stop_after=2)
    (tmp_path / "run/all/state.safetensors").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="cannot be resumed"):
        run(tiny(tmp_path), hip_slice)


def test_a_step_that_is_not_finite_is_skipped_and_counted(tmp_path, hip_slice):
    config = tiny(tmp_path, steps=2)
    trainer = Trainer(config, pools_of(config, hip_slice))
    before = [p.detach().clone() for p in trainer.network.parameters()]
    trainer.sampler = replace(trainer.sampler, augmentation=_Broken())
    trainer.run()
    assert trainer.progress.skipped == 2
    after = trainer.network.parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


class _Broken:
    """An augmentation that spoils the image."""

    elsewhere = 0.0

    def geometry(self, plane, centre, shape, rng):
        return plane.cropped_or_padded(shape), False

    def intensity(self, pixels, rng):
        return np.full_like(pixels, np.nan)


def test_all_slices_of_a_patient_fall_on_one_side_and_every_patient_is_tested_once(
    tmp_path, hip_slice
):
    slices = [replace(hip_slice, case=f"p{n // 3}") for n in range(21)]
    config = tiny(tmp_path, folds=3)
    tested = []
    for fold in range(3):
        train, held_out = split(slices, config, fold)
        cases = {s.case for s in held_out}
        assert cases.isdisjoint(s.case for s in train)
        assert len(train) + len(held_out) == 21
        tested += sorted(cases)
    assert sorted(tested) == [f"p{n}" for n in range(7)]


def test_the_held_out_patients_stop_a_run_that_no_longer_improves(tmp_path, hip_slice):
    config = tiny(tmp_path, steps=40, patience=1, fold=0, learning_rate=1e-9, ema=0.0)
    trainer = Trainer(config, pools_of(config, hip_slice), [hip_slice])
    bundle = trainer.run()
    assert trainer.progress.step < 40
    assert (bundle / "model.json").is_file()
    assert json.loads((trainer.folder / "history.json").read_text())[0]["held_out_mre_mm"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"crop": (33, 48)}, "multiples"),
        ({"steps": 0}, "steps"),
        ({"phantom_share": 0.5}, "data folder"),
        ({"fold": 9}, "folds"),
        ({"patience": 2}, "held-out"),
        ({"keys": ("FHC", "NA")}, "heatmaps"),
        ({"ema": 2.0}, "ema"),
    ],
)
def test_a_configuration_that_cannot_work_says_why(tmp_path, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        tiny(tmp_path, **changes)


def test_a_configuration_file_is_read_relative_to_itself(tmp_path):
    (tmp_path / "c.yaml").write_text("output: here\nphantom_share: 1\nsteps: 3\n")
    assert TrainingConfig.from_file(tmp_path / "c.yaml").output == tmp_path / "here"


@pytest.mark.parametrize("text", ["- a", "output: x\ncolour: red", "output: [", ""])
def test_a_bad_configuration_file_is_one_sentence(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigurationError):
        TrainingConfig.from_file(tmp_path / "c.yaml")


@pytest.mark.parametrize("name", ["quick.yaml", "mri-coronal.yaml"])
def test_the_recipes_that_ship_are_valid(name):
    TrainingConfig.from_file(resource_path("Training", name))


def test_cross_validation_reports_every_patient_even_when_a_model_finds_nothing(tmp_path):
    """Two steps teach nothing: the figures must say so instead of failing."""
    for seed in (1, 2):
        parameters = random_parameters(np.random.default_rng(seed))
        best = best_slices(parameters)[Side.RIGHT]
        phantom = make_phantom(parameters, seed=seed, slices=[best - 1, best, best + 1])
        write_image(tmp_path / f"p{seed}.nii.gz", phantom.image)
        heads = [p for p in phantom.landmarks_on(1).values() if p.key == "FHC"]
        write_landmarks(tmp_path / f"p{seed}_landmarks.json", HipLandmarks.of(heads))
    config = tiny(tmp_path, data=tmp_path, phantom_share=0.0, steps=2, folds=2)
    result = run_cross_validation(config)
    assert result["patients"] == 2
    assert result["errors"]["drawn"]["n"] == 4
    assert 0 <= result["slice_within_one"] <= 1
    written = json.loads((config.output / "cross-validation.json").read_text())
    points = written.pop("points")
    assert written == result
    assert len(points) == result["errors"]["all"]["n"]
    assert sum(point["error_mm"] is None for point in points) == result["errors"]["all"]["missed"]
    with pytest.raises(ConfigurationError, match="do not fill"):
        run_cross_validation(replace(config, folds=3))


def test_summary_counts_missed_points_as_failures():
    errors = [
        PointError("a", Side.RIGHT, "FHC", 1.0),
        PointError("a", Side.LEFT, "FHC", 3.5),
        PointError("b", Side.LEFT, "NA", None),
    ]
    summary = summarise(errors)
    assert summary["all"]["mre_mm"] == pytest.approx(2.25)
    assert summary["all"]["missed"] == 1
    assert summary["all"]["sdr_2mm"] == pytest.approx(1 / 3, abs=1e-4)
    assert summary["FHC"]["sdr_4mm"] == 1
    assert "mre_mm" not in summary["NA"]
    assert "FHC" in format_summary(summary)


def test_the_quick_preset_learns_hips_it_has_not_seen(tmp_path):
    config = replace(
        TrainingConfig.from_file(resource_path("Training", "quick.yaml")), output=tmp_path
    )
    detector = Detector.from_bundle(run_training(config))
    errors = []
    for seed in (9001, 9002, 9003):
        parameters = random_parameters(np.random.default_rng(seed))
        phantom = make_phantom(parameters, seed=seed)
        for side in Side:
            found = detector.detect(phantom.image, phantom.slices[side]).landmarks
            for key in ("FHC", "NA", "LAE", "LCP"):
                placed = found.position(side, key)
                truth = phantom.landmarks.position(side, key)
                errors.append(60.0 if placed is None else np.hypot(*(placed - truth)[[0, 2]]))
    assert np.mean(errors) < 6.0  # a constant guess is off by about 20 mm
