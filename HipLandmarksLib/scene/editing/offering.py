"""Autosaved reviews of an image that were never saved in a scene."""

from __future__ import annotations

from pathlib import Path

from ...imaging import HipImage
from ...review import JournalOffer, find_offers, image_key
from ...review.journal import ENDING


def offers(folder: Path | str, image: HipImage) -> tuple[JournalOffer, ...]:
    """What a crash left of the reviews of an image, the latest first.

    Args:
        folder: of the autosave.
        image: any image with the same grey values has the same reviews.
    """
    return find_offers(folder, image_key(image.pixels))


def page_offers(folder: Path | str, image: HipImage) -> dict[str, tuple[JournalOffer, ...]]:
    """What a crash left of the pages of reviews of an image: by page, the latest first.

    The first page has the name "".

    Args:
        folder: of the autosave.
        image: as :func:`offers` takes it.
    """
    key = image_key(image.pixels)
    start = len(key) + 1
    names = [path.name for path in Path(folder).glob(f"{key}.*-*{ENDING}")]
    pages = ["", *sorted({name[start : name.rindex("-")] for name in names})]
    found = {page: find_offers(folder, page_key(key, page)) for page in pages}
    return {page: of_page for page, of_page in found.items() if of_page}


def page_key(key: str, page: str) -> str:
    """Key under which a page of a review is autosaved; that of the image for the first page."""
    return f"{key}.{page}" if page else key
