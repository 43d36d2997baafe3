"""``ModelEntry``: one line of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from .index import ModelRelease
from .summary import ModelSummary


class ModelPlace(str, Enum):
    """Where a model is."""

    SHIPPED = "shipped"
    """In the resources of this installation."""
    USER = "user"
    """In the user's folder."""
    OFFERED = "offered"
    """Not here: an index offers it for download."""


@dataclass(frozen=True)
class ModelEntry:
    """A model, or what looks like one.

    Attributes:
        name: the card's id; of an unusable folder its name.
        place: where it is.
        folder: its bundle; None for an offered model.
        summary: the card in short; None when the folder cannot be used.
        problem: one sentence why it cannot be used.
        size_bytes: of its files, or of the download.
        release: what the index says of an offered model.
    """

    name: str
    place: ModelPlace
    folder: Path | None = None
    summary: ModelSummary | None = None
    problem: str | None = None
    size_bytes: int = 0
    release: ModelRelease | None = None

    @property
    def usable(self) -> bool:
        """Whether it can be given to a detector now."""
        return self.folder is not None and self.summary is not None and self.problem is None

    @property
    def title(self) -> str:
        """Name and version, such as ``mri-coronal 0.2.0``."""
        return self.name if self.summary is None else self.summary.title
