"""Losses on heatmaps, fields and presence."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ..errors import ConfigurationError


@dataclass(frozen=True)
class AdaptiveWing:
    """Constants of the Adaptive Wing loss (Wang et al. 2019) and of its mask.

    Attributes:
        alpha, omega, epsilon, theta: shape of the loss; alpha must exceed 2 or the gradient of a
            small error at the peak (target 1) would not go to zero.
        mask_threshold: targets above this, dilated by 3 x 3 pixels, are the foreground.
        mask_weight: foreground pixels count 1 + this.
    """

    alpha: float = 2.1
    omega: float = 14.0
    epsilon: float = 1.0
    theta: float = 0.5
    mask_threshold: float = 0.2
    mask_weight: float = 10.0

    def __post_init__(self) -> None:
        if self.alpha <= 2 or min(self.omega, self.epsilon, self.theta) <= 0:
            raise ConfigurationError(
                "Adaptive Wing needs alpha above 2 and positive omega, epsilon and theta."
            )
        if self.mask_weight < 0:
            raise ConfigurationError("mask_weight of Adaptive Wing must not be negative.")

    def per_pixel(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Loss of every pixel, without the mask; equations 5 to 7 of paper 2."""
        error = (predicted.float() - target).abs()
        power = self.alpha - target
        ratio = self.theta / self.epsilon
        slope = self.omega * power * ratio ** (power - 1) / (1 + ratio**power) / self.epsilon
        offset = self.theta * slope - self.omega * torch.log1p(ratio**power)
        # the power is only taken where it is used: huge errors would overflow it
        near = torch.log1p((error.clamp(max=self.theta) / self.epsilon) ** power)
        return torch.where(error < self.theta, self.omega * near, slope * error - offset)

    def mask(self, target: Tensor) -> Tensor:
        """(B, L, H, W), 1 on the dilated foreground of peak-1 targets, else 0."""
        dilated = functional.max_pool2d(target, kernel_size=3, stride=1, padding=1)
        return (dilated > self.mask_threshold).to(target)


def adaptive_wing(
    heatmaps: Tensor,
    target: Tensor,
    weight: Tensor,
    constants: AdaptiveWing,
    total: Tensor | None = None,
) -> Tensor:
    """Masked Adaptive Wing loss (equation 8 of paper 2).

    Args:
        heatmaps: (B, L, H, W) heights.
        target: (B, L, H, W) Gaussians of peak 1, all zero when absent.
        weight: (B, L) non-negative; 0 masks a landmark that is not annotated.
        constants: of the loss.
        total: see :func:`heatmap_nll`.

    Returns:
        Scalar: mean over the pixels, weighted mean over the annotated landmarks.
    """
    emphasis = constants.mask_weight * constants.mask(target) + 1
    loss = (constants.per_pixel(heatmaps, target) * emphasis).mean(dim=(2, 3))
    return _weighted_mean(loss, weight, total)


def field_mse(
    fields: Tensor, target: Tensor, weight: Tensor, total: Tensor | None = None
) -> Tensor:
    """Mean squared error of part affinity fields.

    Args:
        fields, target: (B, M, 2, H, W).
        weight: (B, M) non-negative; 0 masks a limb.
        total: see :func:`heatmap_nll`.

    Returns:
        Scalar: mean over the elements of a field, weighted mean over the limbs.
    """
    return _weighted_mean((fields.float() - target).square().mean(dim=(2, 3, 4)), weight, total)


def binary_loss(
    logits: Tensor, truth: Tensor, weight: Tensor, total: Tensor | None = None
) -> Tensor:
    """Weighted mean binary cross-entropy of (B, L) logits; stable for logits of any size."""
    loss = functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="none")
    return _weighted_mean(loss, weight, total)


def _weighted_mean(loss: Tensor, weight: Tensor, total: Tensor | None = None) -> Tensor:
    divisor = weight.sum() if total is None else total
    return (loss * weight).sum() / divisor.clamp(min=1e-6)


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
    heatmaps: Tensor,
    nowhere: Tensor,
    target: Tensor,
    absent: Tensor,
    weight: Tensor,
    total: Tensor | None = None,
) -> Tensor:
    """Stable negative log-likelihood of unit-mass targets (corrected form of paper 1's loss).

    Args:
        heatmaps: (B, L, H, W) logits.
        nowhere: (B, L) logits.
        target: (B, L, H, W), each map of unit mass, or all zero when absent.
        absent: (B, L), 1 where the landmark is known to be absent.
        weight: (B, L) non-negative; 0 masks a landmark that is not annotated.
        total: divides the weighted sum instead of the sum of ``weight``; processes that share a
            batch give the mean of their sums.

    Returns:
        Scalar: weighted mean over the annotated landmarks; 0 when there is none.
    """
    log_places, log_nowhere = spatial_log_softmax(heatmaps, nowhere)
    loss = -(target * log_places).sum(dim=(2, 3)) - absent * log_nowhere
    return _weighted_mean(loss, weight, total)
