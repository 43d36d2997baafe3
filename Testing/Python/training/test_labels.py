"""Labels come from files as they are meant: sides, slices, absences, shafts."""

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
    write_landmarks,
    write_markups,
)
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import write_image
from HipLandmarksLib.synthesis import PhantomParameters, make_phantom
from HipLandmarksLib.training import read_folder, simulated_slices
from HipLandmarksLib.training.references import mean_slice_offset_mm, read_references
from HipLandmarksLib.training.shaft import shaft_midpoints, shows_no_shaft

READER = Source(SourceKind.READER, "r1")


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(PhantomParameters(), seed=2, slices=[16, 17, 18, 19, 20])


def case_of(phantom):
    a, b = phantom.image.to_lps([[100.25, 200.5, 2], [280.0, 210.0, 3]])
    return HipLandmarks.of(
        [
            Landmark(Side.RIGHT, "FHC", tuple(a), source=READER),
            Landmark(Side.RIGHT, "LAE", None, LandmarkState.ABSENT, READER),
            Landmark(Side.LEFT, "FHC", tuple(b), source=READER),
        ]
    )


def test_points_are_sorted_onto_their_slices(tmp_path, phantom):
    write_image(tmp_path / "p1.nii.gz", phantom.image)
    write_landmarks(tmp_path / "p1_landmarks.json", case_of(phantom))
    write_image(tmp_path / "p2__visit1.nii.gz", phantom.image)  # no landmarks: left out
    first, second = read_folder(tmp_path)
    assert (first.case, first.index, second.index) == ("p1", 2, 3)
    assert first.labels[(Side.RIGHT, "FHC")].ij == pytest.approx((100.25, 200.5), abs=1e-3)
    assert first.labels[(Side.RIGHT, "LAE")].ij is None
    assert first.chosen == {"R"} and second.chosen == {"L"}


def test_slicer_markups_serve_as_landmarks_too(tmp_path, phantom):
    write_image(tmp_path / "p1__visit2.nii.gz", phantom.image)
    write_markups(tmp_path / "p1__visit2_right.mrk.json", case_of(phantom), Side.RIGHT)
    (only,) = read_folder(tmp_path)
    assert only.case == "p1"
    assert set(only.labels) == {(Side.RIGHT, "FHC"), (Side.RIGHT, "LAE")}


def test_a_folder_without_labelled_images_says_what_to_put_there(tmp_path):
    with pytest.raises(ConfigurationError, match=r"_landmarks\.json"):
        read_folder(tmp_path)
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_folder(tmp_path / "nowhere")


def femur_mask(width=14, tilt=0.1, top=60, bottom=160, shape=(180, 120)):
    mask = np.zeros(shape, dtype=bool)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    mask |= (columns - 60) ** 2 + (rows - 40) ** 2 < 20**2
    centre = 40 - tilt * (rows - 60)
    mask |= (np.abs(columns - centre) <= width / 2) & (rows >= top - 25) & (rows <= bottom)
    return mask


def test_the_shaft_axis_of_a_slanted_shaft_is_found():
    shaft = shaft_midpoints(femur_mask(), (60, 40), (1.0, 1.0))
    assert shaft.proximal == pytest.approx((40 - 0.1 * 50, 110), abs=0.6)
    assert shaft.distal[1] == pytest.approx(157, abs=1.5)
    slope = (shaft.distal[0] - shaft.proximal[0]) / (shaft.distal[1] - shaft.proximal[1])
    assert slope == pytest.approx(-0.1, abs=0.02)


def test_a_tangential_cut_or_a_short_stump_has_no_shaft_axis():
    assert shaft_midpoints(femur_mask(width=5), (60, 40), (1.0, 1.0)) is None
    assert shaft_midpoints(femur_mask(bottom=118), (60, 40), (1.0, 1.0)) is None


def test_no_bone_below_the_trochanter_is_an_absent_shaft():
    assert shows_no_shaft(femur_mask(bottom=90), (60, 40), (1.0, 1.0))
    assert not shows_no_shaft(femur_mask(), (60, 40), (1.0, 1.0))


def test_simulated_slices_carry_exact_points_and_repeat_with_the_seed():
    keys = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")
    one, other = (simulated_slices(2, 11, keys) for _ in range(2))
    assert np.array_equal(one[0].image.pixels, other[0].image.pixels)
    assert one[1].labels == other[1].labels
    assert all(key in keys for labelled in one for _, key in labelled.labels)


def test_reference_table_of_real_volumes(shared_data):
    slices = read_references(shared_data / "mri", ["case_03"])
    chosen = [labelled for labelled in slices if labelled.chosen]
    assert [labelled.index for labelled in chosen] == [21]
    assert chosen[0].labels[(Side.RIGHT, "FHC")].ij == pytest.approx((87.94, 258.55))
    far = next(labelled for labelled in slices if labelled.index == 2)
    assert all(label.ij is None for label in far.labels.values())
    shafts = [
        s
        for s in slices
        if s.labels.get((Side.LEFT, "SHP"), None) and s.labels[(Side.LEFT, "SHP")].ij
    ]
    assert shafts
    assert 3 < mean_slice_offset_mm(shared_data / "mri") < 9
