"""The reader of letters: the same on a film and in a mirror, sealed in its film model's bundle."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from film_script import film_model_with_letters

from HipLandmarksLib.detection import (
    Detector,
    load_card,
    load_film_bundle,
    save_film_bundle,
    write_film_cards,
)
from HipLandmarksLib.detection.letter_bundle import (
    bundled_letter_reader,
    load_letter_reader,
    put_letter_reader,
    save_letter_reader,
)
from HipLandmarksLib.detection.letter_card import LetterCard, LetterClass, LetterLimits
from HipLandmarksLib.detection.letter_reader import LetterReader, letter_input
from HipLandmarksLib.errors import ConfigurationError, ModelError
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.networks.letters import LetterNetwork

TINY = (4, 4, 4, 4)


def network(widths=TINY):
    torch.manual_seed(1)
    return LetterNetwork(len(LetterClass), widths)


@pytest.fixture
def reader(tmp_path):
    """Folder of a reader with random weights."""
    card = LetterCard("7", TINY, 32, 0.9, LetterLimits(0.97, 0.8), {"licence": "none"})
    save_letter_reader(tmp_path / "reader", card, network())
    return tmp_path / "reader"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, hips):
    return film_model_with_letters(tmp_path_factory.mktemp("letters") / "model", hips.reference)


@pytest.fixture
def bundle(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "bundle")


def test_a_crop_and_its_mirror_image_are_read_alike(reader):
    own = load_letter_reader(reader)
    crops = torch.rand(3, 32, 32)
    shown, mirrored = own.probabilities(crops), own.probabilities(crops.flip(2))
    order = list(LetterClass)
    for number, kind in enumerate(order):
        other = order.index(kind.in_a_mirror)
        assert mirrored[:, other] == pytest.approx(shown[:, number].numpy(), abs=1e-6)
    assert shown.sum(dim=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_input_does_not_depend_on_brightness_and_contrast_and_knows_the_rim_of_the_film():
    crop = torch.rand(1, 32, 32)
    rim = crop.clone()
    rim[:, :, :9] = torch.nan
    plain, scaled = letter_input(rim), letter_input(300 * rim + 17)
    assert plain == pytest.approx(scaled.numpy(), abs=1e-4)
    assert (plain[..., :9] == -1).all() and plain.shape == (1, 1, 32, 32)
    for empty in (torch.full((1, 32, 32), 5.0), torch.full((1, 32, 32), torch.nan)):
        assert (letter_input(empty) == -1).all()


def test_places_are_cut_out_of_the_film(reader):
    own = load_letter_reader(reader)
    film = np.random.default_rng(0).random((90, 80)).astype(np.float32)
    plane = PlaneTransform(np.array([[1.0, 0, -20], [0, 1, -30], [0, 0, 1]]), (32, 32))
    (found,) = own.read(film, [plane])
    (expected,) = own.probabilities(torch.from_numpy(film[None, 30:62, 20:52])).tolist()
    assert list(found.values()) == pytest.approx(expected, abs=1e-5)
    assert own.read(film, []) == []


def test_a_reader_comes_back_with_its_card(reader):
    own = load_letter_reader(reader)
    assert own.card.limits == LetterLimits(0.97, 0.8) and own.card.side_px == 32
    assert LetterCard.from_dict(own.card.to_dict()) == own.card
    crops = torch.rand(2, 32, 32)
    exact = LetterReader(network(), own.card).probabilities(crops)
    assert own.probabilities(crops) == pytest.approx(exact.numpy(), abs=2e-3)  # float16


def test_the_usual_reader_is_small():
    count = sum(own.numel() for own in LetterNetwork(len(LetterClass)).state_dict().values())
    assert 2 * count < 150_000


@pytest.mark.parametrize("part", ["model.json", "weights.safetensors"])
def test_a_damaged_reader_is_refused(reader, bundle, part):
    put_letter_reader(bundle, reader)
    path = bundle / "letters" / part
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        Detector.from_bundle(bundle)
    path.unlink()
    with pytest.raises(ModelError, match=r"incomplete.*missing"):
        Detector.from_bundle(bundle)


def test_a_reader_in_a_bundle_is_sealed_by_the_models_card(reader, bundle):
    assert bundled_letter_reader(bundle, load_card(bundle)) is None
    card = put_letter_reader(bundle, reader)
    assert card == load_card(bundle) and len(card.film.letters_sha256) == 64
    found = bundled_letter_reader(bundle, card)
    assert found is not None and found.card.version == "7"
    Detector.from_bundle(bundle, device="cpu")
    other = json.loads((reader / "model.json").read_text())
    (bundle / "letters" / "model.json").write_text(json.dumps({**other, "version": "8"}))
    with pytest.raises(ModelError, match="letter reader of the model m-film is not the one"):
        Detector.from_bundle(bundle)


def test_cards_that_are_written_again_name_the_reader_still(reader, bundle):
    put_letter_reader(bundle, reader)
    card, _, hip_card, _ = load_film_bundle(bundle)
    write_film_cards(bundle, replace(card, performance={"x": 1}), hip_card)
    assert bundled_letter_reader(bundle, load_card(bundle)) is not None


def test_a_model_that_is_saved_elsewhere_takes_no_reader_along_that_is_not_there(
    reader, bundle, tmp_path
):
    put_letter_reader(bundle, reader)
    save_film_bundle(tmp_path / "copy", *load_film_bundle(bundle))
    card = load_card(tmp_path / "copy")
    assert card.film.letters_sha256 == "" and Detector.from_bundle(tmp_path / "copy")


def test_a_model_that_finds_no_letters_gets_no_reader(reader, tmp_path, film_bundle):
    copy = shutil.copytree(film_bundle, tmp_path / "mini")
    with pytest.raises(ConfigurationError, match="does not find letters"):
        put_letter_reader(copy, reader)
    assert not (copy / "letters").exists()


def test_a_reader_with_broken_weights_is_not_written(tmp_path):
    broken = network()
    broken.scores.bias.data[0] = torch.inf
    with pytest.raises(ModelError, match="not finite"):
        save_letter_reader(tmp_path / "x", LetterCard("1", TINY), broken)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "change",
    [{"classes": ["R", "L"]}, {"side_px": 40}, {"limits": {"letter": 0.2}}, {"format": "x"}],
)
def test_a_card_that_makes_no_sense_is_refused(reader, change):
    path = reader / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ModelError, match="letter reader"):
        load_letter_reader(reader)
