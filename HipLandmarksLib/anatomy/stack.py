"""``LandmarkStack``: the landmarks of both hips on every slice of a volume."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import Any, overload

from ..errors import ConfigurationError
from .landmarks import HipLandmarks, Landmark, LandmarkId
from .types import Side, SourceKind

_GAP = 1.5
"""Neighbours farther apart than so many usual spacings have a gap between them."""


@dataclass(frozen=True)
class StackSlice:
    """What is known of one slice.

    Attributes:
        index: number of the slice in its image, from 0.
        depth_mm: of the slice, mm to the front along its normal, as
            :func:`~HipLandmarksLib.measurement.volume.anterior_mm` counts.
        landmarks: of both hips as seen on this slice, LPS mm.
        unread: why the slice was not read, such as that it is blank; empty when it was.
    """

    index: int
    depth_mm: float
    landmarks: HipLandmarks = field(default_factory=lambda: HipLandmarks({}))
    unread: str = ""

    @property
    def edited(self) -> frozenset[LandmarkId]:
        """The points that a person placed, moved or judged on this slice."""
        items = self.landmarks.items()
        return frozenset(id_ for id_, own in items if own.source.kind is SourceKind.READER)

    @property
    def is_edited(self) -> bool:
        """Whether a person changed anything here."""
        return bool(self.edited)


@dataclass(frozen=True)
class LandmarkStack(Sequence[StackSlice]):
    """The slices of one volume in the order of the image; immutable.

    It need not hold every slice of the image: positions in it (``stack[0]``) are not slice numbers
    (``stack.at(17)``). Every edit gives a new stack, which shares all other slices, so that a stack
    of 200 slices costs nothing to keep for an undo.

    Attributes:
        slices_: ordered by index.
        chosen: the slice on which each hip is measured; a hip without one is not measured.
        case_id: free identifier of the case.
    """

    slices_: tuple[StackSlice, ...]
    chosen: Mapping[Side, int] = field(default_factory=dict)
    case_id: str = ""

    @classmethod
    def of(
        cls,
        slices: Iterable[StackSlice],
        chosen: Mapping[Side, int] | None = None,
        case_id: str = "",
    ) -> LandmarkStack:
        """Build a stack from slices in any order.

        Raises:
            ConfigurationError: when there is no slice, one is given twice, depths are not finite
                or do not follow the order of the slices, or a chosen slice is not there.
        """
        ordered = tuple(sorted(slices, key=lambda each: each.index))
        _check_order(ordered)
        stack = cls(ordered, {}, case_id)
        for side, index in (chosen or {}).items():
            stack = stack.with_chosen(side, index)
        return stack

    @overload
    def __getitem__(self, place: int) -> StackSlice: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[StackSlice, ...]: ...

    def __getitem__(self, place: int | slice) -> StackSlice | tuple[StackSlice, ...]:
        return self.slices_[place]

    def __iter__(self) -> Iterator[StackSlice]:
        return iter(self.slices_)

    def __len__(self) -> int:
        return len(self.slices_)

    def __hash__(self) -> int:
        return hash((self.case_id, self.indices))

    @property
    def indices(self) -> tuple[int, ...]:
        """Slice numbers, ascending."""
        return tuple(each.index for each in self.slices_)

    def has(self, index: int) -> bool:
        """Whether the stack holds the slice number ``index``."""
        return self._place(index) is not None

    def at(self, index: int) -> StackSlice:
        """The slice number ``index``.

        Raises:
            ConfigurationError: when the stack does not hold it.
        """
        place = self._place(index)
        if place is None:
            first, last = self.slices_[0].index, self.slices_[-1].index
            raise ConfigurationError(
                f"There is no slice {index} in this stack, which reaches from {first} to {last} "
                f"({len(self)} slices): choose one of them."
            )
        return self.slices_[place]

    def after(self, index: int) -> int | None:
        """The next slice number that the stack holds; None behind the last."""
        place = bisect_right(self.indices, index)
        return self.slices_[place].index if place < len(self) else None

    def before(self, index: int) -> int | None:
        """The slice number before ``index`` that the stack holds; None before the first."""
        place = bisect_left(self.indices, index)
        return self.slices_[place - 1].index if place else None

    def nearest(self, depth_mm: float) -> StackSlice:
        """The slice nearest to a depth (mm to the front)."""
        return min(self.slices_, key=lambda each: abs(each.depth_mm - depth_mm))

    @property
    def spacing_mm(self) -> float | None:
        """The usual distance of neighbouring slices; None for a single one."""
        steps = [abs(b.depth_mm - a.depth_mm) for a, b in pairwise(self.slices_)]
        return median(steps) if steps else None

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Neighbours in the stack between which slices are missing or were not read."""
        usual = self.spacing_mm or 0.0
        known = [each for each in self.slices_ if not each.unread]
        return tuple(
            (a.index, b.index)
            for a, b in pairwise(known)
            if abs(b.depth_mm - a.depth_mm) > _GAP * usual
        )

    @property
    def edited(self) -> tuple[int, ...]:
        """Numbers of the slices that a person changed."""
        return tuple(each.index for each in self.slices_ if each.is_edited)

    def with_landmark(self, index: int, landmark: Landmark) -> LandmarkStack:
        """A stack in which ``landmark`` replaces or joins the one of its id on a slice.

        Its source tells whether this is an edit: one of a reader marks the slice.

        Raises:
            ConfigurationError: when the stack does not hold the slice.
        """
        return self.with_landmarks(index, self.at(index).landmarks.with_landmark(landmark))

    def with_landmarks(self, index: int, landmarks: HipLandmarks) -> LandmarkStack:
        """A stack with other landmarks on a slice.

        Raises:
            ConfigurationError: when the stack does not hold the slice.
        """
        changed = replace(self.at(index), landmarks=landmarks)
        place = self._place(index)
        assert place is not None  # at() has found it
        slices = (*self.slices_[:place], changed, *self.slices_[place + 1 :])
        return replace(self, slices_=slices)

    def with_chosen(self, side: Side, index: int) -> LandmarkStack:
        """A stack in which a hip is measured on another slice.

        Raises:
            ConfigurationError: when the stack does not hold the slice, or it was not read.
        """
        found = self.at(index)
        if found.unread:
            raise ConfigurationError(
                f"Slice {index} was not read ({found.unread}): choose another one."
            )
        return replace(self, chosen={**self.chosen, side: index})

    def by_depth(self) -> dict[float, HipLandmarks]:
        """Landmarks of the slices that were read, by depth (mm to the front)."""
        return {each.depth_mm: each.landmarks for each in self.slices_ if not each.unread}

    def case(self) -> HipLandmarks:
        """Each hip's points on the slice that was chosen for it, as one case."""
        points = [
            landmark
            for side, index in sorted(
                self.chosen.items(), key=lambda each: list(Side).index(each[0])
            )
            for landmark in self.at(index).landmarks.side(side)
        ]
        return HipLandmarks.of(points, case_id=self.case_id)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready representation; inverse of :meth:`from_dict`."""
        from .stack_files import stack_to_dict

        return stack_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LandmarkStack:
        """Read what :meth:`to_dict` wrote.

        Raises:
            LandmarkFileError: when a field is missing or invalid.
        """
        from .stack_files import stack_from_dict

        return stack_from_dict(data)

    def _place(self, index: int) -> int | None:
        indices = self.indices
        place = bisect_left(indices, index)
        return place if place < len(indices) and indices[place] == index else None


def _check_order(ordered: Sequence[StackSlice]) -> None:
    if not ordered:
        raise ConfigurationError("A stack needs at least one slice.")
    if not all(isfinite(each.depth_mm) for each in ordered):
        raise ConfigurationError("The depth of every slice must be a number of mm.")
    steps = [b.depth_mm - a.depth_mm for a, b in pairwise(ordered)]
    for (first, second), step in zip(pairwise(ordered), steps, strict=True):
        if first.index == second.index:
            raise ConfigurationError(f"Slice {first.index} is given twice.")
        if step == 0.0 or (step > 0.0) != (steps[0] > 0.0):
            raise ConfigurationError(
                f"Slices {first.index} and {second.index} do not follow each other in depth: sort "
                "the series by position."
            )
