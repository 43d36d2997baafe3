"""Training on labelled slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..detection import BundleCard, Channels, Detector, load_card, save_bundle, write_card
from ..networks import build_network
from .config import TrainingConfig
from .evaluate import slice_errors
from .labels import LabelledSlice
from .limb_statistics import limb_variances
from .model_card import run_card
from .pools import Pools
from .sampling import Batch, Sampler
from .trainer import TrainingLoop


class Trainer(TrainingLoop):
    """One run of a :class:`TrainingConfig`."""

    def __init__(
        self,
        config: TrainingConfig,
        pools: Pools,
        held_out: Sequence[LabelledSlice] = (),
        slice_offset_mm: float = 0.0,
    ) -> None:
        """See :class:`.TrainingLoop`."""
        super().__init__(config)
        self.config = config
        self.pools = pools
        self.held_out = list(held_out)
        self.slice_offset_mm = slice_offset_mm
        channels = Channels.of_keys(config.keys)
        self.sampler = Sampler(channels, config.crop, config.augmentation)

    def draw(self, rng: np.random.Generator) -> Batch:
        """Augmented crops of random slices."""
        return self.sampler.batch(self.pools.draw(self.config.batch, rng), rng)

    @property
    def epoch_size(self) -> int:
        """Number of slices of all kinds."""
        return self.pools.size

    def held_out_errors(self) -> list[float | None]:
        """On the slices of the held-out patients that their reader chose."""
        if not self.held_out:
            return []
        return [error.error_mm for error in slice_errors(self.detector(), self.held_out)]

    def detector(self) -> Detector:
        """A detector with the averaged weights."""
        network = build_network(self.config.network)
        network.load_state_dict(self.optimisation.averaged.state_dict())
        return Detector(network, self.card(), self.device.name)

    def card(self) -> BundleCard:
        """The card of this run's bundle."""
        facts = {**self.facts(), "patients": self.pools.cases}
        return run_card(self.config, self.slice_offset_mm, facts)

    def write_bundle(self) -> None:
        """Weights and card, with the variances of the limbs' fields."""
        averaged = self.optimisation.averaged
        variances = limb_variances(averaged, self.config.limbs, self.draw, self.config.seed)
        save_bundle(self.bundle, replace(self.card(), limb_variances=variances), averaged)

    def note(self, facts: dict[str, Any]) -> None:
        """Add ``facts`` to what the card tells of the training."""
        card = load_card(self.bundle)
        write_card(self.bundle, replace(card, training={**card.training, **facts}))
