"""Plane vectors as plain tuples: for a handful of points they are far faster than arrays."""

from __future__ import annotations

from math import atan2, degrees, hypot

Vec2 = tuple[float, float]
Vec3 = tuple[float, float, float]


def sub(a: Vec2, b: Vec2) -> Vec2:
    """``a - b``."""
    return (a[0] - b[0], a[1] - b[1])


def along(origin: Vec2, direction: Vec2, length: float) -> Vec2:
    """The point ``length`` from ``origin`` in ``direction`` (a unit vector)."""
    return (origin[0] + length * direction[0], origin[1] + length * direction[1])


def dot(a: Vec2, b: Vec2) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1]


def cross(a: Vec2, b: Vec2) -> float:
    """Third component of the vector product: positive when ``b`` lies to the left of ``a``."""
    return a[0] * b[1] - a[1] * b[0]


def distance(a: Vec2, b: Vec2) -> float:
    """Distance between two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def unit(a: Vec2) -> Vec2:
    """``a`` with length one; ``a`` must not be zero."""
    length = hypot(a[0], a[1])
    return (a[0] / length, a[1] / length)


def perpendicular(a: Vec2, towards: Vec2) -> Vec2:
    """Unit vector at right angles to ``a``, on the side of ``towards``."""
    x, y = unit((-a[1], a[0]))
    return (x, y) if x * towards[0] + y * towards[1] >= 0.0 else (-x, -y)


def angle(a: Vec2, b: Vec2) -> float:
    """Unsigned angle between two vectors in degrees, 0 to 180.

    By atan2: acos loses digits near 0 and 180 degrees.
    """
    return degrees(atan2(abs(cross(a, b)), dot(a, b)))


def dot3(a: Vec3, b: Vec3) -> float:
    """Scalar product in space."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross3(a: Vec3, b: Vec3) -> Vec3:
    """Vector product in space."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def unit3(a: Vec3) -> Vec3:
    """``a`` with length one; ``a`` must not be zero."""
    length = dot3(a, a) ** 0.5
    return (a[0] / length, a[1] / length, a[2] / length)
