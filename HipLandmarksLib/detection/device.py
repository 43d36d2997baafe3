"""Which processor runs the network, and in which precision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ..errors import ConfigurationError


@dataclass(frozen=True)
class ComputeDevice:
    """A chosen processor.

    Attributes:
        name: ``cpu``, ``cuda`` or ``mps``.
        precision: number format of the convolutions; results are always decoded in float32.
    """

    name: str
    precision: torch.dtype

    @property
    def description(self) -> str:
        """For people: ``CPU, bfloat16`` or the name of the graphics card."""
        precision = str(self.precision).removeprefix("torch.")
        if self.name == "cuda":
            return f"{torch.cuda.get_device_name()}, {precision}"
        return f"{self.name.upper()}, {precision}"

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Inference mode with autocast to the chosen precision."""
        reduced = self.precision is not torch.float32
        with torch.inference_mode(), torch.autocast(self.name, self.precision, enabled=reduced):
            yield


def choose_device(name: str = "auto", precision: str = "auto") -> ComputeDevice:
    """Pick the processor: CUDA, else Apple's MPS, else the CPU, unless ``name`` forces one.

    Reduced precision is used where the hardware multiplies it natively: float16 on CUDA,
    bfloat16 on processors with AVX512-BF16 or AMX. ``precision`` may force ``float32``.

    Raises:
        ConfigurationError: when the named device does not exist on this machine.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(candidate for candidate, exists in available.items() if exists)
    if not available.get(name, False):
        usable = ", ".join(candidate for candidate, exists in available.items() if exists)
        raise ConfigurationError(
            f"The device {name!r} cannot be used on this computer; choose auto or {usable}."
        )
    return ComputeDevice(name, _precision(name, precision))


def _precision(device: str, precision: str) -> torch.dtype:
    formats = {
        "float32": torch.float32,
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
    }
    if precision != "auto":
        if precision not in formats:
            raise ConfigurationError(f"Unknown precision {precision!r}; use {', '.join(formats)}.")
        return formats[precision]
    if device == "cuda":
        return torch.float16
    return torch.bfloat16 if device == "cpu" and cpu_has_bfloat16() else torch.float32


def cpu_has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively (AVX512-BF16 or AMX)."""
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # torch >= 2.11
    if capabilities is not None:
        found = capabilities()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # older releases
    return bool(probe()) if probe is not None else False
