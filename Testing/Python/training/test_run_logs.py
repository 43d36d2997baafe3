"""What a run writes down of every step, and what it says when it cannot go on."""

import json
import sys
import types
from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.detection import load_card
from HipLandmarksLib.errors import ConfigurationError, MissingDependencyError, TrainingError
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.report.evaluation import read_histories
from HipLandmarksLib.training import Trainer, TrainingConfig, simulated_slices
from HipLandmarksLib.training.logs import COLUMNS, RunLog, read_log
from HipLandmarksLib.training.pools import Pools
from HipLandmarksLib.training.progress import Progress


@pytest.fixture(autouse=True)
def quick_statistics(monkeypatch):
    monkeypatch.setattr("HipLandmarksLib.training.trainer._STATISTICS_BATCHES", 1)


@pytest.fixture(scope="module")
def slices():
    return simulated_slices(2, 3, ("FHC",))


def tiny(tmp_path, **changes):
    values = {
        "output": tmp_path / "run",
        "network": NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2),
        "keys": ("FHC",),
        "crop": (32, 48),
        "batch": 2,
        "steps": 4,
        "warmup": 1,
        "evaluate_every": 2,
        "phantom_share": 1.0,
    }
    return TrainingConfig(**{**values, **changes})


def trainer_of(config, slices, held_out=()):
    return Trainer(config, Pools.of([], slices, config.preprocessing, 0.0, 1.0), held_out)


class Spoiled:
    """Batches of a trainer, without finite pixels from one step to another."""

    def __init__(self, trainer, steps):
        self.draw, self.steps = trainer._batch, steps

    def __call__(self, step):
        batch = self.draw(step)
        if step not in self.steps:
            return batch
        return replace(batch, images=np.full_like(batch.images, np.nan))


def test_every_step_has_a_row_with_loss_parts_rate_and_speed(tmp_path, slices):
    held_out = [replace(slices[0], chosen=frozenset("RL"))]
    trainer = trainer_of(tiny(tmp_path), slices, held_out)
    trainer.run()
    rows = read_log(trainer.folder / "log.csv")
    assert [row["step"] for row in rows] == ["1", "2", "3", "4"]
    for row in rows:
        assert float(row["loss"]) == pytest.approx(float(row["heatmap"]), rel=1e-5)
        assert float(row["gradient_norm"]) > 0 and float(row["images_per_s"]) > 0
        assert row["skipped"] == "0" and row["field"] == ""
    assert float(rows[0]["learning_rate"]) > float(rows[3]["learning_rate"])
    assert [bool(row["held_out_missed"]) for row in rows] == [False, True, False, True]
    assert float(rows[0]["seconds"]) < float(rows[3]["seconds"])


def test_the_learning_curve_is_as_fine_as_the_log(tmp_path, slices):
    trainer = trainer_of(tiny(tmp_path), slices)
    trainer.run()
    (curve,) = read_histories([trainer.folder])
    assert [step for step, _ in curve.figures["loss"]] == [1, 2, 3, 4]


def test_a_line_that_a_power_failure_cut_off_is_dropped_and_rows_to_come_too(tmp_path):
    log = RunLog(tmp_path)
    for step in (1, 2, 3):
        log.write({"step": step, "loss": 0.5 / step})
    log.close()
    path = tmp_path / "log.csv"
    path.write_text(path.read_text() + "4,12")
    assert [row["step"] for row in read_log(path)] == ["1", "2", "3"]
    log = RunLog(tmp_path, after_step=2)
    log.write({"step": 3, "loss": 0.1})
    log.close()
    assert [row["loss"] for row in read_log(path)] == ["0.5", "0.25", "0.1"]
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)


def test_a_single_step_that_is_not_finite_changes_nothing_and_is_reported(tmp_path, slices):
    trainer = trainer_of(tiny(tmp_path), slices)
    trainer._batch = Spoiled(trainer, {1})
    shown = []
    trainer.run(report=lambda step, steps, figures: shown.append(figures))
    rows = read_log(trainer.folder / "log.csv")
    assert [row["skipped"] for row in rows] == ["0", "1", "0", "0"]
    assert rows[1]["loss"] == "nan"
    assert "steps skipped" not in shown[0] and shown[3]["steps skipped"] == 1
    state = trainer.network.state_dict()
    assert all(bool(torch.isfinite(value).all()) for value in state.values())
    assert load_card(trainer.folder / "bundle").training["skipped_steps"] == 1
    assert "NaN" not in (trainer.folder / "history.json").read_text()


