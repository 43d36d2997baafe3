"""Films of every kind: what is read of patient, side and view, and that no pixel is lost."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForProcessing,
    JPEGBaseline8Bit,
    SecondaryCaptureImageStorage,
    XRayAngiographicImageStorage,
    XRayRadiofluoroscopicImageStorage,
)

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Modality, SpacingProvenance, axis_letters, read_image

# the damaged values are on purpose
pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")

KINDS = {
    "CR": ComputedRadiographyImageStorage,
    "DX": DigitalXRayImageStorageForProcessing,
    "RF": XRayRadiofluoroscopicImageStorage,
    "XA": XRayAngiographicImageStorage,
    "SC": SecondaryCaptureImageStorage,
    "OT": SecondaryCaptureImageStorage,
    "RG": SecondaryCaptureImageStorage,
}
Y, X = np.mgrid[0:64, 0:48]
SMOOTH = (60 + X * 2 + Y).astype(np.uint8)  # JPEG keeps smooth pictures to a few grey values


@pytest.fixture
def read(tmp_path, radiograph, save):
    """Write a film with these tags (and pixels) and read it."""

    def make(pixels=None, **tags):
        return read_image(save(radiograph(pixels, **tags), tmp_path / "film.dcm"))

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_film_is_read_in_the_coronal_plane(read, kind):
    image = read(
        Modality=kind,
        SOPClassUID=KINDS[kind],
        ImagerPixelSpacing=[0.3, 0.15],
        PatientOrientation=["L", "F"],
    )
    assert image.modality is Modality.XRAY
    assert image.n_slices == 1
    assert axis_letters(image) == "LIP"
    assert image.spacing[:2] == pytest.approx((0.15, 0.3))
    assert image.calibration.provenance is SpacingProvenance.DETECTOR_PLANE


@pytest.mark.parametrize("kind", ["CR", "DX", "RF", "XA", "SC", "RG"])
def test_pixel_spacing_alone_is_not_loaded_as_one_millimetre(read, kind):
    """As GDCM loads it silently; the true shape of the pixels would be lost as well."""
    image = read(Modality=kind, SOPClassUID=KINDS[kind], PixelSpacing=[0.2, 0.14])
    assert image.spacing[:2] == pytest.approx((0.14, 0.2))
    assert image.calibration.provenance is SpacingProvenance.UNKNOWN_PIXELSPACING
    assert not image.calibration.calibrated


def test_a_calibration_in_the_file_is_not_lost_to_the_detector_spacing(read):
    image = read(
        ImagerPixelSpacing=[0.148, 0.148],
        PixelSpacing=[0.1233, 0.1233],
        PixelSpacingCalibrationType="FIDUCIAL",
        PixelSpacingCalibrationDescription="ball 25 mm",
    )
    assert image.spacing[0] == pytest.approx(0.1233)
    assert image.calibration.provenance is SpacingProvenance.DICOM_FIDUCIAL
    assert image.calibration.detail == "ball 25 mm"


@pytest.mark.parametrize(
    ("tags", "side"),
    [
        ({"ImageLaterality": "R"}, "R"),
        ({"Laterality": "L"}, "L"),
        ({"ImageLaterality": "U", "Laterality": "R"}, "U"),
        ({"ImageLaterality": "B"}, "B"),
        ({"ImageLaterality": None}, None),
        ({"ImageLaterality": "?"}, None),
    ],
)
def test_the_side_is_kept(read, tags, side):
    assert read(**tags).metadata.get("laterality") == side


def test_contradicting_sides_are_told(read):
    image = read(ImageLaterality="R", Laterality="L")
    assert "names both sides" in image.metadata["notes"]


def _view_code(value: str) -> list[Dataset]:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", "view"
    return [code]


@pytest.mark.parametrize(
    ("tags", "view"),
    [
        ({"ViewPosition": "AP"}, "AP"),
        ({"ViewPosition": "PA"}, "PA"),
        ({"ViewCodeSequence": _view_code("399348003")}, "AP"),
        ({"ViewCodeSequence": _view_code("272479007")}, "PA"),
        ({"ViewCodeSequence": _view_code("R-10214")}, "PA"),
        ({"ViewCodeSequence": _view_code("1")}, None),
        ({}, None),
    ],
)
def test_the_view_is_kept_and_a_pa_view_is_told(read, tags, view):
    metadata = read(**tags).metadata
    assert metadata.get("view_position") == view
    assert ("PA view" in metadata.get("notes", "")) == (view == "PA")


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        ({"FieldOfViewRotation": 90.0}, "turned the film by 90 degrees"),
        ({"FieldOfViewRotation": 0.0}, None),
        ({"FieldOfViewHorizontalFlip": "YES"}, "flipped the film left to right"),
        ({"FieldOfViewHorizontalFlip": "NO"}, None),
    ],
)
def test_what_the_unit_did_to_the_film_is_told_and_not_done_again(read, tags, note):
    plain = read(PatientOrientation=["L", "F"])
    image = read(PatientOrientation=["L", "F"], **tags)
    np.testing.assert_array_equal(image.pixels, plain.pixels)
    np.testing.assert_array_equal(image.ijk_to_lps, plain.ijk_to_lps)
    assert (note or "nothing") in image.metadata.get("notes", "nothing")


def test_a_mirrored_film_is_told(read):
    image = read(PatientOrientation=["R", "F"])
    assert "stored mirrored" in image.metadata["notes"]
    assert axis_letters(image) == "RIA"


@pytest.mark.parametrize(("stated", "sex"), [("F", "F"), ("M", "M"), ("O", "O"), (None, None)])
def test_the_sex_is_known_to_the_image(read, stated, sex):
    assert read(PatientSex=stated).patient_sex == sex


@pytest.mark.parametrize(
    ("tags", "years"),
    [
        ({"PatientAge": "061Y"}, 61.0),
        ({"PatientAge": "018M"}, 1.5),
        ({"PatientAge": "026W"}, 0.5),
        ({"PatientAge": "010D"}, 0.0),
        ({"PatientAge": "093Y"}, 90.0),
        ({"PatientAge": "abc"}, None),
        ({"PatientAge": None}, None),
        ({"PatientBirthDate": "20100601", "StudyDate": "20250531"}, 14.0),
        ({"PatientBirthDate": "20100601", "StudyDate": "20250602"}, 15.0),
        ({"PatientBirthDate": "20100601", "StudyDate": None}, None),
        ({"PatientBirthDate": "20300601", "StudyDate": "20250602"}, None),
        ({"PatientBirthDate": "1990", "StudyDate": "20250602"}, None),
    ],
)
def test_the_age_is_known_to_the_image(read, tags, years):
    assert read(**tags).patient_age_years == years


def test_dates_and_names_stay_in_the_file(read):
    told = " ".join(read(StudyDate="20250602", PatientAge="093Y").metadata.values())
    for secret in ("Doe", "SECRET", "1961", "2025", "093"):
        assert secret not in told


def _jpeg(pixels: np.ndarray, subsampling: int = 0) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=98, subsampling=subsampling)
    data = stream.getvalue()
    return data + b"\0" * (len(data) % 2)


def _compressed(dataset: Dataset, data: bytes, photometric: str) -> Dataset:
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PhotometricInterpretation = photometric
    dataset.PixelData = encapsulate([data])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.LossyImageCompression = "01"
    return dataset


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_a_grey_jpeg_film_is_read(tmp_path, radiograph, save, photometric):
    film = _compressed(radiograph(SMOOTH), _jpeg(SMOOTH), photometric)
    image = read_image(save(film, tmp_path / "film.dcm"))
    inverted = photometric == "MONOCHROME1"
    expected = int(SMOOTH.max()) + int(SMOOTH.min()) - SMOOTH.astype(int) if inverted else SMOOTH
    np.testing.assert_allclose(image.pixels[0].astype(int), expected, atol=5)
    assert "lossy compression" in image.metadata["notes"]


@pytest.mark.parametrize(("photometric", "subsampling"), [("YBR_FULL_422", 1), ("YBR_FULL_422", 0)])
def test_a_coloured_jpeg_film_becomes_grey(tmp_path, radiograph, save, photometric, subsampling):
    colour = np.repeat(SMOOTH[..., np.newaxis], 3, axis=2)
    film = _compressed(radiograph(colour), _jpeg(colour, subsampling), photometric)
    image = read_image(save(film, tmp_path / "film.dcm"))
    np.testing.assert_allclose(image.pixels[0].astype(int), SMOOTH, atol=4)
    assert "colour was turned to grey" in image.metadata["notes"]


@pytest.mark.parametrize("planes", [0, 1])
def test_a_coloured_film_becomes_grey(tmp_path, radiograph, save, planes):
    colour = np.random.default_rng(0).integers(0, 255, (20, 24, 3)).astype(np.uint8)
    film = radiograph(colour)
    film.PlanarConfiguration = planes
    stored = colour.transpose(2, 0, 1) if planes else colour
    film.PixelData = np.ascontiguousarray(stored).tobytes()
    image = read_image(save(film, tmp_path / "film.dcm"))
    grey = colour @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(image.pixels[0], grey, atol=0.5001)


def test_a_lossless_jpeg_film_is_read_to_the_last_bit(tmp_path, radiograph, save):
    noise = np.random.default_rng(7).integers(0, 4000, (64, 48)).astype(np.uint16)
    writer = sitk.ImageFileWriter()
    writer.SetFileName(str(tmp_path / "source.dcm"))
    writer.UseCompressionOn()
    writer.SetCompressor("JPEG")
    writer.Execute(sitk.GetImageFromArray(noise))
    source = pydicom.dcmread(tmp_path / "source.dcm")
    film = radiograph(noise, ImagerPixelSpacing=[0.2, 0.1])
    film.file_meta.TransferSyntaxUID = source.file_meta.TransferSyntaxUID
    film.PixelData = source.PixelData
    film.BitsStored, film.HighBit = source.BitsStored, source.HighBit
    film["PixelData"].is_undefined_length = True
    assert film.file_meta.TransferSyntaxUID.is_compressed
    image = read_image(save(film, tmp_path / "film.dcm"))
    np.testing.assert_array_equal(image.pixels[0], noise)
    assert image.spacing[:2] == pytest.approx((0.1, 0.2))


def test_a_damaged_jpeg_film_is_named(tmp_path, radiograph, save):
    film = _compressed(radiograph(SMOOTH), b"no JPEG at all, but some bytes" * 20, "MONOCHROME2")
    path = save(film, tmp_path / "film.dcm")
    with pytest.raises(ImageError, match=r"film\.dcm is damaged, or its compression"):
        read_image(path)


def test_a_film_without_pixels_is_named(tmp_path, radiograph, save):
    film = radiograph()
    del film.PixelData
    path = save(film, tmp_path / "film.dcm")
    with pytest.raises(ImageError, match="pixels are missing"):
        read_image(path)


def test_two_films_in_a_folder_are_offered(tmp_path, radiograph, save):
    save(radiograph(ViewPosition="AP"), tmp_path / "study" / "pelvis.dcm")
    save(radiograph(ViewPosition="LL"), tmp_path / "study" / "lateral.dcm")
    with pytest.raises(ImageError, match=r"(?s)holds 2 series.*projection AP"):
        read_image(tmp_path / "study")
    image = read_image(tmp_path / "study", series="pelvis")
    assert image.metadata["view_position"] == "AP"
