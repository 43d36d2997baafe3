"""What is asked of the worker, and how an image and the question travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...anatomy import Side
from ...errors import ConfigurationError
from ...imaging import Calibration, HipImage, Modality, SpacingProvenance
from .exchange import Exchange


@dataclass(frozen=True, eq=False)
class DetectionRequest:
    """One image and how to read it; the arguments of ``Detector.from_bundle`` and ``detect``.

    Attributes:
        image: coronal MRI or film.
        model: folder of the bundle; None for the one that comes with HipLandmarks for this kind
            of image.
        slice_index: read both hips on this slice; None chooses the best slice per hip.
        views: name of the views that are averaged; None for what the card says.
        side: of the one hip that a film shows, where the file does not tell it.
        keep_maps: keep what the network says of the regions that are read; None does it for
            models whose doubt is calibrated.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        precision: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
        all_slices: read every slice (``Detector.detect_stack``); ``slice_index`` and ``side`` are
            then left out.

    Raises:
        ConfigurationError: when every slice is asked for, and a single one or a side, too.
    """

    image: HipImage
    model: Path | None = None
    slice_index: int | None = None
    views: str | None = None
    side: Side | None = None
    keep_maps: bool | None = False
    device: str = "auto"
    precision: str = "auto"
    all_slices: bool = False

    def __post_init__(self) -> None:
        if self.all_slices and not (self.slice_index is None and self.side is None):
            raise ConfigurationError(
                "Every slice is to be read: leave out the number of a slice, and the side."
            )

    def to_dict(self, exchange: Exchange) -> dict[str, Any]:
        """JSON-ready form; the pixels go into a file of ``exchange``.

        Raises:
            WorkerError: when there is no room for the pixels.
        """
        return {
            "image": image_to_dict(self.image, exchange),
            "model": None if self.model is None else str(Path(self.model).resolve()),
            "slice_index": self.slice_index,
            "views": self.views,
            "side": None if self.side is None else self.side.value,
            "keep_maps": self.keep_maps,
            "device": self.device,
            "precision": self.precision,
            "all_slices": self.all_slices,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], exchange: Exchange) -> DetectionRequest:
        """Read :meth:`to_dict`; the pixels stay mapped, their file goes."""
        same = ("slice_index", "views", "keep_maps", "device", "precision", "all_slices")
        return cls(
            image_from_dict(data["image"], exchange),
            None if data["model"] is None else Path(data["model"]),
            side=None if data["side"] is None else Side(data["side"]),
            **{name: data[name] for name in same},
        )

    def on(self, device: str) -> DetectionRequest:
        """The same on another device, in the precision that suits it."""
        return replace(self, device=device, precision="auto")


def image_to_dict(image: HipImage, exchange: Exchange) -> dict[str, Any]:
    """JSON-ready form of an image; the pixels go into a file of ``exchange``.

    Raises:
        WorkerError: when there is no room for the pixels.
    """
    calibration = image.calibration
    return {
        "ijk_to_lps": image.ijk_to_lps.tolist(),
        "modality": image.modality.value,
        "calibration": {
            "provenance": calibration.provenance.value,
            "factor": calibration.factor,
            "detail": calibration.detail,
            "remarks": list(calibration.remarks),
        },
        "name": image.name,
        "metadata": dict(image.metadata),
        "pixels": exchange.put(image.pixels),
    }


def image_from_dict(data: Mapping[str, Any], exchange: Exchange) -> HipImage:
    """Read :func:`image_to_dict`; the pixels stay mapped, their file goes."""
    told = data["calibration"]
    calibration = Calibration(
        SpacingProvenance(told["provenance"]),
        told["factor"],
        told["detail"],
        tuple(told["remarks"]),
    )
    return HipImage(
        exchange.take(data["pixels"]),
        np.array(data["ijk_to_lps"], dtype=np.float64),
        Modality(data["modality"]),
        calibration,
        data["name"],
        data["metadata"],
    )
