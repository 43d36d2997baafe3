"""Phantom files can be read by others and hold the same image, geometry and landmarks."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813

from HipLandmarksLib.anatomy import Side, read_landmarks
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import read_image
from HipLandmarksLib.synthesis import (
    Acquisition,
    PhantomParameters,
    make_phantom,
    make_sample,
    write_phantom,
)


@pytest.fixture(scope="module")
def case():
    """A small phantom."""
    scan = Acquisition(shape=(9, 96, 96), spacing_mm=(3.6, 3.7, 5.2), centre_lps_mm=(3, 5, 48))
    return make_phantom(PhantomParameters(acquisition=scan), seed=9)


def check_geometry(volume: sitk.Image, image) -> None:
    for index in ((0, 0, 0), (95, 95, 8), (10, 50, 3)):
        found = volume.TransformContinuousIndexToPhysicalPoint([float(v) for v in index])
        assert found == pytest.approx(image.to_lps(index), abs=1e-3)


class TestNifti:
    def test_itk_reads_the_same_pixels_and_geometry(self, case, tmp_path) -> None:
        path, _ = write_phantom(case, tmp_path / "p.nii.gz")
        volume = sitk.ReadImage(str(path))
        assert np.array_equal(sitk.GetArrayFromImage(volume), case.image.pixels)
        check_geometry(volume, case.image)

    def test_our_reader_gives_the_same_image_back(self, case, tmp_path) -> None:
        path, _ = write_phantom(case, tmp_path / "p.nii")
        image = read_image(path)
        for index in ((0, 0, 0), (95, 95, 8)):
            lps = case.image.to_lps(index)
            i, j, k = np.rint(image.to_ijk(lps)).astype(int)
            assert image.pixels[k, j, i] == case.image.pixels[index[2], index[1], index[0]]

    def test_landmarks_lie_beside_the_image(self, case, tmp_path) -> None:
        _, path = write_phantom(case, tmp_path / "p.nii.gz")
        assert path.name == "p.landmarks.json"
        read = read_landmarks(path)
        assert read.position(Side.LEFT, "LCP") == pytest.approx(
            case.landmarks.position(Side.LEFT, "LCP")
        )
        assert set(read) == set(case.landmarks)


class TestDicom:
    def test_itk_reads_the_series_with_the_same_pixels_and_geometry(self, case, tmp_path) -> None:
        folder, _ = write_phantom(case, tmp_path / "series")
        reader = sitk.ImageSeriesReader()
        (series,) = reader.GetGDCMSeriesIDs(str(folder))
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder), series))
        volume = reader.Execute()
        pixels = sitk.GetArrayFromImage(volume)
        if volume.GetOrigin()[1] > case.image.to_lps((0, 0, 0))[1] + 1:
            pytest.fail("the slices came in reverse order")
        assert np.array_equal(pixels, case.image.pixels)
        check_geometry(volume, case.image)

    def test_our_reader_finds_the_landmarks_at_the_same_place(self, case, tmp_path) -> None:
        folder, _ = write_phantom(case, tmp_path / "series")
        image = read_image(folder)
        lps = case.landmarks.position(Side.RIGHT, "FHC")
        i, j, k = np.rint(image.to_ijk(lps)).astype(int)
        oi, oj, ok = np.rint(case.image.to_ijk(lps)).astype(int)
        assert image.pixels[k, j, i] == case.image.pixels[ok, oj, oi]

    def test_tags_are_synthetic_and_complete(self, case, tmp_path) -> None:
        folder, _ = write_phantom(case, tmp_path / "series")
        datasets = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
        assert len(datasets) == 9
        assert {d.SeriesInstanceUID for d in datasets} == {datasets[0].SeriesInstanceUID}
        assert len({d.SOPInstanceUID for d in datasets}) == 9
        first = datasets[0]
        assert first.PatientName == "Phantom^Hip"
        assert first.PatientIdentityRemoved == "YES"
        assert (first.Modality, first.PatientPosition) == ("MR", "HFS")
        assert list(first.PixelSpacing) == pytest.approx([3.7, 3.6])
        assert list(first.ImageOrientationPatient) == pytest.approx([1, 0, 0, 0, 0, -1])

    def test_the_same_phantom_gets_the_same_uids(self, case, tmp_path) -> None:
        uids = [
            pydicom.dcmread(write_phantom(case, tmp_path / name)[0] / "0001.dcm").SOPInstanceUID
            for name in ("a", "b")
        ]
        assert uids[0] == uids[1]

    def test_a_filled_folder_is_left_alone(self, case, tmp_path) -> None:
        (tmp_path / "series").mkdir()
        (tmp_path / "series" / "mine.txt").write_text("keep")
        with pytest.raises(ConfigurationError, match="not empty"):
            write_phantom(case, tmp_path / "series")
        assert [p.name for p in tmp_path.iterdir()] == ["series"]


def test_the_sample_is_complete_and_full_size(tmp_path) -> None:
    image_path, landmark_path = make_sample(tmp_path)
    image = read_image(image_path)
    assert image.pixels.shape == (36, 384, 384)
    landmarks = read_landmarks(landmark_path)
    for side in Side:
        for key in ("FHC", "NA", "LAE", "LCP", "SHP", "SHD", "NB", "GT"):
            i, j, k = image.to_ijk(landmarks.position(side, key))
            assert 0 <= i <= 383 and 0 <= j <= 383
            assert k == pytest.approx(round(k), abs=1e-3)  # on a slice, not between two
