"""Random films show what they are meant to show, with the magnification of real ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.framing import CameraSettings, Framing, random_camera
from HipLandmarksLib.synthesis.radiograph.sampling import random_pose
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    BoneSurface,
    HipGeometry,
    PelvisAnatomy,
    pose,
)

COUNT = 300


def ellipsoid(centre: np.ndarray, radii: tuple[float, float, float]) -> BoneSurface:
    """A closed surface of 8 x 16 facets with its poles on the z axis."""
    polar = np.linspace(0, np.pi, 9)[1:-1, None]
    around = np.arange(16) * (2 * np.pi / 16)
    ring = np.stack(
        np.broadcast_arrays(
            np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)
        ),
        axis=-1,
    ).reshape(-1, 3)
    points = np.concatenate([ring, [[0, 0, 1], [0, 0, -1]]])
    faces = []
    for row in range(7):
        for k in range(16):
            here, right = row * 16 + k, row * 16 + (k + 1) % 16
            if row == 0:
                faces.append((112, here, right))
            if row < 6:
                faces += [(here, here + 16, right), (right, here + 16, right + 16)]
            else:
                faces.append((here, 113, right))
    return BoneSurface(centre + points * np.array(radii), np.array(faces))


def ellipsoid_pelvis() -> PelvisAnatomy:
    """Five ellipsoids where the bones of an adult lie, with heads of 24 mm."""
    bones = {BoneName.SACRUM: ellipsoid(np.array([0.0, 60.0, 70.0]), (50.0, 30.0, 55.0))}
    hips = {}
    for side, sign in ((Side.RIGHT, -1.0), (Side.LEFT, 1.0)):

        def at(x: float, y: float, z: float, sign: float = sign) -> np.ndarray:
            return np.array([sign * x, y, z])

        bones[BoneName.hip(side)] = ellipsoid(at(88, 20, 25), (55.0, 50.0, 120.0))
        bones[BoneName.femur(side)] = ellipsoid(at(108, 0, -180), (25.0, 20.0, 210.0))
        hips[side] = HipGeometry(
            head_centre=at(88, 0, 0),
            head_radius_mm=24.0,
            socket_centre=at(88, 0, 0),
            socket_radius_mm=27.0,
            neck_centre=at(116, 0, -22),
            shaft_proximal=at(136, 0, -95),
            shaft_distal=at(130, 0, -250),
            trochanter_tip=at(138, 0, 12),
            lesser_trochanter=at(118, 0, -62),
            ischium=at(66, 30, -90),
            triradiate=at(58, 0, 10),
            rim=np.tile(at(88, 0, 0), (8, 1)),
        )
    return PelvisAnatomy("ellipsoids", "test", bones, hips)


def films(settings: CameraSettings | None = None) -> Iterator[tuple[Camera, Framing]]:
    anatomy = ellipsoid_pelvis()
    for seed in range(COUNT):
        yield random_camera(np.random.default_rng(seed), anatomy, settings)


def inside(camera: Camera, point: np.ndarray, margin_px: float = 0.0) -> bool:
    column, row = camera.project(point)
    height, width = camera.shape
    return bool(
        margin_px <= column <= width - 1 - margin_px and margin_px <= row <= height - 1 - margin_px
    )


def only(framing: Framing) -> CameraSettings:
    return CameraSettings(shares={framing: 1.0})


@pytest.mark.parametrize("framing", [Framing.PELVIS, Framing.LOW_PELVIS, Framing.CLOSE])
def test_films_of_the_pelvis_show_both_heads_whole(framing):
    anatomy = ellipsoid_pelvis()
    for camera, found in films(only(framing)):
        assert found is framing
        for side in Side:
            radius = 24.0 * camera.magnification(anatomy.hips[side].head_centre)
            pixel = np.linalg.norm(camera.column_step)
            assert inside(camera, anatomy.hips[side].head_centre, radius / pixel)


def test_a_film_of_one_hip_shows_one_head_whole_and_mostly_nothing_of_the_other():
    anatomy, others = ellipsoid_pelvis(), 0
    sides = set()
    for camera, _ in films(only(Framing.HIP)):
        seen = [s for s in Side if inside(camera, anatomy.hips[s].head_centre, 31.0)]
        whole_other = [s for s in Side if inside(camera, anatomy.hips[s].head_centre)]
        assert seen
        sides.add(seen[0])
        others += len(whole_other) > 1
    assert sides == set(Side)
    assert others < 0.2 * COUNT


def test_pelvis_films_reach_above_the_crests_mostly_and_low_ones_do_not():
    crest = np.array([-88.0, 20.0, 145.0])
    shown = {
        framing: np.mean([inside(camera, crest) for camera, _ in films(only(framing))])
        for framing in (Framing.PELVIS, Framing.LOW_PELVIS, Framing.CLOSE)
    }
    assert shown[Framing.PELVIS] > 0.6
    assert shown[Framing.LOW_PELVIS] < 0.6
    assert shown[Framing.CLOSE] < 0.1


def test_the_shaft_is_often_cut_so_that_absence_is_learned():
    shaft = ellipsoid_pelvis().hips[Side.RIGHT].shaft_proximal - np.array([0, 0, 60.0])
    shown = np.mean([inside(camera, shaft) for camera, _ in films()])
    assert 0.2 < shown < 0.8


def test_magnification_at_the_hips_is_that_of_real_films():
    found = [camera.magnification([0.0, 0.0, 0.0]) for camera, _ in films()]
    assert 1.17 < np.mean(found) < 1.24
    assert min(found) > 1.08 and max(found) < 1.35


def test_pixels_and_framings_follow_the_settings():
    settings = CameraSettings((0.4, 0.5), {Framing.PELVIS: 1.0, Framing.HIP: 1.0})
    pairs = list(films(settings))
    pitch = [np.linalg.norm(camera.column_step) for camera, _ in pairs]
    assert min(pitch) >= 0.4 and max(pitch) <= 0.5
    share = np.mean([framing is Framing.HIP for _, framing in pairs])
    assert 0.4 < share < 0.6


def test_the_detector_lies_behind_every_bone():
    back = max(bone.vertices[:, 1].max() for bone in ellipsoid_pelvis().bones.values())
    assert all(camera.origin[1] > back + 40.0 for camera, _ in films())


def test_equal_seeds_give_equal_films():
    for (first, _), (second, _) in zip(films(), films(), strict=True):
        assert first.shape == second.shape
        assert np.array_equal(first.origin, second.origin)
        assert np.array_equal(first.source, second.source)


def test_settings_that_mean_nothing_are_refused():
    with pytest.raises(ConfigurationError, match="no range of pixel sizes"):
        CameraSettings(pixel_mm=(0.9, 0.8))
    with pytest.raises(ConfigurationError, match="shares of the framings"):
        CameraSettings(shares={})


def test_a_film_needs_a_hip_bone_to_aim_at():
    whole = ellipsoid_pelvis()
    bones = {n: b for n, b in whole.bones.items() if not n.value.startswith("hip")}
    with pytest.raises(ConfigurationError, match="no hip bone"):
        random_camera(np.random.default_rng(0), PelvisAnatomy("femora", "test", bones, whole.hips))


def test_poses_are_those_of_supine_patients():
    anatomy = ellipsoid_pelvis()
    poses = [random_pose(np.random.default_rng(seed), anatomy) for seed in range(2000)]
    tilt = np.array([pelvis.tilt_deg for pelvis, _ in poses])
    assert 3.0 < tilt.mean() < 5.5 and 6.0 < tilt.std() < 8.0
    assert tilt.min() >= -20.5 and tilt.max() <= 25.0
    left = np.array([legs[Side.LEFT].internal_rotation_deg for _, legs in poses])
    right = np.array([legs[Side.RIGHT].internal_rotation_deg for _, legs in poses])
    assert np.mean(left < -20.0) > 0.03, "external rotation, as after a fracture, occurs"
    assert 0.2 < np.corrcoef(left, right)[0, 1] < 0.9, "legs lie alike, not the same"


def test_joints_are_as_wide_as_on_films_whatever_the_surfaces_leave():
    anatomy = ellipsoid_pelvis()
    hip = anatomy.hips[Side.LEFT]
    spaces = []
    for seed in range(400):
        _, legs = random_pose(np.random.default_rng(seed), anatomy)
        posed = pose(anatomy, legs).hips[Side.LEFT]
        above = posed.socket_radius_mm - posed.head_radius_mm
        spaces.append(above - (posed.head_centre - hip.head_centre)[2])
    assert 3.5 < np.mean(spaces) < 5.0 and 1.4 < np.std(spaces) < 2.2
    assert min(spaces) > 0.0 and np.percentile(spaces, 95) > 6.5
