"""Points on real bones lie where five raters picked them, as near as these agree themselves.

Needs the development data (VSD full body bone models: Fischer, Sci Data 2023).
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.synthesis.surfaces import BoneName, read_bones
from HipLandmarksLib.synthesis.surfaces.ply import read_ply
from HipLandmarksLib.synthesis.surfaces.sphere import fit_sphere

SUBJECTS = ("z013", "z036", "z061")
"""A small woman, a large man with worn hips, and the widest pelvis."""


@pytest.fixture(scope="module", params=SUBJECTS)
def subject(request, shared_data):
    folder = shared_data / "bones" / request.param
    return folder, read_bones(folder)


def into_anatomy(folder, anatomy, name: BoneName, file: str):
    """The motion from the file's coordinates to the anatomy's, from the vertices themselves."""
    raw, moved = read_ply(folder / file).vertices, anatomy.bones[name].vertices
    design = np.column_stack([raw, np.ones(len(raw))])
    matrix = np.linalg.lstsq(design, moved, rcond=None)[0]
    return lambda point: np.append(point, 1.0) @ matrix


def picks(folder, kind: str):
    return json.loads((folder / f"landmarks_{kind}.json").read_text())


def femoral_picks(folder, anatomy):
    """Side, and means and spreads (mm) by the raters' abbreviations."""
    data = picks(folder, "Femur")
    side = Side(data["side"])
    move = into_anatomy(folder, anatomy, BoneName.femur(side), f"Femur_{side.value}.ply")
    short = {name.split("(")[1][:-1]: value for name, value in data["landmarks"].items()}
    means = {name: move(np.array(value["mean_ras"])) for name, value in short.items()}
    return side, means, {n: float(np.linalg.norm(v["sd_mm"])) for n, v in short.items()}


def test_the_head_is_the_sphere_of_the_raters_picks(subject):
    side, means, _ = femoral_picks(*subject)
    centre, radius = fit_sphere(
        np.array([means[name] for name in ("SFH", "AFH", "LFH", "PFH", "MFH", "IFH")])
    )
    hip = subject[1].hips[side]
    assert np.linalg.norm(hip.head_centre - centre) < 1.2
    assert abs(hip.head_radius_mm - radius) < 1.2


def test_the_neck_s_middle_lies_amid_the_isthmus(subject):
    side, means, _ = femoral_picks(*subject)
    hip = subject[1].hips[side]
    neck = hip.neck_centre - hip.head_centre
    away = hip.neck_centre - np.mean([means[n] for n in ("SNI", "ANI", "INI", "PNI")], axis=0)
    along = float(away @ neck / np.linalg.norm(neck))
    assert abs(along) < 3.0
    assert np.linalg.norm(away - along * neck / np.linalg.norm(neck)) < 1.5


def test_trochanters_lie_within_the_raters_spread(subject):
    side, means, spreads = femoral_picks(*subject)
    hip = subject[1].hips[side]
    assert np.linalg.norm(hip.lesser_trochanter - means["LT"]) < 1.5 * spreads["LT"]
    assert np.linalg.norm(hip.trochanter_tip - means["SGT"]) < 1.5 * spreads["SGT"]
    assert abs(hip.trochanter_tip[2] - means["SGT"][2]) < 2.5


def test_condyles_point_straight_back(subject):
    _, means, _ = femoral_picks(*subject)
    line = means["PLC"] - means["PMC"]
    assert abs(np.degrees(np.arcsin(line[1] / np.linalg.norm(line)))) < 3.0


def test_the_pelvis_lies_in_the_plane_of_the_picked_spines_and_tubercles(subject):
    folder, anatomy = subject
    data = picks(folder, "Pelvis")["landmarks"]
    move = into_anatomy(folder, anatomy, BoneName.HIP_LEFT, "Hip_L.ply")
    left, right, *tubercles = (
        move(np.array(data[name]["mean_ras"]))
        for name in (
            "Left ASIS", "Right ASIS", "Left Pubic Tubercle (PT)", "Right Pubic Tubercle (PT)",
        )
    )  # fmt: skip
    assert left[0] > 80
    assert right[0] < -80
    across = left - right
    down = (left + right) / 2 - np.mean(tubercles, axis=0)
    assert abs(np.degrees(np.arctan2(down[1], down[2]))) < 3.5  # tilt
    assert abs(np.degrees(np.arctan2(across[1], across[0]))) < 1.0  # rotation
    assert abs(np.degrees(np.arctan2(across[2], across[0]))) < 2.0  # obliquity


def test_both_hips_measure_like_adults(subject):
    for side in Side:
        hip = subject[1].hips[side]
        assert np.linalg.norm(hip.head_centre - hip.socket_centre) < 2.5
        assert 1.0 < hip.socket_radius_mm - hip.head_radius_mm < 3.0
        assert 110 < hip.parameters["neck_shaft_angle_deg"] < 142
        assert 15 < hip.parameters["lce_deg"] < 55
        assert 5 < hip.parameters["version_deg"] < 38
        worn = subject[0].name == "z036" and side is Side.LEFT
        assert (hip.fovea is None) == worn
        inner = (hip.triradiate - hip.socket_centre)[0] * (-1 if side is Side.LEFT else 1)
        assert 20 < inner < 48
