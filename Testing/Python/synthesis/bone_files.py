"""Bones of a subject written as PLY files, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from HipLandmarksLib.synthesis.surfaces import BoneName, BoneSurface, PelvisAnatomy
from HipLandmarksLib.synthesis.surfaces.rigid import Similarity

NAMES = {
    BoneName.SACRUM: "Sacrum.ply",
    BoneName.HIP_RIGHT: "Hip_R.ply",
    BoneName.HIP_LEFT: "Hip_L.ply",
    BoneName.FEMUR_RIGHT: "Femur_R.ply",
    BoneName.FEMUR_LEFT: "Femur_L.ply",
}
RAS = Similarity(np.diag([-1.0, -1.0, 1.0]), np.zeros(3))


def ply_bytes(surface: BoneSurface, order: str = "<") -> bytes:
    """A binary PLY; ``order`` as of numpy."""
    name = {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
    face = np.zeros(len(surface.faces), np.dtype([("n", "u1"), ("i", order + "i4", (3,))]))
    face["n"], face["i"] = 3, surface.faces
    header = (
        f"ply\nformat {name} 1.0\ncomment by a test\nelement vertex {len(surface.vertices)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {len(surface.faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return header.encode() + surface.vertices.astype(order + "f4").tobytes() + face.tobytes()


def ply_text(surface: BoneSurface) -> str:
    """An ASCII PLY with a column more than needed."""
    lines = [
        "ply", "format ascii 1.0", f"element vertex {len(surface.vertices)}",
        "property double x", "property double y", "property double z", "property uchar red",
        f"element face {len(surface.faces)}", "property list uchar int vertex_index", "end_header",
    ]  # fmt: skip
    lines += [" ".join(f"{value!r}" for value in row) + " 9" for row in surface.vertices.tolist()]
    lines += ["3 " + " ".join(map(str, row)) for row in surface.faces.tolist()]
    return "\n".join(lines) + "\n"


def write_subject(folder: Path, anatomy: PelvisAnatomy, motion: Similarity) -> Path:
    """Every bone in RAS mm, moved as a scanner's table might have been."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, bone in anatomy.bones.items():
        (folder / NAMES[name]).write_bytes(ply_bytes(motion.then(RAS).surface(bone)))
    return folder
