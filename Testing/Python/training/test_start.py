"""Maps that a regression learns start near zero, the others as usual."""

import pytest
import torch

from HipLandmarksLib.networks import NetworkSpec, build_network
from HipLandmarksLib.training import HeatmapLoss
from HipLandmarksLib.training.start import start_regression_near_zero

NETWORKS = {
    "UNet": NetworkSpec("Unet", "resnet18", 3, (16, 8, 8), landmarks=4, limbs=2),
    "DPT": NetworkSpec("DPT", "tu-resnet18", 4, landmarks=4, limbs=2),
    "HRNet": NetworkSpec("HRNet", "hrnet_w18_small", 5, (16, 8, 8), landmarks=4, limbs=2),
    "HigherHRNet": NetworkSpec(
        "HigherHRNet", "hrnet_w18_small", 5, (16, 8, 8), landmarks=4, limbs=2
    ),
    "Hourglass": NetworkSpec("Hourglass", "stack2", 4, (16, 8, 8), landmarks=4, limbs=2),
}


def outputs(spec, loss):
    """The last and all earlier outputs, before and after."""
    torch.manual_seed(0)
    network = build_network(spec).train()
    images = torch.randn(2, 1, 64, 64)
    found = []
    for _ in range(2):
        torch.manual_seed(1)  # drop-out
        with torch.no_grad():
            output = network(images)
        found.append((output, *output.intermediate))
        start_regression_near_zero(network, loss)
    return list(zip(*found, strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_fields_start_near_zero_and_logits_as_usual(name):
    for before, after in outputs(NETWORKS[name], HeatmapLoss.NLL):
        assert after.fields.abs().max() < 0.02 * before.fields.abs().max() + 1e-3
        if name not in ("HigherHRNet", "Hourglass"):  # there maps feed later maps
            assert torch.equal(after.heatmaps, before.heatmaps)
        assert after.heatmaps.std() > 0.3 * before.heatmaps.std()


@pytest.mark.parametrize("name", NETWORKS)
def test_with_adaptive_wing_the_heatmaps_start_near_zero_too(name):
    for before, after in outputs(NETWORKS[name], HeatmapLoss.ADAPTIVE_WING):
        assert after.heatmaps.abs().max() < 0.05 * before.heatmaps.abs().max() + 1e-3
        assert after.fields.abs().max() < 0.05 * before.fields.abs().max() + 1e-3


def test_it_still_learns_from_the_first_step():
    network = build_network(NETWORKS["UNet"])
    start_regression_near_zero(network, HeatmapLoss.ADAPTIVE_WING)
    network(torch.randn(2, 1, 64, 64)).heatmaps.square().sum().backward()
    gradients = [p.grad for p in network.model.get_submodule("encoder").parameters()]
    assert any(g is not None and g.abs().max() > 0 for g in gradients)
