"""Volumes that were scanned along another plane, as coronal slices beside them in the scene."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..imaging import HipImage, as_coronal
from .volume import add_volume

CUT_FROM_REFERENCE = "HipLandmarks.cutFrom"
"""Node reference from coronal slices to the volume that they were cut from."""


def coronal_volume(scene: Any, node: Any, image: HipImage) -> Any:
    """The volume node that holds the coronal slices of a volume.

    That is the volume itself where its slices are coronal. Else its voxels are cut coronally into
    a new volume, or into that of an earlier call if it is still there.

    Args:
        scene: the vtkMRMLScene.
        node: a vtkMRMLScalarVolumeNode.
        image: what it holds.

    Raises:
        ImageError: when its slices are too thick to be cut coronally.
    """
    cut = as_coronal(image)
    if np.allclose(cut.ijk_to_lps, image.ijk_to_lps) and cut.pixels.shape == image.pixels.shape:
        return node
    for earlier in scene.GetNodesByClass("vtkMRMLScalarVolumeNode"):
        if earlier.GetNodeReferenceID(CUT_FROM_REFERENCE) == node.GetID():
            return earlier
    made = add_volume(scene, replace(cut, name=f"{node.GetName()} (coronal)"))
    made.SetNodeReferenceID(CUT_FROM_REFERENCE, node.GetID())
    return made
