"""Projection radiographs: one coronal slice, bone bright, with pixel size, side and view."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset

from ...errors import ImageError
from ..film import projection_matrix
from ..image import HipImage, Modality
from .metadata import header_facts, join_notes
from .pixels import bone_bright, real_values, stored_frames
from .projection_spacing import projection_spacing
from .projection_view import film_axes, view_notes, view_position
from .tags import number


def read_projection(dataset: Dataset, path: Path, name: str) -> HipImage:
    """A radiograph as one coronal slice, bone bright.

    The grid has the pixel size that the file states; the magnification stays apart as factor of
    the calibration.

    Raises:
        ImageError: when it is a cine of several frames, or its pixels cannot be decoded.
    """
    frames = int(number(dataset, "NumberOfFrames") or 1)
    if frames > 1:
        raise ImageError(f"{path} is a cine of {frames} frames: export the one frame to measure.")
    spacing = projection_spacing(dataset)
    columns_to, rows_to, orientation = film_axes(dataset)
    slope = number(dataset, "RescaleSlope") or 1.0
    intercept = number(dataset, "RescaleIntercept") or 0.0
    pixels = real_values(stored_frames(dataset, path), dataset, slope, intercept)
    facts = {**header_facts(dataset), "orientation": orientation}
    if view_position(dataset):
        facts["view_position"] = view_position(dataset)
    return HipImage(
        bone_bright(pixels, dataset),
        projection_matrix(spacing.row_mm, spacing.column_mm, columns_to, rows_to),
        Modality.XRAY,
        spacing.calibration,
        name,
        join_notes(facts, list(view_notes(dataset))),
    )
