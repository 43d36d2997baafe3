"""Path lengths through closed meshes agree with closed forms, for every ray and every order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.projector import path_lengths, trace
from HipLandmarksLib.synthesis.surfaces import BoneSurface

from .shapes import box, sphere


def rays(camera: Camera) -> np.ndarray:
    """(H, W, 3) from the focal spot to the pixel centres."""
    rows, columns = np.mgrid[: camera.shape[0], : camera.shape[1]]
    pixels = (
        camera.origin
        + columns[..., None] * camera.column_step
        + rows[..., None] * (camera.row_step)
    )
    return pixels - camera.source


def chord_of_ellipsoid(camera: Camera, centre, radii) -> np.ndarray:
    """Closed form: roots of a quadratic along every ray."""
    direction = rays(camera)
    length = np.linalg.norm(direction, axis=-1)
    d, s = direction / radii, (camera.source - centre) / np.broadcast_to(radii, 3)
    a, b, c = (d * d).sum(-1), (d * s).sum(-1), (s * s).sum() - 1
    return 2 * np.sqrt(np.maximum(b * b - a * c, 0)) / a * length


def chord_of_box(camera: Camera, low, high) -> np.ndarray:
    """Closed form: the slabs between which every ray runs."""
    direction = rays(camera)
    direction[direction == 0] = 1e-12
    first = (np.asarray(low) - camera.source) / direction
    second = (np.asarray(high) - camera.source) / direction
    enters = np.minimum(first, second).max(-1)
    leaves = np.maximum(first, second).min(-1)
    return np.maximum(leaves - enters, 0) * np.linalg.norm(direction, axis=-1)


def oblique_camera() -> Camera:
    """Source off the centre, detector turned about all axes, pixels not square."""
    return Camera(
        np.array([160.0, -900.0, 120.0]),
        np.array([-140.0, 210.0, 150.0]),
        np.array([2.1, 0.3, -0.1]),
        np.array([0.2, -0.25, -1.7]),
        (150, 120),
    )


CAMERAS = [
    Camera.anteroposterior((121, 140), 2.0),
    Camera.anteroposterior((121, 140), 2.0, centre_mm=(60, -30), beam_mm=(-90, 70)),
    oblique_camera(),
]


class TestClosedForms:
    @pytest.mark.parametrize("camera", CAMERAS)
    def test_sphere_away_from_the_axis(self, camera) -> None:
        centre = np.array([45.0, -20.0, 30.0])
        found = path_lengths(sphere(centre, 24.0), camera)
        exact = chord_of_ellipsoid(camera, centre, np.full(3, 24.0))
        assert exact.max() > 45
        well_inside = exact > 10
        assert np.abs(found - exact)[well_inside].max() < 0.15  # the mesh is a polyhedron
        assert np.abs(found - exact).mean() < 0.005

    @pytest.mark.parametrize("camera", CAMERAS)
    def test_ellipsoid_away_from_the_axis(self, camera) -> None:
        centre, radii = np.array([-50.0, 10.0, -20.0]), np.array([40.0, 15.0, 60.0])
        found = path_lengths(sphere(centre, radii), camera)
        exact = chord_of_ellipsoid(camera, centre, radii)
        assert np.abs(found - exact)[exact > 10].max() < 0.25
        assert np.abs(found - exact).mean() < 0.01

    @pytest.mark.parametrize("camera", CAMERAS)
    def test_box_is_exact_where_rays_do_not_graze_an_edge(self, camera) -> None:
        low, high = (-60.0, -35.0, -50.0), (20.0, 55.0, 40.5)
        found = path_lengths(box(low, high), camera)
        exact = chord_of_box(camera, low, high)
        assert exact.max() > 90
        # Corners lie on a grid of 1/4096 pixel; along an edge-on wall that is some micrometres.
        assert np.abs(found - exact).max() < 0.05
        assert np.median(np.abs(found - exact)[exact > 0]) < 1e-3

    def test_a_mirrored_detector_measures_the_same_lengths(self) -> None:
        camera = CAMERAS[1]
        end = camera.origin + (camera.shape[1] - 1) * camera.column_step
        mirrored = Camera(camera.source, end, -camera.column_step, camera.row_step, camera.shape)
        surface = sphere((30.0, 0.0, 5.0), (30.0, 20.0, 50.0), rings=30)
        expected = path_lengths(surface, camera)[:, ::-1]
        assert path_lengths(surface, mirrored) == pytest.approx(expected, abs=1e-3)

    def test_a_bone_cut_by_the_edge_of_the_image_keeps_its_lengths(self) -> None:
        whole = Camera.anteroposterior((100, 100), 2.0)
        part = Camera(
            whole.source,
            whole.origin + 40 * whole.column_step + 37 * whole.row_step,
            whole.column_step,
            whole.row_step,
            (25, 21),
        )
        surface = sphere((0.0, 0.0, 0.0), (70.0, 20.0, 60.0), rings=30)
        expected = path_lengths(surface, whole)[37:62, 40:61]
        assert path_lengths(surface, part) == pytest.approx(expected, abs=1e-3)


class TestWatertight:
    def test_pixels_on_edges_and_corners_count_once(self) -> None:
        """All edges of this box, its diagonals too, run through pixel centres."""
        camera = Camera.anteroposterior((41, 41), 1.0, 1000.0, 100.0)
        depth = 900.0 / 1000.0
        surface = box((-10 * depth, -10.0, -10 * depth), (10 * depth, 0.0, 10 * depth))
        found = path_lengths(surface, camera)
        exact = chord_of_box(camera, surface.vertices.min(0), surface.vertices.max(0))
        inner = np.s_[12:29, 12:29]
        assert found[inner] == pytest.approx(exact[inner], abs=1e-3)
        assert found.max() < exact.max() + 1e-3

    @settings(max_examples=25, deadline=None)
    @given(
        st.floats(-40, 40),
        st.floats(-40, 40),
        st.sampled_from([3, 7, 24]),
        st.integers(0, 2**32 - 1),
    )
    def test_no_length_of_a_convex_mesh_is_negative(self, x, z, rings, seed) -> None:
        radii = np.random.default_rng(seed).uniform(5, 60, 3)
        lengths = trace([sphere((x, 0.0, z), radii, rings)], CAMERAS[1])
        assert float(lengths.min()) > -1e-3  # an edge-on triangle on the grid of corners
        assert float(lengths.max()) > 0

    def test_lengths_do_not_depend_on_the_order_of_the_triangles(self) -> None:
        surface = sphere((10.0, 0.0, 5.0), (30.0, 20.0, 50.0), rings=30)
        rng = np.random.default_rng(0)
        shuffled = rng.permutation(surface.faces)
        other = BoneSurface(surface.vertices, shuffled)
        expected = path_lengths(surface, CAMERAS[2])
        assert np.array_equal(path_lengths(other, CAMERAS[2]), expected)
        turned = BoneSurface(surface.vertices, np.roll(shuffled, 1, axis=1))
        assert path_lengths(turned, CAMERAS[2]) == pytest.approx(expected, abs=1e-4)

    def test_several_surfaces_at_once_are_those_one_by_one(self) -> None:
        bones = [sphere((20.0, 0.0, 5.0), 20.0, 12), box((-9.0, -9.0, -9.0), (30.0, 5.0, 5.0))]
        both = trace(bones, CAMERAS[0]).numpy()
        assert both.shape == (2, *CAMERAS[0].shape)
        for bone, found in zip(bones, both, strict=True):
            assert np.array_equal(found, path_lengths(bone, CAMERAS[0]))


class TestRefusals:
    def test_an_open_surface_is_refused(self) -> None:
        closed = box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0))
        with pytest.raises(ConfigurationError, match="closed"):
            path_lengths(
                BoneSurface(closed.vertices, np.delete(closed.faces, 5, axis=0)), CAMERAS[0]
            )

    def test_a_triangle_turned_inside_out_is_refused(self) -> None:
        closed = box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0))
        faces = closed.faces.copy()
        faces[4] = faces[4][::-1]
        with pytest.raises(ConfigurationError, match="counter-clockwise"):
            path_lengths(BoneSurface(closed.vertices, faces), oblique_camera())

    @pytest.mark.parametrize("y", [-2000.0, 175.0])
    def test_a_bone_that_the_beam_does_not_cross_is_refused(self, y) -> None:
        with pytest.raises(ConfigurationError, match="between"):
            path_lengths(sphere((0.0, y, 0.0), 20.0, 8), CAMERAS[0])

    def test_a_bone_beside_the_image_leaves_it_empty(self) -> None:
        assert path_lengths(sphere((900.0, 0.0, 0.0), 20.0, 8), CAMERAS[0]).max() == 0
