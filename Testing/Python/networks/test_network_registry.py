"""One registry builds every network; illegal pairs are refused with the reason."""

import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import (
    NetworkSpec,
    build_network,
    legal_architectures,
    legal_encoders,
    parameter_count,
)

SHALLOW = NetworkSpec("UnetPlusPlus", "resnet18", 4, (32, 16, 16, 16))


def test_one_call_yields_heatmaps_and_nowhere_for_every_landmark():
    output = build_network(SHALLOW)(torch.zeros(2, 1, 64, 96))
    assert output.heatmaps.shape == (2, 12, 64, 96)
    assert output.nowhere.shape == (2, 12)


@pytest.mark.parametrize(
    ("architecture", "encoder"),
    [
        ("Unet", "resnet18"),
        ("UnetPlusPlus", "resnet18"),
        ("FPN", "mobilenet_v2"),
        ("Unet", "mit_b0"),
    ],
)
def test_legal_pairs_build_and_run(architecture, encoder):
    network = build_network(NetworkSpec(architecture, encoder, landmarks=4)).eval()
    assert network(torch.zeros(1, 1, 64, 64)).heatmaps.shape == (1, 4, 64, 64)


def test_unet_plus_plus_with_a_transformer_encoder_is_refused_with_the_reason():
    with pytest.raises(ConfigurationError, match="mit_b1"):
        build_network(NetworkSpec("UnetPlusPlus", "mit_b1"))


def test_dpt_of_paper_1_builds_with_a_timm_encoder():
    network = build_network(NetworkSpec("DPT", "tu-resnet18", 4, landmarks=4)).eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 64, 64)).heatmaps.shape == (1, 4, 64, 64)


def test_a_depth_that_gives_small_heatmaps_is_refused():
    with pytest.raises(ConfigurationError, match="times the input's size"):
        build_network(NetworkSpec("PSPNet", "resnet18", 5))
    build_network(NetworkSpec("PSPNet", "resnet18", 3))


def test_an_unknown_architecture_names_the_legal_ones():
    with pytest.raises(ConfigurationError, match="UnetPlusPlus"):
        build_network(NetworkSpec("Unnet", "resnet18"))


def test_an_unknown_encoder_is_refused():
    with pytest.raises(ConfigurationError, match="resnet999"):
        build_network(NetworkSpec("Unet", "resnet999"))


def test_stages_that_a_shallow_network_never_calls_are_dropped():
    deep = NetworkSpec("UnetPlusPlus", "resnet18", 5, (64, 32, 16, 16, 16))
    assert parameter_count(build_network(SHALLOW)) < parameter_count(build_network(deep)) / 2


def test_every_parameter_of_a_shallow_network_gets_a_gradient():
    network = build_network(SHALLOW)
    output = network(torch.randn(2, 1, 64, 64))
    (output.heatmaps.square().sum() + output.nowhere.square().sum()).backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize(
    "fields", [{"depth": 2}, {"landmarks": 0}, {"decoder_channels": (8, 8)}, {"in_channels": 0}]
)
def test_a_spec_that_cannot_be_built_says_so(fields):
    with pytest.raises(ConfigurationError):
        NetworkSpec(**fields)


def test_a_spec_survives_json():
    assert NetworkSpec.from_dict(SHALLOW.to_dict()) == SHALLOW
    with pytest.raises(ConfigurationError, match="colour"):
        NetworkSpec.from_dict({"colour": "red"})


def test_the_registry_lists_what_smp_has():
    assert {"Unet", "UnetPlusPlus", "DPT"} <= set(legal_architectures())
    assert {"resnet18", "vgg16", "mit_b1"} <= set(legal_encoders())
