"""Losses of paper 2 against values computed by hand, and the sum of all terms."""

import math
from types import SimpleNamespace

import pytest
import torch

from HipLandmarksLib.detection import (
    Channels,
    Decoder,
    HeatmapReading,
    LimbChannels,
    place_probabilities,
)
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import NetworkOutput
from HipLandmarksLib.training import (
    AdaptiveWing,
    HeatmapLoss,
    LossSettings,
    Objective,
    adaptive_wing,
    field_mse,
    peak_maps,
)
from HipLandmarksLib.training.losses import binary_loss
from HipLandmarksLib.training.sampling import Batch

WING = AdaptiveWing()
PLAIN = AdaptiveWing(mask_weight=0.0)


def wing(predicted, target):
    return WING.per_pixel(torch.tensor(predicted), torch.tensor(target)).item()


@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_a_small_error_costs_the_logarithm(target):
    expected = 14 * math.log(1 + 0.2 ** (2.1 - target))
    assert wing(target + 0.2, target) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_a_large_error_costs_the_straight_line(target):
    power = 2.1 - target
    slope = 14 * power * 0.5 ** (power - 1) / (1 + 0.5**power)
    offset = 0.5 * slope - 14 * math.log(1 + 0.5**power)
    assert wing(target - 0.9, target) == pytest.approx(slope * 0.9 - offset, rel=1e-5)


def test_values_worked_out_on_paper():
    # target 1, error 0.9: power 1.1, .5^1.1 = .466517, .5^.1 = .933033,
    # slope = 14 * 1.1 * .933033 / 1.466517 = 9.79785, offset = 4.89893 - 14 * ln 1.466517
    assert wing(0.1, 1.0) == pytest.approx(9.2796, abs=1e-3)
    assert wing(0.0, 0.0) == 0


def test_the_two_branches_meet():
    for target in (0.0, 0.5, 1.0):
        below, above = wing(target + 0.49999, target), wing(target + 0.50001, target)
        assert above - below == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("logit", [100.0, -100.0, 1e4])
def test_huge_heights_stay_finite_and_a_confidently_wrong_one_gets_a_gradient(logit):
    heatmaps = torch.full((1, 1, 4, 4), logit, requires_grad=True)
    target = peak_maps(torch.tensor([[[1.0, 2.0]]]), torch.ones(1, 1, dtype=bool), (4, 4), 1.0)
    loss = adaptive_wing(heatmaps, target, torch.ones(1, 1), WING)
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(heatmaps.grad).all()
    assert (heatmaps.grad.sign() == math.copysign(1, logit)).all()
    assert heatmaps.grad.abs().min() > 0.1


def test_the_gradient_is_the_numerical_one():
    torch.manual_seed(0)
    target = torch.rand(1, 2, 3, 3, dtype=torch.float64)
    heatmaps = torch.randn(1, 2, 3, 3, dtype=torch.float64).float().requires_grad_()
    weight = torch.tensor([[1.0, 0.5]], dtype=torch.float64)
    adaptive_wing(heatmaps, target, weight, WING).backward()
    step = torch.zeros(1, 2, 3, 3)
    step[0, 1, 2, 0] = 1e-3
    with torch.no_grad():
        up = adaptive_wing(heatmaps + step, target, weight, WING)
        down = adaptive_wing(heatmaps - step, target, weight, WING)
    assert heatmaps.grad[0, 1, 2, 0].item() == pytest.approx((up - down).item() / 2e-3, rel=1e-2)


def test_the_foreground_is_dilated_by_one_pixel_and_counts_eleven_times():
    target = torch.zeros(1, 1, 5, 7)
    target[0, 0, 2, 3] = 0.9
    target[0, 0, 2, 0] = 0.2  # not above the threshold
    mask = WING.mask(target)
    assert mask.sum() == 9 and mask[0, 0, 1:4, 2:5].all()
    everywhere = target + 0.3
    plain = PLAIN.per_pixel(everywhere, target)
    expected = (plain.sum() + 10 * plain[0, 0, 1:4, 2:5].sum()) / 35
    found = adaptive_wing(everywhere, target, torch.ones(1, 1), WING)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_peak_map_is_one_at_the_point_and_zero_where_absent():
    points = torch.tensor([[[4.0, 2.0], [1.5, 1.0]]])
    maps = peak_maps(points, torch.tensor([[True, False]]), (6, 8), 2.0)
    assert maps[0, 0, 2, 4] == 1
    assert maps[0, 0, 4, 6].item() == pytest.approx(math.exp(-1))
    assert maps[0, 1].abs().sum() == 0


