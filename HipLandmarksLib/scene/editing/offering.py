"""Autosaved reviews of an image that were never saved in a scene."""

from __future__ import annotations

from pathlib import Path

from ...imaging import HipImage
from ...review import JournalOffer, find_offers, image_key


def offers(folder: Path | str, image: HipImage) -> tuple[JournalOffer, ...]:
    """What a crash left of the reviews of an image, the latest first.

    Args:
        folder: of the autosave.
        image: any image with the same grey values has the same reviews.
    """
    return find_offers(folder, image_key(image.pixels))
