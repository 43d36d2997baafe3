"""``StudyEditor``: the review of one study, with undo, for every face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from weakref import finalize

from ...anatomy import AnySide, LandmarkId
from ...anatomy.table import is_landmark
from ...i18n import tr as _
from ...review import (
    NOT_PLACED,
    Command,
    Edit,
    EditKind,
    JournalOffer,
    PointState,
    ReviewError,
    ReviewList,
)
from ...review.actions import placed
from ...review.recognise import after_move, kind_of
from ..frames import Vec3
from ..observers import Observers
from ..study import HipStudy
from ..watchers import StudyChange, StudyEvent, Watchers
from .executing import carry_out
from .kept import KeptReview
from .locks import PointLocks
from .outcome import Outcome
from .paged import PagedReview


class StudyEditor(PagedReview):
    """Order, states, history and autosave of a study's points. Research use only.

    Whatever changes a point, here, in a view, by a script or in another module, is one step that
    can be undone; a drag is one step however long. Everything is kept in the scene. The study
    stays the one that measures and draws: undo and redo go through it like a drag.

    Args:
        study: new, or reopened with a loaded scene; keeps what its scene knows of a review.
        journal_folder: where the review is autosaved; None for nowhere.
        clock: tells the time, with time zone.
    """

    def __init__(
        self,
        study: HipStudy,
        journal_folder: Path | str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.study = study
        self._kept = KeptReview(study, journal_folder, clock)
        self._locks = PointLocks(study, self._kept.node)
        self._list = ReviewList()
        self._watchers = Watchers()
        self._current: LandmarkId | None = None
        self._editing, self._lock_others = False, True
        self._writing = False
        self._dragged: set[LandmarkId] | None = None
        self._stale = False
        self._offered = study.offered
        self._observers = Observers()
        study.watch(self._follow)
        scene = study.scene
        self._observers.add(scene, (scene.StartCloseEvent,), self.close)
        self._observers.add(scene, (scene.EndSaveEvent,), self.saved)
        self._observers.add_with_object(scene, scene.NodeAboutToBeRemovedEvent, self._node_goes)
        finalize(self, self._observers.drop_all).atexit = False

    def close(self) -> None:
        """Give the lock flags back and follow the study no more; nodes and autosave stay."""
        self.settle()
        self.study.stop_watching(self._follow)
        self._observers.drop_all()
        self._locks.release()
        self._kept.close()

    def watch(self, method: Callable[..., Any]) -> None:
        """Call a bound method, without arguments, after anything of the review changed."""
        self._watchers.add(method)

    def go_to(self, id_: LandmarkId | None) -> None:
        """Make a point the current one, or none.

        Raises:
            ReviewError: when it is not in the list.
        """
        self._current = None if id_ is None else self.item(id_).id
        self._lock()
        self._tell()

    @property
    def editing(self) -> bool:
        """Whether the current point is being edited, the others locked."""
        return self._editing

    @editing.setter
    def editing(self, on: bool) -> None:
        self._editing = on
        self._lock()
        self._tell()

    @property
    def lock_others(self) -> bool:
        """Whether the other points are locked while one is edited."""
        return self._lock_others

    @lock_others.setter
    def lock_others(self, on: bool) -> None:
        self._lock_others = on
        self._lock()

    def execute(self, command: Command, view: Any = None) -> Outcome:
        """Carry out a command; what stands in its way is said in the outcome.

        Args:
            command: what to do.
            view: vtkMRMLSliceNode in whose directions points are nudged; None for the image's.
        """
        if command.for_face:
            return Outcome(command, True, self._current, for_face=True)
        self.settle()
        try:
            return carry_out(self, command, view)
        except ReviewError as error:
            return Outcome(command, False, self._current, reason=str(error))

    def place(self, id_: LandmarkId, position: Vec3) -> Edit | None:
        """Put a point at ``position`` (LPS mm, world), such as where somebody clicked.

        Raises:
            ReviewError: when it is not in the list.
        """
        self.settle()
        state = placed(self.item(id_).id, self.state(id_), position, self.study.reader)
        return self.put(EditKind.PLACE, {id_: state})

    def put(self, kind: EditKind, states: Mapping[LandmarkId, PointState]) -> Edit | None:
        """Give points these states (LPS mm, world) as one step; None when it changes nothing."""
        edit = self._kept.record(kind, self._kept.in_review(states))
        if edit is not None:
            self._show(edit.after)
        return edit

    def undo(self) -> Edit:
        """Take the last step back; everything follows as after a drag.

        Raises:
            ReviewError: when there is none.
        """
        self.settle()
        edit = self.last_edit
        if edit is None:
            raise ReviewError(_("There is nothing to undo."))
        self._kept.undo()
        self._step(edit, edit.before)
        return edit

    def redo(self) -> Edit:
        """Do the step again that was undone last.

        Raises:
            ReviewError: when there is none.
        """
        self.settle()
        if not self._kept.review.undone:
            raise ReviewError(_("There is nothing to do again."))
        edit = self._kept.review.undone[0]
        self._kept.redo()
        self._step(edit, edit.after)
        return edit

    def restore(self, offer: JournalOffer) -> None:
        """Take up an autosaved review; its file is used up.

        Its history comes along when nothing was done here yet; otherwise it is one more step.
        """
        self.settle()
        self._show(self._kept.restore(offer))
        offer.discard()

    def saved(self) -> None:
        """The scene was saved: the autosave is dropped.

        Noticed at the next step, too, and when the scene tells by its EndSaveEvent.
        """
        self.settle()
        self._kept.saved()

    def settle(self) -> None:
        """End a drag that is still open: Slicer tells of the beginning of some but not the end."""
        dragged, self._dragged = self._dragged, None
        if dragged:
            self._record(dragged, dragged_by_mouse=True)
        self._catch_up()

    def _catch_up(self) -> None:
        """Look whether a transform, put on, changed or hardened, moved points in the image."""
        if self._stale and self._dragged is None:
            self._stale = False
            self._record(self._kept.changed_outside())

    def _follow(self, change: StudyChange) -> None:
        """Something happened to the study; in the middle of a drag there is little to do."""
        if change.event is StudyEvent.POINTS and self._dragged is not None:
            self._dragged |= change.points
        elif self._writing:
            return
        elif change.event is StudyEvent.NUMBERS or self._is_transformed(change):
            self._stale = True
        elif change.event is StudyEvent.POINTS:
            self._offer_again()
            self._record(change.points)
        elif change.event is StudyEvent.DRAG_BEGINS:
            self.settle()
            self._dragged = set()
        elif change.event is StudyEvent.DRAG_ENDS:
            self.settle()
        elif change.event is StudyEvent.REPLACED:
            self._take_other_points()
        elif change.event is StudyEvent.LIST_REMOVED:
            self._kept.record(EditKind.DELETE_LIST, dict.fromkeys(change.points, NOT_PLACED))
            self._tell()

    def _is_transformed(self, change: StudyChange) -> bool:
        """Whether points were moved under a transform, whose hardening moves them twice."""
        if change.event is not StudyEvent.POINTS:
            return False
        nodes = [self.study.points_node(side) for side in {side for side, _ in change.points}]
        return any(n is not None and n.GetParentTransformNode() is not None for n in nodes)

    def _record(self, ids: Iterable[LandmarkId], dragged_by_mouse: bool = False) -> None:
        """Take up what somebody did to these points; a step only where something changed."""
        review = self._kept.review
        now = {id_: self._kept.now(id_) for id_ in ids if is_landmark(*id_)}
        states = {id_: after_move(review.state(id_), point) for id_, point in now.items()}
        pairs = {id_: (review.state(id_), state) for id_, state in states.items()}
        self._kept.record(kind_of(pairs, dragged_by_mouse), states)
        occluded = {id_: s for id_, s in states.items() if s.landmark is not now[id_]}
        if occluded:
            self._show(occluded)
        self._tell()

    def _take_other_points(self) -> None:
        """All points are other ones, or again those from before a detection that failed."""
        self._dragged = None
        self._kept.take_others(self.study.landmarks)
        self._offered = self.study.offered
        self._tell()

    def _offer_again(self) -> None:
        """A point whose row somebody removed can be placed again: it is only unset."""
        there = set(self.study.offered)
        gone: dict[AnySide, list[str]] = {}
        for side, key in self._offered:
            if (side, key) not in there and self.study.points_node(side) is not None:
                gone.setdefault(side, []).append(key)
        for side, keys in gone.items():
            self.study.offer_points(side, keys)
        self._offered = tuple(dict.fromkeys([*self._offered, *there]))

    def _step(self, edit: Edit, states: Mapping[LandmarkId, PointState]) -> None:
        if edit.originals is not None:  # the doubt is about the other points
            self.study.drop_doubt()
        if edit.kind is EditKind.DELETE_LIST:
            self._add_lists_again({side for side, _ in states})
        self._show(states)

    def _add_lists_again(self, sides: Iterable[AnySide]) -> None:
        for side in sides:
            self.study.offer_points(side, [key for whose, key in self._offered if whose is side])

    def _show(self, states: Mapping[LandmarkId, PointState]) -> None:
        """Let the study show states of the review; it follows as if somebody had dragged."""
        self._writing, self._locks.keeper = True, self._kept.node
        try:
            self.study.put_points(self._kept.shown(states))
        finally:
            self._writing = False
        self._lock()
        self._tell()

    def _lock(self) -> None:
        if self._editing and self._lock_others and self._current is not None:
            self._locks.only(self._current)
        else:
            self._locks.release()

    def _node_goes(self, node: Any) -> None:
        self._locks.keeper = self._kept.forget(node)

    def _tell(self) -> None:
        self._watchers.call()
