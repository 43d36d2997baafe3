"""The beam: a tungsten tube's spectrum in a few energy bins, and what the body lets through.

Bremsstrahlung by Kramers' law with the tungsten K lines, hardened by the tube's filter, weighted
with the energy that a photon leaves in the detector (an energy-integrating one).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import ConfigurationError
from .materials import Material, MaterialPaths, attenuation

_LOWEST_KEV = 30.0  # 20 cm of tissue stop all that is softer
_K_LINES = ((58.6, 0.10), (67.2, 0.03))  # keV, energy per energy of the bremsstrahlung at 100 kVp
_K_EDGE_KEV = 69.5


@dataclass(frozen=True)
class Spectrum:
    """Photon energies and the share of the detector's signal in air that each one makes.

    Attributes:
        energies_kev: effective energy of each bin, ascending.
        weights: share of the signal without an object; sums to 1.

    Raises:
        ConfigurationError: when the bins do not fit or the weights do not sum to 1.
    """

    energies_kev: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.energies_kev) != len(self.weights) or not self.weights:
            raise ConfigurationError("Every energy of a spectrum needs one weight.")
        if min(self.weights) < 0 or abs(sum(self.weights) - 1) > 1e-6:
            raise ConfigurationError("The weights of a spectrum are not negative and sum to 1.")

    @classmethod
    def tungsten(cls, kvp: float, filter_mm_al: float = 3.0, bins: int = 3) -> Spectrum:
        """The beam of a tungsten tube, in ``bins`` of equal signal behind 150 mm of water.

        Args:
            kvp: peak tube voltage, 45 to 100.
            filter_mm_al: total filtration in mm of aluminium.
            bins: number of energies to calculate with.

        Raises:
            ConfigurationError: for a voltage that no radiograph of the pelvis is made with.
        """
        if not 45.0 <= kvp <= 100.0:
            raise ConfigurationError(f"A tube voltage of {kvp} kVp is not between 45 and 100.")
        energy = np.arange(_LOWEST_KEV + 0.5, kvp, 1.0)
        signal = _tube_signal(energy, kvp)
        signal *= np.exp(-attenuation(Material.ALUMINIUM, energy) * filter_mm_al)
        behind = signal * np.exp(-attenuation(Material.WATER, energy) * 150.0)
        share = np.cumsum(behind) / behind.sum()
        which = np.minimum((share * bins - 1e-9).astype(int), bins - 1)
        parts = [which == b for b in range(bins)]
        weights = np.array([signal[p].sum() for p in parts]) / signal.sum()
        means = [float((signal[p] * energy[p]).sum() / signal[p].sum()) for p in parts]
        return cls(tuple(means), tuple(float(w) for w in weights))

    def coefficients(self, materials: tuple[Material, ...]) -> NDArray[np.float64]:
        """(bins, materials) linear attenuation in 1/mm."""
        energies = np.asarray(self.energies_kev)
        return np.stack([attenuation(m, energies) for m in materials], axis=1)


def transmission(paths: MaterialPaths, spectrum: Spectrum) -> Tensor:
    """(H, W) share of the signal that arrives, without scatter: Beer-Lambert over all energies."""
    materials = tuple(paths.lengths)
    mu = spectrum.coefficients(materials)
    total: Tensor | None = None
    for row, weight in zip(mu, spectrum.weights, strict=True):
        depth = paths.lengths[materials[0]] * -float(row[0])
        for coefficient, material in zip(row[1:], materials[1:], strict=True):
            depth.add_(paths.lengths[material], alpha=-float(coefficient))
        part = torch.exp_(depth.add_(float(np.log(weight))))
        total = part if total is None else total.add_(part)
    assert total is not None  # a spectrum has at least one energy
    return total


def _tube_signal(energy: NDArray[np.float64], kvp: float) -> NDArray[np.float64]:
    """Energy per keV that leaves the anode (arbitrary unit), absorbed in the detector."""
    signal = kvp - energy  # Kramers: photons ~ (kvp - E) / E, each leaves E in the detector
    if kvp > _K_EDGE_KEV:
        excess = signal.sum() * ((kvp - _K_EDGE_KEV) / (100.0 - _K_EDGE_KEV)) ** 1.6
        for line, strength in _K_LINES:
            signal[np.argmin(np.abs(energy - line))] += strength * excess
    return signal
