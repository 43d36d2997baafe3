"""What the body and the objects on a film are made of, and how far each ray runs through it.

Mass attenuation coefficients: Hubbell and Seltzer, "Tables of X-Ray Mass Attenuation Coefficients",
NISTIR 5632 (NIST Standard Reference Database 126), tables 3 and 4, tissues as in ICRU Report 44.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ...errors import ConfigurationError
from ...imaging import PlaneTransform
from ..surfaces import BoneName
from .fields import warped
from .view import BoneView

TRABECULAR_FRACTION = 0.18  # bone volume per volume of cancellous bone, the rest is fatty marrow


class Material(str, Enum):
    """A substance that weakens the beam."""

    CORTICAL = "cortical bone"
    CANCELLOUS = "cancellous bone"
    MUSCLE = "muscle"
    FAT = "fat"
    WATER = "water"
    GAS = "gas"
    METAL = "steel"
    TITANIUM = "titanium"
    ALUMINIUM = "aluminium"
    LEAD = "lead"
    PLASTIC = "acrylic"


SOFT_TISSUE = (Material.MUSCLE, Material.FAT, Material.WATER)

_TABLE_KEV = (30.0, 40.0, 50.0, 60.0, 80.0, 100.0)
# Density in g/cm3, mass attenuation coefficient in cm2/g at the energies above. Lead has its K edge
# at 88 keV: interpolation between 80 and 100 keV smears that edge.
_TABLE: Mapping[Material, tuple[float, tuple[float, ...]]] = MappingProxyType(
    {
        Material.CORTICAL: (1.92, (1.331, 0.6655, 0.4242, 0.3148, 0.2229, 0.1855)),
        Material.MUSCLE: (1.05, (0.3783, 0.2685, 0.2262, 0.2048, 0.1823, 0.1693)),
        Material.FAT: (0.95, (0.3063, 0.2396, 0.2123, 0.1974, 0.1800, 0.1688)),
        Material.WATER: (1.00, (0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707)),
        Material.GAS: (0.001205, (0.3538, 0.2485, 0.2080, 0.1875, 0.1662, 0.1541)),
        Material.METAL: (7.87, (8.176, 3.629, 1.958, 1.205, 0.5952, 0.3717)),
        Material.TITANIUM: (4.54, (4.972, 2.214, 1.213, 0.7661, 0.4052, 0.2721)),
        Material.ALUMINIUM: (2.70, (1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704)),
        Material.LEAD: (11.35, (30.32, 14.36, 8.041, 5.021, 2.419, 5.549)),
        Material.PLASTIC: (1.19, (0.3032, 0.2350, 0.2074, 0.1924, 0.1751, 0.1641)),
    }
)


def attenuation(material: Material, energy_kev: ArrayLike) -> NDArray[np.float64]:
    """Linear attenuation coefficients in 1/mm at photon energies of 30 to 100 keV.

    Interpolated in double logarithms. Cancellous bone is a mixture by volume of cortical bone and
    fatty marrow (:data:`TRABECULAR_FRACTION`).

    Raises:
        ConfigurationError: for an energy outside the table.
    """
    energy = np.asarray(energy_kev, dtype=np.float64)
    if not np.all((energy >= _TABLE_KEV[0]) & (energy <= _TABLE_KEV[-1])):
        raise ConfigurationError(
            f"Attenuation is known from {_TABLE_KEV[0]:g} to {_TABLE_KEV[-1]:g} keV, not at "
            f"{energy.tolist()}."
        )
    if material is Material.CANCELLOUS:
        bone, marrow = (attenuation(m, energy) for m in (Material.CORTICAL, Material.FAT))
        return TRABECULAR_FRACTION * bone + (1 - TRABECULAR_FRACTION) * marrow
    density, table = _TABLE[material]
    value = np.exp(np.interp(np.log(energy), np.log(_TABLE_KEV), np.log(table)))
    return np.asarray(density * value / 10.0)


@dataclass(frozen=True, eq=False)
class MaterialPaths:
    """How far every ray runs through each material.

    Attributes:
        lengths: (H, W) float32 tensors in mm, all of one shape and on one device; a material that
            is not named is absent.
        pixel_mm: pixel pitch on the detector.

    Raises:
        ConfigurationError: when the fields differ in shape or there are none.
    """

    lengths: Mapping[Material, Tensor]
    pixel_mm: float

    def __post_init__(self) -> None:
        shapes = {tuple(field.shape) for field in self.lengths.values()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 2:
            raise ConfigurationError(f"Material paths need one (H, W) shape, not {sorted(shapes)}.")
        if not self.pixel_mm > 0:
            raise ConfigurationError(f"A pixel pitch of {self.pixel_mm} mm is not positive.")

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        height, width = next(iter(self.lengths.values())).shape
        return int(height), int(width)

    @property
    def device(self) -> torch.device:
        """Where the fields lie."""
        return next(iter(self.lengths.values())).device

    def of(self, *materials: Material) -> Tensor:
        """(H, W) sum of the lengths in ``materials`` in mm; zeros for absent ones."""
        found = [self.lengths[m] for m in materials if m in self.lengths]
        if not found:
            return torch.zeros(self.shape, device=self.device)
        total = found[0]
        for field in found[1:]:
            total = total + field
        return total

    def plus(self, extra: MaterialPaths) -> MaterialPaths:
        """With objects outside the body (markers, shields, clothing) in the beam as well."""
        self._check_grid(extra)
        lengths = dict(self.lengths)
        for material, field in extra.lengths.items():
            lengths[material] = lengths[material] + field if material in lengths else field
        return MaterialPaths(lengths, self.pixel_mm)

    def with_implant(self, implant: MaterialPaths) -> MaterialPaths:
        """With objects inside the body: they take the place of bone first, then of soft tissue."""
        self._check_grid(implant)
        rest = implant.of(*implant.lengths)
        lengths = dict(self.lengths)
        for material in (Material.CANCELLOUS, Material.CORTICAL, *SOFT_TISSUE):
            if material in lengths:
                displaced = torch.minimum(rest, lengths[material].clamp(min=0))
                lengths[material] = lengths[material] - displaced
                rest = rest - displaced
        return MaterialPaths(lengths, self.pixel_mm).plus(implant)

    def resampled(self, transform: PlaneTransform) -> MaterialPaths:
        """Crop, turn, mirror or scale by ``transform`` (its source is this grid); empty outside.

        Fields are averaged when they shrink, so that thin cortices do not alias.
        """
        stack = warped(torch.stack(list(self.lengths.values())), transform)
        scale = transform.scale
        return MaterialPaths(dict(zip(self.lengths, stack, strict=True)), self.pixel_mm / scale)

    def to(self, device: str | torch.device) -> MaterialPaths:
        """The same on another device."""
        return MaterialPaths({m: f.to(device) for m, f in self.lengths.items()}, self.pixel_mm)

    def _check_grid(self, other: MaterialPaths) -> None:
        if other.shape != self.shape:
            raise ConfigurationError(
                f"Added objects have {other.shape} pixels, the film has {self.shape}: draw them on "
                "the film's grid."
            )


def material_paths(
    view: BoneView,
    bones: Iterable[BoneName] | None = None,
    window: tuple[slice, slice] = (slice(None), slice(None)),
) -> MaterialPaths:
    """Cortical and cancellous bone of a view.

    Args:
        view: path lengths bone by bone.
        bones: only these; None takes all.
        window: rows and columns to take.

    Raises:
        ConfigurationError: when the view has none of the bones.
    """
    chosen = [view.paths[name] for name in (view.paths if bones is None else bones)]
    if not chosen:
        raise ConfigurationError("The view has no bone to make a film of.")
    total = _sum(paths.total[window] for paths in chosen)
    cortical = _sum(paths.cortical[window] for paths in chosen)
    lengths = {Material.CORTICAL: cortical, Material.CANCELLOUS: total - cortical}
    return MaterialPaths(lengths, float(np.linalg.norm(view.camera.column_step)))


def _sum(fields: Iterable[NDArray[np.float32]]) -> Tensor:
    first, *others = (torch.from_numpy(np.asarray(field, dtype=np.float32)) for field in fields)
    total = first.clone()
    for field in others:
        total.add_(field)
    return total
