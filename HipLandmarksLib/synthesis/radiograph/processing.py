"""From the detector's signal to displayed brightness, as workstations and scanned films do it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .fields import blurred, grown, shrunk
from .look import Processing, ToneCurve

_DETAIL_MM = (0.4, 1.5, 6.0)
_COARSE_MM = 30.0
_LOCAL_MM = 12.0
_DIRECT_EXPOSURE = 9.0  # signal beside the patient, relative to the median inside
_FILM_SHIFT = 0.12  # a film's middle density looks darker than half bright
_SOFT = 0.5  # details of this logarithmic contrast are amplified half


def displayed(
    signal: Tensor, pixel_mm: float, look: Processing, valid: Tensor | None = None
) -> Tensor:
    """(H, W) brightness in 0 to 1, dense matter bright, before quantisation.

    Args:
        signal: (H, W) detector signal.
        pixel_mm: pixel pitch on the detector.
        look: the processing.
        valid: (H, W) bool, what the exposure is judged by (without collimated borders); None
            takes all.
    """
    density = enhanced(signal.clamp(min=1e-4).log().neg(), pixel_mm, look)
    if look.local_contrast > 0:
        density = locally_normalised(density, pixel_mm, look.local_contrast)
    inside = signal < _DIRECT_EXPOSURE
    if valid is not None:
        inside = inside & valid
    return toned(windowed(density, look.window, inside), look)


def windowed(density: Tensor, window: tuple[float, float], valid: Tensor | None = None) -> Tensor:
    """``density`` with the two quantiles of ``window`` moved to 0 and 1."""
    step = max(1, min(density.shape) // 64)
    values = density[::step, ::step]
    values = values.flatten() if valid is None else values[valid[::step, ::step]]
    if values.numel() == 0:
        values = density[::step, ::step].flatten()
    ordered = values.sort().values
    last = ordered.numel() - 1
    low, high = (ordered[round(q * last)] for q in window)
    return (density - low) / (high - low).clamp(min=1e-3)


def enhanced(image: Tensor, pixel_mm: float, look: Processing) -> Tensor:
    """Details of several sizes amplified, the coarsest structure reduced.

    Strong edges are amplified less than faint ones, as vendors do against overshoot.
    """
    result = image
    for gain, size in zip(look.detail, _DETAIL_MM, strict=True):
        sigma = size / pixel_mm
        if gain == 0 or sigma < 0.6:
            continue
        band = image - blurred(image, sigma)
        damping = (band / _SOFT).square_().add_(1)
        result = result.addcdiv(band, damping, value=gain)
    if look.equalisation > 0:
        height, width = image.shape
        step = max(1, min(round(_COARSE_MM / 4 / pixel_mm), min(height, width) // 8))
        coarse = blurred(shrunk(image, step).clamp(min=-2.5), _COARSE_MM / pixel_mm / step)
        result = result.sub(grown(coarse, (height, width)), alpha=look.equalisation)
    return result


def locally_normalised(image: Tensor, pixel_mm: float, share: float) -> Tensor:
    """Mix in the image with local mean and spread made equal everywhere."""
    step = max(1, min(round(_LOCAL_MM / 3 / pixel_mm), min(image.shape) // 8))
    sigma = _LOCAL_MM / pixel_mm / step
    limited = image.clamp(min=-2.5)
    coarse = torch.stack([shrunk(limited, step), shrunk(limited * limited, step)])
    mean, square = blurred(coarse, sigma)
    spread = (square - mean * mean).clamp(min=0).sqrt() + 0.1
    height, width = image.shape
    mean, factor = grown(torch.stack([mean, 0.3 / spread]), (height, width))
    flat = (image - mean) * factor + 0.4 * mean
    return torch.lerp(image, flat, share)


def toned(exposed: Tensor, look: Processing) -> Tensor:
    """Tone curve, gamma and the ends of brightness; never falls where ``exposed`` rises."""
    if look.curve is ToneCurve.LINEAR:
        value = ((exposed - look.midtone) * look.contrast).add_(0.5).clamp_(0, 1)
    elif look.curve is ToneCurve.SIGMOID:
        value = _sigmoid(exposed, look.midtone, 4 * look.contrast)
    else:
        value = _characteristic(exposed, look.midtone - _FILM_SHIFT, look.contrast)
    if look.gamma != 1:
        value = value.pow_(look.gamma)
    return value.mul_(look.white - look.black).add_(look.black)


def _sigmoid(exposed: Tensor, midtone: float, slope: float) -> Tensor:
    """Logistic curve stretched so that 0 and 1 stay black and white."""
    low, high = (1 / (1 + math.exp(-slope * (end - midtone))) for end in (0.0, 1.0))
    value = ((exposed - midtone) * slope).sigmoid_()
    return value.sub_(low).mul_(1 / (high - low)).clamp_(0, 1)


def _characteristic(exposed: Tensor, midtone: float, contrast: float) -> Tensor:
    """A film on a light box: optical density is an S curve of log exposure, light is 10^-D."""
    blackening = 0.2 + 2.6 * torch.sigmoid((midtone - exposed) * (5 * contrast))
    light = torch.pow(10.0, -0.4 * blackening)  # brightness seems to grow with light^0.4
    darkest, brightest = 10 ** (-0.4 * 2.8), 10 ** (-0.4 * 0.2)
    return ((light - darkest) / (brightest - darkest)).clamp(0, 1)
