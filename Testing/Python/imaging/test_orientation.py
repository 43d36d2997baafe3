"""Hips are measured on coronal images; another stack is named, not measured."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    axis_letters,
    coronal_angle_deg,
    require_coronal,
)
from HipLandmarksLib.imaging.orientation import direction_letter, plane_name

LEFT, BACK, UP = np.eye(3)
PIXELS = np.arange(3 * 20 * 24).reshape(3, 20, 24)


def _stack(i: np.ndarray, j: np.ndarray, **options: object) -> HipImage:
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([i, j, 4.0 * np.cross(i, j)])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(PIXELS, matrix, Modality.MR, calibration, "knee", **options)


def _turned(degrees: float) -> HipImage:
    angle = np.radians(degrees)
    return _stack(np.cos(angle) * LEFT + np.sin(angle) * BACK, -UP)


@pytest.mark.parametrize("degrees", [0, 10, 30, 44.9, 180, -45, 135.1])
def test_coronal_and_oblique_coronal_stacks_pass(degrees):
    require_coronal(_turned(degrees))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (_stack(LEFT, BACK), r"knee is an axial stack \(3 slices, 4\.0 mm apart; 90 degrees off"),
        (_stack(BACK, -UP), r"knee is a sagittal stack \(3 slices"),
        (_turned(50), r"knee is an oblique sagittal stack .*50 degrees off the coronal plane"),
    ],
)
def test_other_stacks_are_refused_by_name(image, words):
    with pytest.raises(ImageError, match=rf"{words}.*choose the coronal series or reformat"):
        require_coronal(image)


def test_a_stack_that_leans_both_ways_is_refused_though_coronal_is_nearest():
    """50 degrees off, and further off every other plane."""
    normal = np.array([np.sin(np.radians(50)) / np.sqrt(2), np.cos(np.radians(50)), 0])
    normal[2] = normal[0]
    i = np.cross(normal, UP) / np.linalg.norm(np.cross(normal, UP))
    image = _stack(i, np.cross(normal, i))
    assert image.orientation == "coronal"
    assert coronal_angle_deg(image) == pytest.approx(50)
    with pytest.raises(ImageError, match="oblique coronal"):
        require_coronal(image)


def test_an_assumed_orientation_is_mentioned():
    image = _stack(LEFT, BACK, metadata={"orientation": "assumed: the file states none"})
    with pytest.raises(ImageError, match="its orientation is assumed: the file states none"):
        require_coronal(image)


def test_names_of_directions():
    assert [direction_letter(v) for v in (LEFT, -LEFT, BACK, -BACK, UP, -UP)] == list("LRPASI")
    assert axis_letters(_stack(LEFT, -UP)) == "LIP"
    assert axis_letters(_stack(-LEFT, UP)) == "RSP"


def test_names_of_planes():
    assert plane_name(BACK) == "coronal"
    assert plane_name(-3 * UP) == "axial"
    assert plane_name([0.5, 1, 0]) == "oblique coronal"
