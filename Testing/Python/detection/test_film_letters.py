"""Letters on films: they name the side of the hip beside them, or raise the question."""

from __future__ import annotations

import pytest
from detection.test_film_passes import Script, film, place

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection.channels import MARKER_KEY, Channels
from HipLandmarksLib.errors import ImageError

BESIDE = {Side.RIGHT: (90.0, 400.0), Side.LEFT: (700.0, 400.0)}
"""Places of letters on the film, beside what looks like that hip."""

UNKNOWN = "assumed: AP"


def lettered(hips, letters, sides=tuple(Side)):
    script = Script(hips, extra=(MARKER_KEY,))
    for side in Side:
        if side not in sides:
            script.on_film[side] = {}
        if side in letters:
            script.on_film[side][MARKER_KEY] = letters[side]
    return script


def detect(script, **metadata):
    return script.detector().detect(film(orientation=UNKNOWN, **metadata))


def test_a_letter_beside_the_hip_that_it_names_confirms_the_usual_display(hips):
    for letter in Side:
        detection = detect(lettered(hips, {letter: BESIDE[letter]}))
        (remark,) = detection.remarks
        assert f"letter {letter.value} " in remark and "usual display" in remark
        assert place(detection.landmarks, Side.RIGHT, "FHC")[0] < 400


@pytest.mark.parametrize("letter", Side)
def test_a_letter_beside_the_other_hip_is_asked_about(hips, letter):
    script = lettered(hips, {letter: BESIDE[letter.opposite]})
    with pytest.raises(ImageError, match=r"mirrored.*--display mirrored.*--display usual"):
        detect(script)
    stated = script.detector().detect(film())  # the display is known
    (remark,) = stated.remarks
    assert f"letter {letter.value} " in remark and "wrong" in remark


@pytest.mark.parametrize("seen", Side)
def test_a_letter_names_a_single_hip(hips, seen):
    script = lettered(hips, {seen: BESIDE[seen]}, sides=(seen,))
    landmarks = detect(script).landmarks
    assert landmarks[(seen, "FHC")].position and not landmarks[(seen.opposite, "FHC")].position
    with pytest.raises(ImageError, match="shown mirrored"):
        detect(lettered(hips, {seen.opposite: BESIDE[seen]}, sides=(seen,)))


def test_a_letter_that_contradicts_the_named_side_is_told(hips):
    script = lettered(hips, {Side.LEFT: BESIDE[Side.RIGHT]}, sides=(Side.RIGHT,))
    (remark,) = detect(script, laterality="R").remarks
    assert "letter L" in remark and "check" in remark


def test_a_letter_in_the_midline_names_nothing(hips):
    detection = detect(lettered(hips, {Side.LEFT: (405.0, 500.0)}))
    assert detection.remarks == ()
    with pytest.raises(ImageError, match="--side"):
        midline = 250.0 + 90.0 * 1.5 / hips.reference.pixel_mm
        detect(lettered(hips, {Side.RIGHT: (midline, 500.0)}, sides=(Side.RIGHT,)))


def test_a_letter_beyond_the_midline_of_a_single_hip_names_nothing(hips):
    for letter in Side:
        script = lettered(hips, {letter: BESIDE[Side.LEFT]}, sides=(Side.RIGHT,))
        with pytest.raises(ImageError, match="--side"):
            detect(script)


def test_a_letter_that_may_be_either_is_not_read_and_two_letters_are(hips):
    script = lettered(hips, dict.fromkeys(Side, BESIDE[Side.RIGHT]))
    assert detect(script).remarks == ()
    (remark,) = detect(lettered(hips, BESIDE)).remarks
    assert "letter R and L" in remark


def test_letters_keep_their_names_in_a_mirror():
    channels = Channels.of_keys(("FHC", MARKER_KEY))
    assert channels.names == ["R:FHC", "R:MARKER", "L:FHC", "L:MARKER"]
    assert channels.mirrored == [2, 1, 0, 3]
