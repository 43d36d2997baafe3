"""The last gate against wrong labels: are a view's landmarks where a hip has them?

Places are given in radii of the femoral head from its centre, (lateral, cranial) on the film, with
room for every pose and shape that is drawn. What lies elsewhere was found wrongly, and its view is
refused rather than taught.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from ...anatomy import LandmarkState, Side
from ...errors import ConfigurationError
from .view import BoneView, TruePoint

Range = tuple[float, float]

PLACES: Mapping[str, tuple[Range, Range]] = MappingProxyType(
    {
        "ILM": ((-2.6, 0.2), (0.6, 3.4)),
        "TRI": ((-2.1, -0.7), (-0.5, 1.2)),
        "LAE": ((-0.4, 1.5), (0.3, 1.6)),
        "MSO": ((-1.1, 0.4), (0.2, 1.5)),
        "FOV": ((-1.1, -0.1), (-0.9, 0.9)),
        "GT": ((-1.0, 3.4), (-1.6, 2.4)),
        "TD": ((-2.1, -0.7), (-2.2, 0.0)),
        "ISCH": ((-3.4, 0.4), (-4.8, -1.6)),
        "NB": ((0.2, 2.8), (-2.6, 0.6)),
        "SHP": ((-0.4, 3.8), (-5.8, -1.6)),
        "SHD": ((-6.0, 12.0), (-22.0, -2.4)),
        "LCP": ((0.0, 1.1), (-0.9, 1.1)),
        "NA": ((0.1, 2.2), (-1.9, 0.6)),
    }
)
"""Range of (lateral, cranial) by key, in head radii."""

_ON_CIRCLE = (0.97, 1.08)
"""Distance of LCP from the head's centre, in radii: it lies on the head's contour."""


_COVER_DEG = (-16.0, 11.0)
"""Centre-edge angle of the sourcil on the film, against the pelvis, less that of the bony rim in
space: -3 degrees on average, standard deviation 3; a roof line that broke off gives -25."""


def check_view(view: BoneView) -> None:
    """Refuse a view with a landmark that no hip has there.

    The lateral end of the roof is also compared with the cover of the bones (``lce_deg`` of each
    side in the view's parameters), where that is known.

    Raises:
        ConfigurationError: names the landmark and its place, or says that no head is in the field.
    """
    for reason in _oddities(view):
        raise ConfigurationError(reason)


def _oddities(view: BoneView) -> Iterator[str]:
    """What is wrong, worst first."""
    shown = [side for side in Side if view.landmarks[side, "FHC"].state is LandmarkState.VISIBLE]
    if not shown:
        yield "No femoral head lies in the field of view."
    for (side, key), point in view.landmarks.items():
        yield from _field_oddities(view, side, key, point)
        hidden = key == "FOV" and point.state is not LandmarkState.VISIBLE  # seen en face
        if point.xy is not None and key in PLACES and not hidden:
            yield from _place_oddities(view, side, key, point.xy)
    for side in shown:
        yield from _cover_oddities(view, side)


def _field_oddities(view: BoneView, side: Side, key: str, point: TruePoint) -> Iterator[str]:
    if point.state is not LandmarkState.VISIBLE:
        return
    height, width = view.camera.shape
    inside = point.xy is not None and (
        -0.5 <= point.xy[0] <= width - 0.5 and -0.5 <= point.xy[1] <= height - 0.5
    )
    if not inside:
        yield f"The {side.word} {key} is called visible outside the field of view."


def _place_oddities(view: BoneView, side: Side, key: str, xy: tuple[float, float]) -> Iterator[str]:
    lateral, cranial = _in_radii(view, side, xy)
    wide, high = PLACES[key]
    if not (wide[0] <= lateral <= wide[1] and high[0] <= cranial <= high[1]):
        yield (
            f"The {side.word} {key} was found {lateral:.2f} head radii lateral and {cranial:.2f} "
            "cranial of the head's centre, where no hip has it."
        )
    distance = float(np.hypot(lateral, cranial))
    if key == "LCP" and not _ON_CIRCLE[0] <= distance <= _ON_CIRCLE[1]:
        yield f"The {side.word} LCP lies {distance:.2f} head radii from the head's centre."


def _cover_oddities(view: BoneView, side: Side) -> Iterator[str]:
    roof, cover = view.landmarks.get((side, "LAE")), view.parameters.get(f"lce_deg_{side.value}")
    if roof is None or roof.xy is None or cover is None:
        return
    lateral, cranial = _in_radii(view, side, roof.xy)
    outwards = 1.0 if side is Side.LEFT else -1.0
    tilted = outwards * view.parameters.get("obliquity_deg", 0.0)
    surplus = float(np.degrees(np.arctan2(lateral, cranial))) + tilted - cover
    if not _COVER_DEG[0] <= surplus <= _COVER_DEG[1]:
        yield (
            f"The {side.word} LAE gives a centre-edge angle that differs by {surplus:.0f} degrees "
            "from that of the bones: its roof line broke off."
        )


def _in_radii(view: BoneView, side: Side, xy: tuple[float, float]) -> tuple[float, float]:
    """(lateral, cranial) of the head's centre, in radii."""
    head = view.landmarks[side, "FHC"].xy
    assert head is not None  # a head has a place on every film
    outwards = 1.0 if side is Side.LEFT else -1.0
    radius = view.head_radius_px[side.value]
    return outwards * (xy[0] - head[0]) / radius, (head[1] - xy[1]) / radius
