"""An exploration follows edits of its stack, and says of everything missing why it is missing."""

from __future__ import annotations

import json

import pytest
from explored_hips import MIDDLE, SETTINGS, exploration

from HipLandmarksLib.anatomy import Side, Source, SourceKind
from HipLandmarksLib.exploration import ExploredPart
from HipLandmarksLib.exploration.hip_exploration import profiles_of

READER = Source(SourceKind.READER, "ann")


def with_edit(found, index, side=Side.RIGHT, key="LCP", shift=6.0):
    point = found.stack.at(index).landmarks[(side, key)]
    x, y, z = point.position
    return found.stack.with_landmark(index, point.moved((x, y, z + shift), READER))


def values(found, side, id_):
    return [entry.value for entry in found.sides[side].profiles[id_].values]


def test_an_edit_changes_the_angle_of_its_slice_and_no_other():
    found = exploration()
    stack = with_edit(found, 2)
    edited = found.measured_again(stack)
    depth = stack.at(2).depth_mm
    for entry, other in zip(
        found.sides[Side.RIGHT].profiles["alpha"].values,
        edited.sides[Side.RIGHT].profiles["alpha"].values,
        strict=True,
    ):
        assert (entry.value == other.value) == (entry.place.position_mm != depth)
    assert values(edited, Side.LEFT, "alpha") == values(found, Side.LEFT, "alpha")
    assert edited.stack.edited == (2,) and found.stack.edited == ()
    assert edited.sides[Side.RIGHT].sphere is found.sides[Side.RIGHT].sphere


def test_measuring_what_changed_gives_what_measuring_everything_gives():
    found = exploration()
    stack = with_edit(found, 5)
    heads = {side: own.head for side, own in found.sides.items()}
    afresh = profiles_of(stack, found.plane, SETTINGS, heads)
    again = found.measured_again(stack)
    for side in Side:
        for id_, profile in afresh[side].items():
            assert again.sides[side].profiles[id_].to_dict() == profile.to_dict()


def test_slices_without_edits_are_not_measured_again():
    found = exploration()
    again = found.measured_again(with_edit(found, 3))
    before = found.sides[Side.LEFT].profiles["lce"].values
    after = again.sides[Side.LEFT].profiles["lce"].values
    assert sum(a.measurement is b.measurement for a, b in zip(before, after, strict=True)) == 8


def test_points_in_space_are_the_sphere_and_the_neck():
    found = exploration()
    points = found.landmarks()
    assert points.case_id == "demo"
    for side, own in found.sides.items():
        assert points[(side, "FHC")].position == own.head.centre
        assert points[(side, "NC")].position == own.neck.neck_centre
        assert points[(side, "FHC")].source.name == "fit to all slices"


def test_what_is_missing_is_named_with_its_reason():
    found = exploration(seen=False)
    assert not found.landmarks()
    for own in found.sides.values():
        assert set(own.missing) == set(ExploredPart)
        assert all(reason.endswith(".") for reason in own.missing.values())
    assert exploration().sides[Side.RIGHT].missing == {}


@pytest.mark.parametrize("seen", [True, False])
def test_everything_can_be_written_as_json(seen):
    data = json.loads(json.dumps(exploration(seen=seen).to_dict()))
    assert data["case_id"] == "demo"
    assert data["chosen"] == {"R": MIDDLE, "L": MIDDLE}
    assert [side["side"] for side in data["sides"]] == ["R", "L"]
    assert {profile["id"] for profile in data["sides"][0]["profiles"]} == {"alpha", "lce"}
    assert "not a medical device" in data["research_use"]
