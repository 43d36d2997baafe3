"""The heatmap loss is the stable likelihood of unit-mass targets."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.training import gaussian_target, heatmap_nll, spatial_log_softmax
from HipLandmarksLib.training.targets import unit_maps

ONE = torch.ones(1, 1)
ZERO = torch.zeros(1, 1)


def one_hot(row, column, shape=(2, 2)):
    target = torch.zeros(1, 1, *shape)
    target[0, 0, row, column] = 1
    return target


def test_uniform_logits_cost_the_log_of_the_number_of_places_plus_nowhere():
    loss = heatmap_nll(torch.zeros(1, 1, 2, 2), ZERO, one_hot(0, 1), ZERO, ONE)
    assert loss.item() == pytest.approx(math.log(5))


def test_a_hand_computed_case():
    logits = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    nowhere = torch.tensor([[0.5]])
    total = sum(math.exp(v) for v in (1, 2, 3, 4, 0.5))
    loss = heatmap_nll(logits, nowhere, one_hot(1, 0), ZERO, ONE)
    assert loss.item() == pytest.approx(math.log(total) - 3)


def test_an_absent_landmark_is_taught_to_be_nowhere():
    nowhere = torch.tensor([[2.0]])
    loss = heatmap_nll(torch.zeros(1, 1, 2, 2), nowhere, torch.zeros(1, 1, 2, 2), ONE, ONE)
    assert loss.item() == pytest.approx(math.log(4 + math.exp(2)) - 2)


@pytest.mark.parametrize("size", [100.0, -100.0, 1e4])
def test_huge_logits_stay_finite_and_confidently_wrong_ones_still_get_a_gradient(size):
    logits = torch.zeros(1, 1, 2, 2)
    logits[0, 0, 0, 0] = size
    logits.requires_grad_()
    wrong = one_hot(1, 1) if size > 0 else one_hot(0, 0)
    loss = heatmap_nll(logits, ZERO, wrong, ZERO, ONE)
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad.abs().max() > 0.2


def test_a_landmark_that_is_not_annotated_teaches_nothing():
    logits = torch.randn(1, 2, 4, 4, requires_grad=True)
    target = torch.cat([one_hot(0, 0, (4, 4)), torch.zeros(1, 1, 4, 4)], dim=1)
    weight = torch.tensor([[1.0, 0.0]])
    heatmap_nll(logits, torch.zeros(1, 2), target, torch.zeros(1, 2), weight).backward()
    assert logits.grad[0, 0].abs().sum() > 0
    assert logits.grad[0, 1].abs().sum() == 0


def test_a_batch_without_any_annotation_costs_nothing():
    loss = heatmap_nll(torch.randn(1, 1, 2, 2), ZERO, torch.zeros(1, 1, 2, 2), ZERO, ZERO)
    assert loss.item() == 0


def test_the_gradient_is_the_numerical_one():
    target, absent = one_hot(1, 0).double(), ZERO.double()
    logits = torch.randn(1, 1, 2, 2, dtype=torch.float32, requires_grad=True)
    nowhere = torch.randn(1, 1, requires_grad=True)
    heatmap_nll(logits, nowhere, target, absent, ONE).backward()
    step = 1e-2
    for index in np.ndindex(2, 2):
        delta = torch.zeros(1, 1, 2, 2)
        delta[0, 0][index] = step
        with torch.no_grad():
            up = heatmap_nll(logits + delta, nowhere, target, absent, ONE)
            down = heatmap_nll(logits - delta, nowhere, target, absent, ONE)
        assert logits.grad[0, 0][index].item() == pytest.approx(
            ((up - down) / (2 * step)).item(), abs=2e-3
        )


def test_places_and_nowhere_share_one_probability():
    places, nowhere = spatial_log_softmax(torch.randn(2, 3, 5, 7), torch.randn(2, 3))
    total = places.exp().sum(dim=(2, 3)) + nowhere.exp()
    assert torch.allclose(total, torch.ones(2, 3), atol=1e-5)


@given(st.floats(0, 39), st.floats(0, 29), st.floats(0.5, 4))
def test_a_target_has_unit_mass_wherever_it_lies(x, y, sigma):
    assert gaussian_target((x, y), (30, 40), sigma).sum() == pytest.approx(1, abs=1e-5)


@given(st.integers(0, 10_000))
def test_targets_made_on_the_device_are_those_of_each_point(seed):
    """At once for a whole batch; nothing where a landmark is absent."""
    points = np.random.default_rng(seed).uniform(0, (39, 29), (2, 3, 2)).astype(np.float32)
    placed = torch.tensor([[True, False, True], [True, True, True]])
    maps = unit_maps(torch.from_numpy(points), placed, (30, 40), 2.0).numpy()
    for image, landmark in np.ndindex(2, 3):
        expected = gaussian_target(tuple(points[image, landmark]), (30, 40), 2.0)
        expected = expected * bool(placed[image, landmark])
        assert np.abs(maps[image, landmark] - expected).max() < 1e-6


@given(st.floats(12, 28), st.floats(12, 18))
def test_a_target_away_from_the_edge_has_its_centre_at_the_sub_pixel_point(x, y):
    target = gaussian_target((x, y), (30, 40), 2.0)
    rows, columns = np.mgrid[:30, :40]
    assert (target * columns).sum() == pytest.approx(x, abs=0.02)
    assert (target * rows).sum() == pytest.approx(y, abs=0.02)


def test_a_point_outside_has_no_target():
    with pytest.raises(ConfigurationError, match="outside"):
        gaussian_target((-3, 5), (30, 40), 2.0)
