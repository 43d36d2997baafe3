"""``HipExploration``: all that a whole stack of slices shows of both hips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..anatomy import (
    AnySide,
    HipLandmarks,
    Landmark,
    LandmarkStack,
    LandmarkState,
    Side,
    Source,
    SourceKind,
)
from ..measurement import Measurement, MeasurementSettings, ViewPlane
from ..measurement.volume import HeadSphere, SliceProfile, explore_slices
from ..measurement.volume.explorer import EXPLORED, KnownValues
from .coverage import HeadCoverage
from .head_sphere import HeadSphereFit
from .neck_axis import NeckAxis
from .radial_result import RadialMap


class ExploredPart(str, Enum):
    """What is looked for in space."""

    SPHERE = "sphere"
    NECK = "neck"
    COVERAGE = "coverage"
    RADIAL = "radial"

    @property
    def words(self) -> str:
        """For people, in English."""
        return _WORDS[self.value]


_WORDS = {
    "sphere": "sphere of the femoral head",
    "neck": "axis of the femoral neck",
    "coverage": "coverage of the femoral head",
    "radial": "alpha angle round the neck",
}
_FITTED = Source(SourceKind.MODEL, "fit to all slices")


@dataclass(frozen=True)
class SideExploration:
    """One hip. Research software: not a diagnosis.

    Attributes:
        side: hip.
        profiles: alpha and LCE slice by slice, by id of the measurement.
        sphere, neck, coverage: what was found in space; each says why where it was not.
        radial: alpha by the clock; None when there is no such map.
        radial_reason: why not; empty with a map.
    """

    side: Side
    profiles: Mapping[str, SliceProfile]
    sphere: HeadSphereFit
    neck: NeckAxis
    coverage: HeadCoverage
    radial: RadialMap | None
    radial_reason: str = ""

    @property
    def head(self) -> HeadSphere | None:
        """The head as a sphere; None when the slices do not define one."""
        return self.sphere.sphere

    @property
    def missing(self) -> Mapping[ExploredPart, str]:
        """What was not found, and why."""
        found = {
            ExploredPart.SPHERE: (self.head, self.sphere.reason),
            ExploredPart.NECK: (self.neck.neck_centre, self.neck.reason),
            ExploredPart.COVERAGE: (self.coverage.total, self.coverage.reason),
            ExploredPart.RADIAL: (self.radial, self.radial_reason),
        }
        return {part: reason for part, (value, reason) in found.items() if value is None}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "side": self.side.value,
            "profiles": [profile.to_dict() for profile in self.profiles.values()],
            "sphere": self.sphere.to_dict(),
            "neck": self.neck.to_dict(),
            "coverage": self.coverage.to_dict(),
            "radial": None if self.radial is None else self.radial.to_dict(),
            "missing": {part.value: reason for part, reason in self.missing.items()},
        }


@dataclass(frozen=True)
class HipExploration:
    """Both hips of one volume. Research software: not a diagnosis.

    Attributes:
        stack: landmarks slice by slice.
        sides: both hips, always.
        plane: of the slices.
        settings: how angles were measured.
    """

    stack: LandmarkStack
    sides: Mapping[Side, SideExploration]
    plane: ViewPlane
    settings: MeasurementSettings

    @property
    def case_id(self) -> str:
        """Of the case."""
        return self.stack.case_id

    def measured_again(self, stack: LandmarkStack) -> HipExploration:
        """The same with the angles of an edited stack; what was found in space stays.

        Fast enough to follow a drag; :func:`~HipLandmarksLib.exploration.explore` looks at the
        image again.
        """
        heads = {side: own.head for side, own in self.sides.items()}
        profiles = profiles_of(stack, self.plane, self.settings, heads, self._unchanged(stack))
        sides = {side: replace(own, profiles=profiles[side]) for side, own in self.sides.items()}
        return replace(self, stack=stack, sides=sides)

    def _unchanged(self, stack: LandmarkStack) -> KnownValues:
        """The measurements of slices on which nothing was edited."""
        before = {own.depth_mm: own.landmarks for own in self.stack}
        same = {own.depth_mm for own in stack if before.get(own.depth_mm) is own.landmarks}
        known: dict[float, dict[tuple[AnySide, str], Measurement]] = {depth: {} for depth in same}
        for own in self.sides.values():
            for id_, profile in own.profiles.items():
                for entry in profile.values:
                    if entry.place.position_mm in same:
                        known[entry.place.position_mm][(own.side, id_)] = entry.measurement
        return known

    def landmarks(self) -> HipLandmarks:
        """Points in space, of no single slice: head centre (FHC) and neck centre (NC), LPS mm."""
        points = [point for own in self.sides.values() for point in _in_space(own)]
        return HipLandmarks.of(points, case_id=self.case_id)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; :meth:`LandmarkStack.to_dict` holds the points of the slices."""
        return {
            "research_use": "Research software, not a medical device.",
            "case_id": self.case_id,
            "chosen": {side.value: index for side, index in self.stack.chosen.items()},
            "edited_slices": list(self.stack.edited),
            "spacing_mm": self.stack.spacing_mm,
            "sides": [own.to_dict() for own in self.sides.values()],
        }


def profiles_of(
    stack: LandmarkStack,
    plane: ViewPlane,
    settings: MeasurementSettings,
    heads: Mapping[Side, HeadSphere | None],
    measured: KnownValues | None = None,
) -> dict[Side, dict[str, SliceProfile]]:
    """Alpha and LCE of every slice of a stack, by side and id; ``measured`` ones are kept."""
    known = {side: head for side, head in heads.items() if head is not None}
    spacing = stack.spacing_mm or 1.0  # of a single slice nobody knows how far the next would be
    found = explore_slices(stack.by_depth(), plane, settings, known, spacing, EXPLORED, measured)
    return {side: {p.id: p for p in found if p.side is side} for side in Side}


def _in_space(own: SideExploration) -> list[Landmark]:
    points = []
    if own.head is not None:
        doubt = own.sphere.covariance
        block = None if doubt is None else tuple((r[0], r[1], r[2]) for r in doubt[:3])
        visible = LandmarkState.VISIBLE
        points.append(Landmark(own.side, "FHC", own.head.centre, visible, _FITTED, block))
    if own.neck.neck_centre is not None:
        points.append(Landmark(own.side, "NC", own.neck.neck_centre, source=_FITTED))
    return points
