"""Heads in space: the sphere from rims on slices, the neck axis, and how much the roof covers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from round_heads import CENTRES, NECK_RADIUS, RADIUS, neck_direction, on_neck, proposed, round_heads

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.exploration import fit_head_sphere, fit_neck_axis, head_coverage
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement.volume import HeadSphere


@pytest.fixture(scope="module")
def image() -> HipImage:
    return round_heads()


def _off(fit, side):
    return float(np.linalg.norm(np.subtract(fit.sphere.centre, CENTRES[side])))


@pytest.mark.parametrize("side", Side)
def test_the_sphere_of_thick_slices(image, side):
    """Slices 4 mm apart, centres proposed 2 mm off: centre and radius are right to 0.4 mm."""
    fit = fit_head_sphere(image, side, proposed(image, side))
    assert _off(fit, side) < 0.4
    assert fit.sphere.radius == pytest.approx(RADIUS, abs=0.4)
    assert fit.residual_mm < 0.6
    assert len(fit.used_slices) >= 6
    assert fit.reason == ""


def test_a_slice_on_which_something_else_was_taken_for_the_head_counts_nothing(image):
    centres = proposed(image, Side.RIGHT)
    centres[0] = CENTRES[Side.LEFT]
    assert _off(fit_head_sphere(image, Side.RIGHT, centres), Side.RIGHT) < 0.4


def test_slices_may_be_missing(image):
    """Every other slice is enough; the traced rims fill the gaps."""
    centres = proposed(image, Side.LEFT)
    kept = dict(list(centres.items())[::2])
    assert _off(fit_head_sphere(image, Side.LEFT, kept), Side.LEFT) < 0.4


def test_doubt_of_the_sphere_is_told_and_small(image):
    sigma = fit_head_sphere(image, Side.RIGHT, proposed(image, Side.RIGHT)).sigma_mm
    assert all(0.01 < value < 0.5 for value in sigma)


def test_two_slices_give_a_sphere_and_a_warning():
    """Two slices 8 mm apart, of which no third neighbour exists."""
    image = round_heads((1.0, 1.0, 8.0), slices=2, noise=0.5)
    fit = fit_head_sphere(image, Side.RIGHT, proposed(image, Side.RIGHT))
    assert _off(fit, Side.RIGHT) < 1.5
    assert "2 slices" in fit.reason


def test_one_slice_defines_no_sphere(image):
    one = dict(list(proposed(image, Side.RIGHT).items())[3:4])
    fit = fit_head_sphere(image, Side.RIGHT, one)
    assert fit.sphere is None
    assert fit.covariance is None
    assert "two slices" in fit.reason


def test_without_a_head_there_is_no_sphere():
    image = round_heads(missing=Side.LEFT)
    assert fit_head_sphere(image, Side.LEFT, proposed(image, Side.LEFT)).sphere is None
    assert "0 slices" in fit_head_sphere(image, Side.LEFT, {}).reason


def test_the_sphere_can_be_written_as_json(image):
    fit = fit_head_sphere(image, Side.RIGHT, proposed(image, Side.RIGHT))
    told = json.loads(json.dumps(fit.to_dict()))
    assert told["radius_mm"] == fit.sphere.radius
    assert told["slices"] == list(fit.used_slices)


@pytest.mark.parametrize("side", Side)
def test_the_neck_axis_runs_along_the_neck(image, side):
    axis = fit_neck_axis(image, side, HeadSphere(CENTRES[side], RADIUS), on_neck(image, side))
    arm = np.subtract(axis.neck_centre, CENTRES[side])
    cosine = arm @ neck_direction(side) / np.linalg.norm(arm)
    assert np.degrees(np.arccos(cosine)) < 3.0
    assert axis.width_mm == pytest.approx(2 * NECK_RADIUS, abs=1.5)
    assert axis.off_axis_mm < 3.0
    assert axis.clock().head == CENTRES[side]


def test_no_neck_axis_without_sphere_or_neck(image):
    head = HeadSphere(CENTRES[Side.LEFT], RADIUS)
    assert "sphere" in fit_neck_axis(image, Side.LEFT, None, {3: (1.0, 2.0, 3.0)}).reason
    no_neck = fit_neck_axis(image, Side.LEFT, head, {})
    assert no_neck.neck_centre is None
    assert no_neck.clock() is None
    assert "No slice" in no_neck.reason


def test_a_neck_that_runs_out_of_the_stack_has_no_axis():
    image = round_heads(slices=6)
    head = HeadSphere(CENTRES[Side.LEFT], RADIUS)
    axis = fit_neck_axis(image, Side.LEFT, head, on_neck(image, Side.LEFT))
    assert axis.neck_centre is None
    assert "out of the image" in axis.reason


def _edges(image, side, beyond):
    """The edge of a straight roof, ``beyond`` radii lateral of the head centre, on every slice."""
    x, _, z = CENTRES[side]
    lateral = 1.0 if side is Side.LEFT else -1.0
    return {
        k: (x + lateral * beyond * RADIUS, float(image.to_lps([0, 0, k])[1]), z + RADIUS)
        for k in range(image.n_slices)
    }


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(("beyond", "share"), [(0.0, 0.5), (1.0, 1.0), (-1.0, 0.0), (0.5, 0.8045)])
def test_a_straight_roof_covers_the_segment_of_a_disc(image, side, beyond, share):
    """Area of a disc up to a chord at 0.5 radii: 80.45 %."""
    head = HeadSphere(CENTRES[side], RADIUS)
    coverage = head_coverage(image, side, head, _edges(image, side, beyond))
    assert coverage.total == pytest.approx(share, abs=0.012)
    assert coverage.anterior == pytest.approx(share, abs=0.02)
    assert coverage.posterior == pytest.approx(share, abs=0.02)
    assert coverage.seen > 0.97
    assert coverage.reason == ""


def test_a_roof_that_ends_at_the_back_leaves_the_front_bare(image):
    """Edges far lateral behind the centre and far medial before it."""
    over, bare = _edges(image, Side.LEFT, 2.0), _edges(image, Side.LEFT, -2.0)
    y = CENTRES[Side.LEFT][1]
    edges = {k: over[k] if over[k][1] > y else bare[k] for k in over}
    head = HeadSphere(CENTRES[Side.LEFT], RADIUS)
    coverage = head_coverage(image, Side.LEFT, head, edges)
    assert coverage.posterior > 0.85
    assert coverage.anterior < 0.15
    assert [point[1] for point in coverage.rim] == sorted(
        (e[1] for e in coverage.rim), reverse=True
    )


def test_coverage_is_not_told_when_most_slices_show_no_edge(image):
    edges = dict(list(_edges(image, Side.RIGHT, 0.5).items())[6:8])
    head = HeadSphere(CENTRES[Side.RIGHT], RADIUS)
    coverage = head_coverage(image, Side.RIGHT, head, edges)
    assert coverage.total is None
    assert "edge of the roof" in coverage.reason
    assert head_coverage(image, Side.RIGHT, None, edges).reason.startswith("Coverage needs")


def test_coverage_names_the_part_without_an_edge(image):
    edges = _edges(image, Side.RIGHT, 0.5)
    first = min(k for k in edges if abs(edges[k][1] - CENTRES[Side.RIGHT][1]) < RADIUS)
    kept = {k: point for k, point in edges.items() if k > first + 1}
    coverage = head_coverage(image, Side.RIGHT, HeadSphere(CENTRES[Side.RIGHT], RADIUS), kept)
    assert 0.6 < coverage.seen < 0.9
    assert "without an edge" in coverage.reason
    assert json.loads(json.dumps(coverage.to_dict()))["seen"] == coverage.seen
