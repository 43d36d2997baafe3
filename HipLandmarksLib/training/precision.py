"""Number formats of the convolutions in training; heads and losses always use float32."""

from __future__ import annotations

from enum import Enum

import torch

from ..detection.device import ComputeDevice

_AMPERE = 8
"""Compute capability from which CUDA multiplies bfloat16 natively."""


class Precision(str, Enum):
    """Formats by name."""

    AUTO = "auto"
    """bfloat16 where the hardware has it, else float16 on CUDA and float32 elsewhere."""
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    """Needs no scaling of the loss: it reaches as far as float32."""
    FLOAT16 = "float16"
    """The loss is scaled, so that small gradients do not vanish (Micikevicius et al. 2018)."""

    def on(self, device: ComputeDevice) -> torch.dtype:
        """The format on ``device``."""
        if self is Precision.FLOAT32:
            return torch.float32
        if self is Precision.BFLOAT16:
            return torch.bfloat16
        if self is Precision.FLOAT16:
            return torch.float16
        if device.name == "cuda":
            native = torch.cuda.get_device_capability()[0] >= _AMPERE
            return torch.bfloat16 if native else torch.float16
        return torch.bfloat16 if device.precision is torch.bfloat16 else torch.float32
