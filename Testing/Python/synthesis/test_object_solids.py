"""Path lengths through balls, rods, hulls and plates agree with closed forms on every grid."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import PlaneTransform
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.materials import Material
from HipLandmarksLib.synthesis.radiograph.objects import Piece, path_lengths_of
from HipLandmarksLib.synthesis.radiograph.objects.glyphs import glyph_strokes
from HipLandmarksLib.synthesis.radiograph.objects.rays import FilmGrid, on_plane
from HipLandmarksLib.synthesis.radiograph.objects.solids import Plate, Solid
from HipLandmarksLib.synthesis.radiograph.projector import path_lengths

from .shapes import box

CAMERA = Camera.anteroposterior((160, 180), 1.0, centre_mm=(40.0, -20.0), beam_mm=(-30.0, 15.0))


def grid(plane: PlaneTransform | None = None) -> FilmGrid:
    """The view's own grid, or that of a film made of it."""
    chosen = PlaneTransform.identity(CAMERA.shape) if plane is None else plane
    return FilmGrid(CAMERA, chosen, torch.device("cpu"))


def lengths(*pieces: Piece, plane: PlaneTransform | None = None, samples: int = 1) -> np.ndarray:
    """(H, W) mm in steel."""
    return path_lengths_of(pieces, grid(plane), samples)[Material.METAL].numpy()


def steel(shape: Solid | Plate, amount: float = 1.0) -> Piece:
    return Piece(shape, Material.METAL, amount)


class TestSolids:
    def test_a_ray_through_the_centre_of_a_ball_is_its_diameter_long(self) -> None:
        centre = on_plane(CAMERA, (60.0, 70.0), 35.0)
        found = lengths(steel(Solid.ball(centre, 12.5)))
        assert found[70, 60] == pytest.approx(25.0, abs=1e-3)
        assert found.max() == pytest.approx(25.0, abs=1e-3)

    def test_the_shadow_of_a_ball_has_its_own_magnification(self) -> None:
        for height in (-80.0, 0.0, 150.0):
            centre = on_plane(CAMERA, (90.0, 80.0), height)
            width = np.count_nonzero(lengths(steel(Solid.ball(centre, 20.0)))[80])
            assert width == pytest.approx(40 * CAMERA.magnification(centre), abs=1.5)

    def test_a_hull_is_the_same_as_its_mesh(self) -> None:
        low, high = np.array([10.0, -30.0, -40.0]), np.array([50.0, 20.0, 13.0])
        surface = box(low, high)
        found = lengths(steel(Solid.hull(surface.vertices)))
        assert np.abs(found - path_lengths(surface, CAMERA)).max() < 0.05

    def test_a_rod_along_the_beam_is_as_long_as_itself(self) -> None:
        start, end = (on_plane(CAMERA, (70.0, 50.0), height) for height in (-20.0, 40.0))
        found = lengths(steel(Solid.rod(start, end, 5.0)))
        assert found[50, 70] == pytest.approx(np.linalg.norm(end - start), rel=1e-4)

    def test_a_rod_across_the_beam_is_as_thick_as_itself(self) -> None:
        start, end = (on_plane(CAMERA, (column, 60.0)) for column in (30.0, 120.0))
        found = lengths(steel(Solid.rod(start, end, 6.0)))
        assert found[60, 75] == pytest.approx(12.0, rel=0.01)
        assert np.count_nonzero(found[60]) == pytest.approx(90, abs=3)

    def test_half_a_ball_and_its_other_half_are_a_ball(self) -> None:
        ball = Solid.ball(on_plane(CAMERA, (60.0, 70.0)), 20.0)
        normal = np.array([0.6, 0.5, np.sqrt(1 - 0.61)])
        halves = [steel(ball.cut(normal, 3.0)), steel(ball.cut(-normal, -3.0))]
        assert lengths(*halves) == pytest.approx(lengths(steel(ball)), abs=1e-3)

    def test_a_hollow_takes_matter_away(self) -> None:
        centre = on_plane(CAMERA, (60.0, 70.0))
        shell = [steel(Solid.ball(centre, 20.0)), steel(Solid.ball(centre, 17.0), -1.0)]
        assert lengths(*shell)[70, 60] == pytest.approx(6.0, abs=1e-3)


class TestPlates:
    def test_inside_an_outline_a_sheet_is_as_thick_as_itself(self) -> None:
        outline = np.array([[-30.0, -20.0], [30.0, -20.0], [0.0, 25.0]])
        centre = on_plane(CAMERA, (80.0, 80.0), 50.0)
        found = lengths(steel(Plate(centre, np.eye(3)[0], -np.eye(3)[2], 1.0, outline)))
        assert found[80, 80] == pytest.approx(1.0, rel=0.02)
        area = np.count_nonzero(found) / CAMERA.magnification(centre) ** 2
        assert area == pytest.approx(60 * 45 / 2, rel=0.04)

    def test_a_pen_draws_as_wide_as_itself(self) -> None:
        strokes = np.array([[[-20.0, 0.0], [20.0, 0.0]]])
        centre = on_plane(CAMERA, (80.0, 80.0))
        sheet = Plate(centre, np.eye(3)[0], -np.eye(3)[2], 1.0, strokes=strokes, pen_mm=8.0)
        height = np.count_nonzero(lengths(steel(sheet))[:, 80])
        assert height == pytest.approx(8 * CAMERA.magnification(centre), abs=1)

    def test_letters_are_those_that_were_asked_for(self) -> None:
        assert len(glyph_strokes("L")) == 2
        assert len(glyph_strokes("L R")) == 2 + len(glyph_strokes("R"))
        with pytest.raises(ConfigurationError, match="no letter"):
            glyph_strokes("Ω")


class TestGrids:
    def test_a_crop_turned_and_scaled_shows_the_same_lengths(self) -> None:
        plane = PlaneTransform.identity(CAMERA.shape).about_centre(
            2.0 * np.array([[0.8, -0.6], [0.6, 0.8]]), (11.0, -7.0)
        )
        piece = steel(Solid.ball(on_plane(CAMERA, (85.0, 75.0), 20.0), 25.0))
        whole, part = lengths(piece), lengths(piece, plane=plane)
        rows, columns = np.mgrid[55:100:5, 65:110:5]
        on_film = plane.forward(np.stack([columns, rows], axis=-1)).round().astype(int)
        shown = part[on_film[..., 1], on_film[..., 0]]
        assert np.abs(shown - whole[rows, columns]).max() < 2.0
        assert np.abs(shown - whole[rows, columns]).mean() < 0.3

    def test_several_rays_a_pixel_keep_a_thin_wire_in_one_piece(self) -> None:
        start, end = on_plane(CAMERA, (20.0, 30.0)), on_plane(CAMERA, (150.0, 71.0))
        wire = steel(Solid.rod(start, end, 0.2))
        broken, whole = lengths(wire), lengths(wire, samples=4)
        columns = np.s_[30:140]
        assert (broken[:, columns].max(axis=0) == 0).any()
        assert (whole[:, columns].max(axis=0) > 0).all()

    def test_what_lies_beside_the_film_costs_and_adds_nothing(self) -> None:
        piece = steel(Solid.ball(on_plane(CAMERA, (900.0, 900.0)), 10.0))
        assert path_lengths_of([piece], grid()) == {}

    def test_a_place_behind_the_detector_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="between"):
            on_plane(CAMERA, (10.0, 10.0), -400.0)
