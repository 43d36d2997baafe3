"""Dense bone: a shell of known thickness gives known path lengths, and thin walls stay whole."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.cortex import (
    CortexParameters,
    cortical_thickness,
    inner_surface,
    wall_reach,
)
from HipLandmarksLib.synthesis.radiograph.projection import project_view
from HipLandmarksLib.synthesis.radiograph.projector import path_lengths
from HipLandmarksLib.synthesis.surfaces import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

from .shapes import sphere

CAMERA = Camera.anteroposterior((100, 100), 2.0)


def tube(radius: float, length: float, centre=(0.0, 0.0, 0.0)) -> BoneSurface:
    """A long ellipsoid along z: near its middle a round tube."""
    return sphere(np.asarray(centre), np.array([radius, radius, length]), rings=60)


def left_hip(**changed) -> HipGeometry:
    """A left hip whose shaft runs along -z at x = 120."""
    points = {
        "head_centre": (90.0, 0.0, 0.0),
        "socket_centre": (90.0, 0.0, 0.0),
        "neck_centre": (103.0, 0.0, -12.0),
        "shaft_proximal": (120.0, 0.0, -70.0),
        "shaft_distal": (120.0, 0.0, -160.0),
        "trochanter_tip": (125.0, 0.0, 0.0),
        "lesser_trochanter": (105.0, 10.0, -60.0),
        "ischium": (60.0, 30.0, -80.0),
        "triradiate": (65.0, 10.0, 10.0),
    }
    known = {name: np.array(point) for name, point in points.items()}
    return HipGeometry(
        **known | changed, head_radius_mm=24.0, socket_radius_mm=26.0, rim=np.zeros((4, 3))
    )


class TestWallReach:
    def test_of_a_ball_is_its_radius(self) -> None:
        reach = wall_reach(sphere((5.0, 0.0, 9.0), 15.0, rings=40))
        assert np.median(reach) == pytest.approx(15.0, abs=0.5)
        assert reach.min() > 10

    def test_of_a_plate_is_half_its_thickness(self) -> None:
        plate = sphere((0.0, 0.0, 0.0), np.array([60.0, 2.0, 60.0]), rings=90)
        middle = np.hypot(plate.vertices[:, 0], plate.vertices[:, 2]) < 20
        assert np.median(wall_reach(plate)[middle]) == pytest.approx(1.95, abs=0.25)


class TestInnerSurface:
    def test_rays_through_a_shell_run_in_it_twice(self) -> None:
        bone = sphere((0.0, 0.0, 0.0), 40.0)
        inner = inner_surface(bone, np.full(len(bone.vertices), 4.0))
        dense = path_lengths(bone, CAMERA) - path_lengths(inner, CAMERA)
        centre = CAMERA.project((0.0, 0.0, 0.0)).round().astype(int)
        assert dense[centre[1], centre[0]] == pytest.approx(8.0, abs=0.15)
        assert dense.max() == pytest.approx(2 * np.sqrt(40**2 - 36**2), rel=0.05)

    def test_a_thickness_of_another_bone_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="another surface"):
            inner_surface(sphere((0.0, 0.0, 0.0), 9.0, rings=8), np.ones(5))


class TestThickness:
    def test_a_shaft_has_two_dense_walls_and_a_canal(self) -> None:
        bones = {BoneName.FEMUR_LEFT: tube(15.0, 250.0, (120.0, 0.0, -200.0))}
        anatomy = PelvisAnatomy("tube", "test", bones, {Side.LEFT: left_hip()})
        camera = Camera.anteroposterior((40, 200), 0.5, centre_mm=(140.0, -160.0))
        paths = project_view(anatomy, camera)[BoneName.FEMUR_LEFT]
        row = paths.cortical[20] / np.maximum(paths.total[20], 1e-6)
        inside = np.flatnonzero(paths.total[20] > 0)
        wall, canal = inside[2], inside[len(inside) // 2]
        assert row[wall] > 0.9
        assert row[canal] < 0.5
        assert paths.cortical[20, inside[4] : inside[16]].max() > paths.cortical[20, canal] * 1.4

    def test_a_thin_plate_keeps_spongy_bone_between_its_walls(self) -> None:
        plate = sphere((60.0, 0.0, 60.0), np.array([40.0, 1.0, 40.0]), rings=60)
        anatomy = PelvisAnatomy(
            "plate", "test", {BoneName.HIP_LEFT: plate}, {Side.LEFT: left_hip()}
        )
        thickness = cortical_thickness(anatomy)[BoneName.HIP_LEFT]
        assert thickness.max() < 1.0
        paths = project_view(anatomy, CAMERA)[BoneName.HIP_LEFT]
        column, row = CAMERA.project((60.0, 0.0, 60.0)).round().astype(int)
        assert 0 < paths.cortical[row, column] < paths.total[row, column]

    def test_the_roof_of_the_socket_is_densest_where_it_carries_weight(self) -> None:
        hip = left_hip()
        ring = sphere(hip.socket_centre, 26.0, rings=60)
        cup = BoneSurface(ring.vertices, ring.faces[:, ::-1])  # looks at the head
        outer = sphere(hip.socket_centre, 40.0, rings=60)
        block = BoneSurface(
            np.vstack([cup.vertices, outer.vertices]),
            np.vstack([cup.faces, outer.faces + len(cup.vertices)]),
        )
        anatomy = PelvisAnatomy("cup", "test", {BoneName.HIP_LEFT: block}, {Side.LEFT: hip})
        parameters = CortexParameters(roof_mm=3.0, socket_mm=1.5, hip_mm=1.0)
        thickness = cortical_thickness(anatomy, parameters)[BoneName.HIP_LEFT]
        height = (block.vertices - hip.socket_centre)[:, 2]
        socket = np.arange(len(block.vertices)) < len(cup.vertices)
        assert np.median(thickness[socket & (height > 22)]) == pytest.approx(3.0, abs=0.05)
        assert np.median(thickness[socket & (height < 0)]) == pytest.approx(1.5, abs=0.05)
        assert np.median(thickness[~socket]) == pytest.approx(1.0, abs=0.05)


class TestPaths:
    def test_dense_bone_is_part_of_the_bone(self) -> None:
        bones = {
            BoneName.FEMUR_LEFT: tube(15.0, 100.0, (60.0, 0.0, -60.0)),
            BoneName.SACRUM: sphere((0.0, 20.0, 60.0), np.array([40.0, 3.0, 30.0]), rings=30),
        }
        anatomy = PelvisAnatomy("two", "test", bones, {Side.LEFT: left_hip()})
        paths = project_view(anatomy, CAMERA)
        assert set(paths) == set(bones)
        for path in paths.values():
            assert path.total.dtype == np.float32 and path.total.shape == CAMERA.shape
            assert np.all(path.cortical >= 0) and np.all(path.cortical <= path.total)
            assert path.cortical.max() > 0

    @pytest.mark.parametrize("changed", [{"shaft_mm": 0.0}, {"share": 1.0}, {"roof_mm": 99.0}])
    def test_impossible_thicknesses_are_refused(self, changed) -> None:
        with pytest.raises(ConfigurationError, match="must be"):
            CortexParameters(**changed)

    def test_random_thicknesses_are_valid_and_vary(self) -> None:
        rng = np.random.default_rng(1)
        drawn = [CortexParameters.random(rng) for _ in range(200)]
        shaft = [p.shaft_mm for p in drawn]
        assert 2.5 < min(shaft) < 4 < 7 < max(shaft) < 9
