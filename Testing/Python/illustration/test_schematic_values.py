"""What is measured on the schematic pelvis is what it was built from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import LandmarkTable, Midline, Side
from HipLandmarksLib.illustration import Schematic, SchematicShape, schematic_measurements
from HipLandmarksLib.illustration.axial import AXIAL_KEYS, axial_landmarks, axial_measurement
from HipLandmarksLib.illustration.examples import example_shape
from HipLandmarksLib.illustration.schematic import TEXTBOOK_HIP
from HipLandmarksLib.measurement import MeasurementTable
from HipLandmarksLib.synthesis import HipParameters, PhantomParameters

hips = st.builds(
    lambda radius, alpha, lce, nsa, length, adduction: HipParameters(
        head_radius_mm=radius,
        alpha_deg=alpha,
        lce_deg=lce,
        neck_shaft_angle_deg=nsa,
        neck_length_mm=length,
        neck_radius_mm=0.55 * radius,
        shaft_adduction_deg=adduction,
    ),
    st.floats(20.0, 27.0),
    st.floats(40.0, 85.0),
    st.floats(5.0, 50.0),
    st.floats(115.0, 145.0),
    st.floats(46.0, 62.0),
    st.floats(-6.0, 8.0),
)


def values(shape: SchematicShape, side: Side, ids: list[str]) -> dict[str, float]:
    found = schematic_measurements(shape, ids)
    return {m.id: m.value for m in found if m.side is side and m.value is not None}


@settings(max_examples=40, deadline=None)
@given(hips, hips, st.floats(-8.0, 8.0))
def test_drawn_angles_and_offset_are_the_parameters(
    right: HipParameters, left: HipParameters, obliquity: float
) -> None:
    shape = SchematicShape(PhantomParameters(right=right, left=left, obliquity_deg=obliquity))
    for side, hip in ((Side.RIGHT, right), (Side.LEFT, left)):
        found = values(shape, side, ["alpha", "lce", "nsa", "femoral_offset_mm"])
        assert found["alpha"] == pytest.approx(hip.alpha_deg, abs=1e-6)
        if left.head_radius_mm + left.joint_space_mm == right.head_radius_mm + right.joint_space_mm:
            assert found["lce"] == pytest.approx(hip.lce_deg, abs=1e-6)
        assert found["nsa"] == pytest.approx(hip.neck_shaft_angle_deg, abs=1e-6)
        assert found["femoral_offset_mm"] == pytest.approx(hip.femoral_offset_mm, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(hips, st.floats(-8.0, 8.0))
def test_drawn_centre_edge_angle_is_the_parameter_on_a_tilted_pelvis(
    hip: HipParameters, obliquity: float
) -> None:
    shape = SchematicShape(PhantomParameters(right=hip, left=hip, obliquity_deg=obliquity))
    for side in Side:
        assert values(shape, side, ["lce"])["lce"] == pytest.approx(hip.lce_deg, abs=1e-6)


def test_an_unremarkable_hip_measures_unremarkable() -> None:
    found = schematic_measurements(SchematicShape())
    assert {m.id for m in found} == set(MeasurementTable.load().ids)
    for measurement in found:
        if measurement.id in EXPLAINED_WITHOUT_VALUE:
            continue
        assert measurement.value is not None, f"{measurement.id}: {measurement.reason}"
        low, high = measurement.usual or (None, None)
        assert low is None or measurement.value >= low, measurement.id
        assert high is None or measurement.value <= high, measurement.id


EXPLAINED_WITHOUT_VALUE = frozenset({"retroversion_index_pct"})
"""There is no index where the walls do not cross."""


def test_every_landmark_of_the_table_is_drawn() -> None:
    landmarks = {**Schematic().landmarks, **axial_landmarks()}
    for definition in LandmarkTable.load().definitions.values():
        sides = [Midline.PELVIS] if definition.laterality == "midline" else list(Side)
        for side in sides:
            names = {key for where, key in landmarks if where is side}
            assert definition.key in names or f"{definition.key}1" in names, definition.key


def test_points_of_space_are_only_in_the_axial_sketch() -> None:
    keys = {key for _, key in Schematic().landmarks}
    assert not keys & set(AXIAL_KEYS)


def test_left_is_the_mirror_image_of_right() -> None:
    positions = Schematic().positions
    for (side, key), (x, z) in positions.items():
        if isinstance(side, Side):
            other = positions[(side.opposite, key)]
            assert other == pytest.approx((-x, z), abs=1e-9), key


def test_a_tilted_pelvis_is_measured_as_tilted() -> None:
    parameters = replace(SchematicShape().parameters, obliquity_deg=6.0)
    found = schematic_measurements(SchematicShape(parameters))
    tilts = [m.value for m in found if m.id.startswith("obliquity")]
    assert tilts == pytest.approx([6.0] * len(tilts), abs=1e-6)


def test_points_lie_on_the_contours_that_define_them() -> None:
    schematic = Schematic(SchematicShape())
    radius = TEXTBOOK_HIP.head_radius_mm
    for side in Side:
        pelvis, femur = schematic.pelvis[side], schematic.femurs[side]
        contour = femur.outline.samples(40)
        for key in ("GT", "LT", "NCS", "NCI", "LCP", "FOV"):
            assert _distance(femur.points[key], contour) < 0.15, key
        assert femur.points["GT"][1] == pytest.approx(
            max(z for x, z in contour if x > 1.4 * radius), abs=0.1
        )
        bone = pelvis.outline.samples(40)
        for key in ("LAE", "MSO", "ISCH", "ILM", "BRIM"):
            assert _distance(pelvis.points[key], bone) < 0.6, key
        lowest = min(z for _, z in bone)
        assert pelvis.points["ISCH"][1] == pytest.approx(lowest, abs=0.3)
        drop = pelvis.teardrop.samples(40)
        assert pelvis.points["TD"][1] == pytest.approx(min(z for _, z in drop), abs=0.2)


def _distance(point: tuple[float, float], contour: list[tuple[float, float]]) -> float:
    return min(((point[0] - x) ** 2 + (point[1] - z) ** 2) ** 0.5 for x, z in contour)


def test_version_angles_are_those_of_the_axial_sketch() -> None:
    for side in Side:
        assert axial_measurement("femoral_version", side).value == pytest.approx(15.0, abs=1e-6)
        assert axial_measurement("acetabular_version", side).value == pytest.approx(18.0, abs=1e-6)


@pytest.mark.parametrize(
    ("id_", "low", "high"),
    [
        ("alpha", 60.0, 75.0),
        ("triangular_index_mm", 2.0, 5.0),
        ("retroversion_index_pct", 20.0, 70.0),
        ("ischial_spine", -12.0, -2.0),
        ("shenton_mm", 5.0, 12.0),
        ("pelvic_rotation_mm", 10.0, 20.0),
        ("obliquity_teardrop", 5.0, 10.0),
        ("ctd_mm", -17.0, -8.0),
        ("skinner_mm", 6.0, 14.0),
        ("shaft_abduction", 8.0, 12.0),
    ],
)
def test_the_drawn_example_shows_what_is_measured(id_: str, low: float, high: float) -> None:
    for measurement in schematic_measurements(example_shape(id_), [id_]):
        assert measurement.value is not None
        assert low <= measurement.value <= high
