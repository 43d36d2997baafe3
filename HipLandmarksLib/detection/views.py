"""Views of one image for test-time augmentation, and the exact way back from each of them.

A view is an affine of network pixels about the image centre (pixel centres at integers), perhaps
after a mirror, and a change of the grey values. What the network says of a view is brought back to
the image: heatmaps as densities, fields as vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..errors import ConfigurationError
from ..imaging import PlaneTransform
from .channels import Channels
from .limbs import LimbChannels
from .reading import LandmarkMaps

BACKGROUND = -1.0
"""Grey value of network input beyond the image."""


@dataclass(frozen=True)
class View:
    """One way to show an image to a network.

    Attributes:
        rotation_deg: turns the content from x (right) towards y (down), i.e. clockwise.
        scale: above 1 enlarges the content.
        shift_px: (x, y) translation of the content, network pixels, after the rest.
        mirror: left and right are exchanged first.
        brightness: factor of the grey values, black being 0.
        contrast: factor of the grey values about their mean.
        gamma: exponent of the grey values, black being 0 and bright tissue about 1.

    Raises:
        ConfigurationError: when a value cannot be undone or makes no sense.
    """

    rotation_deg: float = 0.0
    scale: float = 1.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    mirror: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    gamma: float = 1.0

    def __post_init__(self) -> None:
        factors = (self.scale, self.brightness, self.contrast, self.gamma)
        if not all(0.2 <= factor <= 5 for factor in factors):
            raise ConfigurationError(
                f"Scale, brightness, contrast and gamma of a view must be 0.2 to 5, not {factors}."
            )
        if not np.isfinite((self.rotation_deg, *self.shift_px)).all():
            raise ConfigurationError("Rotation and shift of a view must be finite numbers.")

    @property
    def moves(self) -> bool:
        """Whether it resamples the image; a mirror alone does not."""
        return bool(self.rotation_deg or self.scale != 1 or any(self.shift_px))

    @property
    def changes_grey_values(self) -> bool:
        """Whether it changes more than places."""
        return not self.brightness == self.contrast == self.gamma == 1

    def matrix(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """3x3 map from pixels (x, y, 1) of an image of ``shape`` (height, width) to the view's."""
        identity = PlaneTransform.identity(shape)
        mirrored = identity.flipped_horizontally() if self.mirror else identity
        return self._affine(shape) @ mirrored.matrix

    def shown(self, images: Tensor) -> Tensor:
        """The view of (B, C, H, W) images with grey values of about -1 to 1."""
        if self.mirror:
            images = torch.flip(images, dims=[3])
        if self.moves:
            images = _sampled(images - BACKGROUND, self._back(_shape_of(images))) + BACKGROUND
        return self._lit(images) if self.changes_grey_values else images

    def seen(self, images: Tensor) -> Tensor:
        """(H, W) share of each pixel of the image that lies within the view, 0 to 1."""
        mask = _covered(images, self._affine(_shape_of(images)))
        return torch.flip(mask, dims=[1]) if self.mirror else mask

    def undone(
        self, maps: LandmarkMaps, channels: Channels, limbs: LimbChannels | None = None
    ) -> LandmarkMaps:
        """Maps of the view as maps of the image; places and "nowhere" sum to 1 as before.

        Probability is a density: what is resampled must be multiplied by the area that a pixel
        of the image has in the view. It is scaled until it sums to what the view places within
        the image, which is that factor without the error of resampling. What the view places
        beyond the image is "nowhere".

        Args:
            maps: of images that :meth:`shown` made.
            channels: the landmarks; left and right are exchanged by a mirror.
            limbs: the fields' limbs, needed to mirror them.

        Raises:
            ConfigurationError: when there are fields to mirror and no limbs.
        """
        if self.moves:
            maps = self._unmoved(maps)
        return mirrored_maps(maps, channels, limbs) if self.mirror else maps

    def _unmoved(self, maps: LandmarkMaps) -> LandmarkMaps:
        shape = _shape_of(maps.places)
        affine = self._affine(shape)
        inside = _covered(maps.places, self._back(shape))
        kept = torch.einsum("blhw,hw->bl", maps.places, inside)
        places = _sampled(maps.places, affine)
        mass = places.sum(dim=(2, 3))
        places = places * (kept / mass.clamp(min=1e-12))[..., None, None]
        nowhere = torch.where(mass > 0, 1 - kept, 1.0)
        fields = None if maps.fields is None else self._unturned(maps.fields, affine)
        return LandmarkMaps(places, nowhere, fields, maps.presence)

    def _unturned(self, fields: Tensor, affine: NDArray[np.float64]) -> Tensor:
        """Unit vectors stay unit vectors: only the rotation is taken back."""
        limbs = fields.shape[1]
        moved = _sampled(fields.flatten(1, 2), affine).unflatten(1, (limbs, 2))
        back = torch.from_numpy(np.linalg.inv(affine[:2, :2] / self.scale)).to(moved)
        return torch.einsum("ij,bmjhw->bmihw", back, moved)

    def _affine(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """The map without the mirror."""
        angle = np.radians(self.rotation_deg)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        identity = PlaneTransform.identity(shape)
        return identity.about_centre(self.scale * turn, self.shift_px).matrix

    def _back(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self._affine(shape)), dtype=np.float64)

    def _lit(self, images: Tensor) -> Tensor:
        unit = (images + 1) / 2 * self.brightness
        mean = unit.mean(dim=(1, 2, 3), keepdim=True)
        unit = mean + (unit - mean) * self.contrast
        if self.gamma != 1:
            unit = unit.clamp(min=0) ** self.gamma
        return unit * 2 - 1


