"""Rows of the slice explorer: one angle of one hip on every slice, with interval and marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...anatomy import LandmarkStack, Side
from ...anatomy.stack import StackSlice
from ...exploration import HipExploration
from ...measurement.volume import SliceProfile, SliceValue
from ...uncertainty import Calibration, measurement_doubt
from ..case import SIDES

SIGMA_LEVEL = 0.95
"""Coverage of an interval that rests on the landmarks' covariances."""
Rows = Mapping[tuple[Side, str], Sequence["SliceRow"]]
"""Rows by side and measurement."""


@dataclass(frozen=True)
class SliceRow:
    """One angle on one slice. Research software: not a diagnosis.

    Attributes:
        index: of the slice, from 0.
        entry: the value with the place of the slice in the head.
        interval: (low, high) in the unit of the value; None when it is not known.
        level: nominal coverage of the interval, 0 to 1.
        chosen: the hip is measured on this slice.
        central: the slice runs through the head centre.
        largest: no other slice has a larger value.
        edited: a person moved a point of this hip on this slice.
    """

    index: int
    entry: SliceValue
    interval: tuple[float, float] | None
    level: float
    chosen: bool
    central: bool
    largest: bool
    edited: bool

    @property
    def value(self) -> float | None:
        """The number; None without one."""
        return self.entry.value

    @property
    def sure(self) -> bool:
        """Whether nothing speaks against the points; of unsure ones the interval says little."""
        return all(status.may_be_classified for status in self.entry.status)

    @property
    def comparable(self) -> bool:
        """Whether the value may be compared with published limits on this slice."""
        return self.sure and self.entry.may_be_classified


def slice_rows(
    profile: SliceProfile, stack: LandmarkStack, calibration: Calibration | None = None
) -> tuple[SliceRow, ...]:
    """The rows of a profile, from the back to the front.

    Args:
        profile: one angle of one hip; its slices are those of ``stack``.
        stack: landmarks per slice, with the chosen slices and what was edited.
        calibration: of the model that placed the points; None: intervals of the covariances.
    """
    by_depth = {each.depth_mm: each for each in stack}
    return tuple(
        _row(profile, entry, by_depth[entry.place.position_mm], stack, calibration)
        for entry in profile.values
    )


def explored_rows(
    exploration: HipExploration, calibration: Calibration | None = None
) -> dict[tuple[Side, str], tuple[SliceRow, ...]]:
    """The rows of both hips, right first; see :func:`slice_rows`."""
    return {
        (side, id_): slice_rows(profile, exploration.stack, calibration)
        for side in SIDES
        for id_, profile in exploration.sides[side].profiles.items()
    }


def interval_remark(calibration: Calibration | None) -> str:
    """What the intervals of the slices rest on, in a sentence."""
    if calibration is None:
        return "Intervals: 95 %, from the doubt about the landmarks alone."
    return (
        f"Intervals: {100 * calibration.level:g} %, of the calibrated model; they were calibrated "
        "on the slices that are measured, on others they are an assumption."
    )


def runs(rows: Iterable[SliceRow]) -> list[list[SliceRow]]:
    """Rows with a value in runs of neighbouring slices: a gap in the stack, or in the values,
    ends one."""
    found: list[list[SliceRow]] = []
    last: SliceRow | None = None
    for row in rows:
        if row.value is None:
            last = None
            continue
        if last is None or _are_apart(last, row):
            found.append([])
        found[-1].append(row)
        last = row
    return found


def _are_apart(before: SliceRow, after: SliceRow) -> bool:
    step = after.entry.place.position_mm - before.entry.place.position_mm
    return step > 1.5 * after.entry.place.spacing_mm


def _row(
    profile: SliceProfile,
    entry: SliceValue,
    at: StackSlice,
    stack: LandmarkStack,
    calibration: Calibration | None,
) -> SliceRow:
    interval, level = _interval(entry, at, calibration)
    return SliceRow(
        index=at.index,
        entry=entry,
        interval=interval,
        level=level,
        chosen=stack.chosen.get(profile.side) == at.index,
        central=entry is profile.centre,
        largest=entry is profile.maximum,
        edited=_is_edited(at, profile.side),
    )


def _is_edited(at: StackSlice, side: Side) -> bool:
    return any(each is side for each, _key in at.edited)


def _interval(
    entry: SliceValue, at: StackSlice, calibration: Calibration | None
) -> tuple[tuple[float, float] | None, float]:
    if entry.value is None:
        return None, SIGMA_LEVEL
    if calibration is None:
        return entry.measurement.ci95, SIGMA_LEVEL
    doubt = measurement_doubt(calibration, entry.measurement, at.landmarks)
    return doubt.interval, doubt.level
