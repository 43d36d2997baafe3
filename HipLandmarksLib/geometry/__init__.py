"""Plane geometry that belongs to neither images nor measurements: both import it from here."""

from __future__ import annotations

from .circle import Circle, GeometryError, fit_circle

__all__ = ["Circle", "GeometryError", "fit_circle"]
