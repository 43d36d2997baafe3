"""Limb scores of many images at once, where the network's fields lie: twin of limb_scores.

The places of all samples are worked out in float64 on the CPU; the fields, of any precision and
on any device, are only looked up there, and stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import ConfigurationError
from .limb_scores import HALF_PIXEL, LEAST_LENGTH_PX, LEAST_SAMPLES, LimbScore, LimbState
from .limbs import LimbChannels


def batched_limb_scores(
    fields: Tensor, points: Tensor, limbs: LimbChannels
) -> list[list[LimbScore]]:
    """Score every limb of every image, as :func:`.limb_scores` does for one.

    Args:
        fields: (B, M, 2, H, W), x to the right and y down, from start to end of each limb.
        points: (B, L, 2) (column, row) of the landmarks in pixels, centres at integers.
        limbs: which points are joined, in the order of ``fields``.

    Raises:
        ConfigurationError: when the numbers of fields, points and limbs do not belong together.
    """
    if fields.shape[1] != len(limbs) or points.shape[:2] != (len(fields), len(limbs.channels)):
        raise ConfigurationError(
            f"Fields {tuple(fields.shape)} and points {tuple(points.shape)} do not belong to "
            f"{len(limbs)} limbs between {len(limbs.channels)} landmarks."
        )
    if not len(limbs):
        return [[] for _ in fields]
    lines = _Lines.of(points.detach().cpu().double(), limbs, (fields.shape[3], fields.shape[4]))
    means = lines.projections(fields).clamp(-1.0, 1.0).tolist()
    outside, coincide = lines.outside.tolist(), lines.coincide.tolist()
    return [
        [_score(*each) for each in zip(*own, strict=True)]
        for own in zip(outside, coincide, means, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Lines:
    """The lines of all limbs, (B, M) each.

    Attributes:
        start, step: (B, M, 2) first end, and the way to the other one.
        length: of ``step``.
        outside, coincide: why a limb is not measured.
        shape: (height, width) of the fields.
    """

    start: Tensor
    step: Tensor
    length: Tensor
    outside: Tensor
    coincide: Tensor
    shape: tuple[int, int]

    @classmethod
    def of(cls, points: Tensor, limbs: LimbChannels, shape: tuple[int, int]) -> _Lines:
        ends = torch.tensor(limbs.pairs)
        start, end = points[:, ends[:, 0]], points[:, ends[:, 1]]
        limit = torch.tensor([shape[1], shape[0]]) - HALF_PIXEL
        inside = ((points >= -HALF_PIXEL) & (points <= limit)).all(dim=-1)
        outside = ~(inside[:, ends[:, 0]] & inside[:, ends[:, 1]])
        step = torch.where(outside[..., None], 0.0, end - start)
        length = torch.hypot(step[..., 0], step[..., 1])  # as numpy does, to the last bit
        start = torch.where(outside[..., None], 0.0, start)
        return cls(start, step, length, outside, length < LEAST_LENGTH_PX, shape)

    def projections(self, fields: Tensor) -> Tensor:
        """(B, M) mean of field times direction; means nothing for limbs that are not measured."""
        places, weights = self._samples()
        places, weights = places.to(fields.device), weights.float().to(fields.device)
        image = torch.arange(len(fields), device=fields.device)[:, None, None]
        limb = torch.arange(fields.shape[1], device=fields.device)[None, :, None]
        row, column = places // self.shape[1], places % self.shape[1]
        # looked up in the memory layout as it is: flattening would copy all fields first
        found = fields.permute(0, 3, 4, 1, 2)[image, row, column, limb].float()
        mean = torch.einsum("bmsc,bms->bmc", found, weights)
        direction = self.step / self.length.clamp(min=LEAST_LENGTH_PX)[..., None]
        return (mean.cpu().double() * direction).sum(dim=-1)

    def _samples(self) -> tuple[Tensor, Tensor]:
        """(B, M, 4 S) pixels of all bilinear samples, and what each counts in the mean."""
        count = (self.length.ceil() + 1).clamp(min=LEAST_SAMPLES)[..., None]
        number = torch.arange(int(count.max()))
        share = (number / (count - 1)).clamp(max=1.0)
        xy = self.start[..., None, :] + share[..., None] * self.step[..., None, :]
        height, width = self.shape
        row, high = _cells(xy[..., 1], height)
        column, right = _cells(xy[..., 0], width)
        row1, column1 = _next(row, height), _next(column, width)
        counts = (number < count) / count
        corners = [
            (row * width + column, (1 - high) * (1 - right)),
            (row * width + column1, (1 - high) * right),
            (row1 * width + column, high * (1 - right)),
            (row1 * width + column1, high * right),
        ]
        places = torch.cat([place for place, _ in corners], dim=-1)
        return places, torch.cat([part * counts for _, part in corners], dim=-1)


def _cells(along: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """First pixel of the two that a coordinate lies between, and how far it is to the second."""
    along = along.clamp(0, size - 1)
    first = along.floor().clamp(max=max(size - 2, 0))
    return first.long(), along - first


def _next(first: Tensor, size: int) -> Tensor:
    return (first + 1).clamp(max=size - 1)


def _score(outside: bool, coincide: bool, mean: float) -> LimbScore:
    if outside:
        return LimbScore(LimbState.OUTSIDE)
    if coincide:
        return LimbScore(LimbState.POINTS_COINCIDE)
    return LimbScore(LimbState.MEASURED, mean)
