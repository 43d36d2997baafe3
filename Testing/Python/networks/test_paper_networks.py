"""The networks of both papers: what they take, what they give, what they refuse."""

from dataclasses import replace

import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import (
    PUBLISHED,
    NetworkSpec,
    build_network,
    legal_architectures,
    legal_encoders,
    network_card,
)
from HipLandmarksLib.networks.srf import (
    CoordinateConvolution,
    PolarisedSelfAttention,
    SpatialRelationshipFusion,
)

HRNET = NetworkSpec("HRNet", "hrnet_w18_small", 5, (16, 8, 8), landmarks=4)
FAMILIES = {
    "smp": NetworkSpec("Unet", "resnet18", 3, (16, 8, 8), landmarks=4),
    "HRNet": HRNET,
    "HRNet with SRF": replace(HRNET, srf=(1, 2, 3, 4)),
    "HigherHRNet": replace(HRNET, architecture="HigherHRNet"),
    "Hourglass": NetworkSpec("Hourglass", "stack2", 4, (16, 8, 8), landmarks=4, srf=(2,)),
}


@pytest.mark.parametrize("spec", FAMILIES.values(), ids=FAMILIES)
def test_one_call_yields_heatmaps_nowhere_fields_and_presence_at_full_resolution(spec):
    network = build_network(replace(spec, limbs=3, presence=True)).eval()
    with torch.no_grad():
        output = network(torch.zeros(2, 1, 64, 96))
    assert output.heatmaps.shape == (2, 4, 64, 96)
    assert output.nowhere.shape == output.presence.shape == (2, 4)
    assert output.fields.shape == (2, 3, 2, 64, 96)
    assert output.intermediate == ()


@pytest.mark.parametrize("spec", FAMILIES.values(), ids=FAMILIES)
def test_without_the_uncertainty_module_there_are_no_fields(spec):
    with torch.no_grad():
        output = build_network(spec).eval()(torch.zeros(1, 1, 64, 64))
    assert output.fields is None and output.presence is None


@pytest.mark.parametrize("spec", FAMILIES.values(), ids=FAMILIES)
def test_every_parameter_gets_a_gradient(spec):
    network = build_network(replace(spec, limbs=2)).train()
    output = network(torch.randn(2, 1, 64, 64))
    loss = sum(
        o.heatmaps.square().sum() + o.nowhere.square().sum() + o.fields.square().sum()
        for o in (output, *output.intermediate)
    )
    loss.backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize(("family", "count"), [("HRNet", 0), ("HigherHRNet", 1), ("Hourglass", 1)])
def test_earlier_maps_are_given_in_training_for_intermediate_supervision(family, count):
    output = build_network(FAMILIES[family]).train()(torch.randn(2, 1, 64, 64))
    assert len(output.intermediate) == count
    assert all(o.heatmaps.shape == (2, 4, 64, 64) for o in output.intermediate)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_card_of_a_published_network_states_its_size_and_the_inputs_it_takes(name):
    spec = PUBLISHED[name].spec
    card = network_card(spec)
    assert card.input_multiple == spec.stride
    assert 512 % card.input_multiple == 0  # the papers' input
    assert card.parameters > 5e6 and card.flops > 1e10
    assert str(card.input_multiple) in card.input_sizes


def test_the_vision_transformer_with_fixed_windows_takes_multiples_of_512_only():
    assert PUBLISHED["dpt-maxvit"].spec.stride == 512
    assert NetworkSpec("DPT", "tu-vit_base_patch16_224.augreg_in21k", 4).stride == 16


def test_its_windows_can_be_built_for_smaller_images():
    smaller = replace(PUBLISHED["dpt-maxvit"].spec, window_side=160)
    assert network_card(smaller, (160, 320)).input_multiple == smaller.stride == 160
    with pytest.raises(ConfigurationError, match="window_side is for encoders with fixed"):
        NetworkSpec("Unet", "resnet18", window_side=160)
    with pytest.raises(ConfigurationError, match="a multiple of 32"):
        replace(smaller, window_side=100)


def test_operations_are_counted_by_hand_for_a_network_of_one_stack():
    """Twice the pixels cost twice the work; another landmark one row of the last layers."""
    spec = FAMILIES["Hourglass"]
    one, two = network_card(spec, (64, 64)), network_card(spec, (64, 128))
    assert two.flops == pytest.approx(2 * one.flops, rel=0.01)
    more = network_card(replace(spec, landmarks=5), (64, 64))
    # full resolution: 8 channels; first stack at 16 x 16: 16 channels out and back in; scores 16
    assert more.flops - one.flops == 2 * (64 * 64 * 8 + 16 * 16 * (16 + 16) + 16 + 16)
    # the same weights with biases: 9 + 17 + 16 (no bias of its own) + 17 + 17
    assert more.parameters - one.parameters == 9 + 17 + 16 + 17 + 17


