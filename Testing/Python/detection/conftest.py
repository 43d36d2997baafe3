"""A reference hip and hips placed on films, for the tests of film models."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from HipLandmarksLib.detection.film_hip import ReferenceHip

MEAN_HIP = {
    "ILM": (118.0, 48.0),
    "TRI": (108.0, 72.0),
    "LAE": (52.0, 70.0),
    "MSO": (92.0, 66.0),
    "FOV": (94.0, 92.0),
    "FHC": (76.0, 90.0),
    "GT": (22.0, 84.0),
    "TD": (112.0, 112.0),
    "ISCH": (116.0, 158.0),
    "NB": (44.0, 112.0),
    "SHP": (42.0, 162.0),
    "SHD": (44.0, 210.0),
    "LCP": (52.0, 84.0),
    "NA": (58.0, 102.0),
}
REFERENCE = ReferenceHip((224, 160), MEAN_HIP, dict.fromkeys(MEAN_HIP, 4.0))


def placed_hip(
    centre: tuple[float, float], scale: float, turn_deg: float = 0.0, left: bool = False
) -> dict[str, tuple[float, float]]:
    """The mean hip on an upright film: its head centre at ``centre``, ``scale`` px per mm."""
    x0, y0 = MEAN_HIP["FHC"]
    turn = np.exp(1j * np.radians(turn_deg)) * scale
    found = {}
    for key, (x, y) in MEAN_HIP.items():
        z = complex(x - x0, y - y0) * turn
        found[key] = (centre[0] - z.real if left else centre[0] + z.real, centre[1] + z.imag)
    return found


@pytest.fixture(scope="session")
def hips() -> SimpleNamespace:
    """``mean``: points of a right hip by key; ``reference``; ``place``: :func:`placed_hip`."""
    return SimpleNamespace(mean=MEAN_HIP, reference=REFERENCE, place=placed_hip)
