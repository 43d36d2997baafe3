"""A view of two plain hips (balls, rods and a block), for tests of what lies on films."""

from __future__ import annotations

import numpy as np
import torch

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.synthesis.radiograph import BonePaths, BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.objects.solids import Solid
from HipLandmarksLib.synthesis.surfaces import BoneName

HEAD_MM = 24.0
SHAFT_MM = 15.0
_POINTS = {  # x (lateral), z
    "FHC": (90.0, 0.0),
    "LCP": (107.0, 17.0),
    "FOV": (67.0, 4.0),
    "LAE": (108.0, 22.0),
    "MSO": (82.0, 27.0),
    "TD": (60.0, -22.0),
    "ISCH": (62.0, -75.0),
    "ILM": (66.0, 45.0),
    "TRI": (58.0, 8.0),
    "NA": (104.0, -16.0),
    "NB": (112.0, -25.0),
    "GT": (135.0, 4.0),
    "SHP": (125.0, -75.0),
    "SHD": (125.0, -145.0),
}


def place(key: str, side: Side) -> np.ndarray:
    """A landmark in LPS mm."""
    x, z = _POINTS[key]
    return np.array([x if side is Side.LEFT else -x, 0.0, z])


def simple_view(pixel_mm: float = 0.8, shape: tuple[int, int] = (420, 500)) -> BoneView:
    """Both hips, all landmarks visible."""
    camera = Camera.anteroposterior(shape, pixel_mm, centre_mm=(0.0, -30.0))
    paths, points, radii = {}, {}, {}
    for side in Side:
        at = {key: place(key, side) for key in _POINTS}
        femur = [
            Solid.ball(at["FHC"], HEAD_MM),
            Solid.rod(at["FHC"], at["NB"], 14.0),
            Solid.rod(at["GT"], at["SHP"] - [0, 0, 250], SHAFT_MM),
        ]
        hip = [Solid.ball(at["TRI"] + [0, 10, 20], 20.0), Solid.rod(at["TD"], at["ISCH"], 10.0)]
        paths[BoneName.femur(side)] = bone(femur, camera)
        paths[BoneName.hip(side)] = bone(hip, camera)
        radii[side.value] = HEAD_MM * camera.magnification(at["FHC"]) / pixel_mm
        for key, position in at.items():
            x, y = camera.project(position)
            points[(side, key)] = TruePoint((float(x), float(y)))
    return BoneView(camera, "plain", paths, points, radii)


def bone(solids: list[Solid], camera: Camera) -> BonePaths:
    """The longest of the solids' path lengths, a fifth of it dense."""
    rows, columns = torch.meshgrid(*[torch.arange(n).double() for n in camera.shape], indexing="ij")
    total = torch.stack([s.chord(camera, columns, rows) for s in solids]).amax(0).float().numpy()
    return BonePaths(total, 0.2 * total)
