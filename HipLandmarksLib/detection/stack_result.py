"""``StackDetection``: what the detector says of every slice of a volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..anatomy import HipLandmarkId, LandmarkStack, Side
from .result import Detection
from .slice_choice import SliceChoice


@dataclass(frozen=True)
class StackDetection:
    """The result for a whole volume.

    Attributes:
        stack: landmarks of both hips on every slice, with the doubt of each as a detection of
            this slice alone would state it, and the slice that was chosen for each hip.
        detection: of the chosen slices, as :meth:`Detector.detect` gives it: model, device,
            calibration, views, remarks.
        choices: why these slices.
        peaks: by slice number, the height of each heatmap relative to a perfect answer.
    """

    stack: LandmarkStack
    detection: Detection
    choices: Mapping[Side, SliceChoice]
    peaks: Mapping[int, Mapping[HipLandmarkId, float]]

    def taken(self, side: Side, index: int) -> StackDetection:
        """The same with another slice for one hip, as a person wants it.

        The detection's points of that hip are then those of the slice; limb scores and maps, which
        belong to the slices that were read for them, are left out.

        Raises:
            ConfigurationError: when the slice was not read.
        """
        if self.stack.chosen.get(side) == index:
            return self
        stack = self.stack.with_chosen(side, index)
        own = {id_: peak for id_, peak in self.peaks[index].items() if id_[0] is side}
        detection = replace(
            self.detection,
            landmarks=stack.case(),
            slices={**self.detection.slices, side: index},
            peaks={**self.detection.peaks, **own},
            limbs=None,
            maps=(),
        )
        choices = {**self.choices, side: self.choices[side].taken(index)}
        return replace(self, stack=stack, detection=detection, choices=choices)
