"""A model bundle: ``model.json`` (the card) and ``weights.safetensors``, tied by SHA-256.

A film model holds a second bundle in its folder ``hip``, for the second pass over each hip, and
may hold a reader of letters in ``letters`` (see :mod:`.letter_bundle`); the outer card names the
SHA-256 of the inner ones' cards.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..errors import ConfigurationError, ModelError
from ..files import atomic_path, write_text_atomic
from ..networks import LandmarkNetwork, build_network
from .bundle_files import CARD_NAME, HIP_FOLDER, WEIGHTS_NAME, file_sha256
from .card import BundleCard, ImageFrame
from .letter_card import LETTERS_FOLDER
from .tensors import save_tensors


def save_bundle(folder: Path | str, card: BundleCard, network: LandmarkNetwork) -> BundleCard:
    """Write weights (float16 where it can hold them) and card; returns the card with its checksum.

    The weights come first and the card last, so that a bundle with a card is complete.

    Raises:
        ModelError: when a weight is not a finite number.
    """
    folder = Path(folder)
    broken = [name for name, tensor in network.state_dict().items() if not _is_finite(tensor)]
    if broken:
        raise ModelError(
            f"The model {card.id} is not written: {broken[0]} holds numbers that are not finite. "
            "Train it again with a lower learning rate."
        )
    tensors = {name: _stored(tensor) for name, tensor in network.state_dict().items()}
    with atomic_path(folder / WEIGHTS_NAME) as temporary:
        save_tensors(tensors, temporary)
    sealed = replace(card, sha256=file_sha256(folder / WEIGHTS_NAME))
    write_card(folder, sealed)
    return sealed


def save_film_bundle(
    folder: Path | str,
    card: BundleCard,
    network: LandmarkNetwork,
    hip_card: BundleCard,
    hip_network: LandmarkNetwork,
) -> BundleCard:
    """Write both passes of a film model; returns the outer card with its checksums.

    Args:
        folder: of the bundle.
        card, network: of the first pass (frame ``film``).
        hip_card, hip_network: of the second pass (frame ``hip``).

    Raises:
        ConfigurationError: when the cards are not those of a first and a second pass.
        ModelError: when a weight is not a finite number.
    """
    folder = Path(folder)
    if card.film is None or hip_card.frame is not ImageFrame.HIP:
        raise ConfigurationError("A film model has a card of the frame film, and one of hip.")
    save_bundle(folder / HIP_FOLDER, hip_card, hip_network)
    return save_bundle(folder, _sealing(folder, card), network)


def write_film_cards(folder: Path | str, card: BundleCard, hip_card: BundleCard) -> None:
    """Write both cards of a film model again, e.g. with measured performance or new limits."""
    folder = Path(folder)
    write_card(folder / HIP_FOLDER, hip_card)
    write_card(folder, _sealing(folder, card))


def load_film_bundle(
    folder: Path | str,
) -> tuple[BundleCard, LandmarkNetwork, BundleCard, LandmarkNetwork]:
    """Read both passes of a film model: card and network of the whole film, then of one hip.

    Raises:
        ModelError: when a part is missing, altered or does not fit, or it is no film model.
    """
    card, network = load_bundle(folder)
    if card.film is None:
        raise ModelError(f"The model {card.id} does not read films.")
    inner = Path(folder) / HIP_FOLDER
    if not (inner / CARD_NAME).is_file():
        raise ModelError(f"The model {card.id} is incomplete: {inner / CARD_NAME} is missing.")
    if file_sha256(inner / CARD_NAME) != card.film.hip_sha256:
        raise ModelError(
            f"The second pass of the model {card.id} is not the one its card names (SHA-256 of "
            f"{HIP_FOLDER}/{CARD_NAME} differs): it is damaged or was exchanged. Copy the whole "
            "bundle again."
        )
    hip_card, hip_network = load_bundle(inner)
    if hip_card.frame is not ImageFrame.HIP:
        raise ModelError(f"The second pass of the model {card.id} is not a model of one hip.")
    return card, network, hip_card, hip_network


def write_card(folder: Path | str, card: BundleCard) -> None:
    """Write ``model.json`` alone, e.g. after measured performance has been added."""
    write_text_atomic(Path(folder) / CARD_NAME, json.dumps(card.to_dict(), indent=1) + "\n")


def load_card(folder: Path | str) -> BundleCard:
    """Read the card of a bundle.

    Raises:
        ModelError: when the folder holds no readable card.
    """
    path = Path(folder) / CARD_NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} is not a model bundle ({CARD_NAME} cannot be read); give the folder that "
            f"holds {CARD_NAME} and {WEIGHTS_NAME}."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path} is damaged: it holds no card.")
    return BundleCard.from_dict(data)


def load_bundle(folder: Path | str) -> tuple[BundleCard, LandmarkNetwork]:
    """Read a bundle whose weights are the ones its card names.

    Raises:
        ModelError: when a part is missing, altered or does not fit.
    """
    card = load_card(folder)
    weights = Path(folder) / WEIGHTS_NAME
    if not weights.is_file():
        raise ModelError(f"The model {card.id} is incomplete: {weights} is missing.")
    if file_sha256(weights) != card.sha256:
        raise ModelError(
            f"The weights of the model {card.id} are not the ones its card names (SHA-256 "
            "differs): the file is damaged or was exchanged. Copy the whole bundle again."
        )
    try:
        network = build_network(card.network)
        tensors = {name: tensor.float() for name, tensor in load_file(weights).items()}
        network.load_state_dict(_with_counters(tensors, network))
    except (SafetensorError, RuntimeError, ConfigurationError) as error:
        raise ModelError(
            f"The weights of the model {card.id} do not fit its card: {error}"
        ) from error
    return card, network.eval()


def _sealing(folder: Path, card: BundleCard) -> BundleCard:
    """The outer card with the checksums of the inner cards that lie in ``folder``."""
    assert card.film is not None
    hip, letters = (folder / name / CARD_NAME for name in (HIP_FOLDER, LETTERS_FOLDER))
    reader = file_sha256(letters) if letters.is_file() else ""
    film = replace(card.film, hip_sha256=file_sha256(hip), letters_sha256=reader)
    return replace(card, film=film)


def _stored(tensor: Tensor) -> Tensor:
    """Float16 ends at 65504; the variance of a layer's activations can lie beyond."""
    tensor = tensor.detach().cpu().contiguous()
    if not tensor.is_floating_point():
        return tensor
    short = tensor.half()
    return short if _is_finite(short) else tensor.float()


def _is_finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _with_counters(tensors: dict[str, Tensor], network: LandmarkNetwork) -> dict[str, Tensor]:
    """Integer buffers (batch counters) keep their type."""
    types = {name: tensor.dtype for name, tensor in network.state_dict().items()}
    return {name: tensor.to(types.get(name, torch.float32)) for name, tensor in tensors.items()}
