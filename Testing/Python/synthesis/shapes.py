"""Closed meshes of known shape, for tests."""

from __future__ import annotations

import itertools

import numpy as np

from HipLandmarksLib.synthesis.surfaces import BoneSurface


def box(low, high) -> BoneSurface:
    """A closed box of twelve triangles."""
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))), dtype=float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return BoneSurface(corners, np.array(faces))


def sphere(centre, radii, rings: int = 90) -> BoneSurface:
    """An ellipsoid of rings and sectors; radii one number or three."""
    theta = np.linspace(0, np.pi, rings + 1)[1:-1]
    phi = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)
    ring = np.stack(
        [
            np.sin(theta)[:, None] * np.cos(phi),
            np.sin(theta)[:, None] * np.sin(phi),
            np.cos(theta)[:, None] * np.ones_like(phi),
        ],
        axis=-1,
    ).reshape(-1, 3)
    points = np.vstack([ring, [[0, 0, 1], [0, 0, -1]]]) * radii + centre
    n, last = len(phi), len(ring) - len(phi)
    faces = []
    for k in range(n):
        after = (k + 1) % n
        faces += [(len(ring), k, after), (len(ring) + 1, last + after, last + k)]
        for start in range(0, last, n):
            a, b, c, d = start + k, start + after, start + n + after, start + n + k
            faces += [(a, d, c), (a, c, b)]
    return BoneSurface(points, np.array(faces))
