"""One series of slices as a volume: sorted by position, evenly spaced, or refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import ImageError
from ..calibration import Calibration, SpacingProvenance
from ..image import HipImage, Modality
from .frames import Frame
from .metadata import header_facts, join_notes
from .pixels import bone_bright, real_values, stored_frames
from .series import SAME_POSITION_MM, DicomSeries
from .tags import number, text

_UNEVEN = 0.02  # of the spacing: scanners round positions, variable spacing is far above this
_SIDEWAYS_MM = 0.5


def read_volume(series: DicomSeries, name: str) -> HipImage:
    """Volume of an MR or CT series; spacing between slices comes from their positions.

    Raises:
        ImageError: on repeated, missing, unevenly spaced or shifted slices, or damaged pixels.
    """
    normal = series.frames[0].normal
    frames = sorted(series.frames, key=lambda frame: float(frame.position @ normal))
    step = _slice_step(frames, name)
    facts = header_facts(series.dataset)
    facts["orientation"] = "from DICOM ImageOrientationPatient"
    return HipImage(
        _pixels(frames),
        _matrix(frames[0], step),
        Modality(text(series.dataset, "Modality")),
        Calibration(SpacingProvenance.PATIENT_PLANE),
        name,
        join_notes(facts, _notes(frames, step)),
    )


def _slice_step(frames: Sequence[Frame], name: str) -> float:
    """Distance between slices in mm; a lone slice is as thick as its header says, or 1 mm."""
    if len(frames) == 1:
        return number(frames[0].dataset, "SliceThickness") or 1.0
    normal = frames[0].normal
    offsets = np.array([frame.position - frames[0].position for frame in frames])
    heights = offsets @ normal
    gaps = np.diff(heights)
    _refuse_repeats(frames, gaps, name)
    step = float(np.median(gaps))
    if np.max(np.abs(gaps - step)) > _UNEVEN * step:
        _refuse_uneven(gaps, name)
    sideways = np.linalg.norm(offsets - np.outer(heights, normal), axis=1).max()
    if sideways > _SIDEWAYS_MM:
        raise ImageError(
            f"{name}: the slices are shifted against each other by up to {sideways:.1f} mm (tilted "
            "gantry or localizer?); choose another series or resample it to a straight stack."
        )
    return float(heights[-1] / (len(frames) - 1))


def _refuse_repeats(frames: Sequence[Frame], gaps: NDArray[np.float64], name: str) -> None:
    repeated = np.flatnonzero(gaps < SAME_POSITION_MM)
    if not repeated.size:
        return
    one, other = frames[repeated[0]], frames[repeated[0] + 1]
    raise ImageError(
        f"{name}: {repeated.size} slice positions occur more than once (first in {one.path.name} "
        f"and {other.path.name}); keep only one image per position."
    )


def _refuse_uneven(gaps: NDArray[np.float64], name: str) -> None:
    step = float(np.median(gaps))
    multiples = gaps / step
    missing = int(np.sum(np.rint(multiples) - 1))
    if missing > 0 and np.all(np.abs(multiples - np.rint(multiples)) <= 2 * _UNEVEN):
        after = int(np.argmax(multiples > 1.5)) + 1
        slices = "1 slice is" if missing == 1 else f"{missing} slices are"
        raise ImageError(
            f"{name}: {slices} missing (the gap after slice {after} is {gaps[after - 1]:.1f} mm "
            f"instead of {step:.1f} mm); copy the whole series again."
        )
    raise ImageError(
        f"{name}: the slices are unevenly spaced ({gaps.min():.2f} to {gaps.max():.2f} mm); choose "
        "another series or resample it to even spacing."
    )


def _matrix(first: Frame, step: float) -> NDArray[np.float64]:
    row_mm, column_mm = first.spacing
    matrix = np.eye(4)
    matrix[:3, 0] = first.axes[0] * column_mm
    matrix[:3, 1] = first.axes[1] * row_mm
    matrix[:3, 2] = first.normal * step
    matrix[:3, 3] = first.position
    return matrix


def _pixels(frames: Sequence[Frame]) -> NDArray[np.generic]:
    decoded: dict[int, NDArray[np.generic]] = {}
    slices = []
    for frame in frames:
        key = id(frame.dataset)
        if key not in decoded:
            decoded[key] = stored_frames(frame.dataset, frame.path)
        if frame.index >= len(decoded[key]):
            raise ImageError(f"{frame.path} is cut off: it holds fewer frames than it states.")
        stored = decoded[key][frame.index]
        slices.append(real_values(stored, frame.dataset, frame.slope, frame.intercept))
    return bone_bright(np.stack(slices), frames[0].dataset)


def _notes(frames: Sequence[Frame], step: float) -> list[str]:
    if len(frames) == 1:
        return ["a single slice"]
    stated = number(frames[0].dataset, "SpacingBetweenSlices")
    if stated and step > 1.5 * abs(stated):
        return [
            f"slices lie {step:.1f} mm apart although the header says {abs(stated):.1f} mm: "
            "some may be missing"
        ]
    return []
