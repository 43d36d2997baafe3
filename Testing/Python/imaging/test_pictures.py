"""PNG and JPEG: angles only, lying in the coronal plane by assumption, and saying so."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Modality, SpacingProvenance, axis_letters, read_image

GREY = np.random.default_rng(3).integers(0, 255, (40, 50)).astype(np.uint8)


def _saved(path, pixels, mode=None, **options):
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(path, **options)
    return path


@pytest.mark.parametrize("ending", [".png", ".PNG", ".tif", ".bmp"])
def test_grey_pictures_keep_their_pixels(tmp_path, ending):
    image = read_image(_saved(tmp_path / f"film{ending}", GREY))
    np.testing.assert_array_equal(image.pixels[0], GREY)
    assert image.name == "film"


def test_a_picture_has_no_millimetres_and_an_assumed_orientation(tmp_path):
    image = read_image(_saved(tmp_path / "film.png", GREY, dpi=(72, 72)))
    assert image.modality is Modality.XRAY
    assert image.calibration.provenance is SpacingProvenance.NONE
    assert not image.calibration.calibrated
    assert image.spacing[:2] == (1.0, 1.0)
    assert axis_letters(image) == "LIP"
    assert image.metadata["orientation"].startswith("assumed")


def test_16_bits_are_kept(tmp_path):
    deep = GREY.astype(np.uint16) * 251
    for ending in (".png", ".tif"):
        image = read_image(_saved(tmp_path / f"film{ending}", deep))
        np.testing.assert_array_equal(image.pixels[0], deep)
        assert image.pixels.dtype.isnative


def test_colour_is_turned_to_luma_and_noted(tmp_path):
    colour = np.random.default_rng(4).integers(0, 255, (40, 50, 3)).astype(np.uint8)
    image = read_image(_saved(tmp_path / "film.png", colour))
    np.testing.assert_allclose(image.pixels[0], colour @ [0.299, 0.587, 0.114], atol=0.5001)
    assert "colour was turned to grey" in image.metadata["notes"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_grey_stored_as_colour_is_the_same_grey(tmp_path, mode):
    image = read_image(_saved(tmp_path / "film.png", GREY, mode))
    np.testing.assert_array_equal(image.pixels[0], GREY)
    assert "notes" not in image.metadata


def test_jpeg_is_noted_as_lossy(tmp_path):
    image = read_image(_saved(tmp_path / "film.jpg", GREY))
    assert image.metadata["notes"] == "JPEG compression is lossy"


@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif"])
def test_a_picture_that_is_cut_off_is_refused(tmp_path, ending):
    path = _saved(tmp_path / f"film{ending}", GREY)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageError, match=r"film.* is damaged"):
        read_image(path)


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_text_named_like_a_picture_is_refused(tmp_path, ending):
    path = tmp_path / f"film{ending}"
    path.write_text("hello\n" * 300)
    with pytest.raises(ImageError, match=f"is not a {ending[1:].upper()} picture"):
        read_image(path)


def test_black_and_tiny_pictures_are_refused(tmp_path):
    with pytest.raises(ImageError, match="every pixel has the same value"):
        read_image(_saved(tmp_path / "black.png", np.zeros((40, 50), np.uint8)))
    with pytest.raises(ImageError, match="too few"):
        read_image(_saved(tmp_path / "tiny.png", GREY[:10, :10]))
