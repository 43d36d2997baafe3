"""Signs about the landmarks: colour and shape by grade of the expected error, and offers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ...anatomy import LandmarkId
from ..frames import Vec3, flip_frame
from ..markup import LockedMarkup, LockedMarkups, node_name
from ..style import Colour

CLASS_NAME = "vtkMRMLMarkupsFiducialNode"


OFFER = "suppressed"
"""Of the place where the model would have put a landmark that it reports absent."""


UNGRADED_COLOUR: Colour = (0.80, 0.47, 0.65)
"""Of what has no grade, as everything that an uncalibrated model says."""


@dataclass(frozen=True)
class Sign:
    """How a grade of expected errors is drawn; no two share colour or shape.

    Attributes:
        colour: apart for every kind of colour vision (after Okabe and Ito 2008).
        shape: name of the glyph.
        asks: whether the landmark's key stands beside it with a question mark.
    """

    colour: Colour
    shape: str
    asks: bool = False


SIGNS: Mapping[str, Sign] = MappingProxyType(
    {
        "green": Sign((0.00, 0.62, 0.45), "Circle2D"),
        "amber": Sign((0.97, 0.83, 0.20), "Triangle2D"),
        "red": Sign((0.90, 0.26, 0.12), "Diamond2D"),
        OFFER: Sign(UNGRADED_COLOUR, "StarBurst2D", asks=True),
    }
)
"""By name of the grade."""


class Glyphs(LockedMarkups[str]):
    """One locked point list per grade, whose glyphs lie about the landmarks.

    Args:
        scene: where the nodes go.
        register: called with every new node.
        remove: called with every node that is no longer wanted.
    """

    def __init__(
        self, scene: Any, register: Callable[..., None], remove: Callable[[Any], None]
    ) -> None:
        super().__init__(scene, register, remove)
        self._rows: dict[LandmarkId, tuple[str, int]] = {}

    def show(self, points: Mapping[LandmarkId, tuple[str, Vec3]], words: Mapping[str, str]) -> None:
        """Mark exactly these points.

        Args:
            points: (grade, LPS mm) per landmark.
            words: what each grade means, for the name of its list.
        """
        self._rows = {}
        self.keep(words)
        for grade, meaning in words.items():
            own = {id_: at for id_, (its, at) in points.items() if its == grade}
            self._fill(self._list(grade, meaning), grade, own)

    def mark(self, ids: Iterable[LandmarkId], wanted: Collection[LandmarkId]) -> None:
        """Show the signs of those ``ids`` that are ``wanted``, and hide those of the rest."""
        for id_ in ids:
            grade, row = self._rows.get(id_, ("", 0))
            signs = self._markups.get(grade)
            shown = id_ in wanted
            if signs is not None and bool(signs.node.GetNthControlPointVisibility(row)) != shown:
                signs.node.SetNthControlPointVisibility(row, shown)

    def visible_ids(self) -> set[LandmarkId]:
        """The landmarks that bear a sign."""
        return {
            id_
            for id_, (grade, row) in self._rows.items()
            if grade in self._markups
            and self._markups[grade].node.GetNthControlPointVisibility(row)
        }

    def set_visible(self, visible: bool) -> None:
        """Show or hide all."""
        self._visible = visible
        for signs in self._markups.values():
            signs.set_visible(visible)

    def clear(self) -> None:
        """Remove all signs."""
        super().clear()
        self._rows = {}

    def _fill(self, node: Any, grade: str, points: Mapping[LandmarkId, Vec3]) -> None:
        modifying = node.StartModify()
        node.RemoveAllControlPoints()
        for (side, key), place in points.items():
            label = f"{key} ?" if SIGNS[grade].asks else ""
            row = node.AddControlPoint(flip_frame(place), label)
            node.SetNthControlPointDescription(row, f"{side.word} {key}")
            self._rows[(side, key)] = (grade, row)
        node.EndModify(modifying)

    def _list(self, grade: str, words: str) -> Any:
        signs = self._markups.get(grade)
        if signs is None:
            node = self._scene.AddNewNodeByClass(CLASS_NAME, f"doubt {grade}")
            node.SetControlPointLabelFormat("")
            node.CreateDefaultDisplayNodes()
            _style(node.GetDisplayNode(), SIGNS[grade])
            node.GetDisplayNode().SetVisibility(self._visible)
            signs = self._markups[grade] = LockedMarkup(node)
            self._register(node)
        signs.node.SetName(node_name(f"doubt {grade}: {words}"))
        return signs.node


def _style(display: Any, sign: Sign) -> None:
    """Larger than the cross of the landmark, and see-through."""
    for put in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        put(*sign.colour)
    display.SetGlyphTypeFromString(sign.shape)
    display.SetUseGlyphScale(True)
    display.SetGlyphScale(4.0)
    display.SetOpacity(0.5)
    display.SetPointLabelsVisibility(sign.asks)
    display.SetTextScale(2.6)
    display.SetPropertiesLabelVisibility(False)
    display.SetHandlesInteractive(False)
