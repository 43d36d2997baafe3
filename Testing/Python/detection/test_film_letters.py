"""Letters on films: they confirm how a film is displayed, or raise the question."""

from __future__ import annotations

import pytest
from detection.test_film_passes import Script, film, place
from film_script import ScriptedReader

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection.channels import MARKER_KEY, Channels
from HipLandmarksLib.errors import ImageError

BESIDE = {Side.RIGHT: (90.0, 400.0), Side.LEFT: (700.0, 400.0)}
"""Places of letters on the film, beside what looks like that hip."""

MIDLINE = (405.0, 500.0)
UNKNOWN = "assumed: AP"
ASKED = r"seems to be shown mirrored.*--display mirrored.*--display usual"


def lettered(hips, letters, sides=tuple(Side), mirrored=0.0, sure=0.99):
    """A film with ``letters`` at some places; the first pass knows no more than the places."""
    script = Script(hips, extra=(MARKER_KEY,))
    written = {xy: (letter, mirrored) for letter, xy in letters.items()}
    script.reader = ScriptedReader(written, sure)
    for side in Side:
        if side not in sides:
            script.on_film[side] = {}
    for channel, xy in zip(Side, letters.values(), strict=False):
        script.on_film[channel][MARKER_KEY] = xy
    return script


def detect(script, stated_side=None, **metadata):
    known = {"orientation": UNKNOWN, **metadata}
    return script.detector().detect(film(**known), side=stated_side)


def test_a_letter_beside_the_hip_that_it_names_confirms_the_usual_display(hips):
    for letter in Side:
        detection = detect(lettered(hips, {letter: BESIDE[letter]}))
        (remark,) = detection.remarks
        assert f"letter {letter.value} " in remark and "usual display" in remark
        assert place(detection.landmarks, Side.RIGHT, "FHC")[0] < 400


@pytest.mark.parametrize("letter", Side)
def test_a_letter_beside_the_other_hip_is_asked_about(hips, letter):
    script = lettered(hips, {letter: BESIDE[letter.opposite]})
    for known in (UNKNOWN, "from DICOM PatientOrientation"):
        with pytest.raises(ImageError, match=ASKED) as raised:
            detect(script, orientation=known)
        assert f"letter {letter.value} lies beside" in str(raised.value)
        assert ("from DICOM" in str(raised.value)) == (known != UNKNOWN)
    (remark,) = detect(script, orientation="stated by the user: usual").remarks
    assert f"letter {letter.value} " in remark and "wrong" in remark


@pytest.mark.parametrize("letter", Side)
@pytest.mark.parametrize("other_side", [True, False])
def test_a_mirror_written_letter_is_asked_about_wherever_it_lies(hips, letter, other_side):
    """On a mirrored film it lies on the other side as well; else it lay face down."""
    side = letter.opposite if other_side else letter
    with pytest.raises(ImageError, match=ASKED) as raised:
        detect(lettered(hips, {letter: BESIDE[side]}, mirrored=1.0))
    assert "is mirror-written" in str(raised.value)
    assert ("lies beside" in str(raised.value)) == other_side
    with pytest.raises(ImageError, match=ASKED):
        detect(lettered(hips, {letter: MIDLINE}, mirrored=1.0))


def test_a_letter_of_which_one_cannot_tell_how_it_faces_counts_by_its_place(hips):
    unsure = {"mirrored": 0.4}
    (remark,) = detect(lettered(hips, {Side.LEFT: BESIDE[Side.LEFT]}, **unsure)).remarks
    assert "usual display" in remark
    with pytest.raises(ImageError, match=ASKED):
        detect(lettered(hips, {Side.LEFT: BESIDE[Side.RIGHT]}, **unsure))
    assert detect(lettered(hips, {Side.LEFT: MIDLINE}, **unsure)).remarks == ()


@pytest.mark.parametrize("seen", Side)
def test_a_letter_names_a_single_hip(hips, seen):
    script = lettered(hips, {seen: BESIDE[seen]}, sides=(seen,))
    landmarks = detect(script).landmarks
    assert landmarks[(seen, "FHC")].position and not landmarks[(seen.opposite, "FHC")].position
    with pytest.raises(ImageError, match="shown mirrored"):
        detect(lettered(hips, {seen.opposite: BESIDE[seen]}, sides=(seen,)))


def test_far_from_a_single_hip_a_letter_names_it_only_if_it_faces_the_reader(hips):
    """There it lies wherever there was room, and its place tells nothing."""
    far, one = BESIDE[Side.LEFT], (Side.RIGHT,)
    landmarks = detect(lettered(hips, {Side.RIGHT: far}, one)).landmarks
    assert landmarks[(Side.RIGHT, "FHC")].position
    with pytest.raises(ImageError, match="--side"):
        detect(lettered(hips, {Side.LEFT: far}, one))
    with pytest.raises(ImageError, match="--side"):
        detect(lettered(hips, {Side.RIGHT: far}, one, mirrored=0.4))
    with pytest.raises(ImageError, match=ASKED):
        detect(lettered(hips, {Side.RIGHT: far}, one, mirrored=1.0))


def test_a_letter_that_contradicts_the_side_in_the_file_is_asked_about(hips):
    script = lettered(hips, {Side.LEFT: BESIDE[Side.RIGHT]}, sides=(Side.RIGHT,))
    with pytest.raises(ImageError, match=r"names the right hip, but the letter L.*--side"):
        detect(script, laterality="R")
    remarks = detect(script, Side.RIGHT).remarks
    assert any("letter L" in remark and "check" in remark for remark in remarks)
    agreeing = lettered(hips, {Side.RIGHT: BESIDE[Side.RIGHT]}, sides=(Side.RIGHT,))
    assert detect(agreeing, laterality="R").remarks == ()


def test_a_letter_in_the_midline_names_nothing(hips):
    assert detect(lettered(hips, {Side.LEFT: MIDLINE})).remarks == ()
    with pytest.raises(ImageError, match="--side"):
        middle = 250.0 + 90.0 * 1.5 / hips.reference.pixel_mm
        single = lettered(hips, {Side.LEFT: (middle, 500.0)}, (Side.RIGHT,))
        detect(single)


def test_a_letter_that_is_not_clear_is_not_read_and_two_letters_are(hips):
    assert detect(lettered(hips, {Side.LEFT: BESIDE[Side.RIGHT]}, sure=0.7)).remarks == ()
    (remark,) = detect(lettered(hips, BESIDE)).remarks
    assert "letter R and L" in remark


def test_a_model_without_a_reader_says_so_where_it_matters(hips):
    script = lettered(hips, {Side.LEFT: BESIDE[Side.RIGHT]})
    script.reader = None
    (remark,) = detect(script).remarks
    assert "does not read the letters" in remark
    assert detect(script, orientation="from DICOM PatientOrientation").remarks == ()


def test_crops_are_of_one_size_in_millimetres_at_the_hip(hips):
    script = lettered(hips, {Side.LEFT: BESIDE[Side.LEFT]})
    detect(script)
    for plane in script.reader.planes:
        assert plane.shape == (64, 64)
        assert plane.scale == pytest.approx(
            1 / (0.6 * 1.5), rel=0.01
        )  # the hips have 1.5 px per mm


def test_letters_keep_their_names_in_a_mirror():
    channels = Channels.of_keys(("FHC", MARKER_KEY))
    assert channels.names == ["R:FHC", "R:MARKER", "L:FHC", "L:MARKER"]
    assert channels.mirrored == [2, 1, 0, 3]
