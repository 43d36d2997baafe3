"""``LetterConfig``: everything that decides the training of a letter reader."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..detection.letter_card import LetterCard
from ..errors import ConfigurationError
from ..synthesis.radiograph.objects import ObjectShares
from .settings import checked_settings, read_settings

KIND = "letters"
"""``kind: letters`` in a configuration file makes it one of these."""

_SHARES: Mapping[str, float] = MappingProxyType(
    {
        **{"marker": 1.0, "text": 0.5, "box": 0.4, "line": 0.2, "fasteners": 0.15, "tube": 0.15},
        **{"prosthesis": 0.15, "fixation": 0.12},
    }
)
_FOLDERS = ("output", "views", "film_model")


@dataclass(frozen=True)
class LetterConfig:
    """Settings of the training of a letter reader; it validates itself.

    Attributes:
        output: folder of the run: crops and the reader.
        views: folder of cached bone views (see :class:`..synthesis.radiograph.store.ViewStore`).
        film_model: bundle of the film model whose first pass finds the places of letters: the
            subjects that it holds out are held out here as well, the limits are set and the
            reader is measured with it, and ``bundle`` in the output folder is a copy of it that
            reads letters. Without it there is a reader with the usual limits and no figures.
        held_out_subjects: further subjects that are never trained on.
        version, licence: go into the card.
        films: how many parts of films the crops come from, rounded up to fifties.
        drawn: letters, and as many other signs, drawn on each of these parts.
        robust_share: share of films whose looks stray far beyond those of real films.
        objects: how often each kind of object lies on them.
        side_px, pixel_mm, widths: of the reader (see :class:`.LetterCard`).
        steps, batch, learning_rate, weight_decay: of the optimisation.
        inverted_share: share of crops that are shown with dark bone (MONOCHROME1).
        test_films: films of held-out subjects that set the limits, and as many that measure.
        seed: of every random choice.

    Raises:
        ConfigurationError: in one sentence, when a value makes no sense.
    """

    output: Path
    views: Path
    film_model: Path | None = None
    held_out_subjects: tuple[str, ...] = ()
    version: str = "0.1.0"
    licence: str = "not stated"
    films: int = 1500
    drawn: int = 5
    robust_share: float = 0.3
    objects: ObjectShares = field(default_factory=lambda: ObjectShares(**_SHARES))
    side_px: int = 64
    pixel_mm: float = 0.6
    widths: tuple[int, ...] = (16, 24, 40, 48)
    steps: int = 3000
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    inverted_share: float = 0.2
    test_films: int = 300
    seed: int = 29

    def __post_init__(self) -> None:
        positive = ("films", "steps", "batch", "learning_rate", "test_films")
        not_negative = ("drawn", "weight_decay", "seed")
        for name in (*positive, *not_negative):
            if getattr(self, name) < 0 or (name in positive and not getattr(self, name)):
                least = "positive" if name in positive else "0 or more"
                raise ConfigurationError(f"{name} must be {least}.")
        if not (0 <= self.robust_share <= 1 and 0 <= self.inverted_share <= 1):
            raise ConfigurationError("robust_share and inverted_share lie between 0 and 1.")
        self.card()

    def card(self) -> LetterCard:
        """The card of the reader before it is trained."""
        return LetterCard(self.version, self.widths, self.side_px, self.pixel_mm)

    @classmethod
    def from_file(cls, path: Path | str) -> LetterConfig:
        """Read YAML or JSON; relative folders count from the file's own folder.

        Raises:
            ConfigurationError: when the file cannot be read or holds an unknown or bad value.
        """
        path = Path(path)
        data = read_settings(path)
        for name in _FOLDERS:
            if isinstance(data.get(name), str):
                data[name] = (path.parent / Path(data[name]).expanduser()).resolve()
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LetterConfig:
        """Build from plain values; ``kind: letters`` may stand among them.

        Raises:
            ConfigurationError: on an unknown or bad value.
        """
        values = checked_settings(cls, {name: v for name, v in data.items() if name != "kind"})
        for name in ("output", "views"):
            if not values.get(name):
                raise ConfigurationError(f"The configuration names no folder: set {name}.")
        values |= {name: Path(values[name]) for name in _FOLDERS if values.get(name)}
        if "objects" in values:
            shares = checked_settings(ObjectShares, values["objects"], "objects")
            values["objects"] = ObjectShares(**shares)
        return cls(**values)

    @classmethod
    def is_meant(cls, path: Path | str) -> bool:
        """Whether a configuration file says ``kind: letters``.

        Raises:
            ConfigurationError: when it cannot be read.
        """
        return bool(read_settings(Path(path)).get("kind") == KIND)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, without folders."""
        plain = {k: v for k, v in dataclasses.asdict(self).items() if k not in _FOLDERS}
        return dict(json.loads(json.dumps(plain)))
