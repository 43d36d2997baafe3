"""What must not change a measurement: turning, mirroring, shifting, scaling, other slices."""

from __future__ import annotations

from math import acos, cos, degrees, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    Midline,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementSettings,
    MeasurementTable,
    Reference,
    ViewPlane,
    affected_by,
    measure,
)

COMMON = [d for d in MeasurementTable.load().select(None) if not d.extra]
IDS = [(side, d.id) for d in COMMON if not d.pelvic for side in Side]
RATIOS = {d.id for d in COMMON if not d.is_length}
CALIBRATION = Calibration(SpacingProvenance.PATIENT_PLANE)
SPAN = (Midline.PELVIS, "inter_teardrop_mm")
OBLIQUITY = [(Midline.PELVIS, f"obliquity_{line}") for line in ("teardrop", "ischium")]
JITTER = st.floats(-4.0, 4.0, allow_nan=False)
QUICK = settings(max_examples=15, deadline=None)


@st.composite
def jittered(draw, points):
    """The example with every coordinate moved by up to 4 mm, and a roof clearly above the head."""
    raised = {id_: (x, z + (8.0 if id_[1] == "MSO" else 0.0)) for id_, (x, z) in points.items()}
    return {id_: (x + draw(JITTER), z + draw(JITTER)) for id_, (x, z) in raised.items()}


def values(results):
    return [results[id_].value for id_ in IDS]


@QUICK
@given(data=st.data(), turn=st.floats(-180.0, 180.0))
def test_turning_the_image_changes_nothing_measured_on_the_patient(
    data, turn, plain_points, build, by_id
):
    points = data.draw(jittered(plain_points))
    c, s = cos(radians(turn)), sin(radians(turn))
    turned = {id_: (c * x - s * z, s * x + c * z) for id_, (x, z) in points.items()}
    before, after = by_id(build(points)), by_id(build(turned))
    assert values(after) == pytest.approx(values(before), abs=1e-8)
    assert after[SPAN].value == pytest.approx(before[SPAN].value)


@QUICK
@given(data=st.data(), turn=st.floats(-15.0, 15.0))
def test_obliquity_is_how_far_the_pelvis_is_turned(data, turn, plain_points, build, by_id):
    points = data.draw(jittered(plain_points))
    c, s = cos(radians(turn)), sin(radians(turn))
    turned = {id_: (c * x - s * z, s * x + c * z) for id_, (x, z) in points.items()}
    before, after = by_id(build(points)), by_id(build(turned))
    for id_ in OBLIQUITY:
        assert after[id_].value == pytest.approx(before[id_].value + turn, abs=1e-8)


@QUICK
@given(data=st.data())
def test_mirroring_and_exchanging_sides_changes_nothing(data, plain_points, build, by_id):
    points = data.draw(jittered(plain_points))
    mirrored = {(side.opposite, key): (-x, z) for (side, key), (x, z) in points.items()}
    before, after = by_id(build(points)), by_id(build(mirrored))
    for side, id_ in IDS:
        assert after[(side.opposite, id_)].value == pytest.approx(before[(side, id_)].value)
        assert after[(side.opposite, id_)].status == before[(side, id_)].status
        assert after[(side.opposite, id_)].finding == before[(side, id_)].finding
    for id_ in OBLIQUITY:
        assert after[id_].value == pytest.approx(-before[id_].value)


@QUICK
@given(data=st.data(), scale=st.floats(0.7, 2.5))
def test_scale_enters_lengths_only(data, scale, plain_points, build, by_id):
    points = data.draw(jittered(plain_points))
    scaled = {id_: (scale * x, scale * z) for id_, (x, z) in points.items()}
    before, after = by_id(build(points)), by_id(build(scaled))
    for side, id_ in IDS:
        factor = 1.0 if id_ in RATIOS else scale
        assert after[(side, id_)].value == pytest.approx(factor * before[(side, id_)].value)


@QUICK
@given(data=st.data(), dx=st.floats(-500, 500), dz=st.floats(-500, 500))
def test_shifting_changes_nothing(data, dx, dz, plain_points, build, by_id):
    points = data.draw(jittered(plain_points))
    shifted = {id_: (x + dx, z + dz) for id_, (x, z) in points.items()}
    assert values(by_id(build(shifted))) == pytest.approx(values(by_id(build(points))), abs=1e-8)


@QUICK
@given(data=st.data(), row=st.floats(0.1, 1.5), column=st.floats(0.1, 1.5))
def test_pixel_shape_does_not_matter(data, row, column, plain_points, build, from_pixels, by_id):
    points = data.draw(jittered(plain_points))
    pixels = {
        side.value: {
            key: (x / column, -z / row) for (s, key), (x, z) in points.items() if s is side
        }
        for side in Side
    }
    resampled = by_id(from_pixels(pixels, (row, column)))
    assert values(resampled) == pytest.approx(values(by_id(build(points))), abs=1e-8)


