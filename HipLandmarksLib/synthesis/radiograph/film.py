"""From material paths to a displayed film."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ...errors import ConfigurationError
from .damage import disturbed, jpeg_damaged, quantised
from .detector_chain import detector_signal
from .fields import generator
from .look import FilmLook
from .materials import Material, MaterialPaths, attenuation
from .processing import displayed
from .spectrum import Spectrum, transmission

Overlay = Callable[[Tensor], Tensor]

_OPAQUE = (Material.METAL, Material.TITANIUM, Material.LEAD)
_ENERGY_KEV = 60.0
_LEAST_DEPTH = 0.7  # half of the beam


def render_film(
    materials: MaterialPaths,
    look: FilmLook,
    rng: np.random.Generator,
    *,
    valid: Tensor | None = None,
    overlay: Overlay | None = None,
) -> Tensor:
    """A film of the given matter, (H, W) float32 in 0 to 1 on the device of ``materials``.

    Shown as MONOCHROME2 (bone bright) unless ``look.disturbance.inverted``.

    Args:
        materials: all that is in the beam: bone, soft tissue and objects (see
            :meth:`.MaterialPaths.plus` for what lies outside the body and
            :meth:`.MaterialPaths.with_implant` for what replaces tissue).
        look: exposure, detector, processing and damage.
        rng: decides the noise and the places of damage; the same seed gives the same film on the
            same device.
        valid: (H, W) bool, False outside the collimated field: ignored when the exposure is
            judged and black on the film.
        overlay: drawn on the processed film before it is quantised (burned-in text, lead letters
            that need no physics); (H, W) in 0 to 1 in and out.

    Raises:
        ConfigurationError: when ``valid`` or the overlay has another shape.
    """
    if valid is not None and tuple(valid.shape) != materials.shape:
        raise ConfigurationError(
            f"The collimated field has {tuple(valid.shape)} pixels, the film {materials.shape}."
        )
    source = generator(rng, materials.device)
    spectrum = Spectrum.tungsten(look.exposure.kvp, look.exposure.filter_mm_al)
    primary = transmission(materials, spectrum)
    signal = detector_signal(primary, materials.pixel_mm, look.exposure, look.detector, source)
    film = displayed(signal, materials.pixel_mm, look.processing, _judged(materials, valid))
    if valid is not None:
        film = film * valid
    if overlay is not None:
        film = overlay(film)
        if tuple(film.shape) != materials.shape:
            raise ConfigurationError("The overlay changed the size of the film.")
    film = disturbed(film, materials.pixel_mm, look.disturbance, rng, source)
    if look.processing.jpeg_quality is not None:
        film = jpeg_damaged(film, look.processing.jpeg_quality)
    return quantised(film, look.processing.bits)


def _judged(materials: MaterialPaths, valid: Tensor | None) -> Tensor | None:
    """(H, W) bool, what the exposure is judged by: the field without metal and lead.

    A shield or a prosthesis would otherwise take up the grey values that bone needs; on real films
    it is plainly white.
    """
    opaque = set(_OPAQUE) & set(materials.lengths)
    if not opaque:
        return valid
    depth = torch.zeros(materials.shape, device=materials.device)
    for material in opaque:
        depth += float(attenuation(material, _ENERGY_KEV)) * materials.lengths[material]
    clear = depth < _LEAST_DEPTH
    if bool(clear.all()):
        return valid
    return clear if valid is None else clear & valid
