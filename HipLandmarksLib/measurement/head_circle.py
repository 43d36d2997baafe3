"""The circle of the femoral head from points on its rim, with derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..geometry import Circle, fit_circle


@dataclass(frozen=True, slots=True)
class RimSlope:
    """How the fitted circle follows one rim point that moves by ``d`` (complex, mm).

    Attributes:
        plain, mirrored: the centre moves by ``plain * d + mirrored * conj(d)``.
        radius: derivative of the radius, d/dx + i d/dy.
    """

    plain: complex
    mirrored: complex
    radius: complex

    def centre(self, gradient: complex) -> complex:
        """Derivative by the rim point of what has ``gradient`` with respect to the centre."""
        return self.plain.conjugate() * gradient + self.mirrored * gradient.conjugate()


@dataclass(frozen=True)
class HeadCircle:
    """Circle through the rim of a femoral head in plane mm.

    Attributes:
        keys: names of the rim points.
        rim: the rim points.
        circle: the fit.
    """

    keys: tuple[str, ...]
    rim: tuple[complex, ...]
    circle: Circle

    @cached_property
    def slopes(self) -> tuple[RimSlope, ...]:
        """Derivatives of the circle, in the order of ``keys``."""
        return _slopes(self.circle, self.rim)

    @property
    def centre(self) -> complex:
        """Centre in the plane."""
        return complex(*self.circle.centre)


def fit_head(keys: Sequence[str], rim: Sequence[complex]) -> HeadCircle:
    """Fit the circle to at least three rim points.

    Raises:
        GeometryError: when the points do not define a circle.
    """
    circle = fit_circle([(z.real, z.imag) for z in rim])
    return HeadCircle(tuple(keys), tuple(rim), circle)


def _slopes(circle: Circle, rim: Sequence[complex]) -> tuple[RimSlope, ...]:
    """Implicit derivative of the normal equations sum(e) = 0, sum(e z) = 0 of Kasa's fit.

    With e = |z - c|^2 - r^2 and w = z - mean(z): moving one point by d changes the centre by
    dc = M^-1 ((2 (z - c).d) w + e d) / 2, M = sum of w w^T.
    """
    mean = sum(rim) / len(rim)
    w = [z - mean for z in rim]
    xx = sum(v.real * v.real for v in w)
    yy = sum(v.imag * v.imag for v in w)
    xy = sum(v.real * v.imag for v in w)
    determinant = xx * yy - xy * xy
    centre, radius = complex(*circle.centre), circle.radius

    def solve(v: complex) -> complex:
        return complex(yy * v.real - xy * v.imag, xx * v.imag - xy * v.real) / determinant

    slopes = []
    for z, v in zip(rim, w, strict=True):
        off = z - centre
        residual = abs(off) ** 2 - radius**2
        by_x = solve(2.0 * off.real * v + residual) / 2.0
        by_y = solve(2.0 * off.imag * v + residual * 1j) / 2.0
        shift = (centre - mean).conjugate()
        size = off / len(rim) + complex((shift * by_x).real, (shift * by_y).real)
        slopes.append(RimSlope((by_x - 1j * by_y) / 2, (by_x + 1j * by_y) / 2, size / radius))
    return tuple(slopes)
