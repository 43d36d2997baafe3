"""A limb weighs by how well its field follows true pairs of landmarks."""

import numpy as np
import pytest
import torch

from HipLandmarksLib.detection import Channels, LimbChannels
from HipLandmarksLib.networks import NetworkOutput
from HipLandmarksLib.training.limb_statistics import pair_projections, variances_of
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
    return Batch(images, np.zeros((1, 4, 16, 24), dtype=np.float32), *flags, points)


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
