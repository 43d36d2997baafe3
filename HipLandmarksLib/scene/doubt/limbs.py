"""Limbs as lines: the wider, the better the model's fields bear out both of its points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...anatomy import AnySide, HipLandmarks, Midline
from ...detection import LimbId
from ..markup import LockedMarkup
from .colours import colour_of

CLASS_NAME = "vtkMRMLMarkupsLineNode"
THINNEST, WIDEST = 0.15, 1.0


def width_of(agreement: float) -> float:
    """Relative width of a line for an agreement in [-1, 1]; against is as thin as none."""
    return THINNEST + (WIDEST - THINNEST) * min(max(agreement, 0.0), 1.0)


class LimbLines:
    """One line node per limb with both ends placed and an agreement; made when first shown.

    Args:
        scene: where the nodes go.
        register: called with every new node and ``side=``.
        remove: called with every node that is no longer wanted.
    """

    def __init__(
        self, scene: Any, register: Callable[..., None], remove: Callable[[Any], None]
    ) -> None:
        self._scene = scene
        self._register = register
        self._remove = remove
        self._lines: dict[LimbId, LockedMarkup] = {}
        self._visible = True

    @property
    def nodes(self) -> dict[LimbId, Any]:
        """The line nodes."""
        return {limb: line.node for limb, line in self._lines.items()}

    def show(self, agreements: Mapping[LimbId, float | None], landmarks: HipLandmarks) -> None:
        """Draw these limbs and leave all others as they are.

        Args:
            agreements: mean projection of the field in [-1, 1] per limb; None when it could not
                be measured, and is not drawn.
            landmarks: where the ends are, LPS mm.
        """
        if not self._visible:
            return
        for limb, agreement in agreements.items():
            start, end = (landmarks.position(side, key) for side, key in limb)
            if agreement is None or start is None or end is None:
                if limb in self._lines:
                    self._lines[limb].set_visible(False)
                continue
            line = self._line(limb)
            line.place([tuple(start.tolist()), tuple(end.tolist())])
            _set_width(line.node.GetDisplayNode(), agreement)
            line.set_visible(True)

    def clear(self) -> None:
        """Remove all lines."""
        for line in self._lines.values():
            self._remove(line.node)
        self._lines = {}

    def keep(self, limbs: Iterable[LimbId]) -> None:
        """Remove the lines of all other limbs."""
        wanted = set(limbs)
        for limb in [limb for limb in self._lines if limb not in wanted]:
            self._remove(self._lines.pop(limb).node)

    def set_visible(self, visible: bool) -> None:
        """Hide all, or let :meth:`show` draw again."""
        self._visible = visible
        if not visible:
            for line in self._lines.values():
                line.set_visible(False)

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was one of these."""
        lost = [limb for limb, line in self._lines.items() if line.node is node]
        for limb in lost:
            del self._lines[limb]
        return bool(lost)

    def _line(self, limb: LimbId) -> LockedMarkup:
        line = self._lines.get(limb)
        if line is None:
            (side, start), (other, end) = limb
            whose: AnySide = side if side is other else Midline.PELVIS
            node = self._scene.AddNewNodeByClass(CLASS_NAME, f"{whose.word} {start}–{end} limb")
            node.CreateDefaultDisplayNodes()
            _style(node.GetDisplayNode())
            self._register(node, side=whose)
            line = self._lines[limb] = LockedMarkup(node)
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
