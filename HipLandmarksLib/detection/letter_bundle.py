"""A letter reader on the disk: in a folder of its own, or as a part of a film model's bundle."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from ..errors import ConfigurationError, ModelError
from ..files import atomic_path, write_text_atomic
from ..networks.letters import LetterNetwork
from .bundle import load_card, write_card
from .bundle_files import CARD_NAME, WEIGHTS_NAME, file_sha256
from .card import BundleCard
from .letter_card import LETTERS_FOLDER, LetterCard, LetterClass
from .letter_reader import LetterReader
from .tensors import save_tensors


def save_letter_reader(folder: Path | str, card: LetterCard, network: LetterNetwork) -> LetterCard:
    """Write weights (float16) and card of a reader; returns the card with its checksum.

    Raises:
        ModelError: when a weight is not a finite number.
    """
    folder = Path(folder)
    tensors = {
        name: (own.half() if own.is_floating_point() else own).detach().cpu().contiguous()
        for name, own in network.state_dict().items()
    }
    broken = [name for name, own in tensors.items() if not bool(own.isfinite().all())]
    if broken:
        raise ModelError(
            f"The letter reader is not written: {broken[0]} holds numbers that are not finite. "
            "Train it again with a lower learning rate."
        )
    with atomic_path(folder / WEIGHTS_NAME) as temporary:
        save_tensors(tensors, temporary)
    sealed = replace(card, sha256=file_sha256(folder / WEIGHTS_NAME))
    write_letter_card(folder, sealed)
    return sealed


def write_letter_card(folder: Path | str, card: LetterCard) -> None:
    """Write the card of a reader alone, e.g. after its performance has been measured."""
    write_text_atomic(Path(folder) / CARD_NAME, json.dumps(card.to_dict(), indent=1) + "\n")


def load_letter_reader(folder: Path | str, device: str = "cpu") -> LetterReader:
    """Read a reader whose weights are the ones its card names.

    Raises:
        ModelError: when a part is missing, altered or does not fit.
    """
    folder = Path(folder)
    card = _load_card(folder)
    weights = folder / WEIGHTS_NAME
    if not weights.is_file():
        raise ModelError(f"The letter reader is incomplete: {weights} is missing.")
    if file_sha256(weights) != card.sha256:
        raise ModelError(
            f"The weights of the letter reader in {folder} are not the ones its card names "
            "(SHA-256 differs): copy the whole bundle again."
        )
    try:
        network = LetterNetwork(len(LetterClass), card.widths)
        tensors = load_file(weights)
        network.load_state_dict(
            {name: own.float() if own.is_floating_point() else own for name, own in tensors.items()}
        )
    except (SafetensorError, RuntimeError, ConfigurationError) as error:
        raise ModelError(
            f"The weights of the letter reader do not fit its card: {error}"
        ) from error
    return LetterReader(network, card, device)


def bundled_letter_reader(
    folder: Path | str, card: BundleCard, device: str = "cpu"
) -> LetterReader | None:
    """The reader in the bundle of a film model; None for a model that reads no letters.

    Args:
        folder: of the film model.
        card: of the film model, which names the SHA-256 of the reader's card.
        device: that runs it.

    Raises:
        ModelError: when it is missing, damaged, or another one than the model names.
    """
    if card.film is None or not card.film.letters_sha256:
        return None
    own = Path(folder) / LETTERS_FOLDER
    if not (own / CARD_NAME).is_file():
        raise ModelError(f"The model {card.id} is incomplete: {own / CARD_NAME} is missing.")
    if file_sha256(own / CARD_NAME) != card.film.letters_sha256:
        raise ModelError(
            f"The letter reader of the model {card.id} is not the one its card names (SHA-256 of "
            f"{LETTERS_FOLDER}/{CARD_NAME} differs): copy the whole bundle again."
        )
    return load_letter_reader(own, device)


def put_letter_reader(bundle: Path | str, reader: Path | str) -> BundleCard:
    """Put a trained reader into the bundle of a film model, in place of an earlier one.

    Args:
        bundle: folder of the film model; its card is written again.
        reader: folder of the reader.

    Returns:
        The card of the film model.

    Raises:
        ConfigurationError: when the model does not find the places of letters.
        ModelError: when one of them is damaged.
    """
    bundle, reader = Path(bundle), Path(reader)
    card = load_card(bundle)
    if card.film is None or not card.channels.finds_letters:
        raise ConfigurationError(
            f"The model {card.id} does not find letters on films: a reader is of no use to it."
        )
    load_letter_reader(reader)  # a damaged one is not copied
    own = bundle / LETTERS_FOLDER
    own.mkdir(exist_ok=True)
    for name in (WEIGHTS_NAME, CARD_NAME):
        with atomic_path(own / name) as temporary:
            shutil.copyfile(reader / name, temporary)
    digest = file_sha256(own / CARD_NAME)
    card = replace(card, film=replace(card.film, letters_sha256=digest))
    write_card(bundle, card)
    return card


def _load_card(folder: Path) -> LetterCard:
    path = folder / CARD_NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} holds no letter reader ({CARD_NAME} cannot be read); give the folder that "
            f"holds {CARD_NAME} and {WEIGHTS_NAME}."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}") from error
    return LetterCard.from_dict(data if isinstance(data, dict) else {})
