"""NIfTI, NRRD and MHA: what the file states is what is used, and nothing is made up."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    from_sitk,
    read_image,
    to_sitk,
    write_image,
)

ENDINGS = [".nii", ".nii.gz", ".nrrd", ".mha", ".mhd", ".nhdr", ".NII.GZ", ".NRRD"]


def _written(image: sitk.Image, path, compress: bool = False):
    lower = path.with_name(path.name.lower())
    sitk.WriteImage(image, str(lower), compress)
    return lower.rename(path)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("compress", [False, True])
def test_pixels_and_place_survive_every_format(tmp_path, volume, ending, compress):
    image = read_image(_written(volume, tmp_path / f"hip{ending}", compress))
    np.testing.assert_array_equal(image.pixels, sitk.GetArrayFromImage(volume))
    expected = volume.TransformContinuousIndexToPhysicalPoint((3.0, 7.0, 2.0))
    np.testing.assert_allclose(image.to_lps([3, 7, 2]), expected, atol=1e-4)
    assert image.name == "hip"
    assert image.modality is Modality.UNKNOWN
    assert image.calibration.calibrated
    assert image.metadata["orientation"] == "from the file"


@pytest.mark.parametrize("pixel_type", [sitk.sitkUInt8, sitk.sitkInt32, sitk.sitkFloat64])
def test_number_types(tmp_path, volume, pixel_type):
    source = sitk.Cast(volume, pixel_type)
    image = read_image(_written(source, tmp_path / "hip.nrrd"))
    np.testing.assert_array_equal(image.pixels, sitk.GetArrayFromImage(source))
    assert image.pixels.dtype != np.float64


def _patched(volume, path, *changes: tuple[str, int, object]):
    """A NIfTI-1 file whose header fields are overwritten."""
    sitk.WriteImage(volume, str(path))
    content = bytearray(path.read_bytes())
    for code, offset, value in changes:
        struct.pack_into("<" + code, content, offset, value)
    path.write_bytes(content)
    return path


def test_nifti_slope_and_intercept_are_applied(tmp_path, volume):
    path = _patched(volume, tmp_path / "hip.nii", ("f", 112, 2.5), ("f", 116, -10.0))
    expected = sitk.GetArrayFromImage(volume) * 2.5 - 10
    np.testing.assert_allclose(read_image(path).pixels, expected, atol=1e-3)


def test_big_endian_nifti(tmp_path, volume):
    """Written by hand: header and pixels in the other byte order."""
    header = bytearray(352)
    pixels = sitk.GetArrayFromImage(volume)
    struct.pack_into(">i", header, 0, 348)
    struct.pack_into(">8h", header, 40, 3, 24, 20, 5, 1, 1, 1, 1)
    struct.pack_into(">hh", header, 70, 4, 16)
    struct.pack_into(">8f", header, 76, 1, 0.6, 0.7, 4.0, 0, 0, 0, 0)
    struct.pack_into(">fff", header, 108, 352, 1, 0)
    struct.pack_into(">B", header, 123, 2)
    struct.pack_into(">hh", header, 252, 0, 1)
    for row, values in enumerate([(-0.6, 0, 0, 10), (0, 0, -4, 20), (0, -0.7, 0, 30)]):
        struct.pack_into(">4f", header, 280 + 16 * row, *values)
    header[344:348] = b"n+1\0"
    path = tmp_path / "hip.nii"
    path.write_bytes(bytes(header) + pixels.astype(">i2").tobytes())
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, pixels)
    assert image.pixels.dtype.isnative
    np.testing.assert_allclose(image.to_lps([1, 0, 0]), (-9.4, -20, 30), atol=1e-5)
    assert image.orientation == "coronal"


def test_big_endian_nrrd(tmp_path, volume):
    pixels = sitk.GetArrayFromImage(volume)
    head = _nrrd_head("spacings: 0.6 0.7 4.0").replace(b"little", b"big")
    (tmp_path / "hip.nrrd").write_bytes(head + pixels.astype(">i2").tobytes())
    np.testing.assert_array_equal(read_image(tmp_path / "hip.nrrd").pixels, pixels)


def _nrrd_head(*lines: str) -> bytes:
    fixed = "NRRD0004\ntype: short\ndimension: 3\nsizes: 24 20 5\nendian: little\nencoding: raw\n"
    return (fixed + "".join(f"{line}\n" for line in lines) + "\n").encode()


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["spacings: 1 1 nan"],
        ["spacings: 1 1"],
        ["spacings: 1 1 0"],
        ["spacings: 1 1 x"],
        ["space: left-posterior-superior", "space directions: (1,0,0) (0,1,0) (0,0,0)"],
    ],
)
def test_nrrd_without_valid_spacing_is_refused(tmp_path, volume, lines):
    path = tmp_path / "hip.nrrd"
    path.write_bytes(_nrrd_head(*lines) + sitk.GetArrayFromImage(volume).tobytes())
    with pytest.raises(ImageError, match="no valid voxel spacing"):
        read_image(path)


def test_nrrd_without_orientation_says_that_it_is_assumed(tmp_path, volume):
    path = tmp_path / "hip.nrrd"
    path.write_bytes(_nrrd_head("spacings: 1 1 4") + sitk.GetArrayFromImage(volume).tobytes())
    assert read_image(path).metadata["orientation"].startswith("assumed")


def test_nrrd_in_ras_is_turned_to_lps(tmp_path, volume):
    lines = ["space: right-anterior-superior", "space directions: (-1,0,0) (0,0,-1) (0,-4,0)"]
    path = tmp_path / "hip.nrrd"
    content = _nrrd_head(*lines, "space origin: (1,2,3)")
    path.write_bytes(content + sitk.GetArrayFromImage(volume).tobytes())
    np.testing.assert_allclose(read_image(path).to_lps([1, 1, 1]), (0, 2, 2))


@pytest.mark.parametrize("axis", [1, 2, 3])
@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_nifti_without_valid_spacing_is_refused(tmp_path, volume, axis, value):
    path = _patched(volume, tmp_path / "hip.nii", ("f", 76 + 4 * axis, value))
    with pytest.raises(ImageError, match="no valid voxel spacing"):
        read_image(path)


def test_nifti_without_orientation_says_that_it_is_assumed(tmp_path, volume):
    path = _patched(volume, tmp_path / "hip.nii", ("h", 252, 0), ("h", 254, 0))
    assert read_image(path).metadata["orientation"].startswith("assumed")


def test_mha_without_spacing_is_refused(tmp_path, volume):
    path = tmp_path / "hip.mha"
    sitk.WriteImage(volume, str(path))
    path.write_bytes(path.read_bytes().replace(b"ElementSpacing", b"ElementXpacing"))
    with pytest.raises(ImageError, match="no valid voxel spacing"):
        read_image(path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("kept", [0.9, 0.6, 0.05])
def test_a_file_that_is_cut_off_is_refused(tmp_path, volume, ending, kept):
    """ITK reads the rest of a truncated NIfTI as zeros without a word."""
    path = tmp_path / f"hip{ending}"
    sitk.WriteImage(volume, str(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ImageError, match=r"cut off|damaged"):
        read_image(path)


def test_a_damaged_gzip_file_is_refused(tmp_path, volume):
    path = tmp_path / "hip.nii.gz"
    sitk.WriteImage(volume, str(path))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 400] = bytes(400)
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"cut off|damaged"):
        read_image(path)


def test_a_gzip_file_of_several_members_is_read(tmp_path, volume):
    """Block-wise compressors write such files; the size at their end is only the last one's."""
    plain = tmp_path / "plain.nii"
    sitk.WriteImage(volume, str(plain))
    content = plain.read_bytes()
    path = tmp_path / "hip.nii.gz"
    path.write_bytes(gzip.compress(content[:1000]) + gzip.compress(content[1000:]))
    np.testing.assert_array_equal(read_image(path).pixels, sitk.GetArrayFromImage(volume))


