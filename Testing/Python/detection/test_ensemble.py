"""An ensemble answers as one model: its members' maps averaged, their spread in its doubt."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import (
    MRI_KEYS,
    BundleCard,
    Channels,
    Detector,
    Preprocessing,
    join_bundles,
    load_bundle,
    load_card,
    load_film_bundle,
    save_bundle,
)
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.evaluation.trained_on import trained_names
from HipLandmarksLib.networks import NetworkEnsemble, NetworkSpec, build_network
from HipLandmarksLib.training import TrainingConfig

SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2)
IMAGES = torch.randn(2, 1, 64, 96, generator=torch.Generator().manual_seed(5))
HEAD = (Side.RIGHT, "FHC")


def network(seed, spec=SPEC):
    torch.manual_seed(seed)
    return build_network(spec).eval()


def card(network_spec=SPEC, **changes):
    channels, pixels = Channels.of_keys(("FHC",)), Preprocessing(4.0, multiple=8)
    return BundleCard("t", "1", "A model.", "MR", network_spec, channels, pixels, **changes)


def detector(*networks):
    joined = NetworkEnsemble(networks) if len(networks) > 1 else networks[0]
    return Detector(joined, card(joined.spec), "cpu", "float32")


@pytest.fixture
def folders(tmp_path):
    """Two bundles of one recipe, trained on patients of their own."""
    found = [tmp_path / "a", tmp_path / "b"]
    for seed, folder in enumerate(found):
        training = {"licence": "Apache-2.0.", "patients": [f"p{seed}", "p9"]}
        about = {"training": training, "slice_offset_mm": 2.0 * seed, "performance": {"mre": 1}}
        save_bundle(folder, card(**about), network(seed))
    return found


@pytest.mark.parametrize("views", ["none", "mirror", "standard"])
def test_the_maps_of_the_members_are_averaged(views):
    members = network(1), network(2)
    joined = detector(*members).maps(IMAGES, VIEWS[views])
    single = [detector(member).maps(IMAGES, VIEWS[views]) for member in members]
    mean = (single[0].nowhere + single[1].nowhere) / 2
    if views != "standard":  # else views that do not see a place have no say in it
        assert torch.allclose(joined.nowhere, mean, atol=1e-6)
        assert torch.allclose(joined.places, (single[0].places + single[1].places) / 2, atol=1e-7)
    total = joined.places.sum(dim=(2, 3)) + joined.nowhere
    assert total.numpy() == pytest.approx(1, abs=1e-4)


def test_members_that_agree_add_no_doubt():
    member = network(1)
    ensemble = detector(member, member)._reader.read(IMAGES, VIEWS["none"])
    for own, one in zip(
        ensemble, detector(member)._reader.read(IMAGES, VIEWS["none"]), strict=True
    ):
        for id_, point in own.points.items():
            assert point.xy == pytest.approx(one.points[id_].xy)
            assert np.allclose(point.total_covariance, one.points[id_].total_covariance)


def test_the_spread_of_the_members_is_in_the_covariance():
    """The wider they differ, the larger it is: by the covariance of their points at least."""
    members = network(1), network(2)
    points = [detector(each)._reader.read(IMAGES, VIEWS["none"])[0].points for each in members]
    joined = detector(*members)._reader.read(IMAGES, VIEWS["none"])[0].points
    for id_, point in joined.items():
        weights = np.array([own[id_].presence for own in points])
        offsets = np.array([own[id_].xy for own in points])
        offsets = offsets - weights @ offsets / weights.sum()
        spread = (offsets * weights[:, None] / weights.sum()).T @ offsets
        assert np.allclose(point.view_covariance, spread, atol=1e-6)
        assert np.linalg.eigvalsh(point.total_covariance - spread).min() > -1e-9


def test_a_single_network_is_no_ensemble_of_views():
    assert detector(network(1))._reader.read(IMAGES, VIEWS["none"])[0].points[
        HEAD
    ].view_covariance is None  # fmt: skip


def test_less_memory_limits_every_member():
    ensemble = detector(network(1), network(2))
    ensemble.limit_batch(1)
    assert [runner.batch for runner in ensemble._reader.runners] == [1, 1]


def test_a_joined_bundle_reads_as_its_members_do_together(folders, tmp_path):
    join_bundles(folders, tmp_path / "joined")
    read = Detector.from_bundle(tmp_path / "joined", "cpu", "float32")
    members = [load_bundle(folder)[1] for folder in folders]  # as stored, in float16
    expected = detector(*members).maps(IMAGES)
    assert torch.allclose(read.maps(IMAGES).places, expected.places, atol=1e-7)


def test_the_card_of_an_ensemble_promises_nothing_that_was_not_measured(folders, tmp_path):
    told = join_bundles(folders, tmp_path / "joined")
    assert told == load_card(tmp_path / "joined")
    assert (told.id, told.network.members, told.slice_offset_mm) == ("t-ensemble", 2, 1.0)
    assert told.performance == {} and told.calibration is None
    assert told.training["licence"] == "Apache-2.0."
    assert "Ensemble of 2 networks" in told.description


def test_nobody_whom_one_member_has_seen_is_unseen(folders, tmp_path):
    assert trained_names(join_bundles(folders, tmp_path / "joined")) == {"p0", "p1", "p9"}
    silent = load_card(folders[1])
    silent = replace(silent, training={})
    members = [load_card(folders[0]).training, silent.training]
    assert trained_names(replace(silent, training={"members": members})) is None


def test_ensembles_join_with_all_their_members(folders, tmp_path):
    join_bundles(folders, tmp_path / "two")
    told = join_bundles([tmp_path / "two", folders[0]], tmp_path / "three", "trio")
    assert (told.id, told.network.members) == ("trio", 3)
    assert trained_names(told) == {"p0", "p1", "p9"}
    assert told.description == "Ensemble of 3 networks. A model."


def test_models_of_films_join_both_passes_and_keep_their_letters(film_bundle, tmp_path):
    other = shutil.copytree(film_bundle, tmp_path / "other")
    join_bundles([film_bundle, other], tmp_path / "joined")
    outer, network_, inner, hip_network = load_film_bundle(tmp_path / "joined")
    assert outer.network.members == inner.network.members == 2
    for each in (network_, hip_network):
        assert isinstance(each, NetworkEnsemble) and len(each.members) == 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"preprocessing": Preprocessing(2.0, multiple=8)}, "preprocessing"),
        ({"mirror": True}, "mirror"),
        ({"network": replace(SPEC, decoder_channels=(8, 8, 8))}, "network"),
    ],
)
def test_models_of_other_recipes_are_refused(folders, tmp_path, changes, named):
    other = replace(card(), **changes)
    save_bundle(folders[1], other, network(3, other.network))
    with pytest.raises(ConfigurationError, match=f"different recipes .*{named}"):
        join_bundles(folders, tmp_path / "joined")
    assert not (tmp_path / "joined").exists()


def test_an_ensemble_of_one_or_over_another_model_is_refused(folders, tmp_path):
    with pytest.raises(ConfigurationError, match="two members or more"):
        join_bundles(folders[:1], tmp_path / "joined")
    with pytest.raises(ConfigurationError, match="is not empty"):
        join_bundles(folders, folders[0])


def test_single_networks_are_described_as_before(folders):
    """So that earlier versions read their cards."""
    assert "members" not in json.loads((folders[0] / "model.json").read_text())["network"]


def test_an_ensemble_is_not_trained_as_one(tmp_path):
    spec = NetworkSpec("Unet", "resnet18", 3, landmarks=2 * len(MRI_KEYS), members=2)
    with pytest.raises(ConfigurationError, match="train each member with a seed of its own"):
        TrainingConfig(output=tmp_path, network=spec, phantom_share=1.0)
