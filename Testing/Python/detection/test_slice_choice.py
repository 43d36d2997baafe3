"""Each hip is measured on the slice that shows it best, and a person can see why and decide."""

import json

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import DecodedPoint, SliceChoice, SlicePrediction
from HipLandmarksLib.detection.slices import choose_slices
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
)

PATIENT = Calibration(SpacingProvenance.PATIENT_PLANE)
PLANE = PlaneTransform.identity((16, 16))
KEYS = ("FHC", "NA", "LAE", "LCP")


def volume(depth, step=5.0):
    """``depth`` coronal slices, each ``step`` mm further back."""
    matrix = np.array([[4.0, 0, 0, 0], [0, 0, step, 0], [0, -4.0, 0, 0], [0, 0, 0, 1]])
    pixels = np.random.default_rng(0).normal(size=(depth, 16, 16)).astype(np.float32)
    return HipImage(pixels, matrix, Modality.MR, PATIENT, name="case")


def point(presence):
    return DecodedPoint((0, 0), np.eye(2), 1, 1, presence)


def survey(right, left, indices=None):
    """Heads alone."""
    return [
        SlicePrediction(k, {(Side.RIGHT, "FHC"): point(r), (Side.LEFT, "FHC"): point(own)}, PLANE)
        for k, r, own in zip(indices or range(len(right)), right, left, strict=True)
    ]


def full_survey(**presence):
    """Both hips alike; presence of each key by slice."""
    rows = zip(*(presence[key] for key in KEYS), strict=True)
    return [
        SlicePrediction(
            k, {(s, key): point(p) for s in Side for key, p in zip(KEYS, row, strict=True)}, PLANE
        )
        for k, row in enumerate(rows)
    ]


def indices(choices):
    return {side: choice.index for side, choice in choices.items()}


def test_each_hip_gets_the_slice_behind_its_own_head_centre():
    found = survey([0, 1, 1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    assert indices(choose_slices(found, volume(10), 5.0)) == {Side.RIGHT: 3, Side.LEFT: 6}


def test_a_stack_that_runs_forwards_is_followed_backwards():
    found = survey([0, 0, 0, 0, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    choices = choose_slices(found, volume(10, step=-5.0), 5.0)
    assert indices(choices) == {Side.RIGHT: 4, Side.LEFT: 4}
    assert choices[Side.RIGHT].score(4).behind_head_mm == pytest.approx(5.0)


def test_a_slice_that_hides_a_point_gives_way_to_its_neighbour():
    seen = [0, 0.9, 1, 1, 1, 1, 0.2, 0]
    hidden = [0, 0.9, 1, 1, 0.05, 0.1, 0.2, 0]
    by_place = choose_slices(full_survey(FHC=seen, NA=seen, LAE=seen, LCP=seen), volume(8), 5.0)
    assert by_place[Side.RIGHT].index == 4
    by_sight = choose_slices(full_survey(FHC=seen, NA=seen, LAE=hidden, LCP=seen), volume(8), 5.0)
    assert by_sight[Side.RIGHT].index == 3


def test_a_point_that_is_seen_nowhere_does_not_decide():
    seen, never = [0, 1, 1, 1, 1, 0], [0.01, 0.02, 0.3, 0.01, 0.02, 0.01]
    choices = choose_slices(full_survey(FHC=seen, NA=seen, LAE=never, LCP=seen), volume(6), 5.0)
    assert choices[Side.LEFT].index == 3  # not slice 2, where it is least invisible
    assert "shows FHC, NA and LCP" in choices[Side.LEFT].reason
    assert "not LAE" in choices[Side.LEFT].reason


def test_the_reason_says_what_is_seen_and_where_the_slice_lies():
    seen = [0, 1, 1, 1, 0.97, 1, 0]
    reason = choose_slices(full_survey(FHC=seen, NA=seen, LAE=seen, LCP=seen), volume(7), 5.0)[
        Side.RIGHT
    ].reason
    assert reason == (
        "Slice 4 shows FHC, NA, LAE and LCP (each 97 % sure or more), and lies 5.0 mm behind the "
        "head centre; readers choose slices about 5.0 mm behind it."
    )


def test_blank_slices_shift_nobody():
    found = survey([0, 1, 1, 1, 0], [0, 1, 1, 1, 0], indices=[0, 4, 5, 6, 7])
    choices = choose_slices(found, volume(8), 5.0)
    assert indices(choices) == {Side.RIGHT: 6, Side.LEFT: 6}
    assert choices[Side.RIGHT].head_depth_mm == pytest.approx(-25.0)


def test_of_many_thin_slices_one_may_be_missed():
    seen = [0] * 5 + [1] * 8 + [0] + [1] * 11 + [0] * 5
    choices = choose_slices(survey(seen, seen), volume(30, step=1.0), 0.0)
    assert choices[Side.RIGHT].head_depth_mm == pytest.approx(-14.6, abs=0.1)


def test_what_is_taken_for_a_head_far_away_does_not_count():
    seen = [1, 0, 0, 1, 1, 1, 0, 0]
    choices = choose_slices(survey(seen, seen), volume(8, step=5.0), 0.0)
    assert choices[Side.RIGHT].head_depth_mm == pytest.approx(-20.0)


def test_a_hip_that_is_not_found_is_looked_for_where_the_other_one_is():
    choices = choose_slices(survey([0, 1, 1, 1, 0], [0.1] * 5), volume(5), 0.0)
    assert indices(choices) == {Side.RIGHT: 2, Side.LEFT: 2}
    assert choices[Side.LEFT].head_depth_mm is None
    assert "No femoral head was found on the left side" in choices[Side.LEFT].reason


def test_a_stack_without_any_femoral_head_says_so():
    with pytest.raises(ImageError, match="no femoral head"):
        choose_slices(survey([0.1] * 5, [0.2] * 5), volume(5), 5.0)


@pytest.mark.parametrize("depth", [1, 2])
def test_stacks_of_one_and_two_slices_have_a_best_slice(depth):
    choices = choose_slices(survey([1.0] * depth, [0.9] * depth), volume(depth), 6.3)
    assert indices(choices) == {Side.RIGHT: depth - 1, Side.LEFT: depth - 1}
    assert len(choices[Side.RIGHT].scores) == depth


def test_a_person_takes_another_slice_and_the_suggestion_stays_known():
    choice = choose_slices(survey([0, 1, 1, 1, 0], [0, 1, 1, 1, 0]), volume(5), 0.0)[Side.RIGHT]
    assert not choice.by_reader
    own = choice.taken(3)
    assert own.by_reader and own.index == 3 and own.suggested == 2
    assert not own.taken(2).by_reader
    with pytest.raises(ConfigurationError, match="Slice 9 was not read"):
        choice.taken(9)


def test_a_choice_survives_as_json():
    choice = choose_slices(survey([0, 1, 1, 1, 0], [0.1] * 5), volume(5), 0.0)[Side.LEFT]
    assert SliceChoice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice
    with pytest.raises(ConfigurationError, match="stored choice of a slice is damaged"):
        SliceChoice.from_dict({"side": "L"})