def test_mhd_without_its_pixels_is_refused(tmp_path, volume):
    sitk.WriteImage(volume, str(tmp_path / "hip.mhd"))
    (tmp_path / "hip.raw").unlink()
    with pytest.raises(ImageError, match="damaged, cut off or not an image"):
        read_image(tmp_path / "hip.mhd")


def test_one_volume_in_four_dimensions_is_that_volume(tmp_path, volume):
    path = tmp_path / "hip.nii"
    sitk.WriteImage(sitk.JoinSeries([volume]), str(path))
    assert read_image(path).pixels.shape == (5, 20, 24)


@pytest.mark.parametrize("ending", [".nii", ".nrrd", ".mha"])
def test_several_volumes_in_one_file_are_refused(tmp_path, volume, ending):
    path = tmp_path / f"hip{ending}"
    sitk.WriteImage(sitk.JoinSeries([volume, volume]), str(path))
    with pytest.raises(ImageError, match=r"4D \(24x20x5x2: several volumes in one file\)"):
        read_image(path)


@pytest.mark.parametrize("ending", [".nii", ".nrrd", ".mha"])
def test_colour_and_vector_volumes_are_refused(tmp_path, volume, ending):
    path = tmp_path / f"hip{ending}"
    sitk.WriteImage(sitk.Compose(volume, volume, volume), str(path))
    with pytest.raises(ImageError, match="3 values per voxel"):
        read_image(path)


