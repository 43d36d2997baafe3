"""Augmentation: one affine for image and points, a mirror with channel swap, grey-value changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..errors import ConfigurationError
from ..imaging import PlaneTransform


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; zero switches one off.

    Attributes:
        rotation_deg, scale, anisotropy, shear: of the affine about the crop's centre; scale and
            anisotropy are log-uniform half-ranges (0.15 = x 0.86 to 1.16).
        shift_px: translation in either direction, network pixels.
        shift_share: further translation as a share of the crop's width and height.
        elsewhere: probability that the crop lies at any height of the image, not at the hips.
        mirror: probability of swapping left and right.
        gamma, contrast, brightness: half-ranges of the grey-value curve (log, factor, offset).
        bias: amplitude of a smooth multiplicative field.
        noise: largest standard deviation of the added noise (image range is -1 to 1).
        blur_px: largest Gaussian blur.
    """

    rotation_deg: float = 12.0
    scale: float = 0.18
    anisotropy: float = 0.06
    shear: float = 0.06
    shift_px: float = 24.0
    elsewhere: float = 0.2
    mirror: float = 0.5
    gamma: float = 0.35
    contrast: float = 0.25
    brightness: float = 0.2
    bias: float = 0.3
    noise: float = 0.08
    blur_px: float = 0.9
    shift_share: float = 0.0

    def __post_init__(self) -> None:
        negative = [name for name, value in vars(self).items() if value < 0]
        if negative:
            raise ConfigurationError(f"Augmentation ranges must not be negative: {negative}.")

    @classmethod
    def none(cls) -> Augmentation:
        """No change at all."""
        return cls(**dict.fromkeys(cls.__dataclass_fields__, 0.0))

    @classmethod
    def named(cls, name: str) -> Augmentation:
        """One of :data:`AUGMENTATIONS`.

        Raises:
            ConfigurationError: when there is none of that name.
        """
        if name not in AUGMENTATIONS:
            raise ConfigurationError(
                f"There is no augmentation {name!r}; choose one of {', '.join(AUGMENTATIONS)}."
            )
        return AUGMENTATIONS[name]

    @property
    def name(self) -> str:
        """Name of the recipe with these ranges, else ``custom``."""
        return next((name for name, recipe in AUGMENTATIONS.items() if recipe == self), "custom")

    def geometry(
        self,
        plane: PlaneTransform,
        centre: tuple[float, float],
        shape: tuple[int, int],
        rng: np.random.Generator,
    ) -> tuple[PlaneTransform, bool]:
        """Append a random affine about ``centre`` and a crop of ``shape`` (height, width) to it.

        Returns:
            The chain from source to crop pixels, and whether it mirrors left and right.
        """
        mirrored = bool(rng.random() < self.mirror)
        linear = self._linear(rng)
        if mirrored:
            linear = np.diag([-1.0, 1.0]) @ linear
        shift = rng.uniform(-self.shift_px, self.shift_px, 2)
        if self.shift_share:
            sides = np.array([shape[1], shape[0]])
            shift = shift + rng.uniform(-self.shift_share, self.shift_share, 2) * sides
        step = np.eye(3)
        step[:2, :2] = linear
        middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
        step[:2, 2] = middle + shift - linear @ np.asarray(centre)
        return plane.then(step, shape), mirrored

    def _linear(self, rng: np.random.Generator) -> NDArray[np.float64]:
        angle = np.radians(rng.uniform(-self.rotation_deg, self.rotation_deg))
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        scale = np.exp(rng.uniform(-self.scale, self.scale))
        stretch = np.exp(rng.uniform(-self.anisotropy, self.anisotropy))
        shear = np.array([[1.0, rng.uniform(-self.shear, self.shear)], [0.0, 1.0]])
        return np.asarray(rotation @ shear @ np.diag([scale * stretch, scale / stretch]))

    def intensity(
        self, pixels: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Random grey-value changes of a (H, W) image with range about -1 to 1."""
        unit = np.clip((pixels + 1) / 2, 0, 1.5)
        unit = unit ** float(np.exp(rng.uniform(-self.gamma, self.gamma)))
        unit *= _smooth_field(unit.shape, self.bias, rng)
        contrast = float(1 + rng.uniform(-self.contrast, self.contrast))
        unit *= 2 * contrast
        unit += float(rng.uniform(-self.brightness, self.brightness)) - contrast
        if rng.random() < 0.5:
            unit = ndimage.gaussian_filter(unit, rng.uniform(0, self.blur_px))
        noise = rng.normal(0, 1, unit.shape).astype(np.float32)
        noise *= float(rng.uniform(0, self.noise))
        return np.asarray(unit + noise, dtype=np.float32)


def _smooth_field(
    shape: tuple[int, ...], amplitude: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """exp of a random quadratic polynomial with values up to about ``amplitude``."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None]
    c = (rng.uniform(-amplitude, amplitude, 5) / 2).astype(np.float32)
    field = (c[0] + c[2] * y) * x
    field += (c[3] * x * x) + (c[1] * y + c[4] * y * y)
    return np.asarray(np.exp(field, out=field))


AUGMENTATIONS: Mapping[str, Augmentation] = MappingProxyType(
    {
        "robust": Augmentation(),
        # scale .95-1.05, translation 5 %, rotation 10 deg, shear 5 deg, brightness and contrast
        # 15-20 %, gamma .85-1.15
        "paper1": replace(
            Augmentation.none(),
            rotation_deg=10.0,
            scale=float(np.log(1.05)),
            shear=float(np.tan(np.radians(5.0))),
            shift_share=0.05,
            gamma=float(np.log(1.15)),
            contrast=0.2,
            brightness=0.15,
        ),
        # "random flipping and adding noise"; the amounts are not given
        "paper2": replace(Augmentation.none(), mirror=0.5, noise=0.05),
        "none": Augmentation.none(),
    }
)
"""Named recipes: ours, those of the two papers, and none at all."""
