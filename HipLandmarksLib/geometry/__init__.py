"""Plain geometry that belongs to neither images nor measurements: both import it from here."""

from __future__ import annotations

from .circle import Circle, GeometryError, fit_circle
from .sphere import Sphere, fit_sphere

__all__ = ["Circle", "GeometryError", "Sphere", "fit_circle", "fit_sphere"]
