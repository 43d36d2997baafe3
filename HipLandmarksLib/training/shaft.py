"""Femoral shaft midpoints from a bone mask of one coronal slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class ShaftRule:
    """When a slice shows the shaft, and where its midpoints are taken (all mm).

    Attributes:
        proximal_drop: SHP lies this far below the head centre: just below the lesser trochanter.
        longest, shortest: wanted and least distance from SHP to SHD.
        margin: SHD keeps this distance from the lower end of the mask.
        narrowest, widest: median width of a cut through the middle of the shaft (masks of T1
            images often hold the marrow only); a narrower one is a tangential cut whose midpoint
            is not the midpoint of the bone.
        share_of_widest: the cut must also reach this share of the widest cut of the same femur.
        roughness: largest RMS distance of the midpoints from a straight line.
    """

    proximal_drop: float = 70.0
    longest: float = 50.0
    shortest: float = 20.0
    margin: float = 3.0
    narrowest: float = 9.0
    widest: float = 42.0
    share_of_widest: float = 0.75
    roughness: float = 1.2


@dataclass(frozen=True)
class Shaft:
    """Midpoints in pixels (i, j)."""

    proximal: tuple[float, float]
    distal: tuple[float, float]


def shaft_midpoints(
    femur: NDArray[np.bool_],
    head_ij: tuple[float, float],
    spacing: tuple[float, float],
    rule: ShaftRule | None = None,
) -> Shaft | None:
    """SHP and SHD of one femur, or None when the slice does not cut the shaft through its middle.

    Args:
        femur: (J, I) mask of one slice; rows run to the feet.
        head_ij: head centre in pixels.
        spacing: (i, j) mm per pixel.
        rule: thresholds.
    """
    rule = rule or ShaftRule()
    top = head_ij[1] + rule.proximal_drop / spacing[1]
    wide = [(row, middle) for row, middle, _ in _below(femur, head_ij, spacing, rule)]
    if not wide or wide[0][0] > top + 2:
        return None
    width = shaft_width(femur, head_ij, spacing, rule)
    if not rule.narrowest <= width <= rule.widest:
        return None
    length = (wide[-1][0] - top) * spacing[1] - rule.margin
    if length < rule.shortest:
        return None
    bottom = top + min(length, rule.longest) / spacing[1]
    y, x = (np.array(values, dtype=float) for values in zip(*wide, strict=True))
    slope, intercept = np.polyfit(y, x, 1)
    residual = np.sqrt(np.mean((x - slope * y - intercept) ** 2)) * spacing[0]
    if residual > rule.roughness:
        return None
    return Shaft((slope * top + intercept, top), (slope * bottom + intercept, bottom))


def shaft_width(
    femur: NDArray[np.bool_],
    head_ij: tuple[float, float],
    spacing: tuple[float, float],
    rule: ShaftRule | None = None,
) -> float:
    """Median width in mm of the mask below the lesser trochanter; 0 when there is none."""
    rows = _below(femur, head_ij, spacing, rule or ShaftRule())
    return float(np.median([width for _, _, width in rows])) * spacing[0] if rows else 0.0


def shows_no_shaft(
    femur: NDArray[np.bool_], head_ij: tuple[float, float], spacing: tuple[float, float]
) -> bool:
    """Whether the mask has no femur at all below the lesser trochanter: the shaft is absent."""
    top = int(head_ij[1] + ShaftRule().proximal_drop / spacing[1])
    return not bool(femur[top:].any())


def _below(
    femur: NDArray[np.bool_],
    head_ij: tuple[float, float],
    spacing: tuple[float, float],
    rule: ShaftRule,
) -> list[tuple[int, float, int]]:
    """The unbroken rows (row, middle, width in px) from SHP's level down."""
    top = head_ij[1] + rule.proximal_drop / spacing[1]
    return _unbroken([row for row in _midpoints(femur, head_ij, spacing) if row[0] >= top - 1])


def _midpoints(
    femur: NDArray[np.bool_], head_ij: tuple[float, float], spacing: tuple[float, float]
) -> list[tuple[int, float, int]]:
    """(row, middle column, width in px) of the largest run per row, from the part near the head."""
    labels, _ = ndimage.label(femur)
    i, j = round(head_ij[0]), round(head_ij[1])
    label = labels[j, i] if 0 <= j < labels.shape[0] and 0 <= i < labels.shape[1] else 0
    part = labels == label if label else femur
    found = []
    for row in range(j, part.shape[0]):
        columns = np.flatnonzero(part[row])
        if columns.size:
            runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
            run = max(runs, key=len)
            found.append((row, float(run[0] + run[-1]) / 2, int(run.size)))
    return found


def _unbroken(rows: list[tuple[int, float, int]]) -> list[tuple[int, float, int]]:
    """The leading rows without a gap of more than two."""
    kept: list[tuple[int, float, int]] = []
    for row in rows:
        if kept and row[0] - kept[-1][0] > 2:
            break
        kept.append(row)
    return kept
