"""The image geometry that earlier results recorded, so that edited points need no image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..imaging import Calibration, Modality, SpacingProvenance
from ..measurement import ViewPlane
from .tables import FORMAT

_ENDING = "_measurements.json"


@dataclass(frozen=True)
class RecordedGeometry:
    """Slice plane, pixel size provenance and modality of the image of a case.

    Attributes:
        plane: plane of the slices.
        calibration: provenance of the pixel size.
        modality: kind of image.
        source: file it was read from.
        image: the record itself, for the results that follow from it.
    """

    plane: ViewPlane
    calibration: Calibration
    modality: Modality
    source: Path
    image: Mapping[str, Any]

    @classmethod
    def beside(cls, landmark_file: Path) -> RecordedGeometry | None:
        """Geometry of the results in whose folder ``landmark_file`` lies.

        The landmark file must carry the case's name as ``write_results`` gives it. None when
        there are no such results, or they were made without an image.
        """
        for path in sorted(landmark_file.parent.glob(f"*{_ENDING}")):
            if landmark_file.name.startswith(path.name.removesuffix(_ENDING) + "_"):
                return cls._read(path)
        return None

    @classmethod
    def _read(cls, path: Path) -> RecordedGeometry | None:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            image = data["image"] if data["format"] == FORMAT else None
            if image is None:
                return None
            steps = np.asarray(image["ijk_to_lps"], dtype=np.float64)[:3, :3]
            x, y, z = (float(value) for value in np.cross(steps[:, 0], steps[:, 1]))
            column_mm, row_mm, _ = image["spacing_column_row_slice_mm"]
            provenance = SpacingProvenance(image["calibration"]["provenance"])
            calibration = Calibration(provenance, image["calibration"]["factor"])
            plane = ViewPlane((x, y, z), (row_mm, column_mm))
            return cls(plane, calibration, Modality(image["modality"]), path, image)
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not ours, or of another version: as if it were not there
