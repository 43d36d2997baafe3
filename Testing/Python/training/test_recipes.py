"""Named recipes fill a configuration; what it says itself goes before."""

import math
from dataclasses import replace

import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.training import (
    AUGMENTATIONS,
    RECIPES,
    Augmentation,
    HeatmapLoss,
    OptimiserKind,
    Schedule,
    TrainingConfig,
)

BASE = {"output": "run", "phantom_share": 1.0}


def config(**values):
    return TrainingConfig.from_dict({**BASE, **values})


def test_paper_1_trains_with_adamw_and_exponential_decay():
    paper = config(recipe="paper1")
    assert (paper.optimiser, paper.schedule) == (OptimiserKind.ADAMW, Schedule.EXPONENTIAL)
    assert (paper.learning_rate, paper.weight_decay, paper.decay) == (1e-4, 1e-5, 0.95)
    assert (paper.batch, paper.sigma_px, paper.loss.heatmap) == (4, 5.0, HeatmapLoss.NLL)
    assert paper.augmentation.name == "paper1"
    assert paper.network.limbs == 0


def test_paper_2_trains_with_adam_adaptive_wing_and_the_uncertainty_module():
    paper = config(recipe="paper2")
    assert (paper.optimiser, paper.learning_rate) == (OptimiserKind.ADAM, 1e-3)
    assert paper.loss.heatmap is HeatmapLoss.ADAPTIVE_WING
    assert paper.loss.heatmap_weight == paper.loss.field_weight == 1
    assert paper.augmentation.name == "paper2"
    assert paper.network.limbs == len(paper.limbs) == 2 * 8


def test_what_a_configuration_says_itself_goes_before_its_recipe():
    own = config(recipe="paper2", batch=3, loss={"field_weight": 7}, uncertainty_module=False)
    assert own.batch == 3 and own.network.limbs == 0
    assert own.loss.heatmap is HeatmapLoss.ADAPTIVE_WING and own.loss.field_weight == 7
    assert RECIPES["paper2"]["loss"] == {"heatmap": "adaptive_wing"}  # the recipe is unharmed


def test_an_augmentation_may_start_from_a_named_one():
    started = config(augmentation={"recipe": "paper1", "mirror": 0.5}).augmentation
    assert started == replace(AUGMENTATIONS["paper1"], mirror=0.5)
    assert started.name == "custom"
    assert config().augmentation.name == "robust"


def test_paper_1_keeps_its_ranges():
    paper = AUGMENTATIONS["paper1"]
    assert math.exp(paper.scale) == pytest.approx(1.05)
    assert math.degrees(math.atan(paper.shear)) == pytest.approx(5)
    assert (paper.rotation_deg, paper.shift_share, paper.mirror) == (10, 0.05, 0)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_setting_survives_the_card(recipe):
    made = config(recipe=recipe)
    again = TrainingConfig.from_dict({**made.to_dict(), "output": "run", "teacher": None})
    assert again.to_dict() == made.to_dict()


def test_a_checkpoint_of_a_release_without_the_new_settings_is_resumed():
    now = config(network={"architecture": "Unet", "depth": 4})
    stored = now.to_dict()
    for name in ("loss", "optimiser", "schedule", "decay", "epoch_steps", "uncertainty_module"):
        del stored[name]
    del stored["network"]["limbs"], stored["augmentation"]["shift_share"]
    assert now.same_as(stored)
    assert not now.same_as({**stored, "batch": 99})
    assert not config(recipe="paper2").same_as(stored)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"recipe": "paper3"}, "paper1, paper2, robust"),
        ({"augmentation": "wild"}, "no augmentation 'wild'"),
        ({"augmentation": {"recipe": "paper1", "colour": 1}}, "colour"),
        ({"optimiser": "sgd"}, "adamw, adam"),
        ({"schedule": "steps"}, "cosine, exponential, constant"),
        ({"loss": {"heatmap": "l1"}}, "nll"),
        ({"loss": {"colour": 1}}, "colour"),
        ({"epoch_steps": -1}, "epoch_steps"),
        ({"modality": "CT"}, "MR or XRAY"),
        ({"decay": 1.5}, "decay"),
        ({"network": {"limbs": 7}}, "uncertainty_module"),
        (
            {"keys": ["NA"], "network": {"landmarks": 2}, "uncertainty_module": True},
            "No limb joins",
        ),
    ],
)
def test_settings_that_make_no_sense_are_one_sentence(values, message):
    with pytest.raises(ConfigurationError, match=message):
        config(**values)


def test_rates_fall_as_the_schedules_say():
    assert Schedule.EXPONENTIAL.factor(25, 100, 10, 0.95) == pytest.approx(0.95**2)
    assert Schedule.CONSTANT.factor(99, 100, 10, 0.95) == 1
    assert Schedule.COSINE.factor(50, 100, 10, 0.95) == pytest.approx(0.5)
    assert Schedule.COSINE.factor(100, 100, 10, 0.95) == 0.01


def test_the_named_optimisers_are_made():
    parameters = [torch.nn.Parameter(torch.zeros(1))]
    assert type(OptimiserKind.ADAM.make(parameters, 1e-3, 0)) is torch.optim.Adam
    made = OptimiserKind.ADAMW.make(parameters, 1e-4, 1e-5)
    assert type(made) is torch.optim.AdamW and made.defaults["weight_decay"] == 1e-5


def test_a_crop_must_suit_the_network_that_takes_it():
    transformer = NetworkSpec("DPT", "tu-maxvit_base_tf_512", 4)
    with pytest.raises(ConfigurationError, match="multiples of 512"):
        TrainingConfig(output="run", network=transformer, phantom_share=1.0)


def test_augmentation_by_name_is_the_recipe():
    assert Augmentation.named("none") == Augmentation.none()


@pytest.mark.parametrize(("name", "limbs"), [("paper1.yaml", 0), ("paper2.yaml", 35)])
def test_the_papers_own_configurations_ship(name, limbs):
    shipped = TrainingConfig.from_file(resource_path("Training", name))
    assert shipped.crop == (512, 512) and shipped.network.limbs == limbs
    assert shipped.augmentation.name == name.removesuffix(".yaml")
