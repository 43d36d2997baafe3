"""One hip, or the pelvis, in the plane: points, stand-ins for absent ones, the head circle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import AnySide, LandmarkId, Midline, Side
from ..geometry import GeometryError
from .frames import FrameInUse, FrameUse
from .head_circle import HeadCircle, fit_head
from .quantity import Quantity
from .types import MeasurementStatus

if TYPE_CHECKING:
    from .case import CaseGeometry

RIM = "RIM"
HEDGE = "HEDGE"
HEAD_CENTRE = "FHC"
LEAST_RIM_POINTS = 3


@dataclass(frozen=True, slots=True)
class StandIn:
    """Landmarks whose mean replaces an absent one; the result carries ``flag``."""

    key: str
    sources: tuple[str, ...]
    flag: MeasurementStatus


STAND_INS = (
    StandIn("NB", ("NA",), MeasurementStatus.NECK_AXIS_NA),
    StandIn("NB", ("NCS", "NCI"), MeasurementStatus.NECK_AXIS_MIDPOINT),
    StandIn("NA", ("NCS", "NCI"), MeasurementStatus.NECK_AXIS_MIDPOINT),
)
"""In the order of trust. An absent head centre is replaced by that of the fitted circle."""


def sources_of(key: str) -> frozenset[str]:
    """Landmarks that may replace ``key``; a list by the name of the list."""
    found = {source for each in STAND_INS if each.key == key for source in each.sources}
    return frozenset(found | ({RIM} if key in (HEAD_CENTRE, HEDGE) else set()))


def replaceable_by(key: str) -> frozenset[str]:
    """Landmarks that ``key`` may replace, alone or with others."""
    known = {each.key for each in STAND_INS if key in each.sources}
    return frozenset(known | ({HEAD_CENTRE, HEDGE} if key == RIM else set()))


class HipGeometry:
    """The points of one side by landmark key; points of the pelvis are named such as ``TD_R``.

    Points are looked up when asked for, and kept.

    Attributes:
        side: the hip, or the midline for the pelvis.
        points, ids: plane mm and landmark by name, of what was asked for so far.
        side_problem: a sentence when points lie on the wrong side of the head, else "".
        replaced: stand-in in use, by the name of the absent landmark.
        centre_fit: circle whose centre stands in for the head centre, else None.
        radius_flag: status of a head radius that was not measured to a placed point, else None.
        radius_problem: why the rim defines no circle, else "".
    """

    def __init__(self, case: CaseGeometry, side: AnySide) -> None:
        self.side = side
        self.points: dict[str, complex] = {}
        self.ids: dict[str, LandmarkId] = {}
        self.replaced: dict[str, StandIn] = {}
        self.centre_fit: HeadCircle | None = None
        self.radius_flag: MeasurementStatus | None = None
        self.radius_problem = ""
        self.side_problem = case.side_problem(side)
        self._case = case
        self._frames: dict[FrameUse, FrameInUse] = {}
        self._absent: set[str] = set()
        self._radius: Quantity | None = None
        self._circle: HeadCircle | None = None
        self._asked_for_circle = False
        self._series: dict[str, tuple[str, ...]] = {}

    def id_of(self, name: str) -> LandmarkId:
        """The landmark behind a name."""
        if isinstance(self.side, Side):
            return (self.side, name)
        key, _, letter = name.partition("_")
        return (Side(letter) if letter else Midline.PELVIS, key)

    def frame_in_use(self, use: FrameUse) -> FrameInUse:
        """The frame that a measurement of this side works in."""
        known = self._frames.get(use)
        if known is None:
            known = self._frames[use] = self._case.frame_in_use(use, self.side)
        return known

    def has(self, name: str) -> bool:
        """Whether there is such a point, placed or replaced."""
        if name in self.points:
            return True
        if name in self._absent:
            return False
        id_ = self.id_of(name)
        point = self._case.point(id_)
        if point is None:
            point = self._replace(name)
        if point is None:
            self._absent.add(name)
            return False
        self.points[name], self.ids[name] = point, id_
        return True

    def _replace(self, name: str) -> complex | None:
        if name == HEAD_CENTRE:
            self.centre_fit = self.circle
            return None if self.centre_fit is None else self.centre_fit.centre
        for each in STAND_INS:
            if each.key == name:
                found = [self._case.point(self.id_of(source)) for source in each.sources]
                placed = [point for point in found if point is not None]
                if len(placed) == len(found):
                    self.replaced[name] = each
                    return sum(placed) / len(placed)
        return None

    def series(self, key: str) -> Sequence[str]:
        """Names of the numbered points of a list that have a position, in order."""
        known = self._series.get(key)
        if known is None:
            found = self._case.landmarks.series(self.side, key)
            known = tuple(landmark.key for landmark in found if self.has(landmark.key))
            self._series[key] = known
        return known

    @property
    def circle(self) -> HeadCircle | None:
        """Circle through the rim points; None without three that define one."""
        if not self._asked_for_circle:
            self._asked_for_circle = True
            names = self.series(RIM)
            if len(names) >= LEAST_RIM_POINTS:
                try:
                    self._circle = fit_head(names, [self.points[name] for name in names])
                except GeometryError as error:
                    self.radius_problem = str(error)
        return self._circle

    @property
    def head_radius(self) -> Quantity:
        """Radius of the head in mm; ask :meth:`has_radius` first."""
        assert self._radius is not None, "has_radius() says whether there is one"
        return self._radius

    def has_radius(self) -> bool:
        """Whether the head radius is known: to HEDGE, or else from the circle of the rim."""
        if self._radius is None:
            self._radius = self._find_radius()
        return self._radius is not None

    def _find_radius(self) -> Quantity | None:
        placed = self.has(HEAD_CENTRE) and self.centre_fit is None
        if placed and self.has(HEDGE):
            w = self.points[HEDGE] - self.points[HEAD_CENTRE]
            radius = abs(w)
            if radius < self._case.min_distance:
                self.radius_problem = (
                    "The head centre and HEDGE are too close together: check their places."
                )
                return None
            return Quantity(radius, {HEAD_CENTRE: -w / radius, HEDGE: w / radius})
        if self.circle is None:
            return None
        self.radius_flag = MeasurementStatus.HEAD_RADIUS_FIT
        slopes = zip(self.circle.keys, self.circle.slopes, strict=True)
        return Quantity(self.circle.circle.radius, {key: slope.radius for key, slope in slopes})

    @property
    def is_plain(self) -> bool:
        """Whether every point was placed and nothing stands in for anything."""
        return not self.replaced and self.centre_fit is None and self.radius_flag is None

    def trace(self, name: str, gradient: complex) -> Iterable[tuple[LandmarkId, complex]]:
        """What a derivative by a point means for the placed landmarks behind it."""
        stand_in = self.replaced.get(name)
        if stand_in is not None:
            share = gradient / len(stand_in.sources)
            return [(self.id_of(source), share) for source in stand_in.sources]
        if name == HEAD_CENTRE and self.centre_fit is not None:
            fit = self.centre_fit
            return [
                (self.id_of(key), slope.centre(gradient))
                for key, slope in zip(fit.keys, fit.slopes, strict=True)
            ]
        return ((self.id_of(name), gradient),)
