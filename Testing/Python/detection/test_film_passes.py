"""What the two passes of a film model make of each other, with networks that answer by script."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from film_script import Script, film

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection import (
    Detector,
    HipCriteria,
)
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging.film import projection_matrix


@pytest.fixture
def script(hips):
    return Script(hips)


def place(landmarks, side, key):
    x, _, z = landmarks.position(side, key)
    return np.array([x, -z])


def test_both_hips_go_through_the_second_network_in_one_call(script):
    script.detect()
    (batch,) = script.networks[1].calls
    assert batch.shape == (2, 1, *script.reference.shape)
    assert np.isfinite(batch.numpy()).all()


def test_the_second_pass_has_the_last_word(script):
    x, y = script.reference.points["LCP"]
    script.late[Side.RIGHT]["LCP"] = (x + 4, y)
    script.late[Side.LEFT]["LCP"] = (x + 4, y)
    landmarks = script.detect().landmarks
    for side, sign in ((Side.RIGHT, 1), (Side.LEFT, -1)):
        expected = np.add(script.on_film[side]["LCP"], (sign * 4 * 1.5, 0))
        assert place(landmarks, side, "LCP") == pytest.approx(expected, abs=0.2)


def test_what_the_second_pass_does_not_see_within_its_crop_is_absent(script):
    script.late[Side.RIGHT]["FOV"] = None
    landmark = script.detect().landmarks[(Side.RIGHT, "FOV")]
    assert landmark.state is LandmarkState.ABSENT and "not seen" in landmark.note


def test_a_landmark_beyond_the_crop_is_taken_from_the_first_pass(script):
    x, y = script.on_film[Side.RIGHT]["SHP"]
    script.on_film[Side.RIGHT]["SHD"] = (x, y + 120 * 1.5)
    script.late[Side.RIGHT]["SHD"] = None
    landmarks = script.detect().landmarks
    assert place(landmarks, Side.RIGHT, "SHD") == pytest.approx((x, y + 180), abs=0.5)
    near, far = (np.array(landmarks[(Side.RIGHT, key)].covariance) for key in ("SHP", "SHD"))
    assert np.trace(far) > 3 * np.trace(near)  # coarser pixels, more doubt


def test_single_wrong_points_of_the_first_pass_do_not_matter(script):
    script.on_film[Side.RIGHT]["GT"] = (700.0, 500.0)
    script.on_film[Side.RIGHT]["TD"] = (20.0, 20.0)
    landmarks = script.detect().landmarks
    right = {**script.on_film[Side.RIGHT]}
    for key in set(right) - {"GT", "TD"}:
        assert place(landmarks, Side.RIGHT, key) == pytest.approx(right[key], abs=0.3)


def test_a_hip_whose_frame_is_far_off_is_read_again_through_a_better_one(script, hips):
    for key, xy in script.late[Side.RIGHT].items():
        script.late[Side.RIGHT][key] = (xy[0] + 12.0, xy[1] - 9.0)  # the crop shows it off centre
    detector = script.detector()
    detector.detect(film())
    first, again = script.networks[1].calls
    assert len(first) == 2 and len(again) == 1
    moved = np.roll(first[0, 0].numpy(), (9, -12), axis=(0, 1))[20:-20, 20:-20]
    difference = np.abs(again[0, 0].numpy()[20:-20, 20:-20] - moved)
    assert np.median(difference) < 0.1  # the same picture, moved back


def test_a_hip_in_a_good_frame_is_read_once(script):
    script.detect()
    assert len(script.networks[1].calls) == 1


def test_two_hips_at_one_place_are_one(script, hips):
    """A network may answer with both sides on a film of one hip."""
    script.on_film[Side.LEFT] = hips.place((255.0, 262.0), 1.5, left=True)
    for key in ("GT", "ISCH", "SHD", "FHC"):
        script.on_film[Side.LEFT].pop(key)
    landmarks = script.detect().landmarks
    assert {p.state for p in landmarks.side(Side.LEFT)} == {LandmarkState.ABSENT}
    assert "no left hip" in landmarks[(Side.LEFT, "FHC")].note
    assert landmarks[(Side.RIGHT, "FHC")].state is LandmarkState.VISIBLE


def test_hips_that_changed_places_are_not_both_believed(script):
    right, left = script.on_film[Side.RIGHT], script.on_film[Side.LEFT]
    turned = {
        Side.RIGHT: {key: (x + 300, y) for key, (x, y) in right.items()},
        Side.LEFT: {key: (x - 300, y) for key, (x, y) in left.items() if key != "TD"},
    }
    script.on_film = turned
    script.late = {Side.RIGHT: script.late[Side.RIGHT]}
    script.late[Side.LEFT] = dict(script.late[Side.RIGHT])
    found = {p.side for p in script.detect().landmarks.values() if p.position is not None}
    assert found == {Side.RIGHT}


def test_few_landmarks_make_no_hip_and_the_reason_is_told(script):
    for side in Side:
        script.late[side] = {key: script.late[side][key] for key in ("FHC", "GT", "TD")}
    with pytest.raises(ImageError, match=r"at most 3 of the 14 .*\(6 are needed\)"):
        script.detect()
    script.detect(criteria=HipCriteria(3, 2.0))


def test_landmarks_that_lie_otherwise_than_in_a_hip_make_none(script):
    generator = np.random.default_rng(1)
    for side in Side:
        script.late[side] = {
            key: tuple(np.array(xy) + generator.choice([-7, 7], 2))
            for key, xy in script.late[side].items()
        }
    with pytest.raises(ImageError, match="do not lie as they do in a hip"):
        script.detect(criteria=HipCriteria(6, 1.0))


def test_one_refused_hip_leaves_the_other(script):
    script.late[Side.LEFT] = {}
    landmarks = script.detect().landmarks
    assert landmarks[(Side.RIGHT, "FHC")].state is LandmarkState.VISIBLE
    assert {p.state for p in landmarks.side(Side.LEFT)} == {LandmarkState.ABSENT}


def test_a_film_named_for_one_hip_that_shows_more_of_the_other_may_be_mirrored(script):
    few = (*FEW, "MSO", "LAE")
    script.late[Side.LEFT] = {key: script.late[Side.LEFT][key] for key in few}
    (remark,) = script.detector().detect(film(laterality="L")).remarks
    assert "shows more of the right one" in remark
    assert script.detector().detect(film(laterality="R")).remarks == ()


FEW = ("TD", "ISCH", "ILM", "TRI")


def test_the_few_landmarks_that_a_film_shows_of_the_second_hip_are_kept(script):
    script.late[Side.LEFT] = {key: script.late[Side.LEFT][key] for key in FEW}
    landmarks = script.detect().landmarks
    found = {p.key for p in landmarks.side(Side.LEFT) if p.position is not None}
    assert found == set(FEW)
    assert place(landmarks, Side.LEFT, "TD") == pytest.approx(
        script.on_film[Side.LEFT]["TD"], abs=0.3
    )


@pytest.mark.parametrize("centre_scale", [((550.0, 262.0), 2.2), ((390.0, 262.0), 1.5)])
def test_few_landmarks_that_are_no_partner_of_the_hip_are_none(script, hips, centre_scale):
    """Of another size, or too near to be the other hip of the pelvis."""
    centre, scale = centre_scale
    script.on_film[Side.LEFT] = hips.place(centre, scale, left=True)
    script.late[Side.LEFT] = {key: script.late[Side.LEFT][key] for key in FEW}
    landmarks = script.detect().landmarks
    assert {p.state for p in landmarks.side(Side.LEFT)} == {LandmarkState.ABSENT}


def test_a_few_landmarks_of_a_second_hip_do_not_tell_the_side_of_the_first(script):
    script.late[Side.LEFT] = {key: script.late[Side.LEFT][key] for key in FEW}
    unknown = film(orientation="assumed: AP")
    with pytest.raises(ImageError, match="--side"):
        script.detector().detect(unknown)
    detection = script.detector().detect(unknown, side=Side.LEFT)
    head, teardrop = detection.landmarks[(Side.LEFT, "FHC")], detection.landmarks[Side.RIGHT, "TD"]
    assert head.state is teardrop.state is LandmarkState.VISIBLE
    (remark,) = detection.remarks
    assert "may be mirrored" in remark


def test_an_artificial_head_counts_where_a_head_is(hips):
    script = Script(hips, extra=("PROSTHESIS",))
    few = ("TD", "ISCH", "ILM", "SHP", "GT")
    for points in (script.on_film, script.late):
        head = points[Side.LEFT]["FHC"]
        points[Side.LEFT] = {key: points[Side.LEFT][key] for key in few}
        points[Side.LEFT]["PROSTHESIS"] = head
    landmarks = script.detect(criteria=HipCriteria(6, 2.0)).landmarks
    assert landmarks[(Side.LEFT, "FHC")].state is LandmarkState.PROSTHESIS
    assert landmarks[(Side.LEFT, "TD")].state is LandmarkState.VISIBLE


def test_a_prosthesis_replaces_head_and_neck_alone(hips):
    script = Script(hips, extra=("PROSTHESIS",))
    script.late[Side.LEFT]["PROSTHESIS"] = hips.mean["FHC"]
    landmarks = script.detect().landmarks
    replaced = {p.key for p in landmarks.values() if p.state is LandmarkState.PROSTHESIS}
    assert replaced == {"FHC", "NA", "NB", "LCP", "FOV"}
    assert {p.side for p in landmarks.values() if p.key in replaced and p.position} == {Side.RIGHT}
    assert landmarks[(Side.LEFT, "FHC")].confidence == pytest.approx(0, abs=1e-3)


def test_limbs_and_signs_of_presence_belong_to_the_sides_of_their_hips(script):
    script.limbs = True
    detection = script.detect()
    sides = {(start[0], end[0]) for start, end in detection.limbs}
    assert sides == {(Side.RIGHT, Side.RIGHT), (Side.LEFT, Side.LEFT)}
    assert ((Side.LEFT, "FHC"), (Side.LEFT, "NA")) in detection.limbs
    evidence = detection.landmarks[(Side.LEFT, "GT")].evidence
    assert evidence is not None and evidence.presence_head == pytest.approx(0.881, abs=1e-3)


def test_a_film_model_without_second_pass_is_refused(script):
    detector = script.detector()
    with pytest.raises(ConfigurationError, match="second pass"):
        Detector(script.networks[0], detector.card, "cpu")


def test_a_mirrored_film_of_unknown_orientation_is_mended_by_stating_it(script):
    """Stating the orientation turns the answer: what looked like a right hip is the left one."""
    stated = replace(film(), ijk_to_lps=projection_matrix(1, 1, "R", "F"))
    landmarks = script.detector().detect(stated).landmarks
    left, right = (place(landmarks, side, "FHC")[0] for side in (Side.LEFT, Side.RIGHT))
    assert left > right  # LPS: the patient's left is at larger x
