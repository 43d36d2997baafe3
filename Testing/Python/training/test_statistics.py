"""Averaged weights get batch statistics of their own."""

import numpy as np
import pytest
import torch

from HipLandmarksLib.training.statistics import measure_statistics


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Dropout(0.5)
    )


def test_statistics_are_the_mean_over_the_batches_whatever_they_were_before():
    net = network()
    net[1].running_mean.fill_(1e6)
    batches = [torch.randn(3, 1, 8, 8) * 2 + 5 for _ in range(4)]
    measure_statistics(net, iter(batches))
    with torch.no_grad():
        seen = [net[0](batch) for batch in batches]
    mean = torch.stack([x.mean((0, 2, 3)) for x in seen]).mean(0)
    variance = torch.stack([x.var((0, 2, 3)) for x in seen]).mean(0)
    np.testing.assert_allclose(net[1].running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(net[1].running_var, variance, rtol=1e-5)


def test_weights_momentum_and_dropout_stay_and_the_network_ends_in_evaluation_mode():
    net = network()
    weights = {name: p.clone() for name, p in net.named_parameters()}
    measure_statistics(net, [torch.randn(2, 1, 8, 8)])
    assert not any(module.training for module in net.modules())
    assert net[1].momentum == 0.1
    for name, p in net.named_parameters():
        assert torch.equal(p, weights[name])


def test_a_network_without_batch_normalisation_is_left_alone():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3))
    before = net(torch.ones(1, 1, 8, 8))
    measure_statistics(net, [torch.randn(2, 1, 8, 8)])
    assert torch.equal(net(torch.ones(1, 1, 8, 8)), before)


def test_averaging_the_weights_of_a_deep_network_breaks_it_and_measuring_mends_it(hip_batches):
    """What the averaged MobileNet predicts must resemble what it predicts with batch statistics."""
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    from HipLandmarksLib.networks import NetworkSpec, build_network

    torch.manual_seed(1)
    net = build_network(NetworkSpec("Unet", "mobilenet_v2", 3, (16, 16, 16), landmarks=2))
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    for images in hip_batches * 8:
        net.train()
        optimiser.zero_grad()
        (net(images).heatmaps - images).square().mean().backward()
        optimiser.step()
        average.update_parameters(net)
    before = difference(average.module, hip_batches)
    measure_statistics(average.module, hip_batches)
    assert difference(average.module, hip_batches) < 0.5 * before


def difference(net, batches):
    """Mean absolute difference between evaluation and batch statistics."""
    import copy

    trained = copy.deepcopy(net).train()
    with torch.no_grad():
        pairs = [(net.eval()(b).heatmaps, trained(b).heatmaps) for b in batches]
    return float(np.mean([(a - b).abs().mean() for a, b in pairs]))


@pytest.fixture
def hip_batches():
    torch.manual_seed(2)
    return [torch.randn(4, 1, 32, 32) for _ in range(4)]
