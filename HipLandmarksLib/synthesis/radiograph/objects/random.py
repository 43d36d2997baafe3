"""Random objects: which lie on a film, and how often."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ....anatomy import Side
from ..look import check
from ..view import BoneView
from .base import FilmObject, on_detector
from .clothing import Fasteners, Tube
from .film import Collimation, FilmDrawing
from .fixation import CerclageWires, NeckScrews, SlidingHipScrew, TrochantericNail
from .fracture import FemurFracture
from .implant import HipProsthesis
from .outside import CalibrationBall, GonadShield
from .side_marker import SideMarker

_FIXATIONS = (NeckScrews, SlidingHipScrew, TrochantericNail, CerclageWires)


@dataclass(frozen=True)
class ObjectShares:
    """How often (0 to 1) each kind of object lies on a film; of the metal, at most one kind a hip.

    Attributes:
        marker: a letter for the side.
        ball, shield, tube, fasteners: outside the patient.
        prosthesis, fixation, fracture: of each hip.
        text, box, line: drawn on the film.
        collimation: visible edges of the field.
    """

    marker: float = 0.6
    ball: float = 0.06
    shield: float = 0.05
    tube: float = 0.1
    fasteners: float = 0.06
    prosthesis: float = 0.07
    fixation: float = 0.05
    fracture: float = 0.06
    text: float = 0.3
    box: float = 0.12
    line: float = 0.06
    collimation: float = 0.25

    def __post_init__(self) -> None:
        check(self, **{item.name: (0.0, 1.0) for item in fields(self)})


def random_objects(
    rng: np.random.Generator, view: BoneView, shares: ObjectShares | None = None
) -> tuple[FilmObject, ...]:
    """Objects for a view, decided by ``rng`` alone; often none."""
    chosen = shares or ObjectShares()
    found: list[FilmObject | None] = []
    for side in Side:
        found.append(_of_hip(rng, view, side, chosen))
    if rng.random() < chosen.marker:
        found += [SideMarker.random(rng, view, side) for side in _marked_sides(rng, view)]
    if rng.random() < chosen.ball:
        found.append(CalibrationBall.random(rng, view))
    if rng.random() < chosen.shield:
        found.append(GonadShield.random(rng, view))
    if rng.random() < chosen.tube:
        found.append(Tube.random(rng, view))
    if rng.random() < chosen.fasteners:
        found.append(Fasteners.random(rng, view))
    if rng.random() < chosen.collimation:
        found.append(Collimation.random(rng, view))
    for share, draw in (
        (chosen.text, FilmDrawing.random_text),
        (chosen.box, FilmDrawing.random_box),
        (chosen.line, FilmDrawing.random_line),
    ):
        if rng.random() < share:
            found.append(draw(rng, view))
    return tuple(item for item in found if item is not None)


def _of_hip(
    rng: np.random.Generator, view: BoneView, side: Side, shares: ObjectShares
) -> FilmObject | None:
    """A prosthesis, metal or a fracture, or none of them; only in a hip that the film shows."""
    head = view.landmarks.get((side, "FHC"))
    if head is None or head.xy is None or not on_detector(view.camera, head.xy):
        return None
    draw = rng.random()
    if draw < shares.prosthesis:
        return HipProsthesis.random(rng, side)
    if draw < shares.prosthesis + shares.fixation:
        return _FIXATIONS[int(rng.integers(len(_FIXATIONS)))].random(rng, side)
    if draw < shares.prosthesis + shares.fixation + shares.fracture:
        return FemurFracture.random(rng, side)
    return None


def _marked_sides(rng: np.random.Generator, view: BoneView) -> list[Side]:
    """The side of the only hip on the film; of a pelvis, any, or now and then both."""
    shown = [
        side
        for side in Side
        if (point := view.landmarks.get((side, "FHC"))) is not None
        and point.xy is not None
        and on_detector(view.camera, point.xy)
    ]
    if len(shown) == 1:
        return shown
    return list(Side) if rng.random() < 0.15 else [list(Side)[int(rng.integers(2))]]