def test_a_step_that_is_not_finite_leaves_weights_moments_and_statistics_alone(tmp_path, slices):
    trainer = trainer_of(tiny(tmp_path), slices)
    trainer.optimisation.step(trainer._batch(0), 0, 1e-3)
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    figures = trainer.optimisation.step(Spoiled(trainer, {1})(1), 1, 1e-3)
    assert not figures.finite
    after = trainer.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_many_steps_that_are_not_finite_end_the_run_and_it_can_go_on_with_a_lower_rate(
    tmp_path, slices
):
    trainer = trainer_of(tiny(tmp_path, steps=24, evaluate_every=3), slices)
    trainer._batch = Spoiled(trainer, range(3, 24))
    with pytest.raises(TrainingError, match=r"steps 4 to 23.*can be resumed.*learning_rate"):
        trainer.run()
    assert read_log(trainer.folder / "log.csv")[-1]["step"] == "23"
    milder = tiny(tmp_path, steps=24, evaluate_every=8, learning_rate=1e-4)
    with pytest.raises(ConfigurationError, match="--accept-changes"):
        trainer_of(milder, slices).run()
    again = trainer_of(milder, slices)
    again.run(accept_changes=True)
    assert again.progress.step == 24
    assert [int(row["step"]) for row in read_log(again.folder / "log.csv")] == [*range(1, 25)]


def test_changes_of_what_is_learned_are_never_accepted(tmp_path, slices):
    trainer_of(tiny(tmp_path, steps=2), slices).run()
    with pytest.raises(ConfigurationError, match=r"\(sigma_px\)"):
        trainer_of(tiny(tmp_path, sigma_px=3.0, steps=4), slices).run(accept_changes=True)


def test_a_run_that_begins_anew_never_comes_back_to_its_old_checkpoint(tmp_path, slices):
    trainer_of(tiny(tmp_path), slices).run()
    again = trainer_of(tiny(tmp_path), slices)
    again._begin(resume=False, accept_changes=False)
    assert not (again.folder / "state.safetensors").exists()


def test_early_stopping_keeps_the_best_weights_and_the_card_tells_it(tmp_path, slices, monkeypatch):
    errors = iter([9.0, 4.0, 6.0, 5.0, 1.0])
    judge = Progress.judge
    monkeypatch.setattr(Progress, "judge", lambda self, _: judge(self, [next(errors)]))
    config = tiny(tmp_path, steps=20, patience=2, fold=0)
    trainer = trainer_of(config, slices, [replace(slices[0], chosen=frozenset("RL"))])
    card = load_card(trainer.run())
    told = card.training["early_stopping"]
    assert (told["best_step"], told["last_step"], told["stopped_early"]) == (4, 8, True)
    assert card.training["steps"] == 4
    assert trainer.run() and load_card(trainer.folder / "bundle") == card  # nothing left to do


def test_a_model_that_finds_only_the_easy_landmark_is_not_the_best():
    progress = Progress(step=1)
    progress.judge([6.0, 6.0])
    progress.step = 2
    assert progress.judge([1.0, None]) == {"held_out_mre_mm": 1.0, "held_out_missed": 0.5}
    assert progress.best_step == 1


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_every_precision_trains_and_stands_in_the_card(tmp_path, slices, precision):
    trainer = trainer_of(tiny(tmp_path, precision=precision, steps=2), slices)
    seen = []
    head = trainer.network.get_submodule("model.segmentation_head.0")
    head.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    card = load_card(trainer.run())
    assert card.training["precision"] == precision
    assert card.training["skipped_steps"] == 0
    assert set(seen) == {torch.float32}  # heads and losses
    assert trainer.optimisation.scaler.is_enabled() == (precision == "float16")


def test_the_scale_of_float16_survives_a_stop(tmp_path, slices):
    config = tiny(tmp_path, precision="float16", steps=2)
    trainer = trainer_of(config, slices)
    trainer._batch = Spoiled(trainer, {0})
    trainer.run()
    scale = trainer.optimisation.scaler.get_scale()
    assert scale == 2.0**11  # halved once
    again = trainer_of(config, slices)
    again.run()
    assert again.optimisation.scaler.get_scale() == scale


def test_an_unknown_precision_is_named_with_the_choices(tmp_path):
    with pytest.raises(ConfigurationError, match="float16, not 'half'"):
        tiny(tmp_path, precision="half")


def test_tensorboard_is_refused_before_training_when_it_is_not_installed(
    tmp_path, slices, monkeypatch
):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependencyError, match="pip install tensorboard"):
        trainer_of(tiny(tmp_path, tensorboard=True), slices)


def test_tensorboard_gets_every_figure_and_no_step_twice(tmp_path, slices, monkeypatch):
    written = []

    class SummaryWriter:
        def __init__(self, folder, purge_step):
            written.append(("purge", folder, purge_step))

        def add_scalar(self, name, value, step):
            written.append((name, value, step))

        def close(self):
            written.append(("closed", None, None))

    board = types.SimpleNamespace(SummaryWriter=SummaryWriter)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", board)
    trainer_of(tiny(tmp_path, steps=2, tensorboard=True), slices).run()
    folder = str(tmp_path / "run/all/tensorboard")
    assert written[0] == ("purge", folder, 1) and written[-1][0] == "closed"
    assert [step for name, _, step in written if name == "gradient_norm"] == [1, 2]
    facts = json.dumps(load_card(tmp_path / "run/all/bundle").training)
    assert "tensorboard" not in facts
