"""Morphing: what is dialled is what is measured, and nothing else breaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    HipMorph,
    HipSurfaceParameters,
    PelvisMorph,
    PelvisPhantomParameters,
    analyse_bones,
    make_phantom_anatomy,
    measure_hip,
    morph,
    random_anatomy,
)
from HipLandmarksLib.synthesis.surfaces.hip_measures import radial_alpha_deg
from HipLandmarksLib.synthesis.surfaces.mesh import is_closed, signed_volume

SIDES = st.sampled_from(list(Side))


@pytest.fixture(scope="module")
def anatomy():
    """A phantom with the points that are found on its bones, as on a user's."""
    hip = HipSurfaceParameters(anteversion_deg=14.0)
    phantom = make_phantom_anatomy(PelvisPhantomParameters(hip, hip), resolution_mm=3.0)
    return analyse_bones(phantom.bones, "someone", "test")


def changed(anatomy, side, **dials):
    """Anatomy after a change on one side, and how much every parameter there changed."""
    after = morph(anatomy, {side: HipMorph(**dials)})
    before = anatomy.hips[side].parameters
    values = after.hips[side].parameters
    return after, {name: value - before[name] for name, value in values.items()}


@settings(max_examples=8, deadline=None)
@given(side=SIDES, dial=st.floats(-18, 18))
def test_the_neck_shaft_angle_opens_as_dialled(anatomy, side, dial):
    _, change = changed(anatomy, side, neck_shaft_change_deg=dial)
    assert change["neck_shaft_angle_deg"] == pytest.approx(dial, abs=0.3)


@settings(max_examples=8, deadline=None)
@given(side=SIDES, dial=st.floats(-8, 10))
def test_the_neck_grows_as_dialled(anatomy, side, dial):
    _, change = changed(anatomy, side, neck_length_change_mm=dial)
    assert change["neck_length_mm"] == pytest.approx(dial, abs=0.5)
    assert change["neck_shaft_angle_deg"] == pytest.approx(0, abs=0.3)


@settings(max_examples=8, deadline=None)
@given(side=SIDES, dial=st.floats(-30, 18))
def test_the_roof_covers_as_dialled(anatomy, side, dial):
    after, change = changed(anatomy, side, lce_change_deg=dial)
    assert change["lce_deg"] == pytest.approx(dial, abs=1.5)
    assert change["version_deg"] == pytest.approx(0, abs=0.5)
    hip = after.hips[side]
    distance = np.linalg.norm(after.bones[BoneName.hip(side)].vertices - hip.head_centre, axis=1)
    assert distance.min() > hip.head_radius_mm  # the roof slides along the head, not into it


@settings(max_examples=8, deadline=None)
@given(side=SIDES, dial=st.floats(-18, 14))
def test_the_socket_turns_forwards_as_dialled(anatomy, side, dial):
    _, change = changed(anatomy, side, version_change_deg=dial)
    assert change["version_deg"] == pytest.approx(dial, abs=1.0)


@settings(max_examples=10, deadline=None)
@given(side=SIDES, alpha=st.floats(50, 92), clock=st.floats(0, 60))
def test_alpha_in_the_bump_s_own_plane_is_the_dial(anatomy, side, alpha, clock):
    after, _ = changed(anatomy, side, alpha_deg=alpha, cam_clock_deg=clock)
    femur, hip = after.bones[BoneName.femur(side)], after.hips[side]
    assert radial_alpha_deg(femur, hip, side, clock) == pytest.approx(alpha, abs=2.0)


@pytest.mark.parametrize("side", list(Side))
def test_alpha_seen_from_the_front_grows_with_the_dial_and_lies_near_it(anatomy, side):
    dials = [52.0, 60.0, 68.0, 76.0, 84.0, 92.0]
    seen = [
        morph(anatomy, {side: HipMorph(alpha_deg=dial)}).hips[side].parameters["alpha_deg"]
        for dial in dials
    ]
    assert np.all(np.diff(seen) > 4)
    assert seen == pytest.approx(dials, abs=4)


@pytest.mark.parametrize(("side", "scale"), [(Side.LEFT, 0.9), (Side.RIGHT, 1.12)])
def test_head_and_socket_grow_together(anatomy, side, scale):
    after = morph(anatomy, {side: HipMorph(head_scale=scale)})
    again = analyse_bones(after.bones, "someone", "test").hips[side]
    assert again.head_radius_mm == pytest.approx(
        anatomy.hips[side].head_radius_mm * scale, abs=0.25
    )
    assert again.socket_radius_mm == pytest.approx(
        anatomy.hips[side].socket_radius_mm * scale, abs=0.5
    )


EVERYTHING = HipMorph(78.0, 30.0, 12.0, 5.0, 1.06, -18.0, -8.0)


def test_points_found_anew_lie_where_morphing_left_them(anatomy):
    after = morph(anatomy, dict.fromkeys(Side, EVERYTHING), PelvisMorph(1.04, 0.97, 1.05))
    again = analyse_bones(after.bones, "someone", "test")
    limits = {"head_centre": 1.0, "neck_centre": 3.5, "ischium": 6.0, "trochanter_tip": 4.0}
    for side in Side:
        for name, limit in limits.items():
            away = getattr(again.hips[side], name) - getattr(after.hips[side], name)
            assert np.linalg.norm(away) < limit, name
        for name in ("lce_deg", "version_deg"):
            measured = again.hips[side].parameters[name]
            assert measured == pytest.approx(after.hips[side].parameters[name], abs=4.0)


