"""The formulas: one small function per measurement, named like its row in measurements.json.

Each takes the points of one hip (or of the pelvis) in the plane and the frame of the side; it
returns degrees, mm, percent or a ratio with its derivatives. Absent points, coinciding points and
the like are dealt with before a formula is called; one that still cannot be computed raises
:class:`~HipLandmarksLib.measurement.quantity.ConstructionError`. Construction and sign of each:
measurement specification, section 5.
"""

from __future__ import annotations

from types import ModuleType

from . import acetabulum, extra_points, femur, head, pelvis, walls
from .construction import Construction, Formula

MODULES: tuple[ModuleType, ...] = (acetabulum, head, femur, pelvis, extra_points, walls)


def find_formula(id_: str) -> Formula | None:
    """The function of measurement ``id_``, None when there is none."""
    for module in MODULES:
        formula: Formula | None = getattr(module, id_, None)
        if formula is not None:
            return formula
    return None


__all__ = ["Construction", "Formula", "find_formula"]
