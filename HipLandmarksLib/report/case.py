"""``CaseReport``: everything that is known of one case when its results are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..anatomy import AnySide, HipLandmarks, Landmark, Side
from ..imaging import Calibration, HipImage, SpacingProvenance
from .slice_view import slice_of

if TYPE_CHECKING:
    from ..detection import Detection, LimbId, LimbScore
    from ..measurement import Measurement, MeasurementSettings, SideDifference
    from ..uncertainty import Calibration as ModelCalibration
    from ..uncertainty import MeasurementDoubt

NOTICE = "Research software, not a medical device."
DEFAULT_MARKS = ("alpha", "lce", "nsa", "femoral_offset_mm")
"""Measurements that are drawn when nothing else is asked for; more would hide the bone."""
SIDES = (Side.RIGHT, Side.LEFT)
"""Order of all tables and pictures: as the viewer sees the patient, right first."""


@dataclass(frozen=True)
class CaseReport:
    """Image, landmarks and measurements of one case, with where they come from.

    Attributes:
        name: case name; names the files.
        landmarks: all points, LPS mm.
        measurements: results in the order in which they are listed.
        image: the image, or None when only landmarks were given.
        model: id and version of the model that placed the points, "" when a person did.
        device: processor on which the model ran, "" without model.
        seconds: duration of the detection, None without model.
        views: name of the views of the image that the model averaged, "" without model.
        limbs: how far the model's fields bear out the line between two landmarks; None for
            models without fields.
        remarks: what the reader of a detection must check, e.g. a doubtful side.
        slices: slice (from 0) on which each hip was read.
        image_record: what earlier results say of the image, where the image itself is not given.
        settings: how it was measured, None when that is not known.
        marks: measurements to draw into pictures.
        doubts: intervals of the measurements by side and id, of calibrated models only.
        model_calibration: of the model, None when it has none or a person placed the points.
    """

    name: str
    landmarks: HipLandmarks
    measurements: Sequence[Measurement]
    image: HipImage | None = None
    model: str = ""
    device: str = ""
    seconds: float | None = None
    views: str = ""
    limbs: Mapping[LimbId, LimbScore] | None = None
    remarks: tuple[str, ...] = ()
    slices: Mapping[Side, int] = field(default_factory=dict)
    image_record: Mapping[str, Any] | None = None
    settings: MeasurementSettings | None = None
    marks: tuple[str, ...] = DEFAULT_MARKS
    doubts: Mapping[tuple[AnySide, str], MeasurementDoubt] = field(default_factory=dict)
    model_calibration: ModelCalibration | None = None

    @classmethod
    def of(
        cls,
        image: HipImage | None,
        found: Detection | HipLandmarks,
        measurements: Sequence[Measurement],
        name: str = "",
    ) -> CaseReport:
        """Gather a case from a detection, or from landmarks that a person placed."""
        name = safe_name(name or (image.name if image else "") or _landmarks_of(found).case_id)
        if isinstance(found, HipLandmarks):
            slices = {} if image is None else _slices(image, found)
            return cls(name, found, measurements, image, slices=slices)
        return cls(
            name=name,
            landmarks=found.landmarks,
            measurements=measurements,
            image=image,
            model=found.model,
            device=found.device,
            seconds=found.seconds,
            views=found.views,
            limbs=found.limbs,
            remarks=found.remarks,
            slices=dict(found.slices),
            model_calibration=found.calibration,
        )

    @property
    def differences(self) -> list[SideDifference]:
        """Right minus left of every measurement of the hips."""
        from ..measurement import side_differences

        return side_differences(self.measurements)

    @property
    def calibration(self) -> Calibration:
        """Provenance of the pixel size; NONE when no image is known."""
        return self.image.calibration if self.image else Calibration(SpacingProvenance.NONE)

    @property
    def sources(self) -> str:
        """Who placed the landmarks, each named once, e.g. ``model mri-coronal 1.0, reader``."""
        named = dict.fromkeys(source_text(landmark) for landmark in self.landmarks.values())
        return ", ".join(named) or "none"


def safe_name(name: str) -> str:
    """``name`` as a file name: letters, digits, dot, dash and underscore; never empty."""
    return re.sub(r"[^\w.\-]+", "_", name).strip("._") or "case"


def source_text(landmark: Landmark) -> str:
    """Who placed a landmark, e.g. ``model mri-coronal 1.0`` or ``reader``."""
    source = landmark.source
    return " ".join(part for part in (source.kind.value, source.name, source.version) if part)


def _landmarks_of(found: Detection | HipLandmarks) -> HipLandmarks:
    return found if isinstance(found, HipLandmarks) else found.landmarks


def _slices(image: HipImage, landmarks: HipLandmarks) -> dict[Side, int]:
    slices = {}
    for side in SIDES:
        points = [p.point() for p in landmarks.side(side) if p.position is not None]
        if points:
            slices[side] = slice_of(image, np.stack(points))
    return slices
