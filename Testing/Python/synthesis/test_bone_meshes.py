"""Closed meshes: inside and outside, plane sections, spheres on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.geometry import GeometryError
from HipLandmarksLib.synthesis.surfaces import BoneSurface
from HipLandmarksLib.synthesis.surfaces.mesh import (
    is_closed,
    outward,
    plane_sections,
    signed_volume,
    vertex_normals,
)
from HipLandmarksLib.synthesis.surfaces.sphere import find_sphere, fit_sphere

from .shapes import box, sphere

BALL = sphere((3, -2, 1), 20.0, rings=40)


def test_the_volume_of_a_box_is_positive_and_turns_negative_inside_out():
    a_box = box((0, 0, 0), (2, 3, 4))
    assert signed_volume(a_box) == pytest.approx(24)
    assert signed_volume(BoneSurface(a_box.vertices, a_box.faces[:, ::-1])) == pytest.approx(-24)


def test_faces_that_look_inwards_are_turned_round():
    inside_out = BoneSurface(BALL.vertices, BALL.faces[:, ::-1])
    assert signed_volume(outward(inside_out, "a ball")) == pytest.approx(signed_volume(BALL))


def test_a_hole_is_refused_and_the_bone_named():
    with pytest.raises(ConfigurationError, match=r"femur_R\.ply is not closed"):
        outward(BoneSurface(BALL.vertices, BALL.faces[1:]), "femur_R.ply")


def test_one_face_the_wrong_way_round_is_no_closed_surface():
    faces = BALL.faces.copy()
    faces[7] = faces[7][::-1]
    assert is_closed(BALL)
    assert not is_closed(BoneSurface(BALL.vertices, faces))


def test_normals_of_a_ball_point_away_from_its_centre():
    away = (BALL.vertices - [3, -2, 1]) / 20
    assert np.min(np.einsum("ij,ij->i", vertex_normals(BALL), away)) > 0.995


@settings(max_examples=30, deadline=None)
@given(
    height=st.floats(-15, 15),
    direction=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda d: np.linalg.norm(d) > 0.2),
)
def test_a_ball_is_cut_in_discs(height, direction):
    unit = np.array(direction) / np.linalg.norm(direction)
    centre = np.array([3, -2, 1]) + height * unit
    (section,) = plane_sections(BALL, centre, direction)
    assert section.area == pytest.approx(np.pi * (400 - height**2), rel=0.01)
    assert section.centroid == pytest.approx(centre, abs=0.1)


def test_the_outline_of_a_cavity_has_a_negative_area():
    hole = sphere((0, 0, 0), 5.0, rings=30)
    shell = sphere((0, 0, 0), 9.0, rings=30)
    faces = np.concatenate([shell.faces, hole.faces[:, ::-1] + len(shell.vertices)])
    both = BoneSurface(np.concatenate([shell.vertices, hole.vertices]), faces)
    areas = sorted(section.area for section in plane_sections(both, (0, 0, 1), (0, 0, 1)))
    assert areas == pytest.approx([-np.pi * 24, np.pi * 80], rel=0.02)


def test_a_plane_beside_the_surface_cuts_nothing():
    assert plane_sections(BALL, (100, 0, 0), (1, 0, 0)) == []


def test_the_outline_of_a_part_keeps_all_its_points_in_order():
    """A cut surface gives an open outline in one piece, wherever it starts."""
    part = BoneSurface(BALL.vertices, BALL.faces[BALL.vertices[BALL.faces][:, :, 0].max(1) < 12])
    (section,) = plane_sections(part, (3, -2, 1.3), (0, 0, 1))
    (whole,) = plane_sections(BALL, (3, -2, 1.3), (0, 0, 1))
    assert 0.5 * len(whole.points) < len(section.points) < len(whole.points)
    assert np.max(np.linalg.norm(np.diff(section.points, axis=0), axis=1)) < 2.5


@given(st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_a_sphere_through_noisy_points_is_found(seed):
    rng = np.random.default_rng(seed)
    centre, radius = rng.uniform(-50, 50, 3), rng.uniform(16, 30)
    directions = rng.normal(size=(200, 3))
    directions[:, 2] = np.abs(directions[:, 2])  # half a sphere
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = centre + directions * (radius + rng.normal(0, 0.1, (200, 1)))
    found, size = fit_sphere(points)
    assert found == pytest.approx(centre, abs=0.2)
    assert size == pytest.approx(radius, abs=0.2)


def test_the_head_is_found_although_most_of_the_bone_is_not_round():
    head = sphere((0, 0, 0), 22.0, rings=40)
    block = box((-80, -80, -90), (80, 80, -40))
    more = np.linspace(-80, 80, 60)
    plate = np.array([[x, y, -40.0] for x in more for y in more])
    points = np.concatenate([head.vertices, block.vertices, plate])
    normals = np.concatenate(
        [head.vertices / 22.0, np.tile([0, 0, 1.0], (len(block.vertices) + len(plate), 1))]
    )
    found = find_sphere(points, normals, (16, 34), 1.0)
    assert found.centre == pytest.approx([0, 0, 0], abs=0.05)
    assert found.radius == pytest.approx(22, abs=0.05)


def test_no_sphere_is_made_of_a_plane():
    more = np.linspace(-80, 80, 30)
    plate = np.array([[x, y, 0.0] for x in more for y in more])
    with pytest.raises(GeometryError, match="No sphere"):
        find_sphere(plate, np.tile([0, 0, 1.0], (len(plate), 1)), (16, 34), 1.0)
