"""The cached views of a film training: whose they are, who is held out, how often each is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import Side
from ..detection.film_hip import Point, ReferenceHip, mean_hip
from ..errors import ConfigurationError
from ..synthesis.radiograph.records import ViewRecord
from ..synthesis.radiograph.store import ViewStore
from ..synthesis.radiograph.view import BoneView
from .film_config import FilmConfig

_MOST_HIPS = 600
"""So many hips make the mean hip; more change nothing."""


@dataclass(frozen=True, eq=False)
class TrainingViews:
    """Views of some subjects in several folders.

    Attributes:
        folders: where they lie.
        stores: the opened folders.
        indices: of the views that may be drawn, by folder.
        shares: how often views of each folder are drawn; they sum to 1.
    """

    folders: tuple[Path, ...]
    stores: tuple[ViewStore, ...]
    indices: tuple[tuple[int, ...], ...]
    shares: tuple[float, ...]

    @classmethod
    def open(
        cls, config: FilmConfig, held_out: Sequence[str], training: bool = True
    ) -> TrainingViews:
        """The views that are complete now, of all subjects but ``held_out``, or of these alone.

        Raises:
            ConfigurationError: when a folder holds no views, or nothing is left to draw.
        """
        stores = tuple(map(ViewStore.open, config.views))
        indices = tuple(
            tuple(n for n, r in enumerate(store.records) if (r.subject in held_out) != training)
            for store in stores
        )
        wanted = config.shares or tuple(map(len, indices))
        weights = [float(share) * bool(own) for share, own in zip(wanted, indices, strict=True)]
        if not sum(weights):
            kind = "left to train on" if training else f"of {', '.join(held_out)}"
            raise ConfigurationError(f"There are no views {kind}: make more of other subjects.")
        shares = tuple(weight / sum(weights) for weight in weights)
        return cls(config.views, stores, indices, shares)

    def __len__(self) -> int:
        return sum(map(len, self.indices))

    @property
    def subjects(self) -> list[str]:
        """Whose views they are, in alphabetical order."""
        return sorted({record.subject for record in self.records()})

    def records(self) -> list[ViewRecord]:
        """Every view without its pixels."""
        return [
            store.records[index]
            for store, own in zip(self.stores, self.indices, strict=True)
            for index in own
        ]

    def draw(self, rng: np.random.Generator) -> tuple[str, BoneView]:
        """A random view and its name."""
        number = int(rng.choice(len(self.shares), p=self.shares))
        own = self.indices[number]
        return self._read(number, own[int(rng.integers(len(own)))])

    def spread(self, count: int) -> list[tuple[int, int]]:
        """(folder, index) of at most ``count`` views, evenly over all."""
        every = [(n, index) for n, own in enumerate(self.indices) for index in own]
        steps = np.linspace(0, len(every) - 1, min(count, len(every)))
        return [every[round(step)] for step in steps]

    def read(self, place: tuple[int, int]) -> tuple[str, BoneView]:
        """Name and view of one of :meth:`spread`."""
        return self._read(*place)

    def _read(self, number: int, index: int) -> tuple[str, BoneView]:
        store = self.stores[number]
        record = store.records[index]
        return f"view {record.number} of {self.folders[number]}", store.view(record)

    def __reduce__(self) -> tuple[Callable[..., TrainingViews], tuple[Any, ...]]:
        return _reopened, (self.folders, self.indices, self.shares)


@lru_cache(maxsize=4)
def _reopened(
    folders: tuple[Path, ...], indices: tuple[tuple[int, ...], ...], shares: tuple[float, ...]
) -> TrainingViews:
    """In another process: the folders are read there, once."""
    return TrainingViews(folders, tuple(map(ViewStore.open, folders)), indices, shares)


def draw_held_out(config: FilmConfig) -> tuple[str, ...]:
    """Subjects that are never trained on: named, or drawn from those of the first folder.

    Raises:
        ConfigurationError: when a name is unknown, or nobody would be left to train on.
    """
    subjects = [sorted(ViewStore.open(folder).subjects) for folder in config.views]
    known = {subject for own in subjects for subject in own}
    unknown = sorted(set(config.held_out_subjects) - known)
    if unknown:
        raise ConfigurationError(
            f"held_out_subjects names {', '.join(unknown)}, of whom there are no views."
        )
    if config.held_out_subjects:
        return tuple(sorted(config.held_out_subjects))
    if config.held_out >= len(subjects[0]) > 0 and len(known) == len(subjects[0]):
        raise ConfigurationError(
            f"{config.held_out} of {len(subjects[0])} subjects cannot be held out: nobody is left."
        )
    order = np.random.default_rng(config.seed).permutation(len(subjects[0]))
    return tuple(sorted(subjects[0][n] for n in order[: config.held_out]))


def reference_hip(config: FilmConfig, views: TrainingViews) -> ReferenceHip:
    """The mean hip of the training views, in the crop of the second pass.

    Raises:
        ConfigurationError: when no view has a hip with three points.
    """
    records = views.records()
    chosen = np.linspace(0, len(records) - 1, min(_MOST_HIPS // 2, len(records)))
    hips, radii = [], []
    for number in chosen:
        record = records[round(number)]
        for side in Side:
            points = _as_right(record, side, config.keys)
            radius = record.head_radius_px.get(side.value)
            if radius and len(points) >= 3:
                hips.append(points)
                radii.append(float(radius))
    return mean_hip(hips, radii, config.hip_crop, config.pixel_mm)


def _as_right(record: ViewRecord, side: Side, keys: Sequence[str]) -> dict[str, Point]:
    sign = -1.0 if side is Side.LEFT else 1.0
    points: dict[str, Point] = {}
    for key in keys:
        point = record.landmarks.get((side, key))
        if point is not None and point.xy is not None and point.state.has_position:
            points[key] = (sign * point.xy[0], point.xy[1])
    return points
