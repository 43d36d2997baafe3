"""A bundle is refused unless its weights are the ones its card names."""

import json
from dataclasses import replace

import pytest
import torch

from HipLandmarksLib.detection import (
    MRI_KEYS,
    BundleCard,
    Channels,
    LimbChannels,
    PartnerBelief,
    Preprocessing,
    load_bundle,
    load_card,
    save_bundle,
)
from HipLandmarksLib.errors import ConfigurationError, ModelError
from HipLandmarksLib.networks import NetworkSpec, build_network

SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=4)


@pytest.fixture
def bundle(tmp_path):
    torch.manual_seed(3)
    network = build_network(SPEC)
    card = BundleCard(
        "test", "1", "A model.", "MR", SPEC, Channels.of_keys(("FHC", "NA")), Preprocessing()
    )
    save_bundle(tmp_path, card, network)
    return tmp_path, network


def test_weights_and_card_come_back(bundle):
    folder, network = bundle
    card, loaded = load_bundle(folder)
    image = torch.randn(1, 1, 64, 64)
    with torch.inference_mode():
        expected = network.eval()(image).heatmaps
        found = loaded(image).heatmaps
    assert card.channels.names == ["R:FHC", "R:NA", "L:FHC", "L:NA"]
    assert torch.allclose(found, expected, atol=0.02 * float(expected.abs().max()))  # float16


def test_statistics_beyond_float16_come_back(bundle):
    """A DPT's last batch normalisation had a variance of 345,326 after a training."""
    folder, network = bundle
    name = next(name for name in network.state_dict() if name.endswith("running_var"))
    network.get_buffer(name).fill_(345326.0)
    save_bundle(folder, load_card(folder), network)
    assert load_bundle(folder)[1].get_buffer(name).max() == 345326.0


def test_a_model_with_weights_that_are_not_finite_is_not_written(bundle):
    folder, network = bundle
    before = (folder / "weights.safetensors").read_bytes()
    next(network.parameters()).data[0] = float("nan")
    with pytest.raises(ModelError, match="not finite"):
        save_bundle(folder, load_card(folder), network)
    assert (folder / "weights.safetensors").read_bytes() == before


def test_altered_weights_are_refused(bundle):
    folder, _ = bundle
    weights = folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        load_bundle(folder)


def test_missing_weights_are_named(bundle):
    folder, _ = bundle
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match=r"weights\.safetensors is missing"):
        load_bundle(folder)


def test_a_folder_without_card_is_not_a_bundle(tmp_path):
    with pytest.raises(ModelError, match="not a model bundle"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": "other-7"}'])
def test_a_damaged_card_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(ModelError):
        load_bundle(tmp_path)


@pytest.mark.parametrize("field", ["network", "channels", "preprocessing", "sha256", "id"])
def test_a_card_without_a_field_is_refused(bundle, field):
    folder, _ = bundle
    card = json.loads((folder / "model.json").read_text())
    del card[field]
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="incomplete or invalid"):
        load_card(folder)


def test_weights_of_another_network_are_refused(bundle):
    folder, _ = bundle
    card = json.loads((folder / "model.json").read_text())
    card["network"]["decoder_channels"] = [32, 16, 16]
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="do not fit"):
        load_bundle(folder)


def test_the_card_says_that_this_is_research_software(bundle):
    folder, _ = bundle
    assert "not a medical device" in json.loads((folder / "model.json").read_text())["research_use"]


MRI = Channels.of_keys(MRI_KEYS)
NETWORK = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=12)


def with_fields(limbs, **changes):
    network = replace(NETWORK, limbs=limbs)
    return BundleCard("t", "1", "", "MR", network, MRI, Preprocessing(), **changes)


def test_a_card_names_the_limbs_of_its_fields_and_how_much_they_vary():
    card = with_fields(16, limb_variances=tuple(0.01 + n / 1000 for n in range(16)))
    stored = json.loads(json.dumps(card.to_dict()))
    assert "R:FHC-R:NA" in stored["limbs"]
    again = BundleCard.from_dict(stored)
    assert again == card
    assert again.limbs == LimbChannels.of(MRI)


def test_a_card_of_fields_from_before_na_and_lcp_had_limbs_keeps_its_own():
    stored = with_fields(4).to_dict()
    del stored["limbs"]
    names = ["R:LAE-R:FHC", "R:SHP-R:SHD", "L:LAE-L:FHC", "L:SHP-L:SHD"]
    assert BundleCard.from_dict(stored).limbs.names == names


def test_a_card_without_fields_tells_nothing_of_limbs():
    stored = with_fields(0).to_dict()
    assert "limbs" not in stored and "limb_variances" not in stored
    assert len(BundleCard.from_dict(stored).limbs) == 0


def test_a_card_tells_how_much_partners_are_believed_and_alike_when_it_is_silent():
    card = with_fields(16, limb_partners=PartnerBelief.PRESENCE)
    stored = json.loads(json.dumps(card.to_dict()))
    assert BundleCard.from_dict(stored).limb_partners is PartnerBelief.PRESENCE
    del stored["limb_partners"]
    assert BundleCard.from_dict(stored).limb_partners is PartnerBelief.ALIKE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limb_partners": "some"}, "invalid"),
        ({"limbs": ["R:FHC-R:NA", "L:FHC-L:NA"]}, "names 2 limbs"),
        ({"limbs": ["R:FHC-R:NA"] * 16}, "both sides alike"),
        ({"limbs": ["R:FHC-R:GT"] * 16}, "join two landmarks"),
        ({"limbs": ["FHC"] * 16}, "join two landmarks"),
        ({"limb_variances": [0.1]}, "one positive variance"),
        ({"limb_variances": [0.0] * 16}, "one positive variance"),
        ({"limb_variances": ["x"] * 16}, "invalid"),
    ],
)
def test_limbs_that_do_not_belong_to_the_fields_are_refused(change, message):
    with pytest.raises(ModelError, match=message):
        BundleCard.from_dict({**with_fields(16).to_dict(), **change})


def test_fields_of_unknown_limbs_are_refused():
    with pytest.raises(ConfigurationError, match="3 part affinity fields"):
        with_fields(3)
