"""``StackDetection``: what the detector says of every slice of a volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..anatomy import HipLandmarkId, Landmark, LandmarkStack, Side
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
    """

    stack: LandmarkStack
    detection: Detection

    @property
    def choices(self) -> Mapping[Side, SliceChoice]:
        """Why each hip is measured on its slice."""
        return self.detection.choices

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
        detection = replace(
            self.detection,
            landmarks=stack.case(),
            slices={**self.detection.slices, side: index},
            peaks={**self.detection.peaks, **_peaks(stack.at(index).landmarks.side(side))},
            limbs=None,
            maps=(),
            choices={**self.choices, side: self.choices[side].taken(index)},
        )
        return replace(self, stack=stack, detection=detection)


def _peaks(landmarks: Iterable[Landmark]) -> dict[HipLandmarkId, float]:
    """Of points of the model; those of a person have none."""
    return {
        (landmark.side, landmark.key): landmark.evidence.peak
        for landmark in landmarks
        if isinstance(landmark.side, Side)
        and landmark.evidence is not None
        and landmark.evidence.peak is not None
    }