@QUICK
@given(data=st.data(), tilt=st.floats(-14.0, 14.0))
def test_points_may_lie_on_different_slices_of_an_oblique_series(
    data, tilt, plain_points, build, by_id
):
    points = data.draw(jittered(plain_points))
    plane = ViewPlane((sin(radians(tilt)), cos(radians(tilt)), 0.0))
    depths = data.draw(st.lists(st.floats(-30, 30), min_size=len(points), max_size=len(points)))
    placed = HipLandmarks.of(
        Landmark(side, key, tuple(plane.unproject([x, z], [depth * n for n in plane.normal])))
        for ((side, key), (x, z)), depth in zip(points.items(), depths, strict=True)
    )
    assert values(by_id(placed, plane=plane)) == pytest.approx(values(by_id(build(points))))


@QUICK
@given(data=st.data())
def test_alpha_and_unsigned_lce_agree_with_the_published_code(data, plain_points, build, by_id):
    """Paper 1: alpha = 180 - angle of reversed vectors; LCE = angle to the image vertical."""
    points = data.draw(jittered(plain_points))
    results = by_id(build(points), Reference.IMAGE)

    def by_acos(a, b):
        norm = (a[0] ** 2 + a[1] ** 2) ** 0.5 * (b[0] ** 2 + b[1] ** 2) ** 0.5
        return degrees(acos((a[0] * b[0] + a[1] * b[1]) / norm))

    for side in Side:
        head = points[(side, "FHC")]
        neck, cam, edge = (
            (points[(side, k)][0] - head[0], points[(side, k)][1] - head[1])
            for k in ("NA", "LCP", "LAE")
        )
        reversed_neck = (-neck[0], -neck[1])
        alpha, lce = results[(side, "alpha")].value, results[(side, "lce")].value
        assert alpha == pytest.approx(180.0 - by_acos(reversed_neck, cam), abs=1e-5)
        assert abs(lce) == pytest.approx(by_acos((0.0, 1.0), edge), abs=1e-5)


RIM = {"RIM1": (90.0, 24.1), "RIM2": (73.0, 17.0), "RIM3": (66.1, 0.0), "RIM4": (72.8, -17.1)}
DISTANCE = st.floats(-80.0, 80.0)
KEYS = (
    *("FHC", "NA", "NB", "LCP", "LAE", "MSO", "TD", "ISCH", "ILM", "TRI", "FOV", "GT", "SHP"),
    *("SHD", "LT", "HEDGE", "NCS", "NCI", "AF", *RIM),
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("side", list(Side))
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_a_drag_does_not_measure_again_stays_the_same(side, key, data, plain_points, build):
    """Live measuring equals measuring everything: values, flags, reasons, drawings, inputs."""
    with_rim = {
        (each, k): (x if each is Side.LEFT else -x, z) for each in Side for k, (x, z) in RIM.items()
    }
    points = {**plain_points, **with_rim}
    absent = data.draw(st.sets(st.sampled_from(sorted(points)), max_size=8)) - {(side, key)}
    before = build({id_: point for id_, point in points.items() if id_ not in absent})
    x, _, z = before[(side, key)].position
    moved = (x + data.draw(DISTANCE), 0.0, z + data.draw(DISTANCE))
    after = before.with_landmark(before[(side, key)].moved(moved, Source(SourceKind.READER)))
    reference = data.draw(st.sampled_from(list(Reference)[:5]))
    chosen = MeasurementSettings(
        calibration=CALIBRATION, reader_sigma_mm=1.0, reference=reference, extra_points=True
    )
    plane = ViewPlane.coronal()
    affected = affected_by(side, key, after)
    assert affected <= affected_by(side, key)
    for old, new in zip(measure(before, plane, chosen), measure(after, plane, chosen), strict=True):
        if (old.side, old.id) not in affected:
            assert new == old
            assert new.drawing == old.drawing and new.inputs == old.inputs


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_what_a_removed_point_does_not_concern_stays_the_same(key, data, plain_points, build):
    points = {**plain_points, **{(Side.LEFT, k): p for k, p in RIM.items()}}
    absent = data.draw(st.sets(st.sampled_from(sorted(points)), max_size=8)) - {(Side.LEFT, key)}
    before = build({id_: point for id_, point in points.items() if id_ not in absent})
    after = HipLandmarks.of(p for p in before.values() if p.id != (Side.LEFT, key))
    chosen = MeasurementSettings(calibration=CALIBRATION, extra_points=True)
    plane = ViewPlane.coronal()
    affected = affected_by(Side.LEFT, key)
    for old, new in zip(measure(before, plane, chosen), measure(after, plane, chosen), strict=True):
        if (old.side, old.id) not in affected:
            assert new == old
