"""Posing, mirroring and scaling: every point stays on its bone, every head in its socket."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    FemurPose,
    HipGeometry,
    PelvisAnatomy,
    PelvisPose,
    mirrored,
    pose,
    scaled,
)
from HipLandmarksLib.synthesis.surfaces.mesh import is_closed, signed_volume

from .shapes import box

FEMORAL = (
    "head_centre",
    "neck_centre",
    "shaft_proximal",
    "shaft_distal",
    "trochanter_tip",
    "lesser_trochanter",
)
PELVIC = ("socket_centre", "ischium", "triradiate")


def simple_anatomy() -> PelvisAnatomy:
    """Boxes for bones; every point of the geometry is a corner of its bone."""
    bones = {BoneName.SACRUM: box((-30, 40, 20), (30, 70, 110))}
    hips = {}
    for side, sign in ((Side.RIGHT, -1.0), (Side.LEFT, 1.0)):
        inner, outer = sorted((sign * 88.0, sign * 140.0))
        bones[BoneName.femur(side)] = box((inner, 0, -400), (outer, 30, 0))
        inner, outer = sorted((sign * 30.0, sign * 88.0))
        bones[BoneName.hip(side)] = box((inner, -50, -60), (outer, 0, 0))
        femur, hip = bones[BoneName.femur(side)].vertices, bones[BoneName.hip(side)].vertices
        head = np.array([sign * 88.0, 0.0, 0.0])
        places = [femur[i] for i in np.argsort(np.linalg.norm(femur - head, axis=1), kind="stable")]
        hips[side] = HipGeometry(
            head_radius_mm=23.0,
            socket_radius_mm=25.0,
            **dict(zip(FEMORAL, places, strict=False)),
            socket_centre=head,
            ischium=hip[0],
            triradiate=hip[3],
            rim=hip.copy(),
            parameters={"lce_deg": 30.0, "neck_length_mm": 50.0},
        )
    return PelvisAnatomy("a", "test", bones, hips)


ANATOMY = simple_anatomy()

femur_poses = st.builds(
    FemurPose,
    flexion_deg=st.floats(-20, 60),
    abduction_deg=st.floats(-25, 45),
    internal_rotation_deg=st.floats(-60, 45),
)
pelvis_poses = st.builds(
    PelvisPose,
    tilt_deg=st.floats(-40, 40),
    rotation_deg=st.floats(-30, 30),
    obliquity_deg=st.floats(-20, 20),
)


def on_bone(anatomy: PelvisAnatomy, reference: PelvisAnatomy) -> bool:
    """Whether every point still is the same corner of its bone as in the reference."""
    for side in Side:
        for name, bone in ((n, BoneName.femur(side)) for n in FEMORAL):
            before, after = reference.bones[bone].vertices, anatomy.bones[bone].vertices
            corner = np.argmin(np.linalg.norm(before - getattr(reference.hips[side], name), axis=1))
            if not np.allclose(after[corner], getattr(anatomy.hips[side], name), atol=1e-6):
                return False
        if not np.allclose(anatomy.bones[BoneName.hip(side)].vertices, anatomy.hips[side].rim):
            return False
    return True


@settings(max_examples=40, deadline=None)
@given(right=femur_poses, left=femur_poses, pelvis=pelvis_poses)
def test_points_stay_on_their_bone_and_heads_in_their_sockets(right, left, pelvis):
    posed = pose(ANATOMY, {Side.RIGHT: right, Side.LEFT: left}, pelvis)
    assert on_bone(posed, ANATOMY)
    for side in Side:
        assert posed.hips[side].head_centre == pytest.approx(
            posed.hips[side].socket_centre, abs=1e-9
        )
    for name, bone in posed.bones.items():
        assert signed_volume(bone) == pytest.approx(signed_volume(ANATOMY.bones[name]))


def turned(side: Side, femur: FemurPose, ray: tuple[float, float, float]) -> np.ndarray:
    """A line fixed to the femur before and after: outwards, backwards, upwards."""
    centre = ANATOMY.hips[side].head_centre
    before = ANATOMY.bones[BoneName.femur(side)].vertices - centre
    after = pose(ANATOMY, {side: femur}).bones[BoneName.femur(side)].vertices - centre
    turn = np.linalg.lstsq(before, after, rcond=None)[0]
    outwards = np.array([1.0 if side is Side.LEFT else -1.0, 1.0, 1.0])
    return (outwards * ray) @ turn * outwards


@pytest.mark.parametrize("side", list(Side))
def test_directions_of_the_femur_mean_the_same_on_both_sides(side):
    sine, cosine = np.sin(np.radians(20)), np.cos(np.radians(20))
    knee, toes = (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)
    assert turned(side, FemurPose(abduction_deg=20), knee) == pytest.approx([sine, 0, -cosine])
    assert turned(side, FemurPose(flexion_deg=20), knee) == pytest.approx([0, -sine, -cosine])
    inwards = turned(side, FemurPose(internal_rotation_deg=20), toes)
    assert inwards == pytest.approx([-sine, -cosine, 0])


def test_a_head_stands_off_its_socket_only_when_asked():
    posed = pose(ANATOMY, {Side.RIGHT: FemurPose(lateral_mm=3, up_mm=-2)})
    gap = posed.hips[Side.RIGHT].head_centre - posed.hips[Side.RIGHT].socket_centre
    assert gap == pytest.approx([-3, 0, -2])


def test_a_smaller_femur_keeps_its_head_in_the_middle_of_the_socket():
    before = ANATOMY.hips[Side.LEFT]
    after = pose(ANATOMY, {Side.LEFT: FemurPose(scale=0.95)}).hips[Side.LEFT]
    assert after.head_centre == pytest.approx(before.head_centre)
    assert after.head_radius_mm == pytest.approx(0.95 * before.head_radius_mm)
    assert after.socket_radius_mm == before.socket_radius_mm
    reach = before.shaft_distal - before.head_centre
    assert after.shaft_distal - after.head_centre == pytest.approx(0.95 * reach)


def test_the_pelvis_tilts_turns_and_rises_as_its_words_say():
    front_top = np.array([0.0, 0.0, 100.0])
    assert PelvisPose(tilt_deg=10).matrix @ front_top == pytest.approx([0, -17.36, 98.48], abs=0.01)
    left = np.array([100.0, 0.0, 0.0])
    assert (PelvisPose(obliquity_deg=10).matrix @ left)[2] == pytest.approx(17.36, abs=0.01)
    front = np.array([0.0, -100.0, 0.0])
    assert (PelvisPose(rotation_deg=10).matrix @ front)[0] == pytest.approx(17.36, abs=0.01)


def test_legs_keep_their_direction_when_the_pelvis_turns():
    posed = pose(ANATOMY, pelvis=PelvisPose(15, 10, 5))
    for side in Side:
        before, after = ANATOMY.hips[side], posed.hips[side]
        assert after.shaft_distal - after.head_centre == pytest.approx(
            before.shaft_distal - before.head_centre
        )


def test_the_mirror_image_has_its_sides_exchanged_and_looks_outwards():
    image = mirrored(ANATOMY)
    for side in Side:
        was = ANATOMY.hips[side.opposite]
        assert image.hips[side].trochanter_tip == pytest.approx(was.trochanter_tip * [-1, 1, 1])
        assert image.hips[side].rim == pytest.approx(was.rim * [-1, 1, 1])
        assert image.hips[side].parameters == was.parameters
    for bone in image.bones.values():
        assert is_closed(bone)
        assert signed_volume(bone) > 0
    twice = mirrored(image)
    assert on_bone(twice, ANATOMY)
    assert twice.subject == "a"


@given(factor=st.floats(0.5, 2.0))
@settings(max_examples=20, deadline=None)
def test_lengths_grow_with_the_scale_and_angles_stay(factor):
    larger = scaled(ANATOMY, factor)
    assert on_bone(larger, ANATOMY)
    hip = larger.hips[Side.LEFT]
    assert hip.head_radius_mm == pytest.approx(23 * factor)
    assert hip.socket_radius_mm == pytest.approx(25 * factor)
    assert hip.parameters["lce_deg"] == 30
    assert hip.parameters["neck_length_mm"] == pytest.approx(50 * factor)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FemurPose(flexion_deg=120),
        lambda: FemurPose(abduction_deg=float("nan")),
        lambda: PelvisPose(tilt_deg=60),
        lambda: scaled(ANATOMY, 3.0),
    ],
)
def test_what_no_hip_can_do_is_refused(make):
    with pytest.raises(ConfigurationError):
        make()