def test_fields_cost_the_mean_square_over_elements_and_known_limbs():
    fields = torch.zeros(1, 2, 2, 2, 2)
    fields[0, 0, 0, 0, 0], fields[0, 1] = 2.0, 5.0
    target = torch.zeros_like(fields)
    assert field_mse(fields, target, torch.tensor([[1.0, 0.0]])).item() == pytest.approx(4 / 8)
    assert field_mse(fields, target, torch.zeros(1, 2)).item() == 0


def test_presence_costs_the_cross_entropy_and_stays_finite():
    assert binary_loss(torch.zeros(1, 1), torch.ones(1, 1), torch.ones(1, 1)).item() == (
        pytest.approx(math.log(2))
    )
    logits = torch.tensor([[-100.0]], requires_grad=True)
    loss = binary_loss(logits, torch.ones(1, 1), torch.ones(1, 1))
    loss.backward()
    assert loss.item() == pytest.approx(100) and logits.grad.item() == pytest.approx(-1)


def case(loss, **heads):
    """Two landmarks, one limb, 4 x 4 pixels: the first is seen, the second is absent."""
    limbs = LimbChannels(Channels.of_keys(("FHC",)), ((0, 1),))
    arrays = (
        torch.zeros(1, 1, 4, 4),
        torch.tensor([[0.0, 1.0]]),
        torch.ones(1, 2),
        torch.tensor([[[2.0, 1.0], [0.0, 0.0]]]),
    )
    objective = Objective(loss, limbs, 1.0)
    output = NetworkOutput(torch.zeros(1, 2, 4, 4), torch.zeros(1, 2), **heads)
    batch = Batch(*(array.numpy() for array in arrays))
    return objective, output, objective.truth(batch, "cpu", output.fields is not None)


def test_the_sum_has_a_weighted_term_for_every_head():
    loss = LossSettings(heatmap_weight=2, field_weight=3, presence_weight=4)
    fields = torch.ones(1, 1, 2, 4, 4)
    objective, output, truth = case(loss, fields=fields, presence=torch.zeros(1, 2))
    parts = {name: value.item() for name, value in objective.parts(output, truth).items()}
    assert parts == pytest.approx(
        {"heatmap": 2 * math.log(17), "field": 3 * 1.0, "presence": 4 * math.log(2)}, rel=1e-5
    )
    assert objective.total(output, truth).item() == pytest.approx(sum(parts.values()), rel=1e-5)


def test_earlier_stacks_are_supervised_with_the_same_sum():
    objective, output, truth = case(LossSettings(intermediate_weight=0.5))
    stacked = NetworkOutput(output.heatmaps, output.nowhere, intermediate=(output,))
    expected = 1.5 * objective.total(output, truth)
    assert objective.total(stacked, truth).item() == pytest.approx(expected.item())


def test_with_adaptive_wing_nowhere_learns_by_itself():
    objective, output, truth = case(LossSettings("adaptive_wing", presence_weight=0.5))
    parts = objective.parts(output, truth)
    assert parts["nowhere"].item() == pytest.approx(0.5 * math.log(2))
    assert parts["heatmap"].item() > 0
    assert objective.settings.reading is HeatmapReading.AMPLITUDE


def test_amplitudes_are_read_as_places_and_nothing_as_nowhere():
    points = torch.tensor([[[20.3, 14.6], [0.0, 0.0]]])
    maps = peak_maps(points, torch.tensor([[True, False]]), (32, 40), 2.0)
    output = SimpleNamespace(heatmaps=maps + 0.02, nowhere=torch.tensor([[-1.0, -1.0]]))
    places, nowhere = place_probabilities(output, HeatmapReading.AMPLITUDE)
    assert torch.allclose(places.sum(dim=(2, 3)) + nowhere, torch.ones(1, 2), atol=1e-5)
    assert nowhere[0].tolist() == pytest.approx([torch.tensor(-1.0).sigmoid().item(), 1.0])
    found = Decoder(2.0).decode(places[0, 0].numpy(), float(nowhere[0, 0]))
    assert found.xy == pytest.approx((20.3, 14.6), abs=0.05)
    assert found.peak == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LossSettings("l2"), "nll, adaptive_wing"),
        (lambda: LossSettings(field_weight=-1), "negative"),
        (lambda: LossSettings(heatmap_weight=0), "positive"),
        (lambda: AdaptiveWing(alpha=1.5), "alpha above 2"),
        (lambda: AdaptiveWing(mask_weight=-1), "mask_weight"),
        (lambda: Decoder(reading="guess"), "likelihood, amplitude"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()


def test_settings_survive_plain_values():
    plain = {"heatmap": "adaptive_wing", "wing": {"omega": 10.0}}
    settings = LossSettings.from_dict(plain)
    assert settings.heatmap is HeatmapLoss.ADAPTIVE_WING and settings.wing.omega == 10
