"""Optimisers and learning rates by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

import torch


class OptimiserKind(str, Enum):
    """Optimisers."""

    ADAMW = "adamw"
    ADAM = "adam"

    def make(
        self, parameters: Iterable[torch.nn.Parameter], rate: float, weight_decay: float
    ) -> torch.optim.Optimizer:
        """The optimiser of ``parameters``; AdamW decays the weights apart from the gradient."""
        kind = torch.optim.AdamW if self is OptimiserKind.ADAMW else torch.optim.Adam
        return kind(parameters, rate, weight_decay=weight_decay)


class Schedule(str, Enum):
    """How the learning rate falls."""

    COSINE = "cosine"
    EXPONENTIAL = "exponential"
    CONSTANT = "constant"

    def factor(self, step: int, steps: int, epoch_steps: int, decay: float) -> float:
        """Share of the highest rate at ``step``.

        Args:
            step: from 0.
            steps: of the whole run (cosine).
            epoch_steps: steps of an epoch (exponential).
            decay: factor per epoch (exponential).
        """
        if self is Schedule.COSINE:
            return max(0.5 * (1 + math.cos(math.pi * step / steps)), 0.01)
        if self is Schedule.EXPONENTIAL:
            return float(decay ** (step // epoch_steps))
        return 1.0
