"""A folder with more than one series: the user is told what is there and how to choose."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RTStructureSetStorage, UltrasoundImageStorage, generate_uid

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import SeriesChoiceError, list_series, read_image

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


@pytest.fixture
def study(write_series):
    """A study as exported: a localizer in three planes, a coronal and an axial series."""
    localizer = {"SeriesInstanceUID": "1.9.1", "SeriesNumber": 1, "SeriesDescription": "localizer"}
    write_series(1, "study/a", "c", **localizer)
    write_series(2, "study/a", "a", axes=AXIAL, **localizer)
    write_series(3, "study/a", "s", axes=SAGITTAL, **localizer)
    write_series(6, "study/b", SeriesDescription="t1 tse cor", EchoTime=6.2)
    axial = {"SeriesInstanceUID": "1.9.3", "SeriesNumber": 7, "SeriesDescription": "t2 tra"}
    return write_series(4, "study/c", axes=AXIAL, **axial).parent


def test_several_series_are_listed_with_all_that_tells_them_apart(study):
    with pytest.raises(SeriesChoiceError) as refusal:
        read_image(study)
    lines = str(refusal.value).splitlines()
    assert lines[0] == f"{study} holds 5 series; choose one with --series NUMBER (or its name):"
    assert sorted(line[5:] for line in lines[1:4]) == [
        "localizer, MR, axial, 2 slices, 24x20",
        "localizer, MR, coronal, 1 image, 24x20",
        "localizer, MR, sagittal, 3 slices, 24x20",
    ]
    assert lines[4] == "  4  t1 tse cor, MR, coronal, 6 slices, 24x20, echo 6.2 ms"
    assert lines[5] == "  5  t2 tra, MR, axial, 4 slices, 24x20"
    assert len(refusal.value.series) == 5


@pytest.mark.parametrize("wanted", ["4", "t1 tse cor", "T1", "1.2.3.4", " 4 "])
def test_a_series_is_chosen_by_number_name_or_uid(study, wanted):
    image = read_image(study, series=wanted)
    assert image.metadata["series_description"] == "t1 tse cor"
    assert image.n_slices == 6


def test_an_orientation_of_the_localizer_can_be_chosen(study):
    assert read_image(study, series="localizer, MR, sagittal").orientation == "sagittal"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("9", "No series matches"), ("localizer", "3 series match"), ("", "No series matches")],
)
def test_an_unclear_choice_lists_the_series_again(study, wanted, words):
    with pytest.raises(SeriesChoiceError, match=rf'{words} "{wanted}"[\s\S]*4  t1 tse cor'):
        read_image(study, series=wanted)


def test_the_listing_does_not_depend_on_file_names(study):
    before = [series.label for series in list_series(study)]
    for number, path in enumerate(sorted(study.rglob("*.dcm"))):
        path.rename(path.with_name(f"{(number * 5) % 17:02d}-{generate_uid()}"))
    assert sorted(before) == sorted(series.label for series in list_series(study))


def test_echoes_of_one_series_are_separate(write_series):
    for echo, number in ((10.0, 1), (60.0, 2)):
        folder = write_series(4, prefix=f"e{number}", EchoTime=echo, EchoNumbers=number)
    labels = [series.label for series in list_series(folder)]
    assert labels == [
        "t1 tse, MR, coronal, 4 slices, 24x20, echo 10 ms",
        "t1 tse, MR, coronal, 4 slices, 24x20, echo 60 ms",
    ]


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("ImageType", (["DERIVED", "PRIMARY", "W"], ["DERIVED", "PRIMARY", "F"])),
        ("TemporalPositionIdentifier", (1, 2)),
        ("AcquisitionNumber", (1, 2)),
    ],
)
def test_repeated_positions_are_split_by_what_differs(write_series, tag, values):
    for place, value in enumerate(values):
        folder = write_series(4, prefix=f"p{place}", **{tag: value})
    assert [series.n_images for series in list_series(folder)] == [4, 4]
    assert read_image(folder, series="1").n_slices == 4


def test_tags_that_vary_harmlessly_do_not_split_a_series(tmp_path, mr_slice, save):
    for index in range(4):
        save(mr_slice(index, AcquisitionNumber=index), tmp_path / f"{index}.dcm")
    assert read_image(tmp_path).n_slices == 4


def _other_object(mr_slice, sop_class: str, modality: str, keep_pixels: bool) -> Dataset:
    dataset = mr_slice(0, Modality=modality, SOPClassUID=sop_class, SeriesInstanceUID="1.7")
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    if not keep_pixels:
        for keyword in ("PixelData", "Rows", "Columns"):
            delattr(dataset, keyword)
    return dataset


def test_objects_that_are_no_images_are_passed_over(write_series, mr_slice, save):
    folder = write_series(4)
    structure = _other_object(mr_slice, RTStructureSetStorage, "RTSTRUCT", keep_pixels=False)
    save(structure, folder / "rt.dcm")
    (folder / "notes.txt").write_text("not DICOM")
    (folder / ".hidden.dcm").write_text("not DICOM")
    (folder / "DICOMDIR").write_bytes(b"index")
    assert read_image(folder).n_slices == 4


def test_an_rtstruct_alone_is_named_as_such(tmp_path, mr_slice, save):
    structure = _other_object(mr_slice, RTStructureSetStorage, "RTSTRUCT", keep_pixels=False)
    path = save(structure, tmp_path / "rt.dcm")
    words = r"rt\.dcm holds no image but RT Structure Set \(RTSTRUCT\); export the MR or X-ray"
    for place in (path, tmp_path):
        with pytest.raises(ImageError, match=words):
            read_image(place)


def test_another_modality_is_named(tmp_path, mr_slice, save):
    ultrasound = _other_object(mr_slice, UltrasoundImageStorage, "US", keep_pixels=True)
    with pytest.raises(ImageError, match="only MR, CT and radiographs can be used"):
        read_image(save(ultrasound, tmp_path / "us.dcm"))


def test_a_screenshot_of_mr_has_no_place_in_the_patient(tmp_path, mr_slice, save):
    screenshot = mr_slice(0, ImageOrientationPatient=None, ImagePositionPatient=None)
    with pytest.raises(ImageError, match="states no position in the patient"):
        read_image(save(screenshot, tmp_path / "shot.dcm"))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("PixelSpacing", None),
        ("PixelSpacing", [0.0, 0.0]),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
        ("ImagePositionPatient", [1, 2]),
    ],
)
def test_a_slice_without_valid_geometry_is_refused(tmp_path, mr_slice, save, tag, value):
    with pytest.raises(ImageError, match=f"{tag} is missing or invalid"):
        read_image(save(mr_slice(0, **{tag: value}), tmp_path / "one.dcm"))


def test_two_radiographs_are_offered_by_file_name(tmp_path, radiograph, save):
    for name in ("ap", "lateral"):
        save(radiograph(SeriesDescription=f"hip {name}"), tmp_path / f"{name}.dcm")
    with pytest.raises(SeriesChoiceError, match=r"hip ap, DX, projection, 1 image, 24x20, ap\.dcm"):
        read_image(tmp_path)
    assert read_image(tmp_path, series="ap.dcm").n_slices == 1
