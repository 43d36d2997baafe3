"""Losses on heatmaps."""

from __future__ import annotations

import torch
from torch import Tensor


def spatial_log_softmax(heatmaps: Tensor, nowhere: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities over all places and "nowhere" together, in float32.

    Args:
        heatmaps: (B, L, H, W) logits.
        nowhere: (B, L) logits.

    Returns:
        (B, L, H, W) and (B, L) log-probabilities; exp of both sum to 1 per landmark.
    """
    logits = torch.cat([heatmaps.float().flatten(2), nowhere.float().unsqueeze(-1)], dim=-1)
    log_p = torch.log_softmax(logits, dim=-1)
    return log_p[..., :-1].view_as(heatmaps.float()), log_p[..., -1]


def heatmap_nll(
    heatmaps: Tensor, nowhere: Tensor, target: Tensor, absent: Tensor, weight: Tensor
) -> Tensor:
    """Stable negative log-likelihood of unit-mass targets (corrected form of paper 1's loss).

    Args:
        heatmaps: (B, L, H, W) logits.
        nowhere: (B, L) logits.
        target: (B, L, H, W), each map of unit mass, or all zero when absent.
        absent: (B, L), 1 where the landmark is known to be absent.
        weight: (B, L) non-negative; 0 masks a landmark that is not annotated.

    Returns:
        Scalar: weighted mean over the annotated landmarks; 0 when there is none.
    """
    log_places, log_nowhere = spatial_log_softmax(heatmaps, nowhere)
    loss = -(target * log_places).sum(dim=(2, 3)) - absent * log_nowhere
    return (loss * weight).sum() / weight.sum().clamp(min=1e-6)