def mirrored_maps(
    maps: LandmarkMaps, channels: Channels, limbs: LimbChannels | None = None
) -> LandmarkMaps:
    """Maps of the mirror image: columns reversed, left and right exchanged.

    Raises:
        ConfigurationError: when there are fields and no limbs.
    """
    swap, fields = channels.mirrored, maps.fields
    if fields is not None and limbs is None:
        raise ConfigurationError("Fields can only be mirrored when their limbs are known.")
    return LandmarkMaps(
        torch.flip(maps.places, dims=[3])[:, swap],
        maps.nowhere[:, swap],
        None if fields is None or limbs is None else mirrored_fields(fields, limbs),
        None if maps.presence is None else maps.presence[:, swap],
    )


def mirrored_fields(fields: Tensor, limbs: LimbChannels) -> Tensor:
    """(B, M, 2, H, W) fields of the image's mirror image, right and left swapped.

    Columns are reversed, x is negated, limbs change sides; a bilateral limb runs from right to
    left again, so that its vectors are turned round as well.
    """
    flipped = torch.flip(fields, dims=[-1])[:, limbs.mirrored]
    turn = torch.tensor([-1.0 if turned else 1.0 for turned in limbs.turned])
    sign = turn[:, None] * torch.tensor([-1.0, 1.0])
    return flipped * sign.to(fields)[None, :, :, None, None]


def _shape_of(images: Tensor) -> tuple[int, int]:
    return (int(images.shape[-2]), int(images.shape[-1]))


def _sampled(images: Tensor, matrix: NDArray[np.float64]) -> Tensor:
    """(B, C, H, W): every pixel (x, y) takes the bilinear value at ``matrix`` (x, y), 0 outside."""
    grid = _grid(matrix, _shape_of(images)).to(images.device)
    grid = grid.expand(len(images), -1, -1, -1)
    return functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def _grid(matrix: NDArray[np.float64], shape: tuple[int, int]) -> Tensor:
    """(1, H, W, 2) for ``grid_sample``, where pixel x of W lies at (2 x + 1) / W - 1."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width]
    x, y = (row[0] * columns + row[1] * rows + row[2] for row in matrix[:2])
    grid = np.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], axis=-1)
    return torch.from_numpy(grid.astype(np.float32))[None]


def _covered(images: Tensor, matrix: NDArray[np.float64]) -> Tensor:
    """(H, W) share of each pixel that ``matrix`` maps into an image of the same size."""
    whole = torch.ones((1, 1, *_shape_of(images)), device=images.device, dtype=images.dtype)
    return _sampled(whole, matrix)[0, 0]


_PAPER_1 = (
    View(),
    *(View(shift_px=(x, y)) for x in (-5.0, 5.0) for y in (-5.0, 5.0)),
    *(View(rotation_deg=angle) for angle in (-10.0, -5.0, 5.0, 10.0)),
    *(View(scale=scale) for scale in (0.95, 1.05)),
    *(View(brightness=factor) for factor in (0.9, 1.1)),
    *(View(contrast=factor) for factor in (0.9, 1.1)),
    *(View(gamma=gamma) for gamma in (0.9, 1.1)),
)

VIEWS: Mapping[str, tuple[View, ...]] = MappingProxyType(
    {
        "none": (View(),),
        "mirror": (View(), View(mirror=True)),
        "standard": (
            View(),
            View(mirror=True),
            View(rotation_deg=5.0),
            View(rotation_deg=-5.0, mirror=True),
            View(scale=1.05),
            View(scale=0.95, mirror=True),
        ),
        # Paper 1 says "stochastic transformations"; the code that it published has these 17 fixed
        # ones and no mirror. Its shifts are pixels of 512 x 512 images, here network pixels.
        "paper1": _PAPER_1,
    }
)
"""Named sets: the image alone, with its mirror image, a cheap set of ours, and that of paper 1."""


def named_views(name: str) -> tuple[View, ...]:
    """One of :data:`VIEWS`.

    Raises:
        ConfigurationError: when there is none of that name.
    """
    if name not in VIEWS:
        raise ConfigurationError(f"There are no views {name!r}; choose one of {', '.join(VIEWS)}.")
    return VIEWS[name]
