"""How an explored stack and the points of its study stay in step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from ...anatomy import HipLandmarks, Landmark, LandmarkId, LandmarkStack, Side
from ...errors import ConfigurationError
from ...exploration import HipExploration
from ...uncertainty import Calibration
from ..editing import StudyEditor
from ..editing.node import remember_page
from ..watchers import StudyChange, StudyEvent
from .kinds import FOUND, STACK, STATE
from .slice_views import ScrolledViews
from .state import ExplorerState
from .store import StackText, found_to_text
from .view import ExplorerView


class FollowingExplorer(ExplorerView):
    """Takes what somebody does to the points that are shown into the stack, and shows others."""

    editor: StudyEditor | None
    pause_drawing: Callable[[], AbstractContextManager[Any]]
    _views: ScrolledViews
    _follows_views: bool
    _arranged: bool
    _stack_text: StackText
    _turning: bool
    _dragging: bool
    _waiting: set[LandmarkId]
    _drawn_with: Calibration | None

    @abstractmethod
    def remove(self) -> None:
        """Take everything out of the scene but the points that are shown."""

    @property
    def follow_views(self) -> bool:
        """Whether points and numbers follow when somebody scrolls a view of the image."""
        return self._follows_views

    @follow_views.setter
    def follow_views(self, on: bool) -> None:
        self._follows_views = on
        if on:
            self._views.follow()
        else:
            self._views.close()

    @contextmanager
    def views_arranged(self) -> Iterator[None]:
        """What moves views within, such as a fit to their size, is nobody's turn of the wheel."""
        arranged, self._arranged = self._arranged, True
        try:
            yield
        finally:
            self._arranged = arranged
            self.follow_views = self._follows_views  # there may be other views now

    def _scrolled(self, index: int) -> None:
        """Somebody scrolled to a slice.

        Hips may be measured on different slices: a look at the one of the other hip turns nothing.
        """
        if self._turning or self._arranged or self.problem or index in self.shown.values():
            return
        with self.pause_drawing():
            self._turn(dict.fromkeys(self.shown, index))

    def _follow(self, change: StudyChange) -> None:
        """Something happened to the study; a drag is taken up at its end."""
        if self._turning:
            return
        if change.event in (StudyEvent.POINTS, StudyEvent.LIST_REMOVED):
            self._waiting |= change.points
            if not self._dragging:
                self._settle()
        elif change.event in (StudyEvent.DRAG_BEGINS, StudyEvent.DRAG_ENDS):
            self._dragging = False
            self._settle()
            self._dragging = change.event is StudyEvent.DRAG_BEGINS
        elif change.event is StudyEvent.REPLACED:
            self.remove()  # the slices were about the points before
        elif change.event is StudyEvent.NUMBERS:
            self._measure_again()

    def _settle(self) -> None:
        """Take up the points that were changed, of the slice that each hip shows."""
        changed, self._waiting = self._waiting, set()
        if not changed or self.problem:
            return
        stack = self.stack
        for side in {side for side, _key in changed}:
            if isinstance(side, Side) and side in self.shown:
                index = self.shown[side]
                points = _with_points(
                    stack.at(index).landmarks, self.study.landmarks, changed, side
                )
                if points != stack.at(index).landmarks:
                    stack = stack.with_landmarks(index, points)
        if stack is not self.stack:
            self._take(stack)

    def _take(self, stack: LandmarkStack) -> None:
        """Go on with another stack: measure, draw and keep it."""
        self._exploration = self._exploration.measured_again(stack)
        self._draw_angles()
        self._keep(STACK)
        self._watchers.call()

    def _draw_angles(self) -> None:
        self._drawn_with = self.calibration
        self._drawings.show_angles(self._exploration, self.shown, self._drawn_with)

    def _measure_again(self) -> None:
        """The settings of the study may be others, such as the reference line."""
        found, study = self._exploration, self.study
        if self.problem:
            return
        if (found.plane, found.settings) == (study.plane, study.settings):
            if self.calibration is not self._drawn_with:
                self._draw_angles()
            return
        sides = {side: replace(own, profiles={}) for side, own in found.sides.items()}
        self._exploration = HipExploration(found.stack, sides, study.plane, study.settings)
        self._take(self.stack)

    def _turn(self, shown: Mapping[Side, int]) -> None:
        """Show the points of other slices.

        Raises:
            ConfigurationError: when the image was moved.
        """
        if self.problem:
            raise ConfigurationError(self.problem)
        if self.editor is not None:
            self.editor.settle()
        self._dragging = False
        self._settle()
        if dict(shown) == dict(self.shown):
            return
        self._state = replace(self._state, shown=dict(shown))
        with self._page():
            self._put(self._points_of(shown))
        self._hide_doubt()
        self._drawings.point_at(shown)
        self._keep(STATE)
        self._watchers.call()

    def _points_of(self, shown: Mapping[Side, int]) -> dict[LandmarkId, Landmark | None]:
        """What the study must show: the points of these slices, and none of others."""
        points: dict[LandmarkId, Landmark | None] = {}
        for side, index in shown.items():
            own = self.stack.at(index).landmarks.items_
            points |= {id_: None for id_ in self.study.landmarks if id_[0] is side}
            points |= {id_: point for id_, point in own.items() if id_[0] is side}
        now = self.study.landmarks.items_
        return {id_: point for id_, point in points.items() if now.get(id_) != point}

    def _put(self, points: Mapping[LandmarkId, Landmark | None]) -> None:
        if points:
            self.study.put_points(points)

    @contextmanager
    def _page(self) -> Iterator[None]:
        """What the study shows within is no edit, but another page of its review."""
        home = dict(self.shown) == dict(self._found.home)
        page = "" if home else self._state.page
        self._turning = True
        try:
            if self.editor is None:
                yield
                remember_page(self.study.nodes, page)
            else:
                with self.editor.another_page(page):
                    yield
        finally:
            self._turning = False

    def _hide_doubt(self) -> None:
        """A model's doubt is about the slices where it began; it is hidden on others."""
        doubt, home = self.study.doubt, dict(self.shown) == dict(self._found.home)
        if doubt is not None and doubt.state.visible and not home:
            self._state = replace(self._state, doubt_hidden=True)
            doubt.switch(False)
        elif doubt is not None and home and self._state.doubt_hidden:
            self._state = replace(self._state, doubt_hidden=False)
            doubt.switch(True)

    def _keep(self, *parts: str) -> None:
        """Write these parts into the scene, from which a loaded one is live again."""
        texts = {
            FOUND: lambda: found_to_text(self._found),
            STACK: lambda: self._stack_text.write(self.stack),
            STATE: self._state.to_text,
        }
        for part in parts:
            self._nodes.keep_text(part, f"explored ({part})", texts[part]())


def start_state(home: Mapping[Side, int]) -> ExplorerState:
    """Each hip on the slice on which it is measured, everything drawn."""
    return ExplorerState(dict(home))


def with_others(stack: LandmarkStack, landmarks: HipLandmarks) -> LandmarkStack:
    """A stack to whose chosen slices the points join that it does not know anywhere."""
    known = {id_ for own in stack for id_ in own.landmarks}
    for id_, point in landmarks.items():
        side = id_[0]
        if id_ not in known and isinstance(side, Side) and side in stack.chosen:
            stack = stack.with_landmark(stack.chosen[side], point)
    return stack


def _with_points(
    before: HipLandmarks, now: HipLandmarks, changed: Iterable[LandmarkId], side: Any
) -> HipLandmarks:
    """The points of a slice with those of a hip that were changed."""
    items = dict(before.items_)
    for id_ in changed:
        if id_[0] is side:
            items.pop(id_, None)
            if id_ in now:
                items[id_] = now[id_]
    return HipLandmarks(items, case_id=before.case_id)
