"""Both passes of a film training as one model, and when it may call something a hip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..detection import BundleCard, Detector, load_bundle, load_card
from ..detection.bundle import HIP_FOLDER, load_film_bundle, save_film_bundle, write_film_cards
from ..detection.film_refusal import CalibratedCriteria, calibrate_criteria
from ..errors import ConfigurationError
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance
from ..imaging.film import projection_matrix
from .film_negatives import negative_picture

_NEGATIVE_SEED = 15_487_469


def join_passes(whole: Path, hip: Path, folder: Path) -> BundleCard:
    """Write the bundles of both passes as one film model; returns its card.

    Args:
        whole: bundle of the first pass.
        hip: bundle of the second pass, of a training with the same output folder.
        folder: of the joint bundle.

    Raises:
        ConfigurationError: when the passes were not trained for one another.
        ModelError: when a bundle is damaged.
    """
    card, network = load_bundle(whole)
    hip_card, hip_network = load_bundle(hip)
    ours, theirs = (c.training.get("held_out_subjects") for c in (card, hip_card))
    if ours != theirs:
        raise ConfigurationError(
            f"{whole} holds out {ours}, {hip} {theirs}: give both passes one output folder."
        )
    training = {**card.training, "second_pass": dict(hip_card.training)}
    return save_film_bundle(
        folder, replace(card, training=training), network, hip_card, hip_network
    )


def calibrated(
    folder: Path, hips: Sequence[HipImage], others: Sequence[HipImage]
) -> CalibratedCriteria:
    """Choose when the model of ``folder`` calls something a hip, and write it into the card.

    Args:
        folder: of a film model's bundle.
        hips: films of subjects that it was not trained on.
        others: pictures that show no hip.

    Raises:
        ConfigurationError: when the pictures do not tell the limits.
    """
    model = Detector.from_bundle(folder).film
    assert model is not None
    found = calibrate_criteria([model.signs(i) for i in hips], [model.signs(i) for i in others])
    card, _, hip_card, _ = load_film_bundle(folder)
    assert card.film is not None
    write_film_cards(
        folder, replace(card, film=replace(card.film, criteria=found.criteria)), hip_card
    )
    return found


def with_card_facts(
    folder: Path,
    performance: Mapping[str, Any],
    limitations: Sequence[str] = (),
    training: Mapping[str, Any] | None = None,
) -> BundleCard:
    """Write measured figures, failure modes and facts into the card of a film model."""
    card = load_card(folder)
    hip_card = load_card(folder / HIP_FOLDER)
    card = replace(
        card,
        performance={**card.performance, **performance},
        limitations=tuple(limitations) or card.limitations,
        training={**card.training, **(training or {})},
    )
    write_film_cards(folder, card, hip_card)
    return card


def pictures_without_hip(count: int, side: int = 512) -> list[HipImage]:
    """Random pictures that show no hip, always the same ones, none of them of a training."""
    pictures = []
    for number in range(count):
        pixels = negative_picture((side, side), np.random.default_rng([_NEGATIVE_SEED, number]))
        filled = np.nan_to_num(pixels, nan=float(np.nanmin(pixels)))
        pictures.append(
            HipImage(
                filled[None],
                projection_matrix(1.0, 1.0),
                Modality.XRAY,
                Calibration(SpacingProvenance.NONE),
                f"picture without a hip {number}",
            )
        )
    return pictures
