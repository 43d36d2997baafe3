"""One slice of a DICOM file: where it lies, and what tells it from its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...errors import ImageError
from .tags import first_item, number, numbers, positive_pair, text, value_of

_REPEAT_TAGS = (
    "TemporalPositionIdentifier",
    "EchoNumbers",
    "ImageType",
    "DiffusionBValue",
    "AcquisitionNumber",
    "TriggerTime",
)


@dataclass(frozen=True)
class Frame:
    """One slice with its geometry in LPS mm.

    Attributes:
        path: file that holds the slice.
        dataset: header of the file; the pixels are read when they are asked for.
        index: number of the frame inside the file, from 0.
        axes: unit vectors of growing column and row index, shape (2, 3).
        position: centre of the first pixel, shape (3,).
        spacing: (row, column) spacing in mm.
        echo_ms: echo time; None where the file states none.
        stack: StackID of an enhanced file, otherwise "".
        slope, intercept: stored value to real value.
        marks: further tags by which repeated positions may be told apart.
    """

    path: Path
    dataset: Dataset
    index: int
    axes: NDArray[np.float64]
    position: NDArray[np.float64]
    spacing: tuple[float, float]
    echo_ms: float | None
    stack: str
    slope: float
    intercept: float
    marks: tuple[tuple[str, str], ...]

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit normal of the slice, shape (3,)."""
        return np.asarray(np.cross(self.axes[0], self.axes[1]), dtype=np.float64)

    @property
    def height(self) -> float:
        """Position along the normal in mm."""
        return float(self.position @ self.normal)


def frames_of(path: Path, dataset: Dataset) -> list[Frame]:
    """Frames of a classic (one frame) or enhanced (many frames) MR or CT file.

    Raises:
        ImageError: when a frame states no valid position, orientation or spacing.
    """
    if value_of(dataset, "PerFrameFunctionalGroupsSequence"):
        return [
            _enhanced_frame(path, dataset, index, _Groups(dataset, index))
            for index in range(len(dataset.PerFrameFunctionalGroupsSequence))
        ]
    return [_classic_frame(path, dataset)]


def _classic_frame(path: Path, dataset: Dataset) -> Frame:
    return Frame(
        path=path,
        dataset=dataset,
        index=0,
        axes=_axes(path, numbers(dataset, "ImageOrientationPatient", 6)),
        position=_position(path, numbers(dataset, "ImagePositionPatient", 3)),
        spacing=_spacing(path, positive_pair(dataset, "PixelSpacing")),
        echo_ms=number(dataset, "EchoTime"),
        stack="",
        slope=number(dataset, "RescaleSlope") or 1.0,
        intercept=number(dataset, "RescaleIntercept") or 0.0,
        marks=tuple((tag, text(dataset, tag)) for tag in _REPEAT_TAGS),
    )


class _Groups:
    """Functional groups of one frame: its own item, else the one shared by all frames."""

    def __init__(self, dataset: Dataset, index: int) -> None:
        self._own = dataset.PerFrameFunctionalGroupsSequence[index]
        self._shared = first_item(dataset, "SharedFunctionalGroupsSequence")

    def __getitem__(self, keyword: str) -> Dataset:
        source = self._own if value_of(self._own, keyword) else self._shared
        return first_item(source, keyword)


def _enhanced_frame(path: Path, dataset: Dataset, index: int, groups: _Groups) -> Frame:
    content, rescale = groups["FrameContentSequence"], groups["PixelValueTransformationSequence"]
    orientation = groups["PlaneOrientationSequence"]
    position = groups["PlanePositionSequence"]
    measures = groups["PixelMeasuresSequence"]
    return Frame(
        path=path,
        dataset=dataset,
        index=index,
        axes=_axes(path, numbers(orientation, "ImageOrientationPatient", 6)),
        position=_position(path, numbers(position, "ImagePositionPatient", 3)),
        spacing=_spacing(path, positive_pair(measures, "PixelSpacing")),
        echo_ms=number(groups["MREchoSequence"], "EffectiveEchoTime"),
        stack=text(content, "StackID"),
        slope=number(rescale, "RescaleSlope") or 1.0,
        intercept=number(rescale, "RescaleIntercept") or 0.0,
        marks=tuple(_enhanced_marks(groups)),
    )


def _enhanced_marks(groups: _Groups) -> Iterator[tuple[str, str]]:
    content = groups["FrameContentSequence"]
    yield "TemporalPositionIndex", text(content, "TemporalPositionIndex")
    yield "FrameType", text(groups["MRImageFrameTypeSequence"], "FrameType")
    yield "DiffusionBValue", text(groups["MRDiffusionSequence"], "DiffusionBValue")
    yield "DimensionIndexValues", text(content, "DimensionIndexValues")


def _axes(path: Path, cosines: tuple[float, ...] | None) -> NDArray[np.float64]:
    axes = np.asarray(cosines if cosines is not None else np.zeros(6), dtype=float).reshape(2, 3)
    lengths = np.linalg.norm(axes, axis=1)
    if np.any(np.abs(lengths - 1) > 1e-2) or abs(float(axes[0] @ axes[1])) > 1e-2:
        raise ImageError(f"{path}: ImageOrientationPatient is missing or invalid; export it again.")
    axes[0] /= lengths[0]
    axes[1] -= (axes[1] @ axes[0]) * axes[0]
    axes[1] /= np.linalg.norm(axes[1])
    return axes


def _position(path: Path, position: tuple[float, ...] | None) -> NDArray[np.float64]:
    if position is None:
        raise ImageError(f"{path}: ImagePositionPatient is missing or invalid; export it again.")
    return np.asarray(position, dtype=np.float64)


def _spacing(path: Path, spacing: tuple[float, float] | None) -> tuple[float, float]:
    if spacing is None:
        raise ImageError(f"{path}: PixelSpacing is missing or invalid; export it again.")
    return spacing
