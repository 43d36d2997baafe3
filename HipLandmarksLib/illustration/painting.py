"""Paints the schematic pelvis: bone with fill and line, the lines a radiograph shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..anatomy import Side
from .curves import Curve, Point
from .schematic import Schematic
from .svg import SvgPage, on_page

PAPER = "#fdfcf9"
INK = "#1f2933"
ACCENT = "#0b57c4"
_BONE, _BONE_LINE = "#f1e4cb", "#7a6748"
_FEMUR, _JOINT, _SACRUM = "#f8f0de", "#fbf7ee", "#f7f1e5"
_FINE, _FAINT = "#a08c68", "#c9b995"
_DROP, _DENSE = "#e3d0a9", "#5f4c2c"


class Backdrop(Protocol):
    """Anatomy behind a construction."""

    def paint(self, page: SvgPage, to_page: Callable[[Point], Point]) -> None:
        """Paint the anatomy; the caller clips to the window."""

    def contours(self) -> list[list[Point]]:
        """Points of the strong contours, mm: labels should not cover them."""


@dataclass(frozen=True)
class PelvisBackdrop:
    """The AP pelvis."""

    schematic: Schematic

    def paint(self, page: SvgPage, to_page: Callable[[Point], Point]) -> None:
        """Paint both sides, from back to front."""
        schematic = self.schematic
        page.open_group(stroke_linejoin="round", stroke_linecap="round")
        for side in Side:
            _sacrum(page, schematic, side, to_page)
        disc = on_page(to_page, [schematic.disc])
        page.path(disc, fill=PAPER, stroke=_FAINT, stroke_width=1.0)
        for side in Side:
            _hip_bone(page, schematic, side, to_page)
            _femur(page, schematic, side, to_page)
            _walls(page, schematic, side, to_page)
        page.close()

    def contours(self) -> list[list[Point]]:
        """Points of the strong contours, mm."""
        schematic, found = self.schematic, []
        for side in Side:
            pelvis, femur = schematic.pelvis[side], schematic.femurs[side]
            for curve in (pelvis.outline, pelvis.foramen, pelvis.teardrop):
                found.append([schematic.of_pelvis(side)(p) for p in curve.samples(4)])
            found.append([schematic.of_femur(side)(p) for p in femur.outline.samples(6)])
        return found


def _sacrum(
    page: SvgPage, schematic: Schematic, side: Side, to_page: Callable[[Point], Point]
) -> None:
    pelvis, place = schematic.pelvis[side], _chain(schematic.of_sacrum(side), to_page)
    page.path(on_page(place, [pelvis.sacrum]), fill=_SACRUM, stroke=_SACRUM, stroke_width=1.0)
    edge = on_page(place, [pelvis.sacrum_edge, pelvis.coccyx_joint])
    page.path(edge, fill="none", stroke=_FAINT, stroke_width=1.2)
    holes = on_page(place, pelvis.sacral_foramina)
    page.path(holes, fill=PAPER, stroke=_FAINT, stroke_width=0.9)


def _hip_bone(
    page: SvgPage, schematic: Schematic, side: Side, to_page: Callable[[Point], Point]
) -> None:
    pelvis, place = schematic.pelvis[side], _chain(schematic.of_pelvis(side), to_page)

    def line(curves: list[Curve], colour: str, width: float, **more: object) -> None:
        page.path(on_page(place, curves), fill="none", stroke=colour, stroke_width=width, **more)

    page.path(on_page(place, [pelvis.joint_area]), fill=_JOINT)
    page.path(on_page(place, [pelvis.ilioischial]), fill=_BONE)  # a spine inside the brim
    page.path(
        on_page(place, [pelvis.outline, pelvis.foramen]),
        fill=_BONE,
        fill_rule="evenodd",
        stroke=_BONE_LINE,
        stroke_width=1.4,
    )
    line([pelvis.ilioischial], _FINE, 1.1)
    page.path(on_page(place, [pelvis.teardrop]), fill=_DROP, stroke=_BONE_LINE, stroke_width=1.2)
    line([pelvis.sourcil], _DENSE, 4.2, stroke_opacity=0.85)


def _femur(
    page: SvgPage, schematic: Schematic, side: Side, to_page: Callable[[Point], Point]
) -> None:
    femur, place = schematic.femurs[side], _chain(schematic.of_femur(side), to_page)
    page.path(
        on_page(place, [femur.outline]),
        fill=_FEMUR,
        fill_opacity=0.93,
        stroke=_BONE_LINE,
        stroke_width=1.6,
    )
    fine = on_page(place, [femur.intertrochanteric, *femur.marrow])
    page.path(fine, fill="none", stroke=_FAINT, stroke_width=1.1)
    scar = on_page(place, [femur.scar])
    page.path(scar, fill="none", stroke=_FAINT, stroke_width=1.0, stroke_dasharray="2.5 3")


def _walls(
    page: SvgPage, schematic: Schematic, side: Side, to_page: Callable[[Point], Point]
) -> None:
    """Walls of the acetabulum over the head: posterior drawn through, anterior dashed."""
    pelvis, place = schematic.pelvis[side], _chain(schematic.of_pelvis(side), to_page)
    for wall, dash in ((pelvis.posterior_wall, "none"), (pelvis.anterior_wall, "5 3")):
        curves = on_page(place, [wall])
        page.path(curves, fill="none", stroke=_FINE, stroke_width=1.1, stroke_dasharray=dash)


def _chain(
    first: Callable[[Point], Point], then: Callable[[Point], Point]
) -> Callable[[Point], Point]:
    return lambda point: then(first(point))
