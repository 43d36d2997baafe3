"""Models of one recipe joined to one: its members answer together, and their spread is doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..networks import LandmarkNetwork, NetworkEnsemble
from .bundle import load_bundle, load_card, load_film_bundle, save_bundle, save_film_bundle
from .card import BundleCard
from .letter_bundle import put_letter_reader
from .letter_card import LETTERS_FOLDER

_ALIKE = ("modality", "frame", "channels", "preprocessing", "decoder", "limb_names", "mirror")
"""What the members of an ensemble share, beside the description of their networks."""

_OF_FILMS = ("reference", "side_px", "edge")

_ENSEMBLE = "Ensemble of {} networks. "

Part = tuple[BundleCard, LandmarkNetwork]


def join_bundles(folders: Sequence[Path], out: Path, name: str | None = None) -> BundleCard:
    """Write one bundle whose network is the ensemble of several bundles' networks.

    It is read like any other bundle. Its doubt is not calibrated, for it is another one than that
    of its members, and its errors are not measured: both are left to the user of the command.

    Args:
        folders: bundles of the same recipe, trained with seeds or on folds of their own; an
            ensemble among them joins with all its members.
        out: folder of the new bundle; it must not hold a model yet.
        name: id of the new model; None: that of the first one, with ``-ensemble``.

    Returns:
        The card of the ensemble.

    Raises:
        ConfigurationError: when there are fewer than two, they are of different recipes, or
            ``out`` is taken.
        ModelError: when a bundle is missing, damaged or altered.
    """
    if len(folders) < 2:
        raise ConfigurationError("An ensemble has two members or more: give several bundles.")
    if out.exists() and any(out.iterdir()):
        raise ConfigurationError(f"{out} is not empty: give a new folder for the ensemble.")
    name = name or f"{load_card(folders[0]).id}-ensemble"
    if load_card(folders[0]).film is None:
        return save_bundle(out, *_joined([load_bundle(folder) for folder in folders], name))
    passes = [load_film_bundle(folder) for folder in folders]
    whole = _joined([(card, network) for card, network, _, _ in passes], name)
    hips = _joined([(card, network) for _, _, card, network in passes], name)
    sealed = save_film_bundle(out, *whole, *hips)
    letters = [folder / LETTERS_FOLDER for folder in folders if (folder / LETTERS_FOLDER).is_dir()]
    return put_letter_reader(out, letters[0]) if letters else sealed


def _joined(parts: Sequence[Part], name: str) -> Part:
    cards = [card for card, _ in parts]
    _require_one_recipe(cards)
    networks = [single for _, network in parts for single in _members(network)]
    ensemble = NetworkEnsemble(networks)
    first, variances = cards[0], np.array([card.limb_variances for card in cards])
    card = replace(
        first,
        id=name,
        description=_ENSEMBLE.format(len(networks))
        + first.description.removeprefix(_ENSEMBLE.format(first.network.members)),
        network=ensemble.spec,
        slice_offset_mm=float(np.mean([card.slice_offset_mm for card in cards])),
        limb_variances=tuple(float(value) for value in variances.mean(axis=0)),
        training=_training(cards),
        performance={},
        limitations=tuple(dict.fromkeys(each for card in cards for each in card.limitations)),
        calibration=None,
    )
    return card, ensemble


def _members(network: LandmarkNetwork) -> tuple[LandmarkNetwork, ...]:
    return network.members if isinstance(network, NetworkEnsemble) else (network,)


def _training(cards: Sequence[BundleCard]) -> dict[str, Any]:
    """What every member was trained on, and all licences."""
    licences = dict.fromkeys(str(card.training.get("licence", "")) for card in cards)
    return {
        "licence": " ".join(text for text in licences if text),
        "members": [
            dict(own) for card in cards for own in card.training.get("members", [card.training])
        ],
    }


def _require_one_recipe(cards: Sequence[BundleCard]) -> None:
    first = cards[0]
    for card in cards[1:]:
        differing = [part for part in _ALIKE if getattr(card, part) != getattr(first, part)]
        if replace(card.network, members=1) != replace(first.network, members=1):
            differing.append("network")
        if card.film is not None and first.film is not None:
            theirs, ours = vars(card.film), vars(first.film)
            differing += [part for part in _OF_FILMS if theirs[part] != ours[part]]
        if bool(card.limb_variances) != bool(first.limb_variances):
            differing.append("limb_variances")
        if differing:
            raise ConfigurationError(
                f"{card.id} {card.version} and {first.id} {first.version} are of different recipes "
                f"({', '.join(differing)}): an ensemble joins models that differ in their seed or "
                "their patients only."
            )
