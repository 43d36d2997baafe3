"""A limb weighs by how well its field follows true pairs of landmarks."""

import numpy as np
import pytest
import torch

from HipLandmarksLib.detection import Channels, LimbChannels, Preprocessing, load_card
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec, build_network
from HipLandmarksLib.training import TrainingConfig, run_training
from HipLandmarksLib.training.limb_statistics import limb_variances, pair_projections, variances_of
from HipLandmarksLib.training.sampling import Batch

LIMBS = LimbChannels(Channels.of_keys(("FHC", "NA")), ((0, 1), (2, 3)))


class Fields(torch.nn.Module):
    """Fields of unit length to the right for the first limb, of a half for the second."""

    def __init__(self):
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, images):
        fields = torch.zeros(len(images), 2, 2, 16, 24)
        fields[:, 0, 0], fields[:, 1, 0] = 1.0, 0.5
        return NetworkOutput(torch.zeros(len(images), 4, 16, 24), torch.zeros(1, 4), fields)


def batch(absent, weight):
    points = np.array([[[2, 8], [12, 8], [4, 4], [20, 4]]], dtype=np.float32)
    flags = (np.array([values], dtype=np.float32) for values in (absent, weight))
    images = np.zeros((1, 1, 16, 24), dtype=np.float32)
    return Batch(images, *flags, points)


def test_pairs_that_are_there_are_projected():
    found = pair_projections(Fields(), LIMBS, [batch([0] * 4, [1] * 4)] * 3)
    assert found == [pytest.approx([1.0] * 3), pytest.approx([0.5] * 3)]


@pytest.mark.parametrize(
    ("absent", "weight"),
    [([0, 1, 0, 0], [1] * 4), ([0] * 4, [1, 0, 1, 1]), ([1, 1, 0, 0], [1] * 4)],
)
def test_a_limb_with_an_end_that_is_absent_or_unknown_is_no_pair(absent, weight):
    first, second = pair_projections(Fields(), LIMBS, [batch(absent, weight)])
    assert first == [] and len(second) == 1


def test_the_variance_is_about_a_perfect_projection():
    found = variances_of([[0.9] * 5 + [0.7] * 5, [0.001] * 10])
    assert found[0] == pytest.approx((0.01 + 0.09) / 2)
    assert found[1] == pytest.approx(0.998001)  # never learnt: it hardly varies, and weighs little


def test_a_few_pairs_that_agree_by_chance_do_not_outweigh_everything():
    assert variances_of([[1.0] * 10]) == (pytest.approx(0.0004),)


def test_a_limb_with_few_pairs_counts_as_the_worst_of_the_others():
    assert variances_of([[0.9] * 10, [1.0], [0.8] * 10]) == pytest.approx([0.01, 0.04, 0.04])
    assert variances_of([[1.0], [1.0]]) == ()


def test_a_training_with_the_uncertainty_module_writes_limbs_and_variances(tmp_path):
    config = TrainingConfig(
        output=tmp_path,
        network=NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=8),
        keys=("FHC", "NA", "LAE", "LCP"),
        preprocessing=Preprocessing(spacing_mm=3.0),
        crop=(64, 128),
        batch=2,
        steps=2,
        warmup=1,
        evaluate_every=2,
        phantom_share=1.0,
        phantom_slices=1,
        uncertainty_module=True,
    )
    card = load_card(run_training(config))
    assert len(card.limb_names) == card.network.limbs == 2 * 5
    assert len(card.limb_variances) == card.network.limbs
    assert all(0.0004 <= variance <= 1 for variance in card.limb_variances)


def test_networks_without_fields_have_no_variances(tmp_path):
    config = TrainingConfig(tmp_path, phantom_share=1.0)
    network = build_network(config.network)

    def undrawn(rng):
        raise AssertionError("nothing needs to be drawn")

    assert limb_variances(network, config.limbs, undrawn, 1) == ()
