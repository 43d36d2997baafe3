"""How far a film model is off on real films whose landmarks a reader placed; never for training.

A folder holds films and ``landmarks.json``: per film and side (right, left) points in pixels
of the original image, ``FHC_radius``, ``fractured``; null is what nobody could place. Films tell no
millimetres, so distances are per cent of the head's diameter, which stands for 48 mm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import HipLandmarks, Side
from ..detection import Detector
from ..errors import ConfigurationError, ImageError
from ..imaging import read_image

HEAD_MM = 48.0


@dataclass(frozen=True)
class RealPoint:
    """A landmark of a real film.

    Attributes:
        film, side, key: which.
        intact: whether the reader found no fracture on that side.
        error_pct: distance in per cent of the head's diameter, None when it was not found.
    """

    film: str
    side: Side
    key: str
    intact: bool
    error_pct: float | None


@dataclass(frozen=True)
class RealFilms:
    """A model on a folder of real films.

    Attributes:
        points: every landmark that the reader placed.
        refused: films that the model takes for no film of a hip, with its reason.
        swapped: (film, side) whose head was named as that of the other side.
        missed: (film, side) with a head that the model does not see.
        hips: number of hips whose head the reader placed.
    """

    points: tuple[RealPoint, ...]
    refused: Mapping[str, str]
    swapped: tuple[tuple[str, Side], ...]
    missed: tuple[tuple[str, Side], ...]
    hips: int

    def figures(self) -> dict[str, Any]:
        """Median and largest error by landmark on intact sides; JSON-ready."""
        intact = [point for point in self.points if point.intact]
        keys = list(dict.fromkeys(point.key for point in intact))
        return {
            "hips": self.hips,
            "refused": dict(self.refused),
            "swapped": [f"{film} {side.word}" for film, side in self.swapped],
            "missed_heads": [f"{film} {side.word}" for film, side in self.missed],
            "intact_pct_of_head": {
                key: _row([point for point in intact if point.key == key]) for key in keys
            },
            "fractured_pct_of_head": {
                key: _row([p for p in self.points if not p.intact and p.key == key]) for key in keys
            },
        }


def real_film_errors(detector: Detector, folder: Path | str) -> RealFilms:
    """Run a film model on every film of ``folder`` that has landmarks.

    Raises:
        ConfigurationError: when the table is missing or damaged.
        ImageError: when a film cannot be read.
    """
    folder = Path(folder)
    points: list[RealPoint] = []
    refused: dict[str, str] = {}
    swapped, missed, hips = [], [], 0
    for film, sides in _table(folder).items():
        image = read_image(folder / film)
        try:
            found = detector.detect(image).landmarks
        except ImageError as error:
            refused[film] = str(error)
            found = HipLandmarks.of([])
        seen = {id_: image.to_ijk(p.point())[:2] for id_, p in found.items() if p.position}
        for side in Side:
            own = sides.get(side.word) or {}
            diameter = 2 * _radius(sides, side)
            points += _points(film, side, own, seen, diameter)
            head = own.get("FHC")
            if head is None:
                continue
            hips += 1
            if (side, "FHC") not in seen:
                missed.append((film, side))
            elif np.hypot(*(seen[(side, "FHC")] - head)) > diameter:
                swapped.append((film, side))
    return RealFilms(tuple(points), refused, tuple(swapped), tuple(missed), hips)


def format_real_films(films: RealFilms) -> str:
    """Tables of :meth:`RealFilms.figures` for people."""
    figures = films.figures()
    lines = [
        f"{films.hips} hips; refused {len(films.refused)}, swapped {len(films.swapped)}, heads "
        f"missed {len(films.missed)}",
        f"{'% of head':10}{'intact n':>9}{'missed':>7}{'median':>8}{'largest':>8}"
        f"{'fract. n':>10}{'median':>8}",
    ]
    for key, row in figures["intact_pct_of_head"].items():
        other = figures["fractured_pct_of_head"][key]
        lines.append(
            f"{key:10}{row['n']:9}{row['missed']:7}{_text(row['median'])}{_text(row['largest'])}"
            f"{other['n']:10}{_text(other['median'])}"
        )
    return "\n".join(lines)


def _table(folder: Path) -> Mapping[str, Any]:
    path = folder / "landmarks.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))["images"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path} is not a table of landmarks of films: {error}") from error
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path} holds no films.")
    return table


def _radius(sides: Mapping[str, Any], side: Side) -> float:
    """Radius of the side's head, else of the other one, px."""
    for own in (side, side.opposite):
        radius = (sides.get(own.word) or {}).get("FHC_radius")
        if radius:
            return float(radius)
    raise ConfigurationError("A film of the table tells the radius of neither head.")


def _points(
    film: str,
    side: Side,
    own: Mapping[str, Any],
    seen: Mapping[Any, np.ndarray],
    diameter: float,
) -> list[RealPoint]:
    found = []
    for key, xy in own.items():
        if not (key.isupper() and isinstance(xy, list) and len(xy) == 2):
            continue
        error = None
        if (side, key) in seen:
            error = 100 * float(np.hypot(*(seen[(side, key)] - np.asarray(xy)))) / diameter
        found.append(RealPoint(film, side, key, not own.get("fractured"), error))
    return found


def _row(points: Sequence[RealPoint]) -> dict[str, Any]:
    errors = [point.error_pct for point in points if point.error_pct is not None]
    return {
        "n": len(points),
        "missed": len(points) - len(errors),
        "median": round(float(np.median(errors)), 2) if errors else None,
        "largest": round(max(errors), 2) if errors else None,
    }


def _text(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:8.1f}"
