"""From what the body lets through to the detector's signal: scatter, blur, noise, grid lines."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .fields import blurred, grown, shrunk
from .look import Detector, Exposure

_REFERENCE_DEPTH = 4.2  # -log of the transmission of 20 cm of tissue, where scatter is given
_COARSE_MM = 6.0
_MOST_PASSING = 4.0


def detector_signal(
    primary: Tensor,
    pixel_mm: float,
    exposure: Exposure,
    detector: Detector,
    source: torch.Generator,
) -> Tensor:
    """(H, W) signal with a median of about 1 inside the patient.

    Args:
        primary: (H, W) transmission of the primary beam, 0 to 1.
        pixel_mm: pixel pitch on the detector.
        exposure: tube, beam and scatter.
        detector: its blur and noise.
        source: random stream of the noise, on the device of ``primary``.
    """
    signal = blurred(primary, exposure.penumbra_mm / pixel_mm)
    signal = signal + scatter(signal, pixel_mm, exposure)
    if exposure.heel > 0:
        signal = signal * _heel(signal, exposure)
    signal = signal / median_in_body(signal)
    quanta, electronic = exposure.quanta_per_mm2 * pixel_mm**2, detector.electronic_noise / pixel_mm
    signal = with_noise(signal, quanta, electronic, source)
    signal = blurred(signal, detector.blur_mm / pixel_mm)
    if detector.grid_lines > 0:
        signal = signal * _grid(signal, pixel_mm, detector)
    return signal


def scatter(primary: Tensor, pixel_mm: float, exposure: Exposure) -> Tensor:
    """(H, W) scattered signal: thick parts scatter much of what passes them, air nothing.

    What thin parts scatter is absorbed on its way through thick ones: it counts no more than some
    times the usual signal behind the patient.
    """
    height, width = primary.shape
    step = max(1, min(round(_COARSE_MM / pixel_mm), height // 8, width // 8))
    coarse = shrunk(primary, step).clamp(1e-6, 1.0)
    passing = torch.minimum(coarse, _MOST_PASSING * median_in_body(coarse))
    born = passing * coarse.log() * (-exposure.scatter_to_primary / _REFERENCE_DEPTH)
    return grown(blurred(born, exposure.scatter_mm / pixel_mm / step), (height, width))


def with_noise(signal: Tensor, quanta: float, electronic: float, source: torch.Generator) -> Tensor:
    """Poisson noise (its normal limit) and electronic noise.

    Args:
        signal: (H, W).
        quanta: per pixel where the signal is 1.
        electronic: standard deviation.
        source: random stream on the signal's device.
    """
    noise = torch.randn(signal.shape, generator=source, device=signal.device)
    variance = (signal / quanta).clamp_(min=0).add_(electronic**2)
    return torch.addcmul(signal, noise, variance.sqrt_())


def median_in_body(signal: Tensor) -> Tensor:
    """Median of what is clearly weakened (inside the patient), a scalar tensor."""
    step = max(1, min(signal.shape) // 48)
    values = signal[::step, ::step].flatten()
    inside = values[(values < 0.3 * values.max()) & (values > 1e-5)]
    return (inside if inside.numel() > 20 else values).median().clamp(min=1e-6)


def _heel(signal: Tensor, exposure: Exposure) -> Tensor:
    height, width = signal.shape
    angle = math.radians(exposure.heel_deg)
    x = torch.linspace(-1, 1, width, device=signal.device) * math.cos(angle)
    y = torch.linspace(-1, 1, height, device=signal.device) * math.sin(angle)
    along = y[:, None] + x[None, :]
    return along.addcmul(along, along, value=0.3).mul_(-exposure.heel).add_(1)


def _grid(signal: Tensor, pixel_mm: float, detector: Detector) -> Tensor:
    columns = torch.arange(signal.shape[1], device=signal.device)
    phase = columns * (2 * math.pi * pixel_mm / detector.grid_pitch_mm)
    return 1 + detector.grid_lines * torch.sin(phase)[None, :]
