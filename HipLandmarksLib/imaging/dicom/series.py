"""Sorting the images of a folder into series of one orientation, echo and size; choosing one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from ...errors import ImageError
from ..orientation import plane_name
from .frames import Frame
from .tags import number, text

SAME_POSITION_MM = 0.01
_SAME_DIRECTION = 1e-3  # 0.06 degrees: 0.2 mm over a field of view of 200 mm


@dataclass(frozen=True, eq=False)
class DicomSeries:
    """The slices of one series, orientation, echo and size; or one radiograph.

    Attributes:
        path, dataset: first file and its header.
        plane: such as ``coronal`` or ``oblique coronal``; of a radiograph ``projection``.
        frames: the slices in the order of the files; a radiograph has none.
        detail: what tells it from others of the same description (echo time, file name).
    """

    path: Path
    dataset: Dataset
    plane: str
    frames: tuple[Frame, ...] = ()
    detail: str = ""

    @property
    def uid(self) -> str:
        """SeriesInstanceUID."""
        return text(self.dataset, "SeriesInstanceUID")

    @property
    def description(self) -> str:
        """SeriesDescription, else ProtocolName, else empty."""
        return text(self.dataset, "SeriesDescription") or text(self.dataset, "ProtocolName")

    @property
    def n_images(self) -> int:
        """Number of slices; 1 for a radiograph."""
        return max(1, len(self.frames))

    @property
    def label(self) -> str:
        """One line by which a person recognises the series."""
        count = "1 image" if self.n_images == 1 else f"{self.n_images} slices"
        size = f"{text(self.dataset, 'Columns')}x{text(self.dataset, 'Rows')}"
        name = self.description or "(no description)"
        parts = [name, text(self.dataset, "Modality"), self.plane, count, size, self.detail]
        return ", ".join(part for part in parts if part)


class SeriesChoiceError(ImageError):
    """Several series are there, and the user must choose; ``series`` holds them in order."""

    def __init__(self, message: str, series: Sequence[DicomSeries]) -> None:
        super().__init__(message)
        self.series = tuple(series)


def group_series(frames: Iterable[Frame], radiographs: Iterable[DicomSeries]) -> list[DicomSeries]:
    """Series of ``frames`` (split by UID, size, spacing, echo, stack, direction, repetition).

    The order is that of SeriesNumber, so that the numbers shown to a user stay the same.
    """
    stacks: dict[tuple[object, ...], list[list[Frame]]] = {}
    for frame in frames:
        _add_by_direction(stacks.setdefault(_key(frame), []), frame)
    groups = [unique for group in stacks.values() for stack in group for unique in _split(stack)]
    series = [_series(group) for group in groups] + list(radiographs)
    return sorted(series, key=_order)


def choose_series(series: Sequence[DicomSeries], wanted: str | None, place: Path) -> DicomSeries:
    """The only series, or the one that ``wanted`` names: its number in the list, UID or name.

    Raises:
        SeriesChoiceError: when there are several and ``wanted`` does not single one out.
    """
    if wanted is None:
        if len(series) == 1:
            return series[0]
        raise SeriesChoiceError(_listing(f"{place} holds {len(series)} series", series), series)
    found = _matching(series, wanted.strip())
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} series match" if found else "No series matches"
    raise SeriesChoiceError(_listing(f'{problem} "{wanted}" in {place}', series), series)


def _matching(series: Sequence[DicomSeries], wanted: str) -> list[DicomSeries]:
    if wanted.isdigit() and 1 <= int(wanted) <= len(series):
        return [series[int(wanted) - 1]]
    by_uid = [one for one in series if one.uid == wanted]
    exact = [one for one in series if one.description.lower() == wanted.lower()]
    part = [one for one in series if wanted and wanted.lower() in one.label.lower()]
    return by_uid or exact or part


def _listing(problem: str, series: Sequence[DicomSeries]) -> str:
    lines = [f"  {index}  {one.label}" for index, one in enumerate(series, start=1)]
    return "\n".join([f"{problem}; choose one with --series NUMBER (or its name):", *lines])


def _key(frame: Frame) -> tuple[object, ...]:
    header = frame.dataset
    return (
        text(header, "SeriesInstanceUID"),
        text(header, "Modality"),
        text(header, "Rows"),
        text(header, "Columns"),
        tuple(round(step, 4) for step in frame.spacing),
        None if frame.echo_ms is None else round(frame.echo_ms, 1),
        frame.stack,
    )


def _add_by_direction(stacks: list[list[Frame]], frame: Frame) -> None:
    for stack in stacks:
        if np.allclose(stack[0].axes, frame.axes, atol=_SAME_DIRECTION):
            stack.append(frame)
            return
    stacks.append([frame])


def _split(stack: list[Frame]) -> list[list[Frame]]:
    """Split a stack that visits its positions repeatedly, by the first tag that explains it."""
    stack = _without_copies(stack)
    if not _repeats(stack):
        return [stack]
    for tag in dict(stack[0].marks):
        parts: dict[str, list[Frame]] = {}
        for frame in stack:
            parts.setdefault(dict(frame.marks).get(tag, ""), []).append(frame)
        if len({len(part) for part in parts.values()}) == 1 and not any(
            map(_repeats, parts.values())
        ):
            return list(parts.values())
    return [stack]


def _without_copies(stack: list[Frame]) -> list[Frame]:
    """Keep the first of several copies of the same image (equal SOPInstanceUID)."""
    kept: dict[tuple[str, int], Frame] = {}
    for place, frame in enumerate(stack):
        uid = text(frame.dataset, "SOPInstanceUID") or str(place)
        kept.setdefault((uid, frame.index), frame)
    return list(kept.values())


def _repeats(stack: list[Frame]) -> bool:
    heights = np.sort([frame.position @ stack[0].normal for frame in stack])
    return bool(np.any(np.diff(heights) < SAME_POSITION_MM))


def _series(frames: list[Frame]) -> DicomSeries:
    first = frames[0]
    echo = "" if first.echo_ms is None else f"echo {first.echo_ms:.3g} ms"
    stack = f"stack {first.stack}" if first.stack else ""
    detail = ", ".join(part for part in (echo, stack, _repetition(first)) if part)
    return DicomSeries(first.path, first.dataset, plane_name(first.normal), tuple(frames), detail)


def _repetition(frame: Frame) -> str:
    image_type = dict(frame.marks).get("ImageType") or dict(frame.marks).get("FrameType", "")
    return image_type.replace("\\", "/").removeprefix("ORIGINAL/PRIMARY/")


def _order(series: DicomSeries) -> tuple[object, ...]:
    echo = series.frames[0].echo_ms if series.frames else None
    number_ = number(series.dataset, "SeriesNumber")
    return (number_ if number_ is not None else 1e9, series.uid, echo or 0.0, str(series.path))
