"""The landmark table is complete, and agrees with the measurements and the limbs."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest

from HipLandmarksLib.anatomy import LandmarkTable
from HipLandmarksLib.anatomy.table import read_landmark_table
from HipLandmarksLib.errors import ConfigurationError, LandmarkFileError
from HipLandmarksLib.measurement import MeasurementTable
from HipLandmarksLib.resources import resource_path

PAPER_2 = ["ILM", "TRI", "LAE", "MSO", "FOV", "FHC", "GT", "TD", "ISCH", "NB", "SHP", "SHD"]
OPTIONAL = [
    *("HEDGE", "RIM", "LT", "NCS", "NCI", "AF", "DOME", "AW", "PW", "SPINE", "BRIM"),
    *("SYM", "SCJ", "PH1", "PH2", "Q", "NECK", "OBT"),
    *("NC", "CONDM", "CONDL", "AR", "PR"),
]


@pytest.fixture(scope="module")
def table():
    return LandmarkTable.load()


def test_the_twelve_landmarks_of_paper_2_are_numbered(table):
    assert [d.key for d in table.of_paper(2)] == PAPER_2
    assert [d.number for d in table.of_paper(2)] == list(range(1, 13))


def test_paper_1_uses_four(table):
    assert {d.key for d in table.of_paper(1)} == {"FHC", "NA", "LAE", "LCP"}


def test_the_optional_points_are_there(table):
    assert [d.key for d in table.definitions.values() if d.optional] == OPTIONAL


def test_every_landmark_can_be_placed_by_its_description(table):
    for definition in table.definitions.values():
        assert len(definition.definition) > 30 and definition.definition.endswith(".")
        assert definition.state_hint.endswith(".")
        assert definition.views


def test_every_landmark_of_a_measurement_is_in_the_table(table):
    for measurement in MeasurementTable.load().select(None):
        assert measurement.keys <= set(table.keys)


def test_the_landmarks_tell_what_they_serve():
    using = MeasurementTable.load().using
    assert "nsa" in using("NA") and "sharp" in using("TD")
    assert "head_diameter_mm" in using("RIM")


def test_every_numbered_landmark_has_two_limbs(table):
    ends = Counter(key for limb in of_paper_2(table) for key in {limb.start, limb.end})
    assert all(ends[key] >= 2 for key in PAPER_2)


def of_paper_2(table):
    return [limb for limb in table.limbs if {limb.start, limb.end} <= set(PAPER_2)]


def test_the_landmarks_of_paper_2_keep_exactly_their_limbs(table):
    """As numbered in the paper; what is added for paper 1 must not join two of them."""
    sides = [limb for limb in of_paper_2(table) if not limb.bilateral]
    number = {key: n for n, key in enumerate(PAPER_2, start=1)}
    assert {tuple(sorted((number[limb.start], number[limb.end]))) for limb in sides} == {
        *((1, 9), (1, 2), (2, 3), (3, 4), (4, 8), (3, 6), (3, 8), (5, 6), (5, 7), (6, 8), (6, 10)),
        *((10, 11), (7, 11), (11, 12), (7, 12), (8, 9)),
    }
    across = [limb for limb in of_paper_2(table) if limb.bilateral]
    assert [number[limb.start] for limb in across] == [2, 8, 9]


@pytest.mark.parametrize("further", [(), ("SHP", "SHD"), ("SHP", "SHD", "NB")])
def test_every_landmark_of_an_mri_has_two_limbs(table, further):
    keys = {"FHC", "NA", "LAE", "LCP", *further}
    limbs = [limb for limb in table.limbs if {limb.start, limb.end} <= keys]
    ends = Counter(key for limb in limbs for key in (limb.start, limb.end))
    assert set(ends) == keys and min(ends.values()) >= 2


def test_an_unknown_landmark_is_named_in_the_error(table):
    assert table["LCP"].name == "Lateral cam point"
    with pytest.raises(LandmarkFileError, match="'LPC'"):
        table["LPC"]


def damage_number(data):
    data["landmarks"][0]["number"] = 2


def damage_text(data):
    data["landmarks"][3]["definition"] = ""


def damage_key(data):
    data["landmarks"][1]["key"] = "ILM"


@pytest.mark.parametrize("damage", [damage_number, damage_text, damage_key])
def test_a_damaged_table_is_refused(damage, tmp_path):
    data = json.loads(resource_path("Anatomy", "landmarks.json").read_text(encoding="utf-8"))
    damage(data)
    path = tmp_path / "landmarks.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="damaged"):
        read_landmark_table(path, resource_path("Anatomy", "limbs.json"))


def test_a_limb_of_an_unknown_landmark_is_refused(tmp_path):
    path = tmp_path / "limbs.json"
    shutil.copy(resource_path("Anatomy", "limbs.json"), path)
    path.write_text(path.read_text("utf-8").replace('"FOV"', '"FOVEA"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="FOVEA"):
        read_landmark_table(resource_path("Anatomy", "landmarks.json"), path)
