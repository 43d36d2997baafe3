"""Labelled slices: what a network learns from, independent of where the labels came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..anatomy import HipLandmarkId
from ..errors import ConfigurationError
from ..imaging import HipImage


@dataclass(frozen=True)
class PointLabel:
    """What is known of one landmark in one slice.

    Attributes:
        ij: (i, j) pixel coordinates, centres at integers; None = known to be absent.
        weight: trust in the label relative to a careful one (0 to 1].
    """

    ij: tuple[float, float] | None
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.weight <= 1:
            raise ValueError(f"A label's weight must lie in (0, 1], not {self.weight}.")


@dataclass(frozen=True)
class LabelledSlice:
    """One slice of an image with its labels; a landmark without label is not annotated.

    Attributes:
        case: patient identifier; all slices of a patient fall into the same split.
        image: the volume.
        index: slice.
        labels: by landmark.
        chosen: sides whose reference landmarks were read on this slice (used for evaluation).
    """

    case: str
    image: HipImage
    index: int
    labels: Mapping[HipLandmarkId, PointLabel]
    chosen: frozenset[str] = frozenset()


def refuse_unlabelled(slices: Iterable[LabelledSlice], keys: Sequence[str]) -> None:
    """Make sure that every landmark to learn is annotated somewhere, be it as absent.

    Raises:
        ConfigurationError: names the landmarks that no slice tells anything of.
    """
    known = {key for labelled in slices for _, key in labelled.labels}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise ConfigurationError(
            f"No image of the training data says anything of {', '.join(unknown)}: annotate them, "
            "or take them out of 'keys'."
        )
