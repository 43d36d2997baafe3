"""A film model is one folder whose two parts are sealed; its limits are calibrated."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Detector,
    FilmSettings,
    HipCriteria,
    HipSigns,
    ImageFrame,
    Preprocessing,
    calibrate_criteria,
    load_card,
    load_film_bundle,
    save_film_bundle,
    write_film_cards,
)
from HipLandmarksLib.errors import ConfigurationError, ModelError
from HipLandmarksLib.networks import NetworkSpec


@pytest.fixture
def bundle(tmp_path, film_bundle):
    return shutil.copytree(film_bundle, tmp_path / "bundle")


def rewrite(path, **changes):
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, **changes}))


def test_both_parts_come_back(bundle):
    card, network, hip_card, hip_network = load_film_bundle(bundle)
    assert card.frame is ImageFrame.FILM and hip_card.frame is ImageFrame.HIP
    assert len(card.channels) == 2 * len(hip_card.channels)
    assert network.spec.landmarks == len(card.channels)
    assert hip_network.spec.landmarks == len(hip_card.channels)
    assert BundleCard.from_dict(card.to_dict()) == card
    assert BundleCard.from_dict(hip_card.to_dict()) == hip_card
    assert "preprocessing" not in card.to_dict()  # films have no spacing


@pytest.mark.parametrize("part", ["model.json", "weights.safetensors"])
@pytest.mark.parametrize("folder", ["", "hip"])
def test_a_missing_part_is_named(bundle, folder, part):
    (bundle / folder / part).unlink()
    with pytest.raises(ModelError, match=part.replace(".", r"\.")):
        Detector.from_bundle(bundle)


@pytest.mark.parametrize("folder", ["", "hip"])
def test_altered_weights_are_refused(bundle, folder):
    path = bundle / folder / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        Detector.from_bundle(bundle)


def test_a_second_pass_of_another_model_is_refused(bundle):
    """Its own card and weights fit each other, but they are not the ones that were tested."""
    rewrite(bundle / "hip" / "model.json", presence_threshold=0.4)
    with pytest.raises(ModelError, match="second pass of the model mini is not the one"):
        Detector.from_bundle(bundle)


def test_cards_can_be_written_again_with_new_limits_and_stay_sealed(bundle):
    card, _, hip_card, _ = load_film_bundle(bundle)
    criteria = HipCriteria(8, 1.5)
    limits = replace(card, film=replace(card.film, criteria=criteria))
    write_film_cards(bundle, limits, replace(hip_card, performance={"mre_mm": 2.0}))
    again, _, hip_again, _ = load_film_bundle(bundle)
    assert again.film.criteria == criteria
    assert hip_again.performance == {"mre_mm": 2.0}
    assert again.film.hip_sha256 != card.film.hip_sha256


def test_a_second_pass_alone_is_no_model(bundle):
    with pytest.raises(ModelError, match="does not read films"):
        Detector.from_bundle(bundle / "hip")


def test_parts_in_the_wrong_order_are_not_written(bundle, tmp_path):
    card, network, hip_card, hip_network = load_film_bundle(bundle)
    with pytest.raises(ConfigurationError, match="frame film"):
        save_film_bundle(tmp_path / "x", hip_card, hip_network, card, network)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"frame": "knee"},
        {"frame": "volume"},
        {"frame": "hip"},
        {"film": {}},
        {"film": None},
    ],
)
def test_a_card_that_contradicts_itself_is_refused(bundle, change):
    rewrite(bundle / "model.json", **change)
    with pytest.raises(ModelError, match="incomplete or invalid"):
        load_card(bundle)


@pytest.mark.parametrize(
    "change", [{"side_px": 10}, {"prosthesis_threshold": 1.5}, {"edge": "rim"}]
)
def test_film_settings_that_make_no_sense_are_refused(hips, change):
    with pytest.raises(ConfigurationError):
        FilmSettings(hips.reference, **change)


def test_a_model_of_one_hip_has_landmarks_of_one_side(hips):
    one, both = Channels.of_hip(("FHC", "GT")), Channels.of_keys(("FHC", "GT"))
    spec = NetworkSpec(landmarks=2)
    common = {"version": "1", "description": "", "modality": "XRAY"}
    common |= {"preprocessing": Preprocessing(), "network": spec}
    with pytest.raises(ConfigurationError, match="landmarks of one side"):
        BundleCard(id="x", channels=both, frame=ImageFrame.HIP, **common)
    with pytest.raises(ConfigurationError, match="landmarks of one side"):
        BundleCard(id="x", channels=one, **common)
    with pytest.raises(ConfigurationError, match="how films are read"):
        BundleCard(id="x", channels=both, frame=ImageFrame.FILM, **common)
    with pytest.raises(ConfigurationError, match="no landmarks of the other side"):
        _ = one.mirrored
    assert Channels.from_names(one.names, one_hip=True) == one


def films(generator, count):
    """Signs of good films: nearly all landmarks, a misfit about 0.8."""
    agreeing, misfit = generator.integers(9, 15, count), generator.normal(0.8, 0.15, count)
    return [HipSigns(int(n), float(m)) for n, m in zip(agreeing, misfit, strict=True)]


def test_limits_refuse_one_film_in_a_hundred_at_most_and_every_other_picture():
    generator = np.random.default_rng(0)
    hips = [*films(generator, 995), *[HipSigns(3, 0.5)] * 5]
    others = [HipSigns(int(n), float(m)) for n, m in generator.uniform((0, 1), (6, 2.5), (300, 2))]
    found = calibrate_criteria(hips, others)
    assert found.false_refusals <= 0.01
    assert found.false_acceptances == 0
    assert 6 <= found.criteria.least_points <= 9
    assert not found.criteria.accept(HipSigns(3, 0.5))
    assert found.criteria.accept(HipSigns(9, 1.0))


def test_where_nothing_else_looks_like_a_hip_the_limits_leave_room_for_unusual_hips():
    found = calibrate_criteria(films(np.random.default_rng(1), 300), [HipSigns(0, 0.0)] * 100)
    assert found.false_acceptances == 0 and found.false_refusals <= 0.01
    assert found.criteria.accept(HipSigns(6, 1.8))
    assert not found.criteria.accept(HipSigns(3, 0.5))


def test_limits_need_enough_films():
    with pytest.raises(ConfigurationError, match="give 100 films or more"):
        calibrate_criteria([HipSigns(12, 0.8)] * 60, [HipSigns(1, 0.5)])
    with pytest.raises(ConfigurationError, match="train it further"):
        calibrate_criteria([HipSigns(2, 0.8)] * 600, [HipSigns(1, 0.5)])


@pytest.mark.parametrize("limits", [(2, 1.0), (6, 0.0), (6, float("inf"))])
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(ConfigurationError, match="landmarks or more"):
        HipCriteria(*limits)
