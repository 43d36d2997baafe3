"""How far landmarks are from their references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..anatomy import Side

SDR_RADII_MM = (2.0, 3.0, 4.0)


@dataclass(frozen=True)
class PointError:
    """One landmark of one hip: distance in the image plane, or None when it was not found.

    Attributes:
        case: patient.
        side, key: landmark.
        error_mm: Euclidean distance to the reference in mm.
        offset_mm: (lateral, cranial) components of it, lateral positive away from the midline.
        image: name of the image, of which a patient may have several.
    """

    case: str
    side: Side
    key: str
    error_mm: float | None
    offset_mm: tuple[float, float] | None = None
    image: str = ""


def summarise(errors: Sequence[PointError]) -> dict[str, Any]:
    """Mean radial error and success detection rates, for all points and per landmark.

    Missed points count as failures in the SDR and are counted apart; they do not enter the MRE.
    """
    keys = list(dict.fromkeys(error.key for error in errors))
    return {
        "all": _row(errors),
        **{key: _row([error for error in errors if error.key == key]) for key in keys},
    }


def _row(errors: Sequence[PointError]) -> dict[str, Any]:
    found = np.array([error.error_mm for error in errors if error.error_mm is not None])
    row: dict[str, Any] = {"n": len(errors), "missed": len(errors) - len(found)}
    if found.size:
        row |= {
            "mre_mm": round(float(found.mean()), 3),
            "median_mm": round(float(np.median(found)), 3),
            "sd_mm": round(float(found.std(ddof=1)), 3) if found.size > 1 else None,
        }
    for radius in SDR_RADII_MM:
        row[f"sdr_{radius:g}mm"] = round(float((found <= radius).sum()) / max(len(errors), 1), 4)
    return row


def format_summary(summary: dict[str, Any], keys: Iterable[str] | None = None) -> str:
    """A fixed-width table of :func:`summarise`."""
    lines = [f"{'landmark':10}{'n':>5}{'missed':>8}{'MRE mm':>9}{'SDR2':>8}{'SDR3':>8}{'SDR4':>8}"]
    for name in keys or summary:
        row = summary[name]
        mre = f"{row['mre_mm']:.2f}" if "mre_mm" in row else "-"
        rates = "".join(f"{100 * row[f'sdr_{radius:g}mm']:8.1f}" for radius in SDR_RADII_MM)
        lines.append(f"{name:10}{row['n']:5}{row['missed']:8}{mre:>9}{rates}")
    return "\n".join(lines)
