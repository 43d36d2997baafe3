"""How much the projection of each limb's field varies on training pairs: the limb's weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from ..detection import LimbChannels, limb_score
from ..networks import LandmarkNetwork
from .sampling import Batch

_BATCHES = 20
_SEED = 32_452_843
_LEAST_PAIRS = 10
_LEAST_VARIANCE = 0.02**2
"""A projection is never known better than to 0.02, however well a few pairs agree."""


def limb_variances(
    network: LandmarkNetwork,
    limbs: LimbChannels,
    draw: Callable[[np.random.Generator], Batch],
    seed: int,
) -> tuple[float, ...]:
    """Variance of w for every limb, on training samples; see :func:`variances_of`.

    Args:
        network: on any device; left in evaluation mode. Without fields the result is empty.
        limbs: of its fields.
        draw: makes a batch as in the training.
        seed: of the training.
    """
    if network.spec.limbs == 0:
        return ()
    drawn = (np.random.default_rng([seed, _SEED, number]) for number in range(_BATCHES))
    return variances_of(pair_projections(network, limbs, map(draw, drawn)))


def pair_projections(
    network: LandmarkNetwork, limbs: LimbChannels, batches: Iterable[Batch]
) -> list[list[float]]:
    """Projections of the network's fields on every limb whose two true ends are in the crop.

    Args:
        network: with fields, on any device; left in evaluation mode.
        limbs: the limbs of its fields.
        batches: training crops.
    """
    network.eval()
    device = next(network.parameters()).device
    found: list[list[float]] = [[] for _ in limbs.pairs]
    for batch in batches:
        with torch.inference_mode():
            fields = network(torch.from_numpy(batch.images).to(device)).fields
        assert fields is not None
        _add(found, fields.float().cpu().numpy(), batch, limbs)
    return found


def variances_of(projections: list[list[float]]) -> tuple[float, ...]:
    """Mean square of 1 - w for every limb; empty when no limb has enough pairs.

    The variance is about 1, which a perfect field gives. About its own mean, the field of a limb
    that was never learnt would hardly vary and weigh most. A limb with few pairs gets the largest
    variance of the others.
    """
    known = {
        number: max(float(np.mean((1.0 - np.asarray(own)) ** 2)), _LEAST_VARIANCE)
        for number, own in enumerate(projections)
        if len(own) >= _LEAST_PAIRS
    }
    if not known:
        return ()
    worst = max(known.values())
    return tuple(known.get(number, worst) for number in range(len(projections)))


def _add(
    found: list[list[float]], fields: NDArray[np.float32], batch: Batch, limbs: LimbChannels
) -> None:
    placed = (batch.weight > 0) & (batch.absent == 0)
    for image, points in enumerate(batch.points):
        for number, (start, end) in enumerate(limbs.pairs):
            if placed[image, start] and placed[image, end]:
                w = limb_score(fields[image, number], points[start], points[end]).projection
                if w is not None and np.isfinite(w):
                    found[number].append(w)
