"""A training folder that cannot be meant is refused in one sentence that names the file."""

import json

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Side, write_landmarks, write_markups
from HipLandmarksLib.errors import ConfigurationError, HipLandmarksError
from HipLandmarksLib.imaging import write_image
from HipLandmarksLib.synthesis import PhantomParameters, make_phantom
from HipLandmarksLib.training import TrainingConfig, load_data, read_folder


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(PhantomParameters(), seed=2, slices=[17, 18, 19])


@pytest.fixture
def folder(tmp_path, phantom):
    """One case that is as it should be."""
    write_image(tmp_path / "p1.nii.gz", phantom.image)
    write_landmarks(tmp_path / "p1_landmarks.json", phantom.landmarks_on(1))
    return tmp_path


def rewritten(path, change):
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def refusal(folder):
    with pytest.raises(HipLandmarksError) as refused:
        read_folder(folder)
    return str(refused.value)


def test_the_case_is_read(folder):
    (only,) = read_folder(folder)
    assert only.index == 1 and only.chosen == {"R", "L"}


@pytest.mark.parametrize("content", [b"hello", b"", "cut off"])
def test_an_unreadable_image_is_named(folder, content):
    path = folder / "p1.nii.gz"
    path.write_bytes(path.read_bytes()[:2000] if content == "cut off" else content)
    assert "p1.nii.gz" in refusal(folder)


def test_a_damaged_landmark_file_is_named(folder):
    (folder / "p1_landmarks.json").write_text("{")
    assert "p1_landmarks.json" in refusal(folder)


def test_an_unknown_point_is_named_with_its_file(folder):
    path = folder / "p1_landmarks.json"
    rewritten(path, lambda data: data["landmarks"][0].update(key="HEAD"))
    told = refusal(folder)
    assert "p1_landmarks.json" in told and "'HEAD'" in told and "known are" in told


def test_an_unknown_point_of_markups_is_named_with_its_file(folder, phantom):
    (folder / "p1_landmarks.json").unlink()
    path = folder / "p1_right.mrk.json"
    write_markups(path, phantom.landmarks_on(1), Side.RIGHT)
    points = [
        point["label"] for point in json.loads(path.read_text())["markups"][0]["controlPoints"]
    ]
    number = points.index("FHC")
    rewritten(path, lambda d: d["markups"][0]["controlPoints"][number].update(label="HEAD"))
    told = refusal(folder)
    assert "p1_right.mrk.json" in told and "'HEAD'" in told


def test_landmarks_of_another_image_are_refused(folder):
    def move(data):
        for landmark in data["landmarks"]:
            landmark["position"] = [value + 900 for value in landmark["position"]]

    rewritten(folder / "p1_landmarks.json", move)
    assert "landmarks of p1 lie outside" in refusal(folder)


def test_a_single_point_outside_of_its_image_is_absent_not_an_error(folder):
    rewritten(
        folder / "p1_landmarks.json", lambda d: d["landmarks"][0].update(position=[900, 0, 0])
    )
    assert read_folder(folder)


def test_landmarks_without_an_image_are_refused(folder, phantom):
    write_landmarks(folder / "p_1_landmarks.json", phantom.landmarks_on(1))
    assert "p_1_landmarks.json but no image p_1.*" in refusal(folder)


def test_landmarks_of_nobody_are_no_training_data(folder):
    write_landmarks(folder / "p1_landmarks.json", HipLandmarks.of([]))
    assert "no image with landmarks" in refusal(folder)


def hip(**changes):
    entry = {"FHC_ij": [30, 40], "NA_ij": [35, 45], "LAE_ij": [25, 35], "LCP_ij": [25, 45]}
    sphere = {"sphere_center_ijk": [30, 40, 1], "sphere_radius_mm": 22.0}
    return {**entry, **sphere, "on_slice": 1, "flags": {}, "evidence": {}, **changes}


def table(folder, phantom, right, left=None):
    """A folder with a table of reference landmarks."""
    entry = {"spacing": list(phantom.image.spacing), "right": right, "left": left or hip()}
    write_image(folder / "case_01.nrrd", phantom.image)
    (folder / "landmarks.json").write_text(json.dumps({"cases": {"case_01": entry}}))
    return folder


def test_a_table_of_references_is_read(tmp_path, phantom):
    slices = read_folder(table(tmp_path, phantom, hip()))
    assert [s.index for s in slices if s.chosen] == [1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"FHC_ij": None}, "case_01"),
        ({"NA_ij": ["a", 3]}, "case_01"),
        ({"flags": None}, "case_01"),
        ({"on_slice": 99}, "right head centre of case_01 lies outside"),
        ({"FHC_ij": [5000, 40]}, "right head centre of case_01 lies outside"),
    ],
)
def test_a_damaged_table_names_the_case(tmp_path, phantom, change, message):
    assert message in refusal(table(tmp_path, phantom, hip(**change)))


def test_a_table_without_its_image_names_the_file(tmp_path, phantom):
    folder = table(tmp_path, phantom, hip())
    (folder / "case_01.nrrd").unlink()
    assert "case_01.nrrd" in refusal(folder)


def test_a_landmark_that_nobody_annotated_cannot_be_learned(folder):
    keys = ("FHC", "PH1")
    network = {"landmarks": 4}
    settings = {"data": folder, "phantom_share": 0.0, "keys": keys, "network": network}
    config = TrainingConfig.from_dict({"output": folder / "run", **settings})
    with pytest.raises(ConfigurationError, match=r"says anything of PH1.*'keys'"):
        load_data(config)


def test_images_without_landmarks_are_left_out(folder, phantom):
    write_image(folder / "p2.nii.gz", phantom.image)
    assert {s.case for s in read_folder(folder)} == {"p1"}
    assert np.isfinite(read_folder(folder)[0].image.pixels).all()
