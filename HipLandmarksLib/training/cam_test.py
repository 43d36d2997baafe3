"""How well a model sees cams: alpha on simulated hips that it has not met.

Real training hips with a cam are rare, and a model that has seen none draws every head round. The
exact alpha of a simulated hip is known, so the test tells sensitivity and shrinkage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..detection import Detector
from .evaluate import angle_pairs
from .labels import LabelledSlice
from .simulated import simulated_slices

CAM_DEG = 60.0
"""Alpha from which a hip counts as a cam (consensus of Dijkstra 2022)."""

_UNSEEN = 86_028_121
"""Added to the seed: no simulated training hip comes back in the test."""


@dataclass(frozen=True)
class CamTest:
    """Exact and measured alpha of simulated hips, degrees.

    Attributes:
        exact: exact alpha of every hip.
        measured: the model's alpha, None where it found no hip.
    """

    exact: tuple[float, ...]
    measured: tuple[float | None, ...]

    def joined(self, other: CamTest) -> CamTest:
        """The hips of both tests."""
        return CamTest(self.exact + other.exact, self.measured + other.measured)

    def figures(self) -> dict[str, Any]:
        """JSON-ready: MAE and bias of all and of cams, sensitivity and specificity at 60 deg.

        A hip that was not found counts as a missed cam, and not in MAE and bias.
        """
        if not self.exact:
            return {"hips": 0}
        exact = np.array(self.exact)
        found = np.array([np.nan if value is None else value for value in self.measured])
        cam = exact >= CAM_DEG
        called = np.nan_to_num(found, nan=0.0) >= CAM_DEG
        return {
            "hips": len(exact),
            "cams": int(cam.sum()),
            "not_found": int(np.isnan(found).sum()),
            "alpha_mae_deg": _mean(np.abs(found - exact)),
            "alpha_mae_of_cams_deg": _mean(np.abs(found - exact)[cam]),
            "alpha_bias_of_cams_deg": _mean((found - exact)[cam]),
            "cam_sensitivity": _mean(called[cam].astype(float)),
            "cam_specificity": _mean(1.0 - called[~cam].astype(float)),
        }


def cam_slices(
    count: int, seed: int, keys: Sequence[str], report: Callable[[int, int], None] | None = None
) -> list[LabelledSlice]:
    """``count`` simulated slices that no training run with the same seed has seen."""
    return simulated_slices(count, seed + _UNSEEN, keys, report)


def cam_test(detector: Detector, slices: Sequence[LabelledSlice]) -> CamTest:
    """Measure alpha on ``slices`` wherever its exact landmarks are on the slice."""
    pairs = [pair for labelled in slices for pair in angle_pairs(detector, labelled, "alpha")]
    return CamTest(tuple(exact for exact, _ in pairs), tuple(found for _, found in pairs))


def _mean(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return None if known.size == 0 else round(float(known.mean()), 3)
