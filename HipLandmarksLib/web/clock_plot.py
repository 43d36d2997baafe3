"""Alpha round the neck as a clock, as a drawing of the page: rings, curves, places to click on."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

from ..anatomy import Side
from ..exploration.radial_result import RadialMap, RadialSection, Sight
from ..i18n import tr as _
from ..scene.exploration import StackExplorer
from .bricks import Brick

SIZE = 250.0
"""Width and height of the drawing, in its own units."""
_RINGS = (30.0, 60.0, 90.0)
_EDGE_DEG = 100.0
_MIDDLE = SIZE / 2.0
_REACH = SIZE / 2.0 - 16.0
_HOURS = ((0.0, "12"), (90.0, "3"), (180.0, "6"), (270.0, "9"))


def clock_plot(explorer: StackExplorer) -> Brick:
    """Both hips in one clock: the farther from the middle, the larger alpha; not shown without any.

    12 o'clock is superior, 3 o'clock anterior on both sides; gaps are planes that the image does
    not show.
    """
    sides = explorer.exploration.sides
    maps = {side: found for side in Side if (found := sides[side].radial) is not None}
    values = [v for found in maps.values() for _theta, v in found.samples if v is not None]
    if not values:
        return {"shown": False}
    edge = max(_EDGE_DEG, max(values) + 5.0)
    thresholds = [found.threshold_deg for found in maps.values()]
    return {
        "shown": True,
        "title": _("Alpha by the clock"),
        "caption": _(
            "The farther from the middle, the larger alpha; 3 o'clock is anterior on both sides. "
            "Dashed: threshold. Large: largest. Hollow: seen coarsely."
        ),
        "size": SIZE,
        "middle": _MIDDLE,
        "rings": [{"r": _REACH * ring / edge, "text": f"{ring:.0f}°"} for ring in _RINGS],
        "threshold": _REACH * thresholds[0] / edge,
        "hours": [{"text": text, **_place(theta, 1.09)} for theta, text in _HOURS],
        "plane": _plane(explorer.radial),
        "series": [_series(side, found, edge) for side, found in maps.items()],
    }


def _series(side: Side, found: RadialMap, edge: float) -> Brick:
    samples = [*found.samples, found.samples[0]]
    top = None if found.maximum is None else found.maximum.theta_deg
    return {
        "side": side.value,
        "lines": [
            " ".join(f"{p['x']:.1f},{p['y']:.1f}" for p in run) for run in _runs(samples, edge)
        ],
        "marks": [
            {
                "theta": section.theta_deg,
                "tip": _tip(side, section),
                "largest": section.theta_deg == top,
                "hollow": section.sight is not Sight.CLEAR,
                **_place(section.theta_deg, section.alpha_deg / edge),
            }
            for section in found.sections
            if section.alpha_deg is not None
        ],
    }


def _runs(samples: Sequence[tuple[float, float | None]], edge: float) -> list[list[Brick]]:
    """Curves without the planes that the image does not show."""
    runs: list[list[Brick]] = [[]]
    for theta, value in samples:
        if value is None:
            runs.append([])
        else:
            runs[-1].append(_place(theta, value / edge))
    return [run for run in runs if len(run) > 1]


def _plane(shown: tuple[Side, float] | None) -> Brick:
    if shown is None:
        return {"shown": False}
    end, other = _place(shown[1], 1.0), _place(shown[1] + 180.0, 0.35)
    return {"shown": True, "x1": other["x"], "y1": other["y"], "x2": end["x"], "y2": end["y"]}


def _tip(side: Side, section: RadialSection) -> str:
    told = _("right, {clock} o'clock: {value}°, {sight}")
    if side is Side.LEFT:
        told = _("left, {clock} o'clock: {value}°, {sight}")
    value = round(section.alpha_deg or 0.0)
    return told.format(clock=section.clock, value=value, sight=section.sight.words)


def _place(theta_deg: float, share: float) -> Brick:
    theta, r = radians(theta_deg), _REACH * share
    return {"x": _MIDDLE + r * sin(theta), "y": _MIDDLE - r * cos(theta)}
