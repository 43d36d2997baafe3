"""Numbers that carry their derivatives, and the few constructions all formulas are built of.

A point of the plane is a complex number: x to the patient's left, y (imaginary) cranial, in mm.
A derivative with respect to a point is one as well: d/dx + i d/dy. Every construction below gives
value and derivative together, so that a formula is one line and its uncertainty is exact to
first order.
"""

from __future__ import annotations

from cmath import phase
from collections.abc import Mapping
from math import cos, degrees, pi, radians, sin

from ..errors import HipLandmarksError

Points = Mapping[str, complex]
Ray = tuple[str, str]
"""(start, end) landmark keys."""

_DEG = 180.0 / pi


class ConstructionError(HipLandmarksError):
    """The points do not define the construction, such as parallel lines without a crossing."""


class SignAbsentError(ConstructionError):
    """There is no number because the sign that it describes is not there; that is a finding.

    Attributes:
        finding: the finding in words, such as ``no crossover``.
    """

    def __init__(self, finding: str, reason: str) -> None:
        super().__init__(reason)
        self.finding = finding


class Quantity:
    """A number with its derivatives; treat it as frozen.

    Attributes:
        value: degrees, mm, percent or a ratio.
        gradient: derivative by landmark key, d/dx + i d/dy, per mm.
        turn: derivative with respect to a rotation of the reference frame, per radian,
            counter-clockwise in the plane.
    """

    __slots__ = ("gradient", "turn", "value")

    def __init__(self, value: float, gradient: Mapping[str, complex], turn: float = 0.0) -> None:
        self.value = value
        self.gradient = gradient
        self.turn = turn

    def __add__(self, other: Quantity) -> Quantity:
        return _combined(self.value + other.value, self, 1.0, other, 1.0)

    def __sub__(self, other: Quantity) -> Quantity:
        return _combined(self.value - other.value, self, 1.0, other, -1.0)

    def __mul__(self, factor: float) -> Quantity:
        gradient = {key: factor * part for key, part in self.gradient.items()}
        return Quantity(factor * self.value, gradient, factor * self.turn)

    def __truediv__(self, other: Quantity) -> Quantity:
        ratio = self.value / other.value
        return _combined(ratio, self, 1.0 / other.value, other, -ratio / other.value)


def _combined(value: float, a: Quantity, by_a: float, b: Quantity, by_b: float) -> Quantity:
    """A quantity whose derivative is ``by_a`` times that of ``a`` plus ``by_b`` times ``b``'s."""
    gradient = {key: by_a * part for key, part in a.gradient.items()}
    for key, part in b.gradient.items():
        gradient[key] = gradient.get(key, 0.0) + by_b * part
    return Quantity(value, gradient, by_a * a.turn + by_b * b.turn)


def angle_between(p: Points, first: Ray, second: Ray) -> Quantity:
    """Unsigned angle of two rays in degrees, 0 to 180 (by atan2: acos loses digits at the ends)."""
    a, b = first
    c, d = second
    u, v = p[b] - p[a], p[d] - p[c]
    signed = phase(v * u.conjugate())
    scale = _DEG if signed >= 0.0 else -_DEG
    by_u = 1j * scale * u / (u.real * u.real + u.imag * u.imag)
    by_v = 1j * scale * v / (v.real * v.real + v.imag * v.imag)
    gradient = {a: by_u, b: -by_u}
    gradient[c] = gradient.get(c, 0.0) - by_v
    gradient[d] = gradient.get(d, 0.0) + by_v
    return Quantity(scale * signed, gradient)


def angle_from(p: Points, ray: Ray, origin: complex, towards: complex) -> Quantity:
    """Signed angle in degrees of a ray from the frame direction ``origin``.

    It grows as the ray turns to ``towards``, the frame direction at right angles to ``origin``.
    """
    start, end = ray
    w = p[end] - p[start]
    scale = _DEG if (towards * origin.conjugate()).imag > 0.0 else -_DEG
    by_end = 1j * scale * w / (w.real * w.real + w.imag * w.imag)
    value = scale * phase(w * origin.conjugate())
    return Quantity(value, {start: -by_end, end: by_end}, -scale)


def component(p: Points, ray: Ray, direction: complex) -> Quantity:
    """Length in mm of a ray along a direction of the frame."""
    start, end = ray
    w = p[end] - p[start]
    turn = (w * (1j * direction).conjugate()).real
    return Quantity((w * direction.conjugate()).real, {start: -direction, end: direction}, turn)


def along(p: Points, ray: Ray, axis: Ray) -> Quantity:
    """Length in mm of a ray along an axis, positive in its direction."""
    return _against(p, ray, axis, 1.0)


def across(p: Points, ray: Ray, axis: Ray, towards: complex) -> Quantity:
    """Length in mm of a ray at right angles to an axis, positive on the side of ``towards``."""
    d = p[axis[1]] - p[axis[0]]
    return _against(p, ray, axis, 1j if (towards * d.conjugate()).imag >= 0.0 else -1j)


def _against(p: Points, ray: Ray, axis: Ray, quarter: complex) -> Quantity:
    """Length of a ray along the axis turned by ``quarter`` (1, i or -i)."""
    (a, b), (c, d) = ray, axis
    w, axis_vector = p[b] - p[a], p[d] - p[c]
    length = abs(axis_vector)
    n = quarter * axis_vector / length
    by_turn = (w * (1j * n).conjugate()).real
    by_axis = 1j * by_turn * axis_vector / (length * length)
    gradient = {a: -n, b: n}
    gradient[c] = gradient.get(c, 0.0) - by_axis
    gradient[d] = gradient.get(d, 0.0) + by_axis
    return Quantity((w * n.conjugate()).real, gradient)


def distance(p: Points, ray: Ray) -> Quantity:
    """Distance of two points in mm."""
    start, end = ray
    w = p[end] - p[start]
    length = abs(w)
    direction = w / length
    return Quantity(length, {start: -direction, end: direction})


def cosine(angle: Quantity) -> Quantity:
    """Cosine of an angle in degrees."""
    slope = -sin(radians(angle.value))
    gradient = {key: slope * part / _DEG for key, part in angle.gradient.items()}
    return Quantity(cos(radians(angle.value)), gradient, slope * angle.turn / _DEG)


def degrees_of(vector: complex) -> float:
    """Direction of a vector in degrees, counter-clockwise from the patient's left."""
    return degrees(phase(vector))
