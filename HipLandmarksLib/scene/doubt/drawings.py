"""Ellipses, signs and limbs of a model's reading, made when they are first to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...anatomy import HipLandmarks, LandmarkId
from ...detection import LimbId, LimbScore, part_name
from ...measurement import ViewPlane
from .ellipses import Ellipses
from .glyphs import Glyphs
from .limbs import LimbLines
from .marks import grade_words, regions_of, signs_of
from .nodes import DoubtNodes
from .reading import ModelReading
from .state import DoubtPart, DoubtState


class DoubtDrawings:
    """The markups of the doubt overlay; nothing is made or moved while it is hidden."""

    def __init__(self, nodes: DoubtNodes) -> None:
        parts: tuple[Any, ...] = (nodes.scene, nodes.add_mark, nodes.remove)
        self.ellipses = Ellipses(*parts)
        self.signs = Glyphs(*parts)
        self.limbs = LimbLines(*parts)

    def draw(
        self,
        state: DoubtState,
        reading: ModelReading,
        landmarks: HipLandmarks,
        plane: ViewPlane,
        scores: Mapping[LimbId, LimbScore],
        notes: Mapping[LandmarkId, str],
    ) -> None:
        """Draw what ``state`` shows anew, and hide the rest.

        Args:
            state: what to show.
            reading: of the model.
            landmarks: as they are now, LPS mm.
            plane: of the slices.
            scores: of all limbs, as they are now.
            notes: what to write at the ellipses.
        """
        if state.shows(DoubtPart.ELLIPSES):
            self.ellipses.show(regions_of(reading), plane, reading.words)
            self.ellipses.say(notes)
        if state.shows(DoubtPart.SIGNS):
            self.signs.show(signs_of(reading, landmarks), grade_words(reading))
        self.ellipses.set_visible(state.shows(DoubtPart.ELLIPSES))
        self.signs.set_visible(state.shows(DoubtPart.SIGNS))
        self.limbs.set_visible(state.shows(DoubtPart.LIMBS))
        if state.shows(DoubtPart.LIMBS):
            self.limbs.keep(scores)
            self.limbs.show(_agreements(scores, reading), landmarks)

    def follow(
        self,
        state: DoubtState,
        reading: ModelReading,
        landmarks: HipLandmarks,
        changed: Iterable[LandmarkId],
        scores: Mapping[LimbId, LimbScore],
        notes: Mapping[LandmarkId, str],
    ) -> None:
        """Draw what a change of the points ``changed`` touches; see :meth:`draw`."""
        if state.shows(DoubtPart.ELLIPSES):
            self.ellipses.say(notes)
        if state.shows(DoubtPart.SIGNS):
            self.signs.mark(changed, signs_of(reading, landmarks))
        if state.shows(DoubtPart.LIMBS):
            self.limbs.show(_agreements(scores, reading), landmarks)

    def remove(self) -> None:
        """Take everything out of the scene."""
        self.ellipses.clear()
        self.signs.clear()
        self.limbs.clear()

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was one of these."""
        return any(part.forget(node) for part in (self.ellipses, self.signs, self.limbs))


def _agreements(
    scores: Mapping[LimbId, LimbScore], reading: ModelReading
) -> dict[LimbId, float | None]:
    """Agreement of each limb as the map tells it: 1 for a usual one where the usual is known."""
    if reading.usual is None:
        return {limb: score.mean for limb, score in scores.items()}
    found: dict[LimbId, float | None] = {}
    for limb, score in scores.items():
        surprisal = score.uncertainty()
        if surprisal is None:
            found[limb] = None
        else:
            found[limb] = 1.0 - reading.usual.excess(part_name(limb), surprisal)
    return found
