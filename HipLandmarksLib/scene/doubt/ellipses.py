"""The model's regions as closed curves: an ellipse about every landmark it placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...anatomy import LandmarkId
from ...measurement import ViewPlane
from ..frames import Vec3
from ..markup import LockedMarkup, LockedMarkups, node_name
from ..style import Colour

CLASS_NAME = "vtkMRMLMarkupsClosedCurveNode"
POINTS = 24
"""Control points of a curve; a spline through them is off the ellipse by less than 0.1 %."""


@dataclass(frozen=True)
class Region:
    """Where a model expects a landmark.

    Attributes:
        centre: LPS mm.
        covariance: 3x3, mm^2, LPS axes.
        radius: how many standard deviations (Mahalanobis) the region reaches.
        colour: to draw it in.
    """

    centre: Vec3
    covariance: tuple[Vec3, ...]
    radius: float
    colour: Colour

    def outline(self, plane: ViewPlane, count: int = POINTS) -> list[Vec3]:
        """``count`` points (LPS mm) on the region's ellipse in the plane through its centre.

        The first is the highest one.
        """
        xx, xy, yy = plane.project_covariance(self.covariance)
        root = _root(np.array([[xx, xy], [xy, yy]]))
        turn = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
        rim = self.radius * np.stack([np.cos(turn), np.sin(turn)], axis=1) @ root.T
        rim = np.roll(rim, -int(np.argmax(rim[:, 1])), axis=0)
        points = plane.unproject(rim + plane.project(self.centre), self.centre)
        return [(x, y, z) for x, y, z in points.tolist()]


class Ellipses(LockedMarkups[LandmarkId]):
    """One curve node per landmark with a region; its label says when a reader left the region."""

    def show(self, regions: Mapping[LandmarkId, Region], plane: ViewPlane, words: str) -> None:
        """Draw exactly these regions; ``words`` tell in the nodes' names what they are."""
        self.keep(regions)
        for id_, region in regions.items():
            curve = self._curve(id_)
            curve.place(region.outline(plane))
            curve.node.SetName(node_name(f"{id_[0].word} {id_[1]}: {words}"))
            _colour(curve.node.GetDisplayNode(), region.colour)

    def say(self, texts: Mapping[LandmarkId, str]) -> None:
        """Label ellipses, such as ``LCP is outside``; "" takes a label off."""
        for id_, text in texts.items():
            if id_ in self._markups:
                self._markups[id_].write(text)
                display = self._markups[id_].node.GetDisplayNode()
                display.SetGlyphScale(_THICK if text else _THIN)

    def set_visible(self, visible: bool) -> None:
        """Show or hide all."""
        self._visible = visible
        for curve in self._markups.values():
            curve.set_visible(visible)

    def _curve(self, id_: LandmarkId) -> LockedMarkup:
        curve = self._markups.get(id_)
        if curve is None:
            side, key = id_
            node = self._scene.AddNewNodeByClass(
                CLASS_NAME, f"{side.word} {key} region of the model"
            )
            node.SetControlPointLabelFormat("")
            node.CreateDefaultDisplayNodes()
            _style(node.GetDisplayNode())
            node.GetDisplayNode().SetVisibility(self._visible)
            self._register(node, side=side)
            curve = self._markups[id_] = LockedMarkup(node)
        return curve


_THIN, _THICK = 0.4, 0.9
"""Relative width of the line, which is as wide as its points."""


def _style(display: Any) -> None:
    """A thin line without points; only the label of the first point, when it has one."""
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(True)
    display.SetGlyphTypeFromString("Vertex2D")
    display.SetUseGlyphScale(True)
    display.SetGlyphScale(_THIN)
    display.SetTextScale(2.4)
    text = display.GetTextProperty()
    text.SetBackgroundColor(0.0, 0.0, 0.0)
    text.SetBackgroundOpacity(0.6)
    display.SetCurveLineSizeMode(display.UseLineThickness)
    display.SetLineThickness(1.0)
    display.SetFillVisibility(False)
    display.SetHandlesInteractive(False)


def _colour(display: Any, colour: Colour) -> None:
    display.SetColor(*colour)
    display.SetSelectedColor(*colour)
    display.SetActiveColor(*colour)


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Symmetric root of a 2x2 covariance, with rounding below zero cut off."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
