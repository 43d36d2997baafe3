"""A network that is not asked for its fields says the same of landmarks, and is whole after."""

from __future__ import annotations

import pytest
import torch

from HipLandmarksLib.networks import NetworkSpec, build_network

SPECS = [
    NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=4, limbs=3, presence=True),
    NetworkSpec("HRNet", "hrnet_w18_small", landmarks=4, limbs=3),
    NetworkSpec("Hourglass", "stack2", landmarks=4, limbs=3),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.architecture)
def test_heatmaps_and_scores_stay_what_they_are_without_fields(spec):
    torch.manual_seed(0)
    network, images = build_network(spec).eval(), torch.randn(1, 1, 64, 64)
    with torch.inference_mode():
        whole = network(images)
        with network.without_fields():
            part = network(images)
        again = network(images)
    assert torch.allclose(part.heatmaps, whole.heatmaps, atol=1e-5)
    assert torch.allclose(part.nowhere, whole.nowhere, atol=1e-5)
    if spec.architecture != "Hourglass":  # whose second stack reads the fields of the first
        assert part.fields is None
    assert torch.equal(again.fields, whole.fields)


def test_a_network_is_whole_again_even_after_a_failure():
    network = build_network(SPECS[0]).eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(ValueError, match="broken"), network.without_fields():
        raise ValueError("broken")
    assert network.spec == SPECS[0]
    assert before.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name])
