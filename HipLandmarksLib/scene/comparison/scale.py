"""Where the hips of a study lie in its plane, and how many of its units make a millimetre."""

from __future__ import annotations

from math import dist

from ...anatomy import Side
from ..frames import Vec3
from ..study import HipStudy

Vec2 = tuple[float, float]
_HEAD_APART_MM = 180.0
"""Usual distance of the head centres: only where nothing else tells how large a study is."""


def head_centre(study: HipStudy, side: Side | None) -> Vec3 | None:
    """Head centre of a hip (LPS, unit of the image); None: the middle of both, or the only one."""
    if side is not None:
        point = study.landmarks.get((side, "FHC"))
        return None if point is None else point.position
    found = [at for each in Side if (at := head_centre(study, each)) is not None]
    if not found:
        return None
    x, y, z = (sum(axis) / len(found) for axis in zip(*found, strict=True))
    return (x, y, z)


def flat(study: HipStudy, point: Vec3) -> Vec2:
    """A point (LPS) in the plane of a study: to the patient's left, cranial."""
    return study.plane.project_point(point)


def heads_apart(study: HipStudy) -> float | None:
    """Distance of the head centres in the plane, in the unit of the image."""
    centres = [head_centre(study, side) for side in Side]
    if any(centre is None for centre in centres):
        return None
    right, left = (flat(study, centre) for centre in centres if centre is not None)
    return dist(right, left) or None


def units_per_mm(first: HipStudy, second: HipStudy) -> tuple[float, float]:
    """Length in each image of what is shown as one millimetre, so that both look alike in size.

    True millimetres where both studies have them; else the distances of the head centres are
    taken for equal, which is for looking only and measures nothing.
    """
    factors = [each.settings.calibration for each in (first, second)]
    if all(each.calibrated for each in factors):
        return (1.0 / factors[0].factor, 1.0 / factors[1].factor)
    apart = (heads_apart(first), heads_apart(second))
    one, two = apart
    if one is None or two is None:
        return (1.0, 1.0)
    truth = next(
        (a * f.factor for a, f in zip((one, two), factors, strict=True) if f.calibrated),
        _HEAD_APART_MM,
    )
    return (one / truth, two / truth)
