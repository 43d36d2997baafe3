"""First-order uncertainty: exact derivatives, checked against differences and Monte Carlo."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Midline, Side
from HipLandmarksLib.geometry import fit_circle
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementTable,
    Reference,
    ViewPlane,
    measure,
)
from HipLandmarksLib.measurement.case import CaseGeometry
from HipLandmarksLib.measurement.flags import CaseFlags
from HipLandmarksLib.measurement.head_circle import fit_head
from HipLandmarksLib.measurement.run import MeasurementRun

COMMON = [d for d in MeasurementTable.load().select(None) if not d.extra]
JITTER = st.floats(-3.0, 3.0, allow_nan=False)
SMALL_JITTER = st.floats(-1.5, 1.5, allow_nan=False)
"""Keeps every point where its measurement applies: MSO over half a radius above the centre."""
STEP = 1e-4
COVARIANCE = ((0.6, 0.0, 0.3), (0.0, 1.0, 0.0), (0.3, 0.0, 1.1))


@pytest.fixture(scope="module")
def rim_points():
    """Points of a slightly uneven head contour about (90, 0), left hip."""
    return {
        "RIM1": (90.0, 24.1),
        "RIM2": (73.0, 17.0),
        "RIM3": (66.1, 0.0),
        "RIM4": (72.8, -17.1),
        "RIM5": (90.1, -23.8),
    }


def gradient(points, definition, side, chosen, build):
    """Value and derivative by placed landmark of one measurement."""
    case = CaseGeometry(build(points), ViewPlane.coronal(), chosen)
    run = MeasurementRun(case, CaseFlags(case), definition, case.hip(side))
    assert run.result().value is not None, run.result().reason
    quantity = definition.formula(run.hip, run.frame)
    return quantity.value, run._by_landmark(quantity)


def check_gradient(points, definition, side, chosen, build):
    _, found = gradient(points, definition, side, chosen, build)

    def value(moved):
        (result,) = measure(build(moved), ViewPlane.coronal(), chosen, [definition.id], [side])
        return result.value

    for id_, derivative in found.items():
        x, z = points[id_]
        by_x = value({**points, id_: (x + STEP, z)}) - value({**points, id_: (x - STEP, z)})
        by_z = value({**points, id_: (x, z + STEP)}) - value({**points, id_: (x, z - STEP)})
        assert derivative.real == pytest.approx(by_x / (2 * STEP), abs=2e-6)
        assert derivative.imag == pytest.approx(by_z / (2 * STEP), abs=2e-6)


@pytest.fixture(scope="module")
def settings_of():
    from HipLandmarksLib.imaging import Calibration, SpacingProvenance

    def make(reference=Reference.TEARDROP, **fields):
        known = Calibration(SpacingProvenance.PATIENT_PLANE)
        return MeasurementSettings(calibration=known, reference=reference, **fields)

    return make


@pytest.mark.parametrize("definition", COMMON, ids=lambda definition: definition.id)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_derivatives_are_exact(definition, data, plain_points, build, settings_of):
    reference = data.draw(st.sampled_from(list(Reference)[:5]))
    side = Midline.PELVIS if definition.pelvic else data.draw(st.sampled_from(list(Side)))
    points = {
        id_: (x + data.draw(SMALL_JITTER), z + data.draw(SMALL_JITTER))
        for id_, (x, z) in plain_points.items()
    }
    check_gradient(points, definition, side, settings_of(reference), build)


@pytest.mark.parametrize("id_", ["lce", "nsa", "atd_mm", "extrusion_index_pct", "head_diameter_mm"])
def test_derivatives_reach_through_a_fitted_head(id_, plain_points, rim_points, build, settings_of):
    """Without head centre and HEDGE, the rim points carry the uncertainty."""
    points = {
        k: p for k, p in plain_points.items() if k not in ((Side.LEFT, "FHC"), (Side.LEFT, "HEDGE"))
    }
    points.update({(Side.LEFT, key): point for key, point in rim_points.items()})
    definition = MeasurementTable.load().definitions[id_]
    check_gradient(points, definition, Side.LEFT, settings_of(), build)


@pytest.mark.parametrize("absent", [("NB",), ("NB", "NA")])
def test_derivatives_reach_through_stand_ins(absent, plain_points, build, settings_of):
    points = {k: p for k, p in plain_points.items() if k[1] not in absent}
    definition = MeasurementTable.load().definitions["nsa"]
    check_gradient(points, definition, Side.RIGHT, settings_of(), build)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_derivatives_of_the_circle_fit(data, rim_points):
    rim = [complex(x + data.draw(JITTER), z + data.draw(JITTER)) for x, z in rim_points.values()]
    head = fit_head(tuple(rim_points), rim)

    def fitted(index, shift):
        moved = [z + (shift if i == index else 0) for i, z in enumerate(rim)]
        circle = fit_circle([(z.real, z.imag) for z in moved])
        return complex(*circle.centre), circle.radius

    for index, slope in enumerate(head.slopes):
        for direction in (1.0, 1.0j):
            (high, r_high), (low, r_low) = (fitted(index, s * STEP * direction) for s in (1, -1))
            centre = slope.plain * direction + slope.mirrored * complex(direction).conjugate()
            assert centre == pytest.approx((high - low) / (2 * STEP), abs=1e-6)
            radius = (slope.radius.conjugate() * direction).real
            assert radius == pytest.approx((r_high - r_low) / (2 * STEP), abs=1e-6)


@pytest.mark.parametrize(
    "id_", ["lce", "sharp", "femoral_offset_mm", "extrusion_index_pct", "ctd_mm"]
)
def test_linear_sigma_agrees_with_monte_carlo(id_, plain_points, build, settings_of):
    """Full covariances, with correlation, on the reference line as well; within 6 %."""
    case = build(plain_points, covariance=COVARIANCE)
    (result,) = measure(case, ViewPlane.coronal(), settings_of(), [id_], [Side.LEFT])
    random, values = Random(7), []
    along_x = sqrt(COVARIANCE[0][0])
    mixed = COVARIANCE[0][2] / along_x
    rest = sqrt(COVARIANCE[2][2] - mixed**2)
    for _ in range(1500):
        moved = {}
        for key, (x, z) in plain_points.items():
            a, b = random.gauss(0, 1), random.gauss(0, 1)
            moved[key] = (x + along_x * a, z + mixed * a + rest * b)
        (each,) = measure(build(moved), ViewPlane.coronal(), settings_of(), [id_], [Side.LEFT])
        values.append(each.value)
    mean = sum(values) / len(values)
    sigma = sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    assert result.sigma == pytest.approx(sigma, rel=0.06)


def test_one_unknown_covariance_leaves_sigma_unknown(plain_points, build, settings_of):
    case = build(plain_points, covariance=COVARIANCE)
    bare = Landmark(Side.RIGHT, "TD", case[(Side.RIGHT, "TD")].position)
    results = measure(
        case.with_landmark(bare), ViewPlane.coronal(), settings_of(), ["lce", "nsa"], [Side.LEFT]
    )
    assert results[0].sigma is None, "the reference line runs through both teardrops"
    assert results[1].sigma is not None


def test_calibration_scales_the_uncertainty_of_lengths(plain_points, build, by_id):
    from HipLandmarksLib.imaging import Calibration, SpacingProvenance

    case = build(plain_points, covariance=COVARIANCE)
    plain = by_id(case)[(Side.LEFT, "femoral_offset_mm")]
    known = Calibration(SpacingProvenance.USER_MAGNIFICATION, 0.8)
    scaled = by_id(case, calibration=known)[(Side.LEFT, "femoral_offset_mm")]
    assert scaled.sigma == pytest.approx(0.8 * plain.sigma)
    assert isinstance(case, HipLandmarks)
