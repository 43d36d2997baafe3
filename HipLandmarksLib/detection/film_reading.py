"""What two passes over a film found: points, hips, letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..anatomy import PresenceEvidence, Side
from ..imaging import PlaneTransform
from .decoding import DecodedPoint
from .film_hip import HipFit
from .film_letters import FilmLetter
from .film_refusal import HipSigns
from .limb_scores import LimbScore
from .limbs import LimbId
from .map_reader import MapReading


@dataclass(frozen=True, eq=False)
class FilmPoint:
    """A landmark as one of the passes sees it.

    Attributes:
        decoded: in the output pixels of ``plane``.
        plane: from stored pixels of the film.
        threshold: presence from which on the pass calls it present.
        evidence: further signs of presence, for models that give them.
    """

    decoded: DecodedPoint
    plane: PlaneTransform
    threshold: float
    evidence: PresenceEvidence | None = None

    @property
    def is_present(self) -> bool:
        """Whether the pass calls it present."""
        return self.decoded.presence >= self.threshold


@dataclass(frozen=True, eq=False)
class FilmHip:
    """One hip as both passes see it.

    Attributes:
        points: every landmark of the model by key.
        frame: from the upright film to the crop.
        fit: how the second pass's points fit the reference hip, from crop to crop.
        prosthesis: probability that its femoral head is artificial; 0 when the model cannot tell.
        limbs: projection of every limb's field; None for models without fields.
        reading: all that the second pass says of it, in the pixels of ``plane``.
        plane: from stored pixels of the film to the crop.
    """

    points: Mapping[str, FilmPoint]
    frame: PlaneTransform
    fit: HipFit | None
    prosthesis: float
    limbs: Mapping[LimbId, LimbScore] | None
    reading: MapReading
    plane: PlaneTransform

    @property
    def signs(self) -> HipSigns:
        """What speaks for a hip."""
        return HipSigns.of(self.fit)


@dataclass(frozen=True, eq=False)
class FilmReading:
    """What a film shows.

    Attributes:
        hips: by the side that they look like on the upright film.
        letters: those that were read; None when the model reads none.
    """

    hips: Mapping[Side, FilmHip]
    letters: tuple[FilmLetter, ...] | None
