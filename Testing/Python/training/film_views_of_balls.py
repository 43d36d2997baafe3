"""Bone views of balls and rods, for tests: every landmark is a small ball of dense bone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection.channels import FILM_KEYS
from HipLandmarksLib.synthesis.radiograph import BonePaths, BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.store import ViewStore, write_view
from HipLandmarksLib.synthesis.surfaces import BoneName

SHAPE = (240, 300)
RADIUS = 17.0
HIP = {
    "ILM": (-22, -38), "TRI": (-30, -6), "LAE": (12, -20), "MSO": (-14, -14), "FOV": (-17, 3),
    "FHC": (0, 0), "GT": (32, -8), "TD": (-26, 12), "ISCH": (-38, 58), "NB": (18, 16),
    "SHP": (24, 62), "SHD": (26, 108), "LCP": (15, -8), "NA": (12, 11),
}  # fmt: skip
"""Where the landmarks lie from the head's centre: (laterally, down) in pixels."""


def ball(xy: tuple[float, float], radius: float) -> np.ndarray:
    """Path lengths through a ball."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    squared = ((columns - xy[0]) ** 2 + (rows - xy[1]) ** 2) / radius**2
    return (2 * radius * np.sqrt(np.maximum(1 - squared, 0))).astype(np.float32)


def hip_points(side: Side, head: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """(x, y) of every landmark of a hip whose head lies at ``head``."""
    lateral = 1.0 if side is Side.LEFT else -1.0
    assert set(HIP) == set(FILM_KEYS)
    return {key: (head[0] + lateral * u, head[1] + v) for key, (u, v) in HIP.items()}


def ball_view(subject: str = "a", seed: int = 0, dots: float = 3.5) -> BoneView:
    """Both hips: a large ball for the head, and a dense dot on every landmark."""
    rng = np.random.default_rng(seed)
    paths, landmarks = {}, {}
    for side, x in ((Side.RIGHT, 80.0), (Side.LEFT, 220.0)):
        head = (x + rng.uniform(-6, 6), 90.0 + rng.uniform(-6, 6))
        points = hip_points(side, head)
        dense = np.max([ball(xy, dots) for xy in points.values()], axis=0)
        total = np.maximum(dense, 0.3 * ball(head, RADIUS))
        paths[BoneName.femur(side)] = BonePaths(total, dense)
        for key, xy in points.items():
            inside = 0 <= xy[0] < SHAPE[1] and 0 <= xy[1] < SHAPE[0]
            state = LandmarkState.VISIBLE if inside else LandmarkState.ABSENT
            landmarks[(side, key)] = TruePoint(xy, state)
    radii = {side.value: RADIUS for side in Side}
    camera = Camera.anteroposterior(SHAPE, 1.4)
    return BoneView(camera, subject, paths, landmarks, radii)


def ball_store(folder: Path, subjects: str = "abcd", each: int = 1) -> Path:
    """A folder with views of some subjects."""
    store = ViewStore.create(folder, {"source": "balls"})
    names = [subject for subject in subjects for _ in range(each)]
    for number, subject in enumerate(names):
        store.add(write_view(folder, number, ball_view(subject, number)))
    return folder
