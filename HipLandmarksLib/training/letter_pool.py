"""The crops of a letter training on the disk: made once, in parts, so that nothing is lost."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..detection.letter_card import LetterClass
from ..errors import ConfigurationError, HipLandmarksError
from ..files import atomic_path, write_text_atomic
from ..synthesis.radiograph.store import ViewStore
from .letter_config import LetterConfig
from .letter_crops import CropMaker, LetterCrop

Report = Callable[[str, int, int], None]
"""Called with (stage and figures, done, total)."""

_PER_FILE = 50
_STREAM = 67_867_979
_OF_CROPS = (*("drawn", "robust_share", "objects", "side_px", "pixel_mm", "seed"),)
"""Settings that the crops depend on; more films may be asked for later."""


@dataclass(frozen=True, eq=False)
class LetterPool:
    """All crops of a training.

    Attributes:
        crops: (N, H, W) grey values as 1 to 255, 0 outside the film.
        shows: (N,) number of the class among R, L and other (see :class:`.LetterClass`).
    """

    crops: NDArray[np.uint8]
    shows: NDArray[np.int64]


def letter_pool(
    config: LetterConfig, held_out: Sequence[str], report: Report | None = None
) -> LetterPool:
    """The crops that ``config`` asks for; those that lie in its folder are not made again.

    Args:
        config: of the training.
        held_out: subjects that no crop may come from.
        report: told about every film.

    Raises:
        ConfigurationError: when there are no views, or the folder holds crops of other settings.
    """
    folder = config.output / "crops"
    _require_same(folder, config, held_out)
    store = ViewStore.open(config.views)
    records = [record for record in store.records if record.subject not in held_out]
    if not records:
        raise ConfigurationError(f"{config.views} holds no views of subjects to train on.")
    maker, parts = CropMaker(config), []
    for first in range(0, config.films, _PER_FILE):
        path = folder / f"{first:06d}.npz"
        numbers = range(first, first + _PER_FILE)
        if not path.is_file():
            found: list[LetterCrop] = []
            for number in numbers:
                rng = np.random.default_rng([_STREAM, config.seed, number])
                record = records[int(rng.integers(len(records)))]
                try:
                    found += maker.crops(store.view(record), rng)
                except HipLandmarksError as error:
                    told = f"No crops can be made of view {record.number}: {error}"
                    warnings.warn(told, RuntimeWarning, stacklevel=2)
                if report is not None:
                    report("films", number + 1, config.films)
            _write(path, found)
        with np.load(path) as data:
            parts.append((data["crops"], data["shows"]))
    return LetterPool(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _require_same(folder: Path, config: LetterConfig, held_out: Sequence[str]) -> None:
    path = folder / "settings.json"
    plain = config.to_dict()
    told = {name: plain[name] for name in _OF_CROPS}
    text = json.dumps({**told, "held_out": sorted(held_out)}, indent=1) + "\n"
    if not path.is_file():
        write_text_atomic(path, text)
    elif path.read_text(encoding="utf-8") != text:
        raise ConfigurationError(
            f"{folder} holds crops of other settings: remove it, or give another output folder."
        )


def _write(path: Path, found: Sequence[LetterCrop]) -> None:
    order = list(LetterClass)
    crops = np.stack([as_bytes(crop.pixels) for crop in found])
    shows = np.array([order.index(crop.shows) for crop in found], dtype=np.int64)
    with atomic_path(path) as temporary:
        np.savez(temporary, crops=crops, shows=shows)


def as_bytes(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey values of 0 to 1 as 1 to 255; 0 outside the film."""
    scaled = np.clip(1 + 254 * np.nan_to_num(pixels), 1, 255)
    return np.where(np.isfinite(pixels), np.rint(scaled), 0).astype(np.uint8)
