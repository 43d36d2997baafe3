"""``project_view``: path lengths through all bones of an anatomy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..surfaces import BoneName, PelvisAnatomy
from .camera import Camera
from .cortex import cortical_thickness, inner_surface
from .projector import trace
from .view import BonePaths


def project_view(
    anatomy: PelvisAnatomy,
    camera: Camera,
    thickness_mm: Mapping[BoneName, NDArray[np.float64]] | None = None,
    device: str | torch.device = "cpu",
) -> dict[BoneName, BonePaths]:
    """Lengths of every ray inside each bone and inside its dense shell.

    Args:
        anatomy: posed bones.
        camera: source and detector.
        thickness_mm: of :func:`.cortical_thickness`, computed once per subject: it does not
            change with pose or shape. Computed here when it is not given (seconds).
        device: torch device that does the work.

    Raises:
        ConfigurationError: when a bone is not closed or not between focal spot and detector.
    """
    total, cortical = project_tensors(anatomy, camera, thickness_mm, device)
    both = zip(anatomy.bones, total.cpu().numpy(), cortical.cpu().numpy(), strict=True)
    return {name: BonePaths(within, dense) for name, within, dense in both}


def project_tensors(
    anatomy: PelvisAnatomy,
    camera: Camera,
    thickness_mm: Mapping[BoneName, NDArray[np.float64]] | None = None,
    device: str | torch.device = "cpu",
) -> tuple[Tensor, Tensor]:
    """As :func:`project_view`, but (N, H, W) tensors on the device: total and dense lengths."""
    thickness = cortical_thickness(anatomy) if thickness_mm is None else thickness_mm
    outer = list(anatomy.bones.values())
    inner = [inner_surface(bone, thickness[name]) for name, bone in anatomy.bones.items()]
    lengths = trace([*outer, *inner], camera, device)
    total = lengths[: len(outer)].clamp(min=0)
    # Where a sharp edge turns the inner surface inside out, all bone is dense.
    spongy = torch.minimum(lengths[len(outer) :].clamp(min=0), total)
    return total, total - spongy
