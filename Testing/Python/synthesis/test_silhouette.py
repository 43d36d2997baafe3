"""Outlines of projected meshes lie where geometry says, to a small part of a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projected_contour import Contour
from projected_outlines import outlines

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.surfaces import BoneSurface

from .shapes import box, sphere

CAMERA = Camera.anteroposterior((200, 220), 0.8, centre_mm=(20.0, -10.0), beam_mm=(30.0, 25.0))


def radial_errors(xy, centre, radius: float) -> np.ndarray:
    """Angle between the ray through each outline point and the cone that touches a sphere, px."""
    pixels = CAMERA.origin + xy[:, :1] * CAMERA.column_step + xy[:, 1:] * CAMERA.row_step
    rays = pixels - CAMERA.source
    to_centre = np.asarray(centre) - CAMERA.source
    distance = np.linalg.norm(to_centre)
    cosine = rays @ to_centre / np.linalg.norm(rays, axis=1) / distance
    off = np.arccos(cosine) - np.arcsin(radius / distance)
    return off * np.linalg.norm(rays, axis=1) / 0.8


class TestOutline:
    @settings(max_examples=15, deadline=None)
    @given(st.floats(-60, 60), st.floats(-40, 40), st.floats(8, 30), st.sampled_from([1, 2, 3]))
    def test_of_a_sphere_is_exact_to_a_tenth_of_a_pixel(self, x, z, radius, samples) -> None:
        (contour,) = outlines(sphere((x, 0.0, z), radius), CAMERA, samples=samples)
        assert np.abs(radial_errors(contour.points, (x, 0.0, z), radius)).max() < 0.1
        assert contour.area > 0

    def test_corners_follow_one_another_within_a_grid_cell(self) -> None:
        (contour,) = outlines(sphere((10.0, 0.0, 0.0), 30.0), CAMERA)
        steps = np.linalg.norm(np.diff(contour.points, axis=0, append=contour.points[:1]), axis=1)
        assert steps.max() < np.sqrt(2) / 2 + 1e-6

    def test_of_a_box_has_its_corners(self) -> None:
        surface = box((-20.0, -5.0, -30.0), (35.0, -4.9, 10.0))
        (contour,) = outlines(surface, CAMERA, samples=4)
        corners = CAMERA.project([[-20, -5, -30], [-20, -5, 10], [35, -5, -30], [35, -5, 10]])
        for corner in corners:
            assert contour.distance(corner) < 0.15
        sides = np.ptp(corners, axis=0)
        assert contour.area == pytest.approx(sides[0] * sides[1], rel=2e-3)

    def test_a_hole_runs_the_other_way_and_overlap_hides_it(self) -> None:
        ring = torus((0.0, 0.0, 0.0), 30.0, 8.0)
        outer, hole = outlines(ring, CAMERA)
        assert outer.area > 0 > hole.area
        assert -hole.area == pytest.approx(np.pi * (22 / 0.8 * 1150 / 970) ** 2, rel=0.02)
        closed = torus((0.0, 0.0, 0.0), 30.0, 29.9)
        assert len(outlines(closed, CAMERA)) == 1

    def test_a_bone_beyond_the_detector_keeps_its_outline(self) -> None:
        centre = (200.0, 0.0, 0.0)
        (contour,) = outlines(sphere(centre, 20.0), CAMERA)
        assert contour.points[:, 0].min() > CAMERA.shape[1]
        assert np.abs(radial_errors(contour.points, centre, 20.0)).max() < 0.1

    def test_a_window_closes_the_outline_along_its_edge(self) -> None:
        centre = CAMERA.project((0.0, 0.0, 0.0))
        window = (centre[0], 0.0, 219.0, 199.0)
        (contour,) = outlines(sphere((0.0, 0.0, 0.0), 25.0), CAMERA, window)
        assert contour.points[:, 0].min() == pytest.approx(np.floor(centre[0]))
        assert contour.area == pytest.approx(np.pi * (25 / 0.8 * 1150 / 970) ** 2 / 2, rel=0.05)


def torus(centre, large: float, small: float, count: int = 96) -> BoneSurface:
    """A ring around the y axis."""
    u, v = np.meshgrid(*[np.linspace(0, 2 * np.pi, count, endpoint=False)] * 2, indexing="ij")
    reach = large + small * np.cos(v)
    points = np.stack([reach * np.cos(u), small * np.sin(v), reach * np.sin(u)], axis=-1)
    index = np.arange(count * count).reshape(count, count)
    right, down = np.roll(index, -1, axis=0), np.roll(index, -1, axis=1)
    far = np.roll(right, -1, axis=1)
    faces = np.concatenate(
        [np.stack(t, axis=-1).reshape(-1, 3) for t in ((index, right, far), (index, far, down))]
    )
    return BoneSurface(points.reshape(-1, 3) + centre, faces[:, ::-1])


class TestQuestions:
    @pytest.fixture(scope="class")
    def contour(self) -> Contour:
        (found,) = outlines(sphere((0.0, 0.0, 0.0), 25.0), CAMERA)
        return found

    def test_most_distal_point(self, contour) -> None:
        lowest = contour.extreme((0, 1))
        assert lowest[1] == contour.points[:, 1].max()
        left_half = (0.0, 0.0, contour.points[:, 0].mean() - 10, 199.0)
        in_window = contour.extreme((0, 1), left_half)
        assert in_window[0] <= left_half[2] and in_window[1] < lowest[1]

    def test_a_flat_end_gives_its_middle(self) -> None:
        flat = Contour(np.array([[0.0, 0], [10, 0], [10, 5.0], [6, 5.02], [0, 5.0]]))
        assert flat.extreme((0, 1)) == pytest.approx((6.0, 5.02))
        assert flat.extreme((0, 1), plateau=0.1) == pytest.approx((16 / 3, 5.0067), abs=1e-3)

    def test_an_empty_window_is_refused(self, contour) -> None:
        with pytest.raises(ConfigurationError, match="no point"):
            contour.extreme((0, 1), (0.0, 0.0, 2.0, 2.0))

    def test_part_between_two_points(self, contour) -> None:
        low, left = contour.extreme((0, 1)), contour.extreme((-1, 0))
        quarter = contour.between(low, left)
        assert quarter[0] == pytest.approx(low) and quarter[-1] == pytest.approx(left)
        other = contour.between(low, left, through=contour.extreme((1, 0)))
        assert other[0] == pytest.approx(low) and other[-1] == pytest.approx(left)
        assert len(other) > 2.5 * len(quarter)
        assert len(other) + len(quarter) == len(contour.points) + 2
