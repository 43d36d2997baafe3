"""``StackExplorer``: a study whose points are those of one slice of a stack after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any
from weakref import finalize

from ...anatomy import LandmarkId, LandmarkStack, Side
from ...detection import SliceChoice
from ...errors import ConfigurationError
from ...exploration import HipExploration
from ...review import JournalOffer
from ..batch import whole_or_not_at_all
from ..editing import StudyEditor
from ..editing.node import remember_page
from ..film import show_in_coronal_view
from ..observers import Observers
from ..study import HipStudy
from ..watchers import Watchers
from .drawings import ExplorerDrawings
from .following import FollowingExplorer, start_state, with_others
from .kinds import FOUND, STACK, STATE, SpacePart
from .nodes import ExplorerNodes
from .slice_views import ScrolledViews, at_depth, look_at_slice
from .space import look_at_hips
from .state import ExplorerState
from .store import Found, StackText, found_from_text, stack_from_text


class StackExplorer(FollowingExplorer):
    """All slices of one study: points, angles, plots, hips in space. Research use only.

    The point lists of the study show the points of one slice; going to another slice shows the
    points there, and every number follows. What somebody does to the points shown belongs to that
    slice. Make one with :meth:`create` or :meth:`reopen`.

    Attributes:
        editor: of the study, None when nobody edits it.
        pause_drawing: makes a context in which the application draws nothing, such as Slicer's
            RenderBlocker; a step changes a dozen nodes, each of which may be drawn by itself.
    """

    def __init__(
        self,
        study: HipStudy,
        found: Found,
        stack: LandmarkStack,
        state: ExplorerState,
        editor: StudyEditor | None,
    ) -> None:
        self.study, self._found, self._state, self.editor = study, found, state, editor
        self._exploration = found.exploration(stack, study.plane, study.settings)
        self._nodes, self._stack_text = ExplorerNodes(study.nodes), StackText()
        self._drawings = ExplorerDrawings(self._nodes)
        self._watchers, self._observers = Watchers(), Observers()
        self._views = ScrolledViews(study, lambda: self.stack, self._scrolled)
        self.pause_drawing: Callable[[], AbstractContextManager[Any]] = nullcontext
        self._follows_views = self._turning = self._dragging = self._arranged = False
        self._waiting: set[LandmarkId] = set()
        self._drawings.show_space(self._exploration, state)
        self._draw_angles()
        self._drawings.show_radial(self._exploration, state.radial)
        self._keep(FOUND, STACK, STATE)
        study.watch(self._follow)
        scene = study.scene
        self._observers.add(scene, (scene.StartCloseEvent,), self.close)
        self._observers.add_with_object(scene, scene.NodeAboutToBeRemovedEvent, self._node_goes)
        finalize(self, self._observers.drop_all).atexit = False

    @classmethod
    def create(
        cls,
        study: HipStudy,
        exploration: HipExploration,
        *,
        choices: Mapping[Side, SliceChoice] | None = None,
        editor: StudyEditor | None = None,
    ) -> StackExplorer:
        """Show the exploration of a study's stack, instead of an earlier one.

        Each hip's list shows the slice that was chosen for it; points that the study has beyond
        those of the stack, such as those that a reader placed, join that slice.

        Args:
            study: of the same image.
            exploration: of its stack.
            choices: why these slices were chosen.
            editor: of the study, so that each slice has a history that can be undone.
        """
        ExplorerNodes(study.nodes).remove_all()
        stack = with_others(exploration.stack, study.landmarks)
        home = dict(stack.chosen)
        place = tuple(tuple(row) for row in study.image.ijk_to_lps.tolist())
        found = Found(exploration.sides, dict(choices or {}), home, place)
        with whole_or_not_at_all(study.scene):
            explorer = cls(study, found, stack, start_state(home), editor)
        explorer._put(explorer._points_of(home))
        return explorer

    @classmethod
    def reopen(cls, study: HipStudy, editor: StudyEditor | None = None) -> StackExplorer | None:
        """The explored stack of a study in a loaded scene; None when it has none.

        Raises:
            HipLandmarksError: when it is damaged.
        """
        nodes = ExplorerNodes(study.nodes)
        texts = [nodes.text(part) for part in (FOUND, STACK, STATE)]
        if None in texts:
            return None
        found, stack, state = (text or "" for text in texts)
        kept = ExplorerState.from_text(state)
        return cls(study, found_from_text(found), stack_from_text(stack), kept, editor)

    def close(self) -> None:
        """Follow the study no more; nodes stay. May be called twice."""
        self.study.stop_watching(self._follow)
        self._views.close()
        self._observers.drop_all()

    @property
    def is_there(self) -> bool:
        """Whether the scene still has it: False after :meth:`remove`, or a new detection."""
        return self._nodes.find(FOUND) is not None

    def remove(self) -> None:
        """Take everything out of the scene but the points that are shown."""
        self.close()
        self._nodes.remove_all()
        remember_page(self.study.nodes, "")

    def go_to(self, index: int, side: Side | None = None) -> None:
        """Show the points of a slice, of both hips or one, and let the slice views jump there.

        Raises:
            ConfigurationError: when the stack does not hold the slice, or the image was moved.
        """
        self.stack.at(index)
        sides = list(self.shown) if side is None else [side]
        with self.pause_drawing():
            self._turn({**self.shown, **dict.fromkeys(sides, index)})
            look_at_slice(self.study, self.stack, index)

    def step(self, steps: int) -> int:
        """Go to the next slice of the stack (1) or the one before (-1); its number.

        From the right hip's slice where the hips show different ones; at an end nothing happens.
        """
        index = next(self.shown[side] for side in Side if side in self.shown)
        for _step in range(abs(steps)):
            other = self.stack.after(index) if steps > 0 else self.stack.before(index)
            index = index if other is None else other
        self.go_to(index)
        return index

    def show_chosen(self) -> None:
        """Show each hip on the slice on which it is measured; raises as :meth:`go_to`."""
        with self.pause_drawing():
            self._turn(dict(self.stack.chosen))
            look_at_slice(self.study, self.stack, next(iter(self.shown.values())))

    def show_slices(self) -> None:
        """Let views that were opened later show the slice and the radial plane, too.

        An application calls it once its new views are there, from its event loop.
        """
        if self.study.volume_node is not None:
            show_in_coronal_view(self.study.volume_node)
        look_at_slice(self.study, self.stack, next(iter(self.shown.values())))
        self._drawings.show_radial(self._exploration, self.radial)

    def choose(self, side: Side, index: int) -> None:
        """Measure a hip on another slice from now on, and show it; raises as :meth:`go_to`."""
        self._settle()
        self._take(self.stack.with_chosen(side, index))
        if side in self.choices:
            taken = {**self.choices, side: self.choices[side].taken(index)}
            self._found = replace(self._found, choices=taken)
        self._keep(FOUND)
        self.go_to(index, side)

    def renew(self, exploration: HipExploration) -> None:
        """Take up what was found in space for the points as they are now.

        Histories, choices and slices stay.

        Raises:
            ConfigurationError: when it is about other slices.
        """
        if exploration.stack.indices != self.stack.indices:
            raise ConfigurationError(
                "These hips were found on other slices: show them as a new exploration."
            )
        self._settle()
        self._found = replace(self._found, sides=exploration.sides)
        self._exploration = replace(self._exploration, sides=exploration.sides)
        self._drawings.show_space(self._exploration, self._state)
        self._keep(FOUND)
        self._take(self.stack)
        if self.radial is not None and self._exploration.sides[self.radial[0]].radial is None:
            self._state = replace(self._state, radial=None)
        self._drawings.show_radial(self._exploration, self.radial)

    def take_head_centre(self, side: Side) -> None:
        """Put the head centre of the slice that is shown where the sphere's centre is seen.

        Raises:
            ConfigurationError: when the slices define no sphere, or the hip is not shown.
        """
        own = self._exploration.sides[side].sphere
        if own.sphere is None or side not in self.shown:
            raise ConfigurationError(own.reason or f"The {side.word} hip is not shown.")
        depth = self.stack.at(self.shown[side]).depth_mm
        position = at_depth(self.study.plane, own.sphere.centre, depth)
        if self.editor is not None:
            self.editor.place((side, "FHC"), position)
        else:
            self.study.place_point(side, "FHC", position)

    def restore(self, page: str, offer: JournalOffer) -> None:
        """Take up what a crash left of the review of a slice; its file is used up.

        Args:
            page: of :func:`~HipLandmarksLib.scene.editing.page_offers`; "" for the first one.
            offer: what was autosaved of it.

        Raises:
            ConfigurationError: when the stack has no such slice, or nobody edits the study.
        """
        if self.editor is None:
            raise ConfigurationError("The study is not being edited.")
        shown = self.slices_of(page)
        for index in shown.values():
            self.stack.at(index)
        self._turn(shown)
        self.editor.restore(offer)

    def show_parts(self, parts: Collection[SpacePart]) -> None:
        """Draw these parts in space and no others."""
        self._state = replace(self._state, parts=tuple(part for part in SpacePart if part in parts))
        self._drawings.models.set_visible(self.parts)
        self._keep(STATE)
        self._watchers.call()

    def show_radial(self, side: Side, theta_deg: float) -> None:
        """Put the radial views on a plane through the neck axis, and draw what it shows.

        Raises:
            ConfigurationError: when there is no radial map of this hip; it says why.
        """
        own = self._exploration.sides[side]
        if own.radial is None:
            raise ConfigurationError(own.radial_reason or "There is no radial map of this hip.")
        self._state = replace(self._state, radial=(side, own.radial.at(theta_deg).theta_deg))
        self._drawings.show_radial(self._exploration, self._state.radial)
        self._keep(STATE)
        self._watchers.call()

    def look_in_space(self, side: Side | None = None) -> bool:
        """Turn the 3D views to a hip, or both, from the front; False when there is nothing."""
        sides = list(Side) if side is None else [side]
        found = [self._exploration.sides[each].head for each in sides]
        return (
            look_at_hips(self.study.scene, [head.centre for head in found if head is not None]) > 0
        )

    def clicked(self, series_id: str, row: int) -> bool:
        """Somebody clicked on a point of a plot: go to its slice or radial plane.

        Args:
            series_id: of the vtkMRMLPlotSeriesNode.
            row: of its table.

        Returns:
            False for what is no point of a slice or plane, or of another study.
        """
        target = self._drawings.clicked(series_id, row)
        if isinstance(target, int):
            self.go_to(target)
        elif target is not None:
            self.show_radial(*target)
        return target is not None

    def _node_goes(self, node: Any) -> None:
        """A node is about to be removed from the scene, by whomever."""
        if node is self._nodes.find(FOUND) or node is self._nodes.find(STACK):
            self.close()
        self._drawings.forget(node)
        self._nodes.forget(node)
