"""A marker ball gives the film its millimetres: by clicked rim points, or found around a click."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import ndimage

from HipLandmarksLib.errors import CalibrationError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    ball_calibration,
    ball_from_rim,
    find_ball,
    read_image,
)
from HipLandmarksLib.imaging.film import projection_matrix

GOAL = 0.005
"""Relative error of the diameter that is accepted: half a per cent."""


@dataclass(frozen=True)
class Scene:
    """A film of soft tissue, a femoral shaft and a metal ball; mm of the grid.

    The shaft is the bone left of ``femur`` with a cortex of 4 mm; ``ball`` None leaves it out.
    """

    ball: tuple[float, float, float] | None = (52.0, 46.0, 30.0)  # centre x, y and diameter
    spacing: tuple[float, float] = (0.2, 0.2)  # row, column
    size: tuple[float, float] = (96.0, 104.0)  # height, width
    femur: float | None = None
    metal: float = 1.0
    blur: float = 0.25
    noise: float = 0.03
    turned: tuple[str, str] = ("L", "F")
    provenance: SpacingProvenance = SpacingProvenance.DETECTOR_PLANE

    def image(self) -> HipImage:
        """The film as it is after reading."""
        row, column = self.spacing
        y, x = np.mgrid[0 : self.size[0] / row, 0 : self.size[1] / column] * np.reshape(
            (row, column), (2, 1, 1)
        )
        film = 0.25 + 0.05 * np.sin(x / 23) + 0.08 * np.cos(y / 31)
        if self.femur is not None:
            film += 0.22 * (x < self.femur) + 0.15 * ((x < self.femur) & (x > self.femur - 4))
        if self.ball is not None:
            centre_x, centre_y, diameter = self.ball
            inside = diameter / 2 - np.hypot(x - centre_x, y - centre_y)
            cover = np.clip(inside / max(row, column) + 0.5, 0, 1)
            film = film * (1 - cover) + self.metal * cover
        film = ndimage.gaussian_filter(film, (self.blur / row, self.blur / column))
        film += np.random.default_rng(3).normal(0, self.noise, film.shape)
        return HipImage(
            (2000 * film + 500).astype(np.int16)[np.newaxis],
            projection_matrix(row, column, *self.turned),
            Modality.XRAY,
            Calibration(self.provenance),
            "film",
        )

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Column and row of a place in mm."""
        return (x / self.spacing[1], y / self.spacing[0])


def _rim(centre, diameter, angles):
    turn = np.radians(angles)
    return np.array(centre) + diameter / 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)


# By clicked points.


@pytest.mark.parametrize("angles", [(0, 120, 240), (10, 95, 200, 300), range(0, 360, 30)])
def test_three_or_more_rim_points_give_the_diameter(angles):
    """Rows of 0.3 mm and columns of 0.15 mm: a round ball is an ellipse of pixels."""
    scene = Scene(spacing=(0.3, 0.15))
    image = scene.image()
    pixels = _rim((52.0, 46.0), 30.0, angles) / (0.15, 0.3)
    ball = ball_from_rim(image, pixels)
    assert ball.diameter == pytest.approx(30.0)
    assert ball.centre == pytest.approx((52.0, 0.0, -46.0))
    assert ball.rms == pytest.approx(0.0, abs=1e-9)
    assert len(ball.rim) == len(pixels)
    places = image.to_lps(np.column_stack([pixels, np.zeros(len(pixels))]))
    assert ball_from_rim(image, places).diameter == pytest.approx(30.0)


def test_the_ball_calibrates_the_film():
    image = Scene().image()
    ball = ball_from_rim(image, _rim((52.0, 46.0), 30.0, (0, 120, 240)) / 0.2)
    calibration = ball_calibration(image, ball)
    assert calibration.provenance is SpacingProvenance.MARKER
    assert calibration.magnification == pytest.approx(30 / 25)
    assert calibration.detail == "marker ball of 25 mm measures 30 mm on the film"
    assert ball_calibration(image, ball, true_mm=28.0).magnification == pytest.approx(30 / 28)
    assert not calibration.warnings


