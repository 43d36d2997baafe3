"""Every measurement draws its construction: what is drawn is what is measured, in LPS mm."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Midline, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementTable, Reference
from HipLandmarksLib.measurement.drawing import check_drawing

COMMON = [d for d in MeasurementTable.load().select(None) if not d.extra]
ANGLES = [d for d in COMMON if d.unit == "deg"]
ROLES = {"baseline", "ray", "axis", "parallel", "distance"}
ONE_DISTANCE = [
    *("femoral_offset_mm", "femoral_offset_h_mm", "acetabular_offset_mm", "cor_height_mm"),
    *("skinner_mm", "kohler_fhc_mm", "kohler_head_mm", "kohler_teardrop_mm", "kohler_floor_mm"),
    *("head_diameter_mm", "head_neck_offset_mm", "ctd_mm", "atd_mm", "lt_depth_mm", "gt_depth_mm"),
    "inter_teardrop_mm",
]
FACTORS = [1.0, 0.8]
LIES = (Midline.PELVIS, Side.LEFT)


def owner(definition):
    return LIES[0] if definition.pelvic else LIES[1]


def length(segment):
    return float(np.linalg.norm(np.subtract(segment.end, segment.start)))


def distances(drawing):
    return [length(s) for s in drawing.segments if s.role == "distance"]


def calibrated(factor):
    return Calibration(SpacingProvenance.USER_MAGNIFICATION, factor)


@pytest.mark.parametrize("definition", ANGLES, ids=lambda d: d.id)
@pytest.mark.parametrize("factor", FACTORS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_the_arc_spans_the_angle(definition, factor, data, plain_points, build, by_id):
    jitter = st.floats(-3.0, 3.0)
    points = {
        k: (x + data.draw(jitter), z + data.draw(jitter)) for k, (x, z) in plain_points.items()
    }
    result = by_id(build(points), calibration=calibrated(factor))[
        (owner(definition), definition.id)
    ]
    assume(result.value is not None)  # such as a roof point moved too low
    arc = result.drawing.arc
    a, b = (np.subtract(end, arc.centre)[[0, 2]] for end in (arc.start, arc.end))
    drawn = np.degrees(np.arctan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b))
    assert drawn == pytest.approx(abs(result.value), abs=1e-6)
    assert np.linalg.norm(a) == pytest.approx(np.linalg.norm(b))


@pytest.mark.parametrize("id_", ONE_DISTANCE)
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("side", list(Side))
def test_the_ruler_is_as_long_as_the_value(id_, factor, side, plain_points, build, by_id):
    whose = Midline.PELVIS if id_ == "inter_teardrop_mm" else side
    result = by_id(build(plain_points), calibration=calibrated(factor))[(whose, id_)]
    (drawn,) = distances(result.drawing)
    assert drawn * factor == pytest.approx(abs(result.value), abs=1e-9)


@pytest.mark.parametrize("id_", ["global_offset_sum_mm", "global_offset_h_mm"])
def test_both_parts_of_the_global_offset_are_drawn(id_, plain_points, build, by_id):
    result = by_id(build(plain_points))[(Side.LEFT, id_)]
    assert sum(distances(result.drawing)) == pytest.approx(result.value)


def test_the_uncovered_part_of_the_head_is_drawn(plain_points, build, by_id):
    results = by_id(build(plain_points))
    result = results[(Side.LEFT, "extrusion_index_pct")]
    (drawn,) = distances(result.drawing)
    diameter = results[(Side.LEFT, "head_diameter_mm")].value
    assert 100 * drawn / diameter == pytest.approx(result.value)


@pytest.mark.parametrize("definition", [d for d in COMMON if d.needs_radius], ids=lambda d: d.id)
def test_a_head_circle_is_drawn_where_its_radius_enters(definition, plain_points, build, by_id):
    results = by_id(build(plain_points))
    (circle,) = results[(Side.LEFT, definition.id)].drawing.circles
    radius = np.linalg.norm(np.subtract(circle.rim, circle.centre))
    assert radius == pytest.approx(results[(Side.LEFT, "head_diameter_mm")].value / 2)
    assert circle.centre == pytest.approx((90.0, 0.0, 0.0))


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_drawings_are_finite_and_known(data, plain_points, build, by_id):
    jitter = st.floats(-25.0, 25.0)
    points = {
        k: (x + data.draw(jitter), z + data.draw(jitter)) for k, (x, z) in plain_points.items()
    }
    for result in by_id(build(points), Reference.TEARDROP).values():
        drawing = result.drawing
        assert (drawing is None) is (result.value is None)
        if drawing is not None:
            assert {s.role for s in drawing.segments} <= ROLES
            numbers = [v for s in drawing.segments for v in (*s.start, *s.end)]
            assert all(isfinite(v) for v in (*numbers, *drawing.label_anchor))


def test_a_drawing_is_made_once(plain_points, build, by_id):
    result = by_id(build(plain_points))[(Side.LEFT, "lce")]
    assert result.drawing is result.drawing


def test_an_unknown_drawing_is_refused():
    with pytest.raises(ValueError, match="lce names an unknown drawing 'sketch'"):
        check_drawing("lce", {"kind": "several", "parts": [{"kind": "sketch"}]})