def test_complex_volumes_are_refused(tmp_path, volume):
    path = tmp_path / "hip.nii"
    real = sitk.Cast(volume, sitk.sitkFloat32)
    sitk.WriteImage(sitk.RealAndImaginaryToComplex(real, real), str(path))
    with pytest.raises(ImageError, match="2 values per voxel"):
        read_image(path)


def test_a_sheared_nifti_is_refused(tmp_path, volume):
    changes = [("h", 252, 0), ("f", 284, 0.3)]
    path = _patched(volume, tmp_path / "hip.nii", *changes)
    with pytest.raises(ImageError, match="not at right angles"):
        read_image(path)


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "every pixel has the same value"), (np.nan, "NaN or infinite")]
)
def test_empty_content_is_refused(tmp_path, volume, value, words):
    pixels = np.full((5, 20, 24), value, np.float32)
    image = sitk.GetImageFromArray(pixels)
    image.CopyInformation(volume)
    with pytest.raises(ImageError, match=words):
        read_image(_written(image, tmp_path / "hip.nii"))


def test_a_tiny_volume_is_refused(tmp_path, volume):
    with pytest.raises(ImageError, match="too few for a hip image"):
        read_image(_written(volume[:8, :8, :], tmp_path / "hip.nii"))


def test_a_flat_file_is_a_radiograph_of_uncertain_pixel_size(tmp_path, volume):
    image = read_image(_written(volume[:, :, 2], tmp_path / "film.nrrd"))
    assert image.pixels.shape == (1, 20, 24)
    assert image.modality is Modality.XRAY
    assert image.calibration.provenance is SpacingProvenance.UNKNOWN_PIXELSPACING
    assert image.spacing[:2] == pytest.approx((0.6, 0.7))
    assert image.orientation == "coronal"


def test_a_lone_slice_in_3d_is_not_called_calibrated(tmp_path, volume):
    image = read_image(_written(volume[:, :, 2:3], tmp_path / "one.nii"))
    assert image.calibration.provenance is SpacingProvenance.UNKNOWN_PIXELSPACING


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_a_written_image_comes_back_with_modality_and_calibration(tmp_path, volume, ending):
    calibration = Calibration(SpacingProvenance.DICOM_CALIBRATED_UNSPECIFIED, 1 / 1.15)
    image = from_sitk(volume, Modality.XRAY, calibration, "hip")
    write_image(tmp_path / f"new/hip{ending}", image)
    back = read_image(tmp_path / f"new/hip{ending}")
    np.testing.assert_array_equal(back.pixels, image.pixels)
    np.testing.assert_allclose(back.ijk_to_lps, image.ijk_to_lps, atol=1e-4)
    assert (back.modality, back.calibration) == (image.modality, image.calibration)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"hip{ending}"]


def test_left_handed_grids_survive_the_round_trip(tmp_path, volume):
    flipped = from_sitk(volume[:, :, ::-1])
    assert np.linalg.det(flipped.ijk_to_lps[:3, :3]) < 0
    for ending in (".nii", ".nrrd"):
        write_image(tmp_path / f"hip{ending}", flipped)
        back = read_image(tmp_path / f"hip{ending}")
        np.testing.assert_allclose(back.to_lps([3, 4, 1]), flipped.to_lps([3, 4, 1]), atol=1e-4)


def test_simpleitk_and_hipimage_name_the_same_places(volume):
    back = to_sitk(from_sitk(volume))
    for index in ((0.0, 0.0, 0.0), (5.5, 3.25, 4.0)):
        np.testing.assert_allclose(
            back.TransformContinuousIndexToPhysicalPoint(index),
            volume.TransformContinuousIndexToPhysicalPoint(index),
        )


def test_an_image_cannot_be_written_where_or_how_it_should_not(tmp_path, volume):
    image = from_sitk(volume)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ImageError, match=r"written as \.nii"):
        write_image(tmp_path / "hip.jpg", image)
    with pytest.raises(ImageError, match="cannot be written"):
        write_image(tmp_path / "file" / "hip.nii", image)


def test_a_sheared_image_cannot_be_written(tmp_path, volume):
    matrix = from_sitk(volume).ijk_to_lps.copy()
    matrix[:3, 2] += matrix[:3, 0]
    sheared = HipImage(
        sitk.GetArrayFromImage(volume), matrix, Modality.MR, Calibration(SpacingProvenance.NONE)
    )
    with pytest.raises(ImageError, match="right angles"):
        write_image(tmp_path / "hip.nii", sheared)
    assert list(tmp_path.iterdir()) == []