def test_the_vector_of_the_measurement_specification():
    """210 pixels of 0.143 mm for a ball of 25 mm: 0.119048 mm at the hip."""
    image = Scene(spacing=(0.143, 0.143)).image()
    pixels = _rim((300.0, 300.0), 210.0, (15, 100, 190, 275))
    calibration = ball_calibration(image, ball_from_rim(image, pixels))
    assert image.spacing[0] * calibration.factor == pytest.approx(0.119048, abs=1e-6)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (_rim((260, 230), 150, (0, 120)), "at least 3 points"),
        ([(0, 0), (10, 10), (20, 20)], "in one line"),
        (_rim((260, 230), 150, (0, 20, 40)), "cover only 40 degrees"),
        ([(0, 0), (100, 0), (100, 200), (0, 100), (50, 20)], "do not lie on one circle"),
        ([(0, 0), (100, 0), (float("nan"), 3)], "no valid position"),
        ([(0, 0, 0, 0)] * 3, "no valid position"),
        ([(0, 0), (1, 2, 3)], "no valid position"),
    ],
)
def test_rim_points_that_show_no_ball_are_refused(points, message):
    with pytest.raises(CalibrationError, match=message):
        ball_from_rim(Scene().image(), points)


def test_a_short_arc_or_a_rough_rim_is_told():
    image = Scene().image()
    short = ball_from_rim(image, _rim((260, 230), 150, (0, 60, 120)))
    assert "120 degrees of its rim only" in short.remarks[0]
    rough = _rim((260, 230), 150, range(0, 360, 45))
    rough[::2] += (rough[::2] - (260, 230)) * 0.08
    warnings = ball_calibration(image, ball_from_rim(image, rough)).warnings
    assert any("miss the circle by" in warning for warning in warnings)


# By a click inside the ball.

