"""What can be asked of an explored stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...anatomy import Landmark, LandmarkId, LandmarkStack, Side
from ...detection import SliceChoice
from ...exploration import HipExploration
from ...measurement.volume import SliceValue
from ...uncertainty import Calibration
from ..study import HipStudy
from ..watchers import Watchers
from .drawings import ExplorerDrawings
from .kinds import FOUND, STACK, ExplorerChart, ExplorerTable, SpacePart
from .nodes import ExplorerNodes
from .state import ExplorerState
from .store import Found


class ExplorerView:
    """The present state of an explored stack; changes nothing."""

    study: HipStudy
    _found: Found
    _exploration: HipExploration
    _state: ExplorerState
    _drawings: ExplorerDrawings
    _nodes: ExplorerNodes
    _watchers: Watchers

    def watch(self, method: Callable[[], Any]) -> None:
        """Call a bound method after anything changed, as long as its object lives."""
        self._watchers.add(method)

    def stop_watching(self, method: Callable[[], Any]) -> None:
        """Do not call it any more."""
        self._watchers.drop(method)

    @property
    def exploration(self) -> HipExploration:
        """What the stack shows, with the angles of the points as they are."""
        return self._exploration

    @property
    def stack(self) -> LandmarkStack:
        """The points of all slices."""
        return self._exploration.stack

    @property
    def choices(self) -> Mapping[Side, SliceChoice]:
        """Why each hip is measured on its slice; empty where nobody said."""
        return self._found.choices

    @property
    def shown(self) -> Mapping[Side, int]:
        """The slice whose points each hip's list shows now."""
        return self._state.shown

    @property
    def at_chosen(self) -> bool:
        """Whether every hip shows the slice on which it is measured."""
        return dict(self.shown) == dict(self.stack.chosen)

    @property
    def edited(self) -> tuple[int, ...]:
        """The slices that a person changed."""
        return self.stack.edited

    @property
    def calibration(self) -> Calibration | None:
        """Of the model that placed the points; None without one, or without its doubt."""
        return None if self.study.doubt is None else self.study.doubt.reading.calibration

    @property
    def problem(self) -> str:
        """Why no other slice can be shown at present; else empty."""
        if self.study.problem:
            return self.study.problem
        if not np.allclose(self.study.image.ijk_to_lps, self._found.ijk_to_lps, atol=1e-6):
            return (
                "The image was moved since its slices were explored: put it back, or detect the "
                "landmarks on all slices again."
            )
        return ""

    def slices_of(self, page: str) -> Mapping[Side, int]:
        """The slices that a page of the review shows; "" is the first page.

        Raises:
            ValueError: when that is no page.
        """
        return ExplorerState.of_page(page) if page else dict(self._found.home)

    def points_of(self, page: str) -> dict[LandmarkId, Landmark]:
        """The points of a page of the review as they are now, those of the midline included.

        Raises:
            ConfigurationError: when the stack has no such slice.
            ValueError: when that is no page.
        """
        points = {i: p for i, p in self.study.landmarks.items() if not isinstance(i[0], Side)}
        for side, index in self.slices_of(page).items():
            own = self.stack.at(index).landmarks.items()
            points |= {id_: point for id_, point in own if id_[0] is side}
        return points

    @property
    def kept_texts(self) -> tuple[str, str]:
        """What the scene keeps of it: what was found in space, and the points of all slices."""
        found, stack = (self._nodes.text(part) or "" for part in (FOUND, STACK))
        return found, stack

    def value(self, side: Side, id_: str, index: int | None = None) -> SliceValue | None:
        """An angle on a slice; None where none was measured.

        Args:
            side: hip.
            id_: ``alpha`` or ``lce``.
            index: the slice; the one that the hip shows by default.

        Raises:
            ConfigurationError: when the stack does not hold the slice.
        """
        asked = self.shown.get(side) if index is None else index
        if asked is None:
            return None
        depth = self.stack.at(asked).depth_mm
        values = self._exploration.sides[side].profiles[id_].values
        return next((each for each in values if each.place.position_mm == depth), None)

    @property
    def remark(self) -> str:
        """What must be known of the slices that are shown, such as that one is off the head."""
        notes = []
        for side in Side:
            value = self.value(side, "lce")
            if value is not None and value.place.note:
                notes.append(f"{side.word.capitalize()} hip: {value.place.note}")
        return " ".join(notes)

    def chart(self, kind: ExplorerChart) -> Any:
        """The vtkMRMLPlotChartNode of a plot."""
        return self._drawings.chart(kind)

    def table(self, kind: ExplorerTable) -> Any:
        """A vtkMRMLTableNode of texts for people."""
        return self._drawings.table(kind)

    def models(self, side: Side) -> list[Any]:
        """The surface models of a hip."""
        return self._drawings.models.of(side)

    @property
    def parts(self) -> frozenset[SpacePart]:
        """What is drawn in space."""
        return frozenset(self._state.parts)

    @property
    def radial(self) -> tuple[Side, float] | None:
        """Hip and place on the clock face (degrees) of the radial plane that is shown."""
        return self._state.radial