def test_a_card_for_an_image_that_the_network_does_not_take_is_refused():
    with pytest.raises(ConfigurationError, match="multiples of 32, not 48 x 64"):
        network_card(HRNET, (48, 64))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"encoder": "resnet18"}, "takes one of the encoders hrnet_w18"),
        ({"depth": 4}, "its depth is 5"),
        ({"srf": (5,)}, "stages 1 to 4; srf names 5"),
        ({"architecture": "Hourglass"}, "stack1 to stack8"),
        ({"architecture": "Hourglass", "encoder": "stack9"}, "stack1 to stack8"),
        ({"architecture": "Hourglass", "encoder": "stack1", "srf": (2,)}, "srf names 2"),
        ({"decoder_channels": (8, 8)}, "3 widths"),
        ({"architecture": "Unet", "decoder_channels": (), "srf": (2,)}, "no such branches"),
        ({"architecture": "UnetPlusPlus", "encoder": "mit_b1", "decoder_channels": ()}, "mit_b1"),
        ({"architecture": "DPT", "encoder": "resnet18", "decoder_channels": ()}, "tu-"),
        ({"limbs": -1}, "limbs"),
    ],
)
def test_a_pair_that_does_not_fit_is_refused_with_the_reason(changes, reason):
    with pytest.raises(ConfigurationError, match=reason):
        build_network(replace(HRNET, **changes))


def test_hourglass_has_no_pretrained_weights():
    with pytest.raises(ConfigurationError, match="no pretrained weights"):
        build_network(FAMILIES["Hourglass"], "imagenet")


def test_the_card_of_an_older_model_lacks_the_new_fields_and_is_read():
    old = {"architecture": "Unet", "encoder": "resnet18", "depth": 4, "landmarks": 12}
    assert NetworkSpec.from_dict(old).limbs == 0
    assert NetworkSpec.from_dict(FAMILIES["HRNet with SRF"].to_dict()).srf == (1, 2, 3, 4)


def test_the_registry_lists_what_is_not_in_smp():
    assert {"HRNet", "HigherHRNet", "Hourglass"} <= set(legal_architectures())
    assert {"hrnet_w18", "hrnet_w32"} <= set(legal_encoders("HRNet"))
    assert legal_encoders("Hourglass")[:2] == ("stack1", "stack2")


def test_the_coordinates_of_fusion_run_from_minus_1_to_1_and_to_the_distance_from_the_centre():
    layer = CoordinateConvolution(1)
    with torch.no_grad():
        layer.mix.weight.copy_(torch.tensor([0.0, 1.0, 10.0, 100.0]).reshape(1, 4, 1, 1))
        out = layer(torch.zeros(1, 1, 3, 5))[0, 0]
    assert out[1, 2] == 0  # the centre
    assert out[0, 4].item() == pytest.approx(1 - 10 + 100 * 2**0.5, rel=1e-5)  # top right
    assert out[2, 1].item() == pytest.approx(-0.5 + 10 + 100 * 1.25**0.5, rel=1e-5)


def test_fusion_starts_as_the_plain_network():
    features = torch.randn(2, 6, 5, 7)
    assert torch.allclose(CoordinateConvolution(6)(features), features, atol=1e-6)


def test_polarised_attention_agrees_with_a_hand_computed_case():
    """Two channels, two places; all weights chosen so that every step can be done on paper."""
    layer = PolarisedSelfAttention(2)
    with torch.no_grad():
        for convolution in layer.modules():
            if isinstance(convolution, torch.nn.Conv2d):
                convolution.weight.zero_()
                convolution.bias.zero_()
        layer.channel_query.weight[0, 0] = 1
        layer.channel_value.weight[0, 1] = 1
        layer.channel_out.weight[:, 0, 0, 0] = torch.tensor([1.0, -1.0])
        layer.spatial_value.weight[0, 0] = 1
        features = torch.tensor([[[[0.0, 1.0]], [[2.0, 4.0]]]])
        channel, spatial = layer.channel_weight(features), layer.spatial_weight(features)
    # (z, -z) is normalised to (1, -1) by the layer norm
    expected = torch.sigmoid(torch.tensor([1.0, -1.0]))
    assert torch.allclose(channel.flatten(), expected, atol=1e-4)
    assert torch.allclose(spatial.flatten(), torch.sigmoid(torch.tensor([0.0, 1.0])), atol=1e-6)
    assert torch.allclose(layer(features), features * (channel + spatial))


def test_fusion_tells_places_apart_that_look_alike():
    torch.manual_seed(1)
    module = SpatialRelationshipFusion(4)
    with torch.no_grad():
        module[0].mix.weight.normal_()
        out = module(torch.ones(1, 4, 8, 8))
    assert out[0, :, 0, 0].sub(out[0, :, 7, 7]).abs().max() > 0.1
