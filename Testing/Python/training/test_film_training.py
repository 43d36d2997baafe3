"""Training of a film model: settings that are checked, subjects held out, runs that go on."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from training.film_views_of_balls import ball_store

from HipLandmarksLib.cli.main import main
from HipLandmarksLib.detection import Detector, load_card
from HipLandmarksLib.detection.card import ImageFrame
from HipLandmarksLib.detection.channels import MARKER_KEY
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.training import trainer as training_loop
from HipLandmarksLib.training.film_config import FilmConfig
from HipLandmarksLib.training.film_framing import FilmFraming
from HipLandmarksLib.training.film_run import film_facts, run_film_training
from HipLandmarksLib.training.film_trainer import FilmTrainer, held_out_samples, sample_errors
from HipLandmarksLib.training.film_views import TrainingViews
from HipLandmarksLib.training.logs import read_log

SMALL = NetworkSpec("Unet", "resnet18", 3, (32, 16, 16))


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return ball_store(tmp_path_factory.mktemp("views") / "balls", "abcd")


@pytest.fixture(autouse=True)
def few_statistics(monkeypatch):
    monkeypatch.setattr(training_loop, "_STATISTICS_BATCHES", 2)


def settings(views, output, **changes):
    values = {
        "views": (views,),
        "network": SMALL,
        "crop": (64, 64),
        "hip_crop": (64, 48),
        "pixel_mm": 4.0,
        "batch": 2,
        "steps": 4,
        "warmup": 1,
        "evaluate_every": 2,
        "held_out": 1,
        "held_out_films": 2,
    }
    return FilmConfig(output, **{**values, **changes})


def trainer_of(config):
    facts = film_facts(config)
    held_out = TrainingViews.open(config, facts.held_out, training=False)
    return FilmTrainer(
        config, TrainingViews.open(config, facts.held_out), facts.reference, held_out
    )


@pytest.mark.parametrize("show", ["whole", "hip"])
def test_four_views_are_learned_by_heart(views, tmp_path, show):
    """Each pass, on films that are framed always alike; errors in network pixels."""
    config = settings(
        views,
        tmp_path,
        show=show,
        framing=FilmFraming.none(),
        hip_crop=(96, 64),
        pixel_mm=2.5,
        robust_share=0.0,
        object_share=0.0,
        negative_share=0.0,
        held_out=0,
        batch=4,
        steps=60,
        warmup=5,
        evaluate_every=60,
        learning_rate=5e-3,
        ema=0.5,
        sigma_px=1.5,
    )
    facts = film_facts(config)
    learned = TrainingViews.open(config, ())
    trainer = FilmTrainer(config, learned, facts.reference)
    trainer.run()
    samples = held_out_samples(replace(config, held_out_films=4), learned, facts.reference)
    errors = sample_errors(trainer.optimisation.averaged.eval(), samples, config, "cpu")
    found = [error for error in errors if error is not None]
    assert len(found) > 0.9 * len(errors) > 30
    assert np.median(found) / np.median([sample.mm_per_px for sample in samples]) < 1.5


def test_a_stopped_run_goes_on_as_if_it_had_not_been(views, tmp_path):
    whole = trainer_of(settings(views, tmp_path / "whole"))
    whole.run()
    part = trainer_of(settings(views, tmp_path / "part"))
    part._loader, stop = _stopping_loader(part, 3), pytest.raises(KeyboardInterrupt)
    with stop:
        part.run()
    again = trainer_of(settings(views, tmp_path / "part"))
    again.run()
    for one, other in zip(
        whole.network.state_dict().values(), again.network.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)
    assert [row["step"] for row in read_log(again.folder / "log.csv")] == ["1", "2", "3", "4"]


def _stopping_loader(trainer, at):
    make = trainer._batch

    def stopped(step):
        if step == at:
            raise KeyboardInterrupt
        return make(step)

    def loader():
        return training_loop.BatchLoader(stopped, trainer.settings.steps, threads=0)

    return loader


def test_batches_of_other_processes_are_the_same(views, tmp_path):
    trainers = [trainer_of(settings(views, tmp_path, workers=n)) for n in (0, 1)]
    loaders = [trainer._loader() for trainer in trainers]
    with loaders[0] as threads, loaders[1] as processes:
        for step in (0, 1):
            one, other = threads.take(step), processes.take(step)
            assert all(np.array_equal(a, vars(other)[name]) for name, a in vars(one).items())


def test_held_out_subjects_are_never_drawn_and_stay_held_out(views, tmp_path):
    config = settings(views, tmp_path, held_out=2)
    facts = film_facts(config)
    assert len(facts.held_out) == 2 and set(facts.held_out) < set("abcd")
    for show in ("whole", "hip"):
        own = replace(config, show=show, seed=3)
        assert film_facts(own).held_out == facts.held_out  # of the other pass, another seed
        drawn = TrainingViews.open(own, facts.held_out)
        rng = np.random.default_rng(0)
        assert not {drawn.draw(rng)[1].subject for _ in range(20)} & set(facts.held_out)
        assert TrainingViews.open(own, facts.held_out, training=False).subjects == list(
            facts.held_out
        )
    with pytest.raises(ConfigurationError, match="give another output folder"):
        film_facts(replace(config, held_out_subjects=("a",)))


def test_both_passes_become_one_model(views, tmp_path):
    configs = [settings(views, tmp_path, show=show) for show in ("whole", "hip")]
    first = run_film_training(configs[0])
    assert first == tmp_path / "whole" / "bundle" and load_card(first).frame is ImageFrame.FILM
    joint = run_film_training(configs[1])
    assert joint == tmp_path / "bundle"
    detector = Detector.from_bundle(joint)
    assert detector.film is not None and detector.film.settings.reference.shape == (64, 48)
    told = detector.card.training
    assert told["held_out_subjects"] == told["second_pass"]["held_out_subjects"]
    assert told["data"] == [{"source": "balls"}]


def test_the_command_line_trains_a_film_model(views, tmp_path, capsys):
    config = settings(views, tmp_path / "run").to_dict()
    wanted = {name: config[name] for name in ("crop", "hip_crop", "pixel_mm", "batch", "steps")}
    network = {"architecture": "Unet", "encoder": "resnet18", "depth": 3}
    network["decoder_channels"] = [16, 16, 16]
    file = tmp_path / "film.yaml"
    data = {"kind": "film", "views": str(views), "output": "run", "network": network, **wanted}
    file.write_text(yaml.safe_dump({**data, "held_out": 1, "held_out_films": 1, "warmup": 1}))
    assert main(["train", str(file)]) == 0
    assert "run/whole/bundle" in capsys.readouterr().out
    assert json.loads((tmp_path / "run" / "film.json").read_text())["held_out"]
    assert main(["train", str(file), "--cross-validate"]) != 0
    assert "leave out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"views": []}, "names no folder of cached bone views"),
        ({"show": "knee"}, "show is one of whole, hip, not 'knee'"),
        ({"crop": [64, 96]}, "in a square"),
        ({"crop": [60, 60]}, "multiples of"),
        ({"hip_crop": [60, 50], "show": "hip"}, "multiples of"),
        ({"shares": [0.5]}, "a number of 0 or more for (each|every) folder"),
        ({"shares": [0, 0]}, "must be above 0"),
        ({"negative_share": 1.5}, "negative_share must lie between 0 and 1"),
        ({"framing": {"aspect": 0.5}}, "aspect is at least 1"),
        ({"framing": {"head_share": [0.3, 0.1]}}, "head_share must rise"),
        ({"framing": {"zoom": 2}}, "no setting 'zoom'"),
        ({"pixel_mm": 0}, "pixel_mm must be positive"),
        ({"patience": 2, "held_out": 0}, "held-out subjects"),
        ({"network": {"limbs": 3}}, "part affinity"),
        ({"wiews": 3}, "did you mean views"),
        ({"output": None}, "set output"),
    ],
)
def test_settings_that_make_no_sense_are_one_sentence(values, sentence):
    data = {"kind": "film", "output": "run", "views": ["a", "b"], **values}
    with pytest.raises(ConfigurationError, match=sentence):
        FilmConfig.from_dict(data)


def test_every_setting_survives_the_card(views, tmp_path):
    made = settings(views, tmp_path, show="hip", held_out_subjects=("a",), shares=(1.0,))
    kept = {**made.to_dict(), "start_from": None}
    again = FilmConfig.from_dict({**kept, "output": "run", "views": [str(views)]})
    assert again.to_dict() == made.to_dict()


def test_a_run_starts_from_the_weights_of_another_with_the_same_subjects_held_out(views, tmp_path):
    first = trainer_of(settings(views, tmp_path / "coarse", held_out_subjects=("b",)))
    bundle = first.run()
    finer = {"crop": (96, 96), "start_from": bundle}
    second = trainer_of(settings(views, tmp_path / "fine", held_out_subjects=("b",), **finer))
    for name, tensor in second.network.state_dict().items():
        stored = first.optimisation.averaged.state_dict()[name]
        assert torch.allclose(tensor.float(), stored.float(), rtol=2e-3, atol=1e-4), name
    with pytest.raises(ConfigurationError, match="name the same ones"):
        trainer_of(settings(views, tmp_path / "other", held_out_subjects=("c",), **finer))
    with pytest.raises(ConfigurationError, match="another network"):
        trainer_of(
            settings(views, tmp_path / "wide", held_out_subjects=("b",), show="hip", **finer)
        )


def test_folders_without_views_and_unknown_subjects_are_named(views, tmp_path):
    with pytest.raises(ConfigurationError, match="holds no views"):
        film_facts(settings(tmp_path, tmp_path / "run"))
    with pytest.raises(ConfigurationError, match="of whom there are no views"):
        film_facts(settings(views, tmp_path / "run", held_out_subjects=("z",)))
    with pytest.raises(ConfigurationError, match="nobody is left"):
        film_facts(settings(views, tmp_path / "run", held_out=4))


def test_the_recipes_of_both_passes_ship_and_go_together():
    whole, hip = (
        FilmConfig.from_file(resource_path("Training", f"xray-{show}.yaml"))
        for show in ("whole", "hip")
    )
    assert (whole.show.value, hip.show.value) == ("whole", "hip")
    for name in ("output", "views", "hip_crop", "pixel_mm", "keys", "bundle_id", "version", "seed"):
        assert getattr(whole, name) == getattr(hip, name)
    marks = {id_ for id_ in whole.channels.ids if id_[1] == MARKER_KEY}
    assert len(whole.channels) - len(marks) == 2 * len(hip.channels) == 30
    assert len(marks) == 2 and len(hip.limbs) == hip.network.limbs == 22
