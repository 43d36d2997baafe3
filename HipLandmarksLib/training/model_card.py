"""The model card of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..detection import BundleCard, Channels, Decoder
from .config import TrainingConfig


def run_card(
    config: TrainingConfig, slice_offset_mm: float, facts: Mapping[str, Any]
) -> BundleCard:
    """The card of a bundle that ``config`` trains.

    Args:
        config: of the run.
        slice_offset_mm: how far the measuring slice lies behind the head centre.
        facts: what the run has reached; they follow licence and recipe.
    """
    return BundleCard(
        id=config.bundle_id,
        version=config.version,
        description=config.description,
        modality=config.modality,
        network=config.network,
        channels=Channels.of_keys(config.keys),
        preprocessing=config.preprocessing,
        decoder=Decoder(target_sigma=config.sigma_px, reading=config.loss.reading),
        slice_offset_mm=slice_offset_mm,
        mirror=True,
        limb_partners=config.limb_partners,
        training={
            "licence": config.licence,
            "augmentation": config.augmentation.name,
            "recipe": config.to_dict(),
            **facts,
        },
    )
