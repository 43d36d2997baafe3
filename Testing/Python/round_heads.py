"""MRI made by hand: bright balls with a neck in darker tissue; centre and radius are known."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

CENTRES = {Side.RIGHT: (-85.0, 3.0, 4.0), Side.LEFT: (86.0, -2.0, -5.0)}
RADIUS = 21.0
NECK_DEG = 36.0
FORWARD_DEG = -12.0
"""The necks run down and to the back of the head centres, as those of anteverted hips do."""
NECK_RADIUS = 13.0


def neck_direction(side: Side) -> np.ndarray:
    """Unit vector from the head along the neck, LPS."""
    lateral = 1.0 if side is Side.LEFT else -1.0
    down, back = np.radians(NECK_DEG), np.radians(-FORWARD_DEG)
    arm = np.array([lateral * np.cos(down) * np.cos(back), np.sin(back), -np.sin(down)])
    return np.asarray(arm / np.linalg.norm(arm))


def round_heads(
    spacing: tuple[float, float, float] = (1.0, 1.0, 4.0),
    slices: int = 16,
    noise: float = 2.0,
    missing: Side | None = None,
) -> HipImage:
    """Coronal slices, j to the feet and k to the back; the middle slice lies at y = 0.

    Args:
        spacing: (i, j, k) in mm.
        slices: how many.
        noise: standard deviation; marrow has 200, tissue 60.
        missing: the side without a hip.
    """
    si, sj, sk = spacing
    width, height = round(280 / si), round(120 / sj)
    matrix = np.array(
        [[si, 0, 0, -140.0], [0, 0, sk, -sk * (slices - 1) / 2], [0, -sj, 0, 60.0], [0, 0, 0, 1.0]]
    )
    k, j, i = np.mgrid[0:slices, 0:height, 0:width].astype(np.float64)
    pixels = np.zeros(k.shape)
    for part in (-0.375, -0.125, 0.125, 0.375):  # a slice shows the mean over its thickness
        places = np.stack([i, j, k + part], axis=-1) @ matrix[:3, :3].T + matrix[:3, 3]
        pixels += np.where(_inside(places, missing), 200.0, 60.0) / 4
    pixels = gaussian_filter(pixels, (0.0, 0.6, 0.6))
    pixels += np.random.default_rng(0).normal(0.0, noise, pixels.shape)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels.astype(np.float32), matrix, Modality.MR, calibration, "round heads")


def _inside(places: np.ndarray, missing: Side | None) -> np.ndarray:
    inside = np.zeros(places.shape[:3], dtype=bool)
    for side, centre in CENTRES.items():
        if side is not missing:
            inside |= _bone(places - np.asarray(centre), neck_direction(side))
    return inside


def _bone(arms: np.ndarray, neck: np.ndarray) -> np.ndarray:
    along = arms @ neck
    aside = np.linalg.norm(arms - along[..., None] * neck, axis=-1)
    head = np.linalg.norm(arms, axis=-1) <= RADIUS
    return np.asarray(head | ((along > 0) & (along < 60.0) & (aside <= NECK_RADIUS)))


def proposed(
    image: HipImage, side: Side, off: float = 2.0
) -> dict[int, tuple[float, float, float]]:
    """Head centre on every slice that cuts the head well, ``off`` mm beside the true one."""
    x, y, z = CENTRES[side]
    found = {}
    for index in range(image.n_slices):
        depth = float(image.to_lps([0.0, 0.0, index])[1])
        if abs(depth - y) < 0.9 * RADIUS:
            found[index] = (x + off, depth, z - off / 2)
    return found


def on_neck(image: HipImage, side: Side) -> dict[int, tuple[float, float, float]]:
    """A point of the neck axis on the slice next to it, 1.1 radii from the head centre."""
    place = np.asarray(CENTRES[side]) + 1.1 * RADIUS * neck_direction(side)
    index = round(float(image.to_ijk(place)[2]))
    x, _, z = (float(value) for value in place)
    return {index: (x, float(image.to_lps([0.0, 0.0, index])[1]), z)}
