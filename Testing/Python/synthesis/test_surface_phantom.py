"""The surface phantom: closed bones that measure what was dialled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    BoneSurface,
    HipSurfaceParameters,
    PelvisAnatomy,
    PelvisPhantomParameters,
    make_phantom_anatomy,
    random_phantom,
)
from HipLandmarksLib.synthesis.surfaces.mesh import plane_sections
from HipLandmarksLib.synthesis.surfaces.phantom_femur import PhantomFemur
from HipLandmarksLib.synthesis.surfaces.phantom_hipbone import PhantomHipBone
from HipLandmarksLib.synthesis.surfaces.phantom_mesh import volume_mm3

Points = NDArray[np.float64]

PARAMETERS = PelvisPhantomParameters(
    right=HipSurfaceParameters(),
    left=HipSurfaceParameters(
        head_radius_mm=25.0,
        alpha_deg=72.0,
        lce_deg=16.0,
        roof_inclination_deg=14.0,
        version_deg=25.0,
        anterior_sector_deg=55.0,
        neck_shaft_angle_deg=137.0,
        neck_length_mm=56.0,
        anteversion_deg=20.0,
        trochanter_height_mm=-2.0,
    ),
    interhead_distance_mm=181.0,
    subpubic_angle_deg=85.0,
)
BOTH = pytest.mark.parametrize("side", list(Side))
ALL = pytest.mark.parametrize("name", list(BoneName))


@pytest.fixture(scope="module")
def anatomy() -> PelvisAnatomy:
    return make_phantom_anatomy(PARAMETERS)


def assert_closed(bone: BoneSurface) -> None:
    directed = np.concatenate([bone.faces[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    _, counts = np.unique(np.sort(directed, axis=1), axis=0, return_counts=True)
    assert np.all(counts == 2), "an edge is not shared by exactly two faces"
    assert len(np.unique(directed, axis=0)) == len(directed), "two neighbours disagree"


def local(points: Points, side: Side) -> Points:
    """Hip-local coordinates: origin at the head centre, x lateral."""
    mirror = np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])
    return points * mirror - np.array([PARAMETERS.interhead_distance_mm / 2, 0.0, 0.0])


def columns(points: Points) -> tuple[Points, Points, Points]:
    return points[:, 0], points[:, 1], points[:, 2]


def sphere(points: Points) -> tuple[Points, float]:
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def cut(bone: BoneSurface, side: Side, axis: int) -> Points:
    """Hip-local points of the section through the head centre square to an axis."""
    origin = np.zeros(3)
    origin[0] = PARAMETERS.interhead_distance_mm / 2 * (1 if side is Side.LEFT else -1)
    sections = plane_sections(bone, origin, np.eye(3)[axis])
    return local(np.concatenate([section.points for section in sections]), side)


def outline_radius(flat: Points, edges: NDArray[np.int64], angle: float, limit: float) -> float:
    """Farthest crossing of a ray from the origin with projected edges, up to ``limit``."""
    ray = np.array([np.cos(angle), np.sin(angle)])
    first, last = flat[edges[:, 0]], flat[edges[:, 1]]
    sides = [p[:, 0] * ray[1] - p[:, 1] * ray[0] for p in (first, last)]
    across = (sides[0] > 0) != (sides[1] > 0)
    share = sides[0][across] / (sides[0][across] - sides[1][across])
    hits = first[across] + share[:, None] * (last[across] - first[across])
    distance = hits @ ray
    return float(distance[(distance > 0) & (distance < limit)].max())


class TestSurfaces:
    @ALL
    def test_every_edge_joins_two_faces_that_agree(
        self, anatomy: PelvisAnatomy, name: BoneName
    ) -> None:
        assert_closed(anatomy.bones[name])

    @ALL
    def test_faces_look_outwards_and_are_not_too_many(
        self, anatomy: PelvisAnatomy, name: BoneName
    ) -> None:
        assert volume_mm3(anatomy.bones[name]) > 100e3
        assert 15_000 < len(anatomy.bones[name].faces) < 60_000

    def test_a_symmetric_phantom_has_mirrored_sides(self) -> None:
        symmetric = make_phantom_anatomy(resolution_mm=4.0)
        right, left = (symmetric.bones[BoneName.hip(side)] for side in (Side.RIGHT, Side.LEFT))
        assert np.allclose(right.vertices * [-1, 1, 1], left.vertices)
        assert volume_mm3(right) == pytest.approx(volume_mm3(left))

    def test_random_phantoms_are_closed(self) -> None:
        drawn = make_phantom_anatomy(random_phantom(np.random.default_rng(11)), resolution_mm=3.0)
        for bone in drawn.bones.values():
            assert_closed(bone)


class TestFemur:
    @BOTH
    def test_head_is_the_dialled_sphere(self, anatomy: PelvisAnatomy, side: Side) -> None:
        hip = anatomy.hips[side]
        ray = anatomy.bones[BoneName.femur(side)].vertices - hip.head_centre
        neck = hip.neck_centre - hip.head_centre
        distance = np.linalg.norm(ray, axis=1)
        pole = ray @ neck < -0.1 * distance * np.linalg.norm(neck)
        assert hip.fovea is not None
        off_fovea = np.linalg.norm(ray + hip.head_centre - hip.fovea, axis=1) > 10
        shell = ray[pole & off_fovea & (distance < 1.1 * hip.head_radius_mm)]
        centre, radius = sphere(shell)
        assert np.linalg.norm(centre) < 0.1
        assert radius == pytest.approx(PARAMETERS.hip(side).head_radius_mm, abs=0.1)

    @BOTH
    def test_neck_shaft_angle(self, anatomy: PelvisAnatomy, side: Side) -> None:
        bone, hip = anatomy.bones[BoneName.femur(side)], anatomy.hips[side]
        neck = hip.neck_centre - hip.head_centre
        shaft = hip.shaft_distal - hip.shaft_proximal
        measured = []
        for point, normal in (
            (hip.neck_centre, neck),
            (hip.shaft_proximal + 0.15 * shaft, shaft),
            (hip.shaft_proximal + 0.85 * shaft, shaft),
        ):
            sections = plane_sections(bone, point, normal / np.linalg.norm(normal))
            nearest = min(sections, key=lambda part: np.linalg.norm(part.centroid - point))
            measured.append(nearest.centroid)
        assert np.linalg.norm(measured[0] - hip.neck_centre) < 0.6
        axis, line = measured[2] - measured[1], hip.head_centre - measured[0]
        cosine = axis @ line / np.linalg.norm(axis) / np.linalg.norm(line)
        dialled = PARAMETERS.hip(side).neck_shaft_angle_deg
        assert np.degrees(np.arccos(cosine)) == pytest.approx(dialled, abs=0.7)

    @BOTH
    def test_alpha_of_the_film(self, anatomy: PelvisAnatomy, side: Side) -> None:
        dialled, bone = PARAMETERS.hip(side), anatomy.bones[BoneName.femur(side)]
        flat = local(bone.vertices, side)[:, [0, 2]]
        edges = np.concatenate([bone.faces[:, [0, 1]], bone.faces[:, [1, 2]]])
        edges = edges[np.all(np.linalg.norm(flat[edges], axis=2) < 40, axis=1)]
        neck = PhantomFemur(dialled).neck_direction
        axis = np.arctan2(neck[2], neck[0])
        limit = 1.02 * dialled.head_radius_mm
        alpha = 110.0
        while outline_radius(flat, edges, axis + np.radians(alpha), 1.3 * limit) < limit:
            alpha -= 0.25
        assert alpha == pytest.approx(dialled.alpha_deg, abs=2.0)

    @BOTH
    def test_trochanter_tip_is_the_top_of_the_trochanter(
        self, anatomy: PelvisAnatomy, side: Side
    ) -> None:
        hip = anatomy.hips[side]
        up = (hip.shaft_proximal - hip.shaft_distal) / np.linalg.norm(
            hip.shaft_proximal - hip.shaft_distal
        )
        ray = anatomy.bones[BoneName.femur(side)].vertices - hip.head_centre
        beyond = ray[np.linalg.norm(ray, axis=1) > 1.35 * hip.head_radius_mm]
        height = float((beyond @ up).max())
        assert height == pytest.approx(PARAMETERS.hip(side).trochanter_height_mm, abs=0.4)
        assert (hip.trochanter_tip - hip.head_centre) @ up == pytest.approx(height, abs=0.4)

    @BOTH
    def test_points_lie_on_the_bone(self, anatomy: PelvisAnatomy, side: Side) -> None:
        hip, bone = anatomy.hips[side], anatomy.bones[BoneName.femur(side)]
        for point, reach in ((hip.lesser_trochanter, 2.0), (hip.fovea, 3.5)):
            assert np.linalg.norm(bone.vertices - point, axis=1).min() < reach


class TestHipBone:
    @BOTH
    def test_lateral_centre_edge_angle(self, anatomy: PelvisAnatomy, side: Side) -> None:
        hip = PARAMETERS.hip(side)
        section = cut(anatomy.bones[BoneName.hip(side)], side, 1)
        distance = np.linalg.norm(section, axis=1)
        roof = section[(distance < hip.socket_radius_mm + 3) & (section[:, 2] > 0)]
        edge = np.degrees(np.arctan2(roof[:, 0], roof[:, 2])).max()
        assert edge == pytest.approx(hip.lce_deg, abs=1.0)

    @BOTH
    def test_version(self, anatomy: PelvisAnatomy, side: Side) -> None:
        hip = PARAMETERS.hip(side)
        section = cut(anatomy.bones[BoneName.hip(side)], side, 2)
        distance = np.linalg.norm(section, axis=1)
        shell = section[distance < hip.socket_radius_mm + 2.5]
        sector = np.degrees(np.arctan2(np.abs(shell[:, 1]), -shell[:, 0]))
        front, rear = (sector[shell[:, 1] * sign > 0].max() for sign in (-1, 1))
        assert front == pytest.approx(hip.anterior_sector_deg, abs=2.0)
        assert (rear - front) / 2 == pytest.approx(hip.version_deg, abs=1.5)

    @BOTH
    def test_rim_carries_the_dialled_angles(self, anatomy: PelvisAnatomy, side: Side) -> None:
        rim, hip = local(anatomy.hips[side].rim, side), PARAMETERS.hip(side)
        assert np.allclose(np.linalg.norm(rim, axis=1), hip.socket_radius_mm)
        assert rim[0, 1] < 0 and rim[0, 2] < 0, "starts at the notch's anterior end"
        top = rim[rim[:, 2] > 0.5 * hip.socket_radius_mm]
        crossing = top[np.argmin(np.abs(top[:, 1]))]
        edge = np.degrees(np.arctan2(crossing[0], crossing[2]))
        assert edge == pytest.approx(hip.lce_deg, abs=1.0)

    @BOTH
    def test_joint_space(self, anatomy: PelvisAnatomy, side: Side) -> None:
        hip = PARAMETERS.hip(side)
        bone = local(anatomy.bones[BoneName.hip(side)].vertices, side)
        assert np.linalg.norm(bone, axis=1).min() == pytest.approx(hip.socket_radius_mm, abs=0.3)
        gap = PhantomFemur(hip).solid(columns(bone))
        assert gap.min() > 1.0, "the hip bone touches the femur"

    @BOTH
    def test_ischium_is_the_lowest_point_and_triradiate_on_the_inner_wall(
        self, anatomy: PelvisAnatomy, side: Side
    ) -> None:
        bone, hip = anatomy.bones[BoneName.hip(side)], anatomy.hips[side]
        assert hip.ischium[2] == bone.vertices[:, 2].min()
        inner = local(hip.triradiate[None], side)[0]
        assert -44 < inner[0] < -PARAMETERS.hip(side).socket_radius_mm
        assert np.linalg.norm(bone.vertices - hip.triradiate, axis=1).min() < 2.0

    def test_it_stands_in_the_pelvic_frame(self, anatomy: PelvisAnatomy) -> None:
        for side in Side:
            points = anatomy.bones[BoneName.hip(side)].vertices
            spine = points[points[:, 2] > 55]
            pubis = points[(points[:, 2] < 10) & (np.abs(points[:, 0]) < 50)]
            assert spine[:, 1].min() == pytest.approx(pubis[:, 1].min(), abs=2.5)

    def test_symphysis_gap_and_sacroiliac_gap(self, anatomy: PelvisAnatomy) -> None:
        left = anatomy.bones[BoneName.HIP_LEFT].vertices
        assert left[:, 0].min() == pytest.approx(PARAMETERS.symphysis_gap_mm / 2, abs=0.8)
        sacrum = anatomy.bones[BoneName.SACRUM].vertices
        for side in Side:
            bone = PhantomHipBone(PARAMETERS, PARAMETERS.hip(side))
            assert bone.solid(columns(local(sacrum, side))).min() > 0.3

    def test_a_wider_subpubic_angle_moves_the_ischia_apart(self) -> None:
        narrow, wide = (
            make_phantom_anatomy(
                replace(PelvisPhantomParameters(), subpubic_angle_deg=angle), resolution_mm=4.0
            ).hips[Side.LEFT]
            for angle in (65.0, 95.0)
        )
        assert wide.ischium[0] > narrow.ischium[0] + 8


class TestParameters:
    @pytest.mark.parametrize(
        "wrong",
        [{"lce_deg": 70.0}, {"alpha_deg": 36.0, "neck_radius_mm": 18.0}, {"neck_length_mm": 36.0}],
    )
    def test_an_impossible_hip_is_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ConfigurationError):
            HipSurfaceParameters(**wrong)

    def test_a_useless_resolution_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="resolution_mm"):
            make_phantom_anatomy(resolution_mm=10.0)

    def test_the_population_is_reproducible_and_broad(self) -> None:
        assert random_phantom(np.random.default_rng(5)) == random_phantom(np.random.default_rng(5))
        rng = np.random.default_rng(0)
        hips = [hip for _ in range(200) for p in [random_phantom(rng)] for hip in (p.right, p.left)]
        alpha, cover, angle = (
            np.array([getattr(hip, name) for hip in hips])
            for name in ("alpha_deg", "lce_deg", "neck_shaft_angle_deg")
        )
        assert 0.15 < np.mean(alpha > 60) < 0.35
        assert np.mean(cover < 20) > 0.08 and np.mean(cover > 40) > 0.08
        assert np.mean(angle < 120) > 0.05 and np.mean(angle > 135) > 0.05
        assert 30 < np.median(cover) < 36 and 40 < np.median(alpha) < 52
