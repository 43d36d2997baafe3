"""Every legal way to store the same pixels gives the same pixels."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import read_image

NOISE = np.random.default_rng(7).integers(0, 4000, (64, 48)).astype(np.uint16)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_byte_orders_and_deflation(tmp_path, mr_slice, save, syntax):
    dataset = mr_slice(0, pixels=NOISE, syntax=syntax)
    dataset["PixelData"].VR = "OW"
    image = read_image(save(dataset, tmp_path / "one.dcm"))
    np.testing.assert_array_equal(image.pixels[0], NOISE)
    assert image.pixels.dtype.isnative


def test_rle_is_decoded(tmp_path, mr_slice, save):
    dataset = mr_slice(0, pixels=NOISE)
    dataset.compress(RLELossless, generate_instance_uid=False)
    np.testing.assert_array_equal(read_image(save(dataset, tmp_path / "one.dcm")).pixels[0], NOISE)


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("slope", [1.0, 2.5])
def test_lossless_jpeg_is_decoded_without_extra_packages(
    tmp_path, mr_slice, save, compressor, slope
):
    """JPEG lossless needs a plug-in in pydicom; the GDCM inside SimpleITK decodes it."""
    source = sitk.GetImageFromArray(NOISE)
    writer = sitk.ImageFileWriter()
    writer.SetFileName(str(tmp_path / "compressed.dcm"))
    writer.UseCompressionOn()
    writer.SetCompressor(compressor)
    writer.Execute(source)
    compressed = pydicom.dcmread(tmp_path / "compressed.dcm")
    dataset = mr_slice(0, pixels=NOISE, RescaleSlope=slope, RescaleIntercept=-10.0)
    dataset.file_meta.TransferSyntaxUID = compressed.file_meta.TransferSyntaxUID
    dataset.PixelData = compressed.PixelData
    for keyword in ("BitsStored", "HighBit"):
        dataset[keyword] = compressed[keyword]
    dataset["PixelData"].is_undefined_length = True
    assert compressed.file_meta.TransferSyntaxUID.is_compressed
    image = read_image(save(dataset, tmp_path / "one.dcm"))
    np.testing.assert_allclose(image.pixels[0], NOISE * slope - 10)


def test_a_compression_that_cannot_be_decoded_is_named(tmp_path, mr_slice, save):
    dataset = mr_slice(0, pixels=NOISE)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([b"this is no JPEG 2000 stream" * 20])
    dataset["PixelData"].is_undefined_length = True
    path = save(dataset, tmp_path / "one.dcm")
    with pytest.raises(ImageError, match=r"JPEG 2000.*cannot be decoded here: export it uncomp"):
        read_image(path)


def test_signed_values(tmp_path, mr_slice, save):
    signed = NOISE.astype(np.int16) - 2000
    image = read_image(save(mr_slice(0, pixels=signed), tmp_path / "one.dcm"))
    np.testing.assert_array_equal(image.pixels[0], signed)


def test_whole_slope_and_intercept_stay_integers(tmp_path, mr_slice, save):
    dataset = mr_slice(0, pixels=NOISE, RescaleSlope=1, RescaleIntercept=-1024)
    image = read_image(save(dataset, tmp_path / "one.dcm"))
    np.testing.assert_array_equal(image.pixels[0], NOISE.astype(int) - 1024)
    assert np.issubdtype(image.pixels.dtype, np.integer)


def test_each_slice_uses_its_own_slope(tmp_path, mr_slice, save):
    for index, slope in enumerate((0.5, 1.5, 1.0)):
        save(mr_slice(index, pixels=NOISE, RescaleSlope=slope), tmp_path / f"{index}.dcm")
    image = read_image(tmp_path)
    np.testing.assert_allclose(image.pixels[1], NOISE * 1.5, rtol=1e-6)
    np.testing.assert_allclose(image.pixels[2], NOISE)


def test_drawings_hidden_in_high_bits_are_removed(tmp_path, mr_slice, save):
    hidden = NOISE | np.uint16(1 << 14)
    dataset = mr_slice(0, pixels=hidden, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(read_image(save(dataset, tmp_path / "one.dcm")).pixels[0], NOISE)


def test_old_files_without_preamble_are_read(tmp_path, mr_slice):
    path = tmp_path / "old"
    dataset = mr_slice(0, pixels=NOISE, syntax=ImplicitVRLittleEndian)
    del dataset.file_meta
    dataset.save_as(path, implicit_vr=True, little_endian=True)
    assert path.read_bytes()[128:132] != b"DICM"
    np.testing.assert_array_equal(read_image(path).pixels[0], NOISE)


def test_a_slice_that_is_cut_off_is_named(write_series):
    folder = write_series(5)
    victim = sorted(folder.iterdir())[2]
    victim.write_bytes(victim.read_bytes()[:-300])
    with pytest.raises(ImageError, match=f"{victim.name} is damaged or cut off"):
        read_image(folder)


@pytest.mark.parametrize("kept", [0, 60, 140, 500])
def test_a_slice_of_which_only_the_start_is_left_does_not_vanish_silently(write_series, kept):
    """The last slice of a stack is the one whose loss no gap would show."""
    folder = write_series(5)
    victim = next(path for path in folder.iterdir() if path.name.endswith("_4.dcm"))
    victim.write_bytes(victim.read_bytes()[:kept])
    with pytest.raises(ImageError, match=f"{victim.name}.*(damaged|empty|holds)"):
        read_image(folder)


def test_monochrome1_is_inverted_for_mr_as_well(write_series):
    image = read_image(write_series(3, PhotometricInterpretation="MONOCHROME1"))
    assert image.pixels[0, 0, 0] == image.pixels.max()
    assert "inverted" in image.metadata["notes"]


def test_all_zero_series_is_refused(write_series):
    with pytest.raises(ImageError, match="every pixel has the same value"):
        read_image(write_series(3, pixels=np.zeros((20, 24), np.uint16)))
