"""Models are found where they lie, told apart from damaged ones, installed and removed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from model_samples import pack, write_film_model, write_model

from HipLandmarksLib.detection.catalogue import (
    LicenceAgreements,
    ModelCatalogue,
    ModelPlace,
    read_index,
    read_summary,
    user_models_folder,
)
from HipLandmarksLib.errors import ModelError
from HipLandmarksLib.files import HALF_WRITTEN
from HipLandmarksLib.imaging import Modality


@pytest.fixture
def catalogue(tmp_path: Path) -> ModelCatalogue:
    """Nothing ships, the user has nothing yet."""
    (tmp_path / "shipped").mkdir()
    return ModelCatalogue(tmp_path / "user", tmp_path / "shipped", ())


def test_what_ships_is_whole_and_tells_its_card_in_short():
    shipped = [e for e in ModelCatalogue("/nowhere").entries() if e.place is ModelPlace.SHIPPED]
    assert {entry.name for entry in shipped} >= {"mri-coronal", "xray-ap-pelvis"}
    for entry in shipped:
        assert entry.usable and entry.problem is None
        assert entry.summary.calibrated and "mm" in entry.summary.performance
        assert all(label and text for label, text in entry.summary.lines())


def test_a_licence_that_forbids_commercial_use_is_told():
    cards = {e.name: e.summary for e in ModelCatalogue("/nowhere").entries()}
    assert cards["xray-ap-pelvis"].non_commercial and "NC" in cards["xray-ap-pelvis"].licence
    assert not cards["mri-coronal"].non_commercial


def test_the_index_that_ships_names_no_address_while_nothing_is_released(repository):
    assert read_index(repository / "Resources" / "Models" / "index.json") == ()


def test_listing_needs_no_torch():
    code = (
        "import sys\n"
        "from HipLandmarksLib.detection.catalogue import ModelCatalogue\n"
        "assert ModelCatalogue('/nowhere').entries()\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/HipLandmarks/Models"),
        ("darwin", {}, "/me/Library/Application Support/HipLandmarks/Models"),
        ("linux", {}, "/me/.local/share/HipLandmarks/Models"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/HipLandmarks/Models"),
        ("linux", {"HIPLANDMARKS_MODELS": "/own"}, "/own"),
    ],
)
def test_the_users_folder_is_the_platforms_usual_place(platform, environment, expected):
    assert user_models_folder(environment, platform, Path("/me")) == Path(expected)


def test_a_folder_copied_by_hand_is_found_even_one_level_deeper(catalogue, tmp_path):
    write_model(tmp_path / "user" / "mine", "first")
    write_film_model(tmp_path / "user" / "download" / "second")
    found = {entry.name: entry for entry in catalogue.entries()}
    assert set(found) == {"first", "tiny-film"}
    assert all(entry.usable and entry.place is ModelPlace.USER for entry in found.values())
    assert [entry.name for entry in catalogue.entries(Modality.XRAY)] == ["tiny-film"]
    assert catalogue.find("first").folder == tmp_path / "user" / "mine"


def test_the_models_own_folder_may_be_chosen_as_the_users_folder(tmp_path):
    folder = write_film_model(tmp_path / "chosen")
    chosen = ModelCatalogue(folder, tmp_path, ())
    assert chosen.find("tiny-film").folder == folder
    with pytest.raises(ModelError, match="is not removed"):
        chosen.remove("tiny-film")


def spoil_weights(folder):
    (folder / "weights.safetensors").write_bytes(b"other")


def lose_weights(folder):
    (folder / "weights.safetensors").unlink()


def spoil_card(folder):
    (folder / "model.json").write_text("{", encoding="utf-8")


def foreign_card(folder):
    (folder / "model.json").write_text('{"format": "nnunet"}', encoding="utf-8")


def empty_card(folder):
    (folder / "model.json").write_text('{"format": "hiplandmarks-bundle-1"}', encoding="utf-8")


def no_card(folder):
    (folder / "model.json").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (spoil_weights, "SHA-256 differs"),
        (lose_weights, "incomplete"),
        (spoil_card, "damaged"),
        (foreign_card, "another program or version"),
        (empty_card, "incomplete or invalid"),
        (no_card, "holds no model"),
    ],
)
def test_a_damaged_or_foreign_folder_is_listed_with_the_reason(catalogue, tmp_path, damage, reason):
    damage(write_model(tmp_path / "user" / "broken"))
    (entry,) = catalogue.entries()
    assert not entry.usable and entry.summary is None
    assert reason in entry.problem
    with pytest.raises(ModelError):
        catalogue.find(entry.name)


def test_a_second_pass_that_was_exchanged_is_noticed(catalogue, tmp_path):
    folder = write_film_model(tmp_path / "user" / "film")
    card = folder / "hip" / "model.json"
    card.write_text(card.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert "The part 'hip'" in catalogue.entries()[0].problem
    shutil.rmtree(folder / "hip")
    assert "hip/model.json is missing" in catalogue.entries()[0].problem


def test_a_reader_of_letters_that_a_card_names_must_be_there_and_whole(catalogue, tmp_path):
    folder = write_film_model(tmp_path / "user" / "film")
    letters = write_model(folder / "letters", format="hiplandmarks-letters-1")
    digest = hashlib.sha256((letters / "model.json").read_bytes()).hexdigest()
    path = folder / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["film"]["letters_sha256"] = digest
    path.write_text(json.dumps(card), encoding="utf-8")
    assert catalogue.entries()[0].usable
    spoil_weights(letters)
    assert "weights in letters" in catalogue.entries()[0].problem


def test_half_a_film_model_says_what_it_is(tmp_path):
    with pytest.raises(ModelError, match="only a part of a model for radiographs"):
        read_summary(write_film_model(tmp_path / "film") / "hip")


def test_an_archive_that_nobody_unpacked_is_recognised(catalogue, tmp_path):
    catalogue.user_folder.mkdir()
    pack(write_model(tmp_path / "model"), catalogue.user_folder / "tiny.zip")
    assert "still packed" in catalogue.entries()[0].problem


@pytest.mark.parametrize("top", ["", "tiny-1.0/"])
def test_a_zip_archive_is_installed(catalogue, tmp_path, top):
    archive = pack(write_film_model(tmp_path / "model"), tmp_path / "model.zip", top)
    entry = catalogue.install_from(archive)
    assert entry.usable and entry.folder == catalogue.user_folder / "tiny-film"
    assert catalogue.entries() == (entry,)
    assert list(catalogue.user_folder.iterdir()) == [entry.folder]


def test_a_newer_version_takes_the_place_of_the_earlier_one(catalogue, tmp_path):
    catalogue.install_from(write_model(tmp_path / "old", version="1.0"))
    catalogue.install_from(write_model(tmp_path / "new", version="1.1"))
    assert [entry.title for entry in catalogue.entries()] == ["tiny 1.1"]
    assert (tmp_path / "new" / "model.json").is_file()


def test_a_model_that_cannot_be_used_is_not_installed(catalogue, tmp_path):
    spoil_weights(write_model(tmp_path / "model"))
    catalogue.install_from(write_model(tmp_path / "good"))
    before = catalogue.entries()
    with pytest.raises(ModelError, match="SHA-256"):
        catalogue.install_from(tmp_path / "model")
    with pytest.raises(ModelError, match="does not exist"):
        catalogue.install_from(tmp_path / "missing.zip")
    assert catalogue.entries() == before
    assert len(list(catalogue.user_folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["../out.json", "/abs.json", "C:\\out.json", "a\\..\\..\\b.json"])
def test_names_that_lead_out_of_the_folder_are_refused(catalogue, tmp_path, name):
    archive = pack(write_model(tmp_path / "model"), tmp_path / "model.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(name, "{}")
    with pytest.raises(ModelError, match="leads out of the folder"):
        catalogue.install_from(archive)
    assert not (tmp_path / "out.json").exists() and catalogue.entries() == ()


def test_links_and_programs_are_refused(catalogue, tmp_path):
    archive = pack(write_model(tmp_path / "model"), tmp_path / "model.zip")
    link = zipfile.ZipInfo("card.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="is a link"):
        catalogue.install_from(archive)
    archive = pack(write_model(tmp_path / "other"), tmp_path / "other.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("run.py", "print()")
    with pytest.raises(ModelError, match="is no file of a model"):
        catalogue.install_from(archive)


def test_a_file_that_only_claims_to_be_an_archive_is_refused(catalogue, tmp_path):
    (tmp_path / "model.zip").write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(ModelError, match="no zip archive"):
        catalogue.install_from(tmp_path / "model.zip")


def test_only_models_of_the_user_are_removed(catalogue, tmp_path):
    write_model(tmp_path / "shipped" / "ours", "ours")
    catalogue.install_from(write_model(tmp_path / "model"))
    catalogue.remove("tiny")
    assert [entry.name for entry in catalogue.entries()] == ["ours"]
    with pytest.raises(ModelError, match="comes with HipLandmarks"):
        catalogue.remove("ours")
    with pytest.raises(ModelError, match="There is no model"):
        catalogue.remove("tiny")


def test_a_folder_with_other_things_is_never_removed(catalogue):
    (catalogue.user_folder / "letters").mkdir(parents=True)
    with pytest.raises(ModelError, match="other things than models"):
        catalogue.remove("letters")
    assert (catalogue.user_folder / "letters").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_removing_a_link_leaves_what_it_points_to(catalogue, tmp_path):
    elsewhere = write_model(tmp_path / "elsewhere")
    catalogue.user_folder.mkdir()
    (catalogue.user_folder / "linked").symlink_to(elsewhere)
    catalogue.remove("tiny")
    assert catalogue.entries() == () and (elsewhere / "model.json").is_file()


def test_the_users_own_version_comes_before_the_shipped_one(catalogue, tmp_path):
    write_model(tmp_path / "shipped" / "tiny")
    mine = catalogue.install_from(write_model(tmp_path / "mine", version="2.0"))
    assert catalogue.find("tiny") == mine
    assert [entry.title for entry in catalogue.entries()] == ["tiny 1.0", "tiny 2.0"]


def test_what_an_interrupted_download_left_is_no_model_and_can_be_deleted(catalogue):
    catalogue.user_folder.mkdir()
    (catalogue.user_folder / f"{HALF_WRITTEN}abc.zip").write_bytes(b"12345")
    assert catalogue.entries() == ()
    assert catalogue.remove_unfinished() == 5
    assert list(catalogue.user_folder.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://example.org/model.zip"},
        {"url": "model.zip"},
        {"sha256": "abc"},
        {"size_bytes": 0},
        {"size_bytes": 1 << 40},
        {"id": "../up"},
        {"modality": "US"},
    ],
)
def test_an_index_entry_that_cannot_be_one_is_refused(tmp_path, change):
    model = {
        "id": "tiny",
        "version": "1.0",
        "modality": "MR",
        "description": "",
        "landmarks": [],
        "licence": "",
        "url": "https://example.org/model.zip",
        "size_bytes": 10,
        "sha256": "0" * 64,
        "weights_sha256": "0" * 64,
    }
    path = tmp_path / "index.json"
    path.write_text(json.dumps({"format": "hiplandmarks-models-1", "models": [model]}))
    assert len(read_index(path)) == 1
    path.write_text(json.dumps({"format": "hiplandmarks-models-1", "models": [model | change]}))
    with pytest.raises(ModelError):
        read_index(path)


def test_an_agreement_to_a_licence_is_remembered_and_asked_again_when_it_reads_otherwise(tmp_path):
    def model(name, licence):
        return read_summary(write_model(tmp_path / name, training={"licence": licence}))

    free = model("free", "Apache-2.0")
    strict, other = (model(name, f"CC BY-NC {name}") for name in ("4.0", "5.0"))
    kept = LicenceAgreements(tmp_path / "user")
    assert not kept.is_wanting(free)
    assert kept.is_wanting(strict)
    kept.agree(strict)
    again = LicenceAgreements(tmp_path / "user")
    assert not again.is_wanting(strict)
    assert again.is_wanting(other)
    again.agree(other)
    assert not LicenceAgreements(tmp_path / "user").is_wanting(strict)
    (tmp_path / "user" / "agreements.json").write_text("[", encoding="utf-8")
    assert again.is_wanting(strict), "what is damaged is asked about again"


def test_an_agreement_that_cannot_be_kept_is_told(tmp_path):
    (tmp_path / "user").write_text("a file in the way", encoding="utf-8")
    strict = read_summary(write_model(tmp_path / "m", training={"licence": "CC BY-NC 4.0"}))
    with pytest.raises(ModelError, match="agreement cannot be kept"):
        LicenceAgreements(tmp_path / "user").agree(strict)
