"""A bundle is refused unless its weights are the ones its card names."""

import json

import pytest
import torch

from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Preprocessing,
    load_bundle,
    load_card,
    save_bundle,
)
from HipLandmarksLib.errors import ModelError
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