def test_surfaces_stay_closed_and_keep_their_triangles(anatomy):
    after = morph(anatomy, dict.fromkeys(Side, EVERYTHING), PelvisMorph(1.04, 0.97, 1.05))
    for name, bone in after.bones.items():
        assert np.array_equal(bone.faces, anatomy.bones[name].faces)
        assert is_closed(bone)
        assert signed_volume(bone) == pytest.approx(signed_volume(anatomy.bones[name]), rel=0.2)


def folded(before, after) -> int:
    """Pairs of neighbouring triangles that fold back on each other, and did not before."""
    faces = before.faces
    edges = np.sort(np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    order = np.lexsort(edges.T)
    pairs = np.tile(np.arange(len(faces)), 3)[order].reshape(-1, 2)

    def cosines(surface):
        a, b, c = (surface.vertices[faces[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        return np.einsum("ij,ij->i", normals[pairs[:, 0]], normals[pairs[:, 1]])

    return int(np.sum((cosines(after) < -0.5) & (cosines(before) > 0)))


def test_no_fold_shows(anatomy):
    for change in (EVERYTHING, HipMorph(lce_change_deg=18), HipMorph(neck_shaft_change_deg=-18)):
        after = morph(anatomy, {Side.LEFT: change})
        for name in (BoneName.HIP_LEFT, BoneName.FEMUR_LEFT):
            assert folded(anatomy.bones[name], after.bones[name]) <= 4


@pytest.mark.parametrize("side", list(Side))
def test_the_head_stays_in_its_socket_and_the_leg_keeps_its_direction(anatomy, side):
    after, _ = changed(anatomy, side, neck_shaft_change_deg=15, neck_length_change_mm=6)
    assert after.hips[side].head_centre == pytest.approx(anatomy.hips[side].head_centre, abs=1e-6)

    def knee(subject):
        vertices = subject.bones[BoneName.femur(side)].vertices
        return vertices[vertices[:, 2] < vertices[:, 2].min() + 20].mean(axis=0)

    ray = knee(after) - after.hips[side].head_centre
    before = knee(anatomy) - anatomy.hips[side].head_centre
    cosine = ray @ before / (np.linalg.norm(ray) * np.linalg.norm(before))
    assert np.degrees(np.arccos(min(cosine, 1.0))) < 0.5


def test_the_other_side_stays_as_it_was(anatomy):
    after = morph(anatomy, {Side.LEFT: EVERYTHING})
    for name in (BoneName.HIP_RIGHT, BoneName.FEMUR_RIGHT, BoneName.SACRUM):
        assert np.array_equal(after.bones[name].vertices, anatomy.bones[name].vertices)


def test_no_change_changes_nothing(anatomy):
    after = morph(anatomy, dict.fromkeys(Side, HipMorph()), PelvisMorph())
    for name, bone in after.bones.items():
        assert bone.vertices == pytest.approx(anatomy.bones[name].vertices, abs=1e-9)


def test_a_wider_pelvis_has_its_hips_further_apart_and_heads_as_large(anatomy):
    wider = morph(anatomy, pelvis=PelvisMorph(width=1.08))

    def apart(subject):
        return np.linalg.norm(
            subject.hips[Side.LEFT].head_centre - subject.hips[Side.RIGHT].head_centre
        )

    assert apart(wider) == pytest.approx(1.08 * apart(anatomy), rel=1e-3)
    again = measure_hip(None, wider.hips[Side.LEFT], Side.LEFT)
    assert again["lce_deg"] == pytest.approx(anatomy.hips[Side.LEFT].parameters["lce_deg"], abs=0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: HipMorph(alpha_deg=120),
        lambda: HipMorph(lce_change_deg=-60),
        lambda: HipMorph(head_scale=float("nan")),
        lambda: PelvisMorph(width=1.5),
    ],
)
def test_dials_beyond_their_range_are_refused(make):
    with pytest.raises(ConfigurationError, match="must lie in"):
        make()


def test_a_subject_without_a_femur_cannot_be_morphed(anatomy):
    bones = {name: bone for name, bone in anatomy.bones.items() if name != BoneName.FEMUR_LEFT}
    with pytest.raises(ConfigurationError, match="femur_L"):
        morph(type(anatomy)(anatomy.subject, anatomy.source, bones, anatomy.hips))


def test_the_same_seed_gives_the_same_person_and_another_seed_another(anatomy):
    draw = [random_anatomy([anatomy], np.random.default_rng(seed)) for seed in (5, 5, 6)]
    femora = [each.bones[BoneName.FEMUR_LEFT].vertices for each in draw]
    assert np.array_equal(femora[0], femora[1])
    assert np.abs(femora[0] - femora[2]).max() > 2
    assert {each.subject for each in draw} == {"someone"}


def test_the_population_holds_cams_dysplasia_and_oblique_necks(anatomy):
    rng = np.random.default_rng(1)
    people = [random_anatomy([anatomy], rng) for _ in range(40)]
    hips = [each.hips[side].parameters for each in people for side in Side]

    def values(name):
        return np.array([hip[name] for hip in hips])

    assert 0.15 < np.mean(values("alpha_radial_deg") > 60) < 0.6
    assert 0.08 < np.mean(values("lce_deg") < 22) < 0.35
    assert 0.05 < np.mean(values("lce_deg") > 42) < 0.4
    assert np.ptp(values("neck_shaft_angle_deg")) > 20
    assert np.all(np.abs(values("neck_shaft_angle_deg") - 127) < 26)
    heads = [each.hips[Side.LEFT].head_radius_mm for each in people]
    assert np.std(heads) > 0.8


def test_a_population_of_nobody_is_refused():
    with pytest.raises(ConfigurationError, match="at least one"):
        random_anatomy([], np.random.default_rng(0))
