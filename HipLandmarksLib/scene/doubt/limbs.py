"""Limbs as lines: the wider, the better the model's fields bear out both of its points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...anatomy import AnySide, HipLandmarks, Midline
from ...detection import LimbId
from ..markup import LockedMarkup, LockedMarkups
from .colours import colour_of

CLASS_NAME = "vtkMRMLMarkupsLineNode"
THINNEST, WIDEST = 0.15, 1.0


def width_of(agreement: float) -> float:
    """Relative width of a line for an agreement in [-1, 1]; against is as thin as none."""
    return THINNEST + (WIDEST - THINNEST) * min(max(agreement, 0.0), 1.0)


class LimbLines(LockedMarkups[LimbId]):
    """One line node per limb with both ends placed and an agreement; made when first shown."""

    def show(self, agreements: Mapping[LimbId, float | None], landmarks: HipLandmarks) -> None:
        """Draw these limbs and leave all others as they are.

        Args:
            agreements: per limb in [-1, 1]: mean projection of the field, or, where the usual is
                known, 1 for a usual one; None when it could not be measured, and is not drawn.
            landmarks: where the ends are, LPS mm.
        """
        if not self._visible:
            return
        for limb, agreement in agreements.items():
            start, end = (landmarks.position(side, key) for side, key in limb)
            if agreement is None or start is None or end is None:
                if limb in self._markups:
                    self._markups[limb].set_visible(False)
                continue
            line = self._line(limb)
            line.place([tuple(start.tolist()), tuple(end.tolist())])
            _set_width(line.node.GetDisplayNode(), agreement)
            line.set_visible(True)

    def set_visible(self, visible: bool) -> None:
        """Hide all, or let :meth:`show` draw again."""
        self._visible = visible
        if not visible:
            for line in self._markups.values():
                line.set_visible(False)

    def _line(self, limb: LimbId) -> LockedMarkup:
        line = self._markups.get(limb)
        if line is None:
            (side, start), (other, end) = limb
            whose: AnySide = side if side is other else Midline.PELVIS
            node = self._scene.AddNewNodeByClass(CLASS_NAME, f"{whose.word} {start}–{end} limb")
            node.CreateDefaultDisplayNodes()
            _style(node.GetDisplayNode())
            self._register(node, side=whose)
            line = self._markups[limb] = LockedMarkup(node)
        return line


def _style(display: Any) -> None:
    display.SetPointLabelsVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetGlyphTypeFromString("Vertex2D")
    display.SetUseGlyphScale(True)
    display.SetGlyphScale(1.2)
    display.SetCurveLineSizeMode(display.UseLineThickness)
    display.SetOpacity(0.6)
    display.SetHandlesInteractive(False)


def _set_width(display: Any, agreement: float) -> None:
    """Width by agreement, and the colour of doubt that goes with it."""
    width = width_of(agreement)
    if abs(display.GetLineThickness() - width) < 1e-3:
        return
    modifying = display.StartModify()
    display.SetLineThickness(width)
    colour = colour_of(1.0 - min(max(agreement, 0.0), 1.0))
    for put in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        put(*colour)
    display.EndModify(modifying)