FILMS = {
    "over soft tissue": Scene(),
    "partly over the femur": Scene(femur=50.0),
    "beside the femur": Scene(femur=66.0),
    "noisy": Scene(femur=50.0, noise=0.08),
    "unsharp": Scene(femur=50.0, blur=0.5),
    "pale": Scene(femur=50.0, metal=0.8),
    "rows twice as far apart as columns": Scene(femur=50.0, spacing=(0.3, 0.15)),
    "columns farther apart than rows": Scene(femur=50.0, spacing=(0.14, 0.2)),
    "coarse pixels": Scene(femur=50.0, spacing=(0.4, 0.4), blur=0.4),
    "large": Scene(ball=(52.0, 46.0, 38.0), femur=50.0),
    "mirrored film": Scene(femur=50.0, turned=("R", "F")),
    "turned film": Scene(femur=50.0, turned=("F", "R")),
    "of unknown pixel size": Scene(femur=50.0, provenance=SpacingProvenance.UNKNOWN_PIXELSPACING),
    "a third cut off": Scene(ball=(8.0, 46.0, 30.0), femur=4.0),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_ball_is_found_around_a_click(name):
    scene = FILMS[name]
    image = scene.image()
    x, y, diameter = scene.ball
    ball = find_ball(image, scene.pixel(x + 2.0, y - 3.0))
    assert ball.diameter == pytest.approx(diameter, rel=GOAL)
    expected = image.to_lps((*scene.pixel(x, y), 0.0))
    assert np.linalg.norm(np.array(ball.centre) - expected) < 0.1
    assert ball.agreement > 0.8
    assert ball.rms < 0.01 * diameter
    assert ball_calibration(image, ball).magnification == pytest.approx(diameter / 25, rel=GOAL)


@pytest.mark.parametrize("shift", [(0, 0), (9, 0), (-6, 6), (0, -10), (7, 7)])
def test_the_click_need_only_lie_inside(shift):
    scene = Scene(femur=50.0)
    image = scene.image()
    click = image.to_lps((*scene.pixel(52.0 + shift[0], 46.0 + shift[1]), 0.0))
    assert find_ball(image, click).diameter == pytest.approx(30.0, rel=GOAL)


def test_a_steel_ball_on_a_film_of_logarithmic_exposure_reads_at_most_one_per_cent_small():
    """Transmission through the ball's chord, a tenth of scatter, blur, then the logarithm."""
    scene = Scene(ball=None, noise=0.01, femur=66.0)
    image = scene.image()
    y, x = np.mgrid[0 : 96 / 0.2, 0 : 104 / 0.2] * 0.2
    chord = 2 * np.sqrt(np.maximum(15.0**2 - (x - 52.0) ** 2 - (y - 46.0) ** 2, 0))
    tissue = (image.pixels[0] - 500.0) / 2000
    exposure = np.exp(-4 * tissue - 0.75 * chord) + 0.1
    film = -np.log(ndimage.gaussian_filter(exposure, 0.15 / 0.2)) / 4
    pixels = (2000 * film + 500).astype(np.int16)[np.newaxis]
    ball = find_ball(replace(image, pixels=pixels), scene.pixel(50.0, 47.0))
    assert 29.7 < ball.diameter < 30.0


def test_other_sizes_are_found_by_their_true_or_apparent_diameter():
    scene = Scene(ball=(52.0, 46.0, 12.0), femur=50.0)
    image = scene.image()
    near = scene.pixel(51.0, 46.5)
    by_true_size = find_ball(image, near, true_mm=10.0)
    by_guess = find_ball(image, near, diameter=10.0)
    for ball in (by_true_size, by_guess):
        assert ball.diameter == pytest.approx(12.0, rel=GOAL)
    assert ball_calibration(image, by_guess, true_mm=10.0).magnification == pytest.approx(
        1.2, rel=GOAL
    )


def test_a_picture_without_pixel_size_is_calibrated():
    """A ball of 60 pixels: each is 25 mm / 60."""
    scene = Scene(
        ball=(140.0, 150.0, 60.0),
        spacing=(1.0, 1.0),
        size=(600.0, 700.0),
        blur=1.2,
        provenance=SpacingProvenance.NONE,
    )
    image = scene.image()
    ball = find_ball(image, (145.0, 140.0))
    assert ball.diameter == pytest.approx(60.0, rel=GOAL)
    calibration = ball_calibration(image, ball)
    assert calibration.calibrated
    assert calibration.factor == pytest.approx(25 / 60, rel=GOAL)
    assert "pixels on the film" in calibration.detail


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_it_is_found_on_dicom_films_of_either_polarity(tmp_path, radiograph, save, photometric):
    """In MONOCHROME2 the pixels here are those of a film shown black on white."""
    scene = Scene(femur=50.0)
    stored = (4000 - scene.image().pixels[0]).astype(np.uint16)
    film = radiograph(
        stored, PhotometricInterpretation=photometric, ImagerPixelSpacing=list(scene.spacing)
    )
    image = read_image(save(film, tmp_path / "film.dcm"))
    ball = find_ball(image, scene.pixel(50.0, 47.0))
    assert ball.diameter == pytest.approx(30.0, rel=GOAL)


@pytest.mark.parametrize(
    "scene",
    [
        Scene(ball=None),
        Scene(ball=None, femur=50.0),
        Scene(ball=None, noise=0.3),
        Scene(ball=None, noise=0.3, provenance=SpacingProvenance.NONE),
        Scene(ball=(20.0, 20.0, 30.0)),  # far from the click
        Scene(ball=(52.0, 46.0, 8.0)),  # far too small for 25 mm
    ],
)
def test_where_there_is_no_ball_a_sentence_says_what_to_do(scene):
    with pytest.raises(CalibrationError, match="click at least three points on its rim"):
        find_ball(scene.image(), scene.pixel(52.0, 46.0))


def test_a_square_is_no_ball():
    image = Scene(ball=None).image()
    pixels = image.pixels.copy()
    pixels[0, 160:310, 190:340] = 2500
    with pytest.raises(CalibrationError, match="No marker ball"):
        find_ball(replace(image, pixels=pixels), (262.0, 233.0))


def test_a_ball_of_which_too_little_is_seen_is_refused():
    scene = Scene(ball=(-4.0, 46.0, 30.0))
    with pytest.raises(CalibrationError, match=r"marker"):
        find_ball(scene.image(), scene.pixel(4.0, 46.0))


@pytest.mark.parametrize(
    ("near", "diameter", "message"),
    [
        ((-30.0, 20.0), None, "outside the film"),
        ((float("nan"), 20.0), None, "no valid position"),
        ((260.0, 230.0), 0.1, "of that size cannot be found"),
        ((260.0, 230.0), 900.0, "of that size cannot be found"),
        ((260.0, 230.0), float("nan"), "of that size cannot be found"),
    ],
)
def test_a_click_or_size_that_cannot_be_is_refused(near, diameter, message):
    with pytest.raises(CalibrationError, match=message):
        find_ball(Scene().image(), near, diameter)


def test_mr_has_no_marker_ball():
    image = replace(Scene().image(), modality=Modality.MR)
    ball = ball_from_rim(Scene().image(), _rim((260, 230), 150, (0, 120, 240)))
    with pytest.raises(CalibrationError, match="needs no calibration"):
        ball_calibration(image, ball)
