"""Bones from a folder: brought into the pelvic frame, every point found, mistakes refused.

A phantom of known shape, moved as a scanner's table might have been and written as files, must
come back with the values that were dialled.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    BoneSurface,
    HipSurfaceParameters,
    PelvisPhantomParameters,
    list_subjects,
    make_phantom_anatomy,
    mirrored,
    read_bones,
)
from HipLandmarksLib.synthesis.surfaces.rigid import Similarity, rotation

from .bone_files import NAMES, ply_bytes, write_subject

TABLE = Similarity(rotation((0.3, 1, 0.2), 24.0), np.array([31.0, -214.0, -655.0]))

SHAPES = PelvisPhantomParameters(
    right=HipSurfaceParameters(),
    left=HipSurfaceParameters(
        head_radius_mm=22.0, lce_deg=20.0, version_deg=26.0, neck_shaft_angle_deg=136.0,
        anteversion_deg=24.0, neck_length_mm=47.0, neck_radius_mm=13.5,
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def phantom():
    return make_phantom_anatomy(SHAPES, resolution_mm=2.6)


@pytest.fixture(scope="module")
def folder(phantom, tmp_path_factory):
    return write_subject(tmp_path_factory.mktemp("bones") / "someone", phantom, TABLE)


@pytest.fixture(scope="module")
def found(folder):
    return read_bones(folder)


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "someone")


def test_the_pelvis_comes_back_into_its_frame(found, phantom):
    for name in (BoneName.HIP_RIGHT, BoneName.HIP_LEFT, BoneName.SACRUM):
        away = np.linalg.norm(found.bones[name].vertices - phantom.bones[name].vertices, axis=1)
        assert np.max(away) < 1.5
    for side in Side:
        assert np.sign(found.hips[side].head_centre[0]) == (1 if side is Side.LEFT else -1)


@pytest.mark.parametrize("side", list(Side))
def test_points_are_found_where_the_phantom_has_them(found, phantom, side):
    limits = {
        "head_centre": 0.7, "socket_centre": 0.7, "neck_centre": 2.5, "trochanter_tip": 4.0,
        "lesser_trochanter": 8.0, "ischium": 2.0, "triradiate": 3.0, "fovea": 4.0,
    }  # fmt: skip
    for name, limit in limits.items():
        away = getattr(found.hips[side], name) - getattr(phantom.hips[side], name)
        assert np.linalg.norm(away) < limit, name
    assert found.hips[side].head_radius_mm == pytest.approx(
        phantom.hips[side].head_radius_mm, abs=0.2
    )
    assert found.hips[side].socket_radius_mm == pytest.approx(
        phantom.hips[side].socket_radius_mm, abs=0.4
    )


@pytest.mark.parametrize("side", list(Side))
def test_the_dialled_shape_is_measured(found, side):
    dialled, measured = SHAPES.hip(side), found.hips[side].parameters
    limits = {
        "neck_shaft_angle_deg": 1.5, "anteversion_deg": 2.5, "neck_length_mm": 1.5,
        "lce_deg": 3.5, "version_deg": 3.5,
    }  # fmt: skip
    for name, limit in limits.items():
        assert measured[name] == pytest.approx(getattr(dialled, name), abs=limit), name


def test_alpha_seen_from_the_front_is_measured(found):
    measured = found.hips[Side.RIGHT].parameters["alpha_deg"]
    assert measured == pytest.approx(SHAPES.right.alpha_deg, abs=4.0)


@pytest.mark.parametrize("side", list(Side))
def test_the_shaft_s_centres_lie_inside_it(found, side):
    hip, femur = found.hips[side], found.bones[BoneName.femur(side)]
    for point in (hip.shaft_proximal, hip.shaft_distal):
        reach = np.linalg.norm(femur.vertices - point, axis=1).min()
        assert 8 < reach < 22
    assert hip.shaft_proximal[2] < hip.lesser_trochanter[2] < hip.head_centre[2]


@pytest.mark.parametrize("side", list(Side))
def test_the_rim_is_a_loop_from_the_front_over_the_roof(found, side):
    hip = found.hips[side]
    rim = hip.rim - hip.socket_centre
    steps = np.linalg.norm(np.roll(rim, -1, axis=0) - rim, axis=1)
    assert steps.max() < 10
    assert rim[0, 1] < 0  # begins in front
    roof = int(np.argmax(rim[:, 2]))
    assert np.mean(rim[roof : len(rim) * 3 // 4, 1]) > np.mean(rim[:roof, 1])  # then the back
    assert np.all(np.abs(np.linalg.norm(rim, axis=1) / hip.socket_radius_mm - 1) < 0.4)


def test_the_subject_is_named_after_its_folder(found, folder):
    assert found.subject == "someone"
    assert list_subjects(folder.parent) == [folder]


def test_a_subject_without_sacrum_is_read(copied):
    (copied / "Sacrum.ply").unlink()
    assert BoneName.SACRUM not in read_bones(copied).bones


def refusal(folder) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_bones(folder)
    return str(caught.value)


def test_a_missing_bone_is_named(copied):
    (copied / "Hip_L.ply").unlink()
    assert "Hip_L.ply" in refusal(copied)


def test_exchanged_femora_are_noticed(copied):
    right, left = copied / "Femur_R.ply", copied / "Femur_L.ply"
    content = right.read_bytes(), left.read_bytes()
    right.write_bytes(content[1])
    left.write_bytes(content[0])
    assert "exchanged" in refusal(copied)


def test_coordinates_that_are_mirrored_are_noticed(phantom, tmp_path):
    """As when a file in LPS is taken for RAS with one axis turned only."""
    image = mirrored(phantom)
    swapped = {
        BoneName.femur(side): image.bones[BoneName.femur(side.opposite)] for side in Side
    } | {BoneName.hip(side): image.bones[BoneName.hip(side.opposite)] for side in Side}
    for name, bone in swapped.items():
        (tmp_path / NAMES[name]).write_bytes(ply_bytes(bone))
    assert "mirrored" in refusal(tmp_path)


def test_a_bone_with_a_hole_is_refused(copied, phantom):
    bone = phantom.bones[BoneName.FEMUR_LEFT]
    (copied / "Femur_L.ply").write_bytes(ply_bytes(BoneSurface(bone.vertices, bone.faces[5:])))
    assert "Femur_L.ply is not closed" in refusal(copied)


def test_half_a_femur_is_refused(copied, phantom):
    bone = phantom.bones[BoneName.FEMUR_LEFT]
    flat = bone.vertices.copy()
    flat[:, 2] = np.maximum(flat[:, 2], -150.0 - 1e-4 * np.arange(len(flat)) / len(flat))
    (copied / "Femur_L.ply").write_bytes(ply_bytes(BoneSurface(flat, bone.faces)))
    assert "whole femur" in refusal(copied)


def test_bones_in_metres_are_refused(copied, phantom):
    small = Similarity(np.eye(3) * 1e-3, np.zeros(3))
    for name, bone in phantom.bones.items():
        (copied / NAMES[name]).write_bytes(ply_bytes(small.surface(bone)))
    assert "millimetres" in refusal(copied)


def test_a_folder_without_subjects_says_what_it_should_hold(tmp_path):
    with pytest.raises(ConfigurationError, match=r"Femur_R\.ply"):
        list_subjects(tmp_path)
    with pytest.raises(ConfigurationError, match="does not exist"):
        list_subjects(tmp_path / "nowhere")
