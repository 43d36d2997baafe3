"""The plane has patient-fixed axes; drawings show what was measured, in LPS mm."""

from __future__ import annotations

from math import acos, cos, degrees, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane
from HipLandmarksLib.measurement.definitions import read_measurement_table
from HipLandmarksLib.resources import resource_path

PIXELS = np.arange(2 * 16 * 16, dtype=np.float32).reshape(2, 16, 16)
SMALL = st.floats(-0.2, 0.2)


def image_with(columns):
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(columns).T
    return HipImage(PIXELS, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))


def angle_between(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return degrees(acos(float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))))


def test_a_coronal_image_has_left_and_cranial_axes():
    plane = ViewPlane.from_image(image_with([(0.7, 0, 0), (0, 0, -0.8), (0, 3.3, 0)]))
    assert plane.project([3.0, 50.0, -4.0]) == pytest.approx([3.0, -4.0])
    assert plane.spacing == pytest.approx((0.8, 0.7))
    assert plane.obliquity_deg == pytest.approx(0.0)


def test_mirrored_columns_do_not_mirror_the_patient():
    plane = ViewPlane.from_image(image_with([(-0.7, 0, 0), (0, 0, -0.8), (0, 3.3, 0)]))
    assert plane.project([3.0, 50.0, -4.0]) == pytest.approx([3.0, -4.0])


@pytest.mark.parametrize(
    "columns",
    [[(1, 0, 0), (0, 1, 0), (0, 0, 1)], [(0, 1, 0), (0, 0, -1), (1, 0, 0)]],
    ids=["axial", "sagittal"],
)
def test_axial_and_sagittal_images_are_refused(columns):
    with pytest.raises(ImageError, match="away from coronal"):
        ViewPlane.from_image(image_with(columns))


@given(x=SMALL, z=SMALL, u=st.floats(-200, 200), v=st.floats(-200, 200), y=st.floats(-90, 90))
def test_unprojecting_keeps_the_place_in_the_plane_and_the_depth(x, z, u, v, y):
    plane = ViewPlane((x, 1.0, z))
    near = (5.0, y, -7.0)
    point = plane.unproject([u, v], near)
    assert plane.project(point) == pytest.approx([u, v], abs=1e-9)
    assert np.dot(plane.normal, point) == pytest.approx(np.dot(plane.normal, near), abs=1e-9)
    assert plane.unproject_point((u, v), near) == pytest.approx(tuple(point), abs=1e-9)
    assert plane.project_point(tuple(point)) == pytest.approx((u, v), abs=1e-9)


@given(x=SMALL, z=SMALL)
def test_projected_covariance_is_that_of_projected_samples(x, z):
    covariance = np.array([[2.0, 0.3, -0.5], [0.3, 1.0, 0.2], [-0.5, 0.2, 3.0]])
    plane = ViewPlane((x, 1.0, z))
    axes = np.array([plane.x_axis, plane.y_axis])
    expected = axes @ covariance @ axes.T
    xx, xy, yy = plane.project_covariance(tuple(map(tuple, covariance)))
    assert [[xx, xy], [xy, yy]] == pytest.approx(expected)


@pytest.mark.parametrize("factor", [1.0, 0.8])
@pytest.mark.parametrize("side", list(Side))
def test_the_drawn_angle_is_the_measured_angle(factor, side, plain_points, build, by_id):
    calibration = Calibration(SpacingProvenance.USER_MAGNIFICATION, factor)
    results = by_id(build(plain_points), calibration=calibration)
    for id_ in ("alpha", "lce", "nsa"):
        result = results[(side, id_)]
        arc = result.drawing.arc
        first, second = (np.subtract(end, arc.centre) for end in (arc.start, arc.end))
        assert angle_between(first, second) == pytest.approx(abs(result.value), abs=1e-6)
        assert np.linalg.norm(first) == pytest.approx(np.linalg.norm(second))


def test_the_drawn_offset_is_the_measured_offset(plain_points, build, by_id):
    result = by_id(build(plain_points))[(Side.LEFT, "femoral_offset_mm")]
    (line,) = (s for s in result.drawing.segments if s.role == "distance")
    assert np.linalg.norm(np.subtract(line.end, line.start)) == pytest.approx(result.value)
    assert line.start == pytest.approx((90.0, 0.0, 0.0)), "in LPS mm, at the head centre"


def test_a_drawing_lies_on_the_slice_of_its_first_landmark(plain_points, build, by_id):
    tilt = radians(8.0)
    plane = ViewPlane((sin(tilt), cos(tilt), 0.0))
    for result in by_id(build(plain_points), plane=plane).values():
        depth = np.dot(plane.normal, result.inputs[0].position)
        for segment in result.drawing.segments:
            assert np.dot(plane.normal, segment.start) == pytest.approx(depth)
            assert np.dot(plane.normal, segment.end) == pytest.approx(depth)
        assert np.dot(plane.normal, result.drawing.label_anchor) == pytest.approx(depth)


def test_settings_take_calibration_and_modality_from_the_image():
    image = image_with([(0.7, 0, 0), (0, 0, -0.8), (0, 3.3, 0)])
    settings = MeasurementSettings.for_image(image, threshold_set="paper1_65")
    assert settings.calibration is image.calibration
    assert settings.modality is Modality.MR
    assert settings.threshold_set == "paper1_65"


def test_a_row_without_a_formula_is_refused(tmp_path):
    text = resource_path("Anatomy", "measurements.json").read_text(encoding="utf-8")
    path = tmp_path / "measurements.json"
    path.write_text(text.replace('"id": "alpha"', '"id": "omega"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="omega has no function"):
        read_measurement_table(path)
