"""The commands of a review, carried out on the editor of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...anatomy import LandmarkId, LandmarkState, Side
from ...i18n import tr as _
from ...review import (
    Command,
    Edit,
    EditKind,
    PointState,
    Progress,
    ReviewError,
    ReviewItem,
    next_open,
    nudge_of,
)
from ...review.actions import (
    absent,
    accepted,
    capital_name,
    mirrored,
    occluded,
    placed,
    suggested,
    unset,
)
from .outcome import Outcome
from .views import nudged

if TYPE_CHECKING:
    from .editor import StudyEditor


def carry_out(editor: StudyEditor, command: Command, view: Any) -> Outcome:
    """Carry out a command of one study.

    Raises:
        ReviewError: when it cannot be done now; nothing has changed then.
    """
    nudge = nudge_of(command)
    if command.number is not None:
        return _went(editor, command, _numbered(editor, command.number))
    if nudge is not None:
        return _nudge(editor, command, view)
    if command in _ACTIONS:
        return _act(editor, command)
    return _OTHERS[command](editor, command)


def _went(editor: StudyEditor, command: Command, id_: LandmarkId, reason: str = "") -> Outcome:
    editor.go_to(id_)
    return Outcome(command, True, id_, look_at=editor.place_of(id_), reason=reason)


def _edited(editor: StudyEditor, command: Command, edit: Edit | None) -> Outcome:
    return Outcome(command, True, editor.current, edit)


def _current(editor: StudyEditor) -> LandmarkId:
    if editor.current is None:
        raise ReviewError(
            _("No landmark is chosen: click on one in the list, or go to the least sure one.")
        )
    return editor.current


def _act(editor: StudyEditor, command: Command) -> Outcome:
    id_ = _current(editor)
    kind, action = _ACTIONS[command]
    state = action(editor, id_, editor.state(id_))
    if command is Command.OCCLUDED and _is_visible(state):
        kind = EditKind.VISIBLE
    return _edited(editor, command, editor.put(kind, {id_: state}))


def _all_reviewed() -> str:
    return _("All landmarks are reviewed.")


def _is_visible(state: PointState) -> bool:
    return state.landmark is not None and state.landmark.state is LandmarkState.VISIBLE


def _accept(editor: StudyEditor, command: Command) -> Outcome:
    """Accept the current point and go on to the next one."""
    id_ = _current(editor)
    edit = editor.put(EditKind.ACCEPT, {id_: accepted(id_, editor.state(id_))})
    item = next_open(editor.items, id_)
    if item is None:
        return Outcome(command, True, id_, edit, reason=_all_reviewed())
    editor.go_to(item.id)
    return Outcome(command, True, item.id, edit, editor.place_of(item.id))


def _accept_rest(editor: StudyEditor, command: Command) -> Outcome:
    left = [item.id for item in editor.items if item.progress is Progress.OPEN]
    if not left:
        raise ReviewError(_all_reviewed())
    states = {id_: accepted(id_, editor.state(id_)) for id_ in left}
    return _edited(editor, command, editor.put(EditKind.ACCEPT, states))


def _reset_all(editor: StudyEditor, command: Command) -> Outcome:
    states = {item.id: editor.original_state(item.id) for item in editor.items}
    edit = editor.put(EditKind.RESET_ALL, states)
    if edit is None:
        raise ReviewError(_("All landmarks are as they were when the review began."))
    return _edited(editor, command, edit)


def _nudge(editor: StudyEditor, command: Command, view: Any) -> Outcome:
    id_, nudge = _current(editor), nudge_of(command)
    state = editor.state(id_)
    if state.landmark is None or state.landmark.position is None:
        words = _("{point} has no position to nudge: place it first.")
        raise ReviewError(words.format(point=capital_name(id_)))
    assert nudge is not None
    position = nudged(editor.study, state.landmark.position, *nudge, view)
    moved = placed(id_, state, position, editor.study.reader)
    return _edited(editor, command, editor.put(EditKind.NUDGE, {id_: moved}))


def _undo(editor: StudyEditor, command: Command) -> Outcome:
    return _after_step(editor, command, editor.undo())


def _redo(editor: StudyEditor, command: Command) -> Outcome:
    return _after_step(editor, command, editor.redo())


def _after_step(editor: StudyEditor, command: Command, edit: Edit) -> Outcome:
    """The point of a step of one point becomes the current one, so that it can be seen."""
    if len(edit.ids) != 1 or edit.ids[0] == editor.current:
        return Outcome(command, True, editor.current, edit)
    (id_,) = edit.ids
    editor.go_to(id_)
    return Outcome(command, True, id_, edit, editor.place_of(id_))


def _edit(editor: StudyEditor, command: Command) -> Outcome:
    if not editor.editing:
        _current(editor)
    editor.editing = not editor.editing
    return Outcome(command, True, editor.current)


def _next(editor: StudyEditor, command: Command) -> Outcome:
    return _went(editor, command, _neighbour(editor, 1))


def _previous(editor: StudyEditor, command: Command) -> Outcome:
    return _went(editor, command, _neighbour(editor, -1))


def _next_least_sure(editor: StudyEditor, command: Command) -> Outcome:
    item = next_open(editor.items, editor.current)
    if item is None:
        raise ReviewError(_all_reviewed())
    return _went(editor, command, item.id)


def _other_side(editor: StudyEditor, command: Command) -> Outcome:
    side, key = _current(editor)
    return _went(editor, command, editor.item((side.opposite, key)).id)


def _neighbour(editor: StudyEditor, step: int) -> LandmarkId:
    """The point after or before the current one in the list, from its end to its beginning."""
    ids = [item.id for item in _asked(editor)]
    if editor.current not in ids:
        return ids[0 if step > 0 else -1]
    return ids[(ids.index(editor.current) + step) % len(ids)]


def _asked(editor: StudyEditor) -> list[ReviewItem]:
    """Points that are, or were, there; all that can be placed when there are none."""
    items = list(editor.items)
    if not items:
        raise ReviewError(_("This study has no landmarks."))
    return [item for item in items if item.asked or item.id == editor.current] or items


def _numbered(editor: StudyEditor, number: int) -> LandmarkId:
    """The point of a number on the current side, on the other one when that is current already."""
    found = [item.id for item in editor.items if item.number == number]
    if not found:
        words = _("There is no landmark number {number} in this list.")
        raise ReviewError(words.format(number=number))
    side = Side.RIGHT if editor.current is None else editor.current[0]
    found.sort(key=lambda id_: (id_ == editor.current, id_[0] is not side, id_[0].value != "R"))
    return found[0]


_Action = Callable[["StudyEditor", LandmarkId, PointState], PointState]
_ACTIONS: Mapping[Command, tuple[EditKind, _Action]] = {
    Command.ABSENT: (EditKind.ABSENT, lambda e, id_, state: absent(id_, state, e.study.reader)),
    Command.OCCLUDED: (
        EditKind.OCCLUDED,
        lambda e, id_, state: occluded(id_, state, e.original_state(id_).landmark, e.study.reader),
    ),
    Command.UNSET: (EditKind.UNSET, lambda e, id_, state: unset(id_, state)),
    Command.SUGGESTED: (
        EditKind.SUGGESTED,
        lambda e, id_, state: suggested(id_, state, e.original_state(id_).landmark, e.study.reader),
    ),
    Command.MIRROR: (
        EditKind.MIRROR,
        lambda e, id_, state: mirrored(id_, state, e.study.landmarks, e.study.reader),
    ),
    Command.RESET: (EditKind.RESET, lambda e, id_, state: e.original_state(id_)),
}
_OTHERS: Mapping[Command, Callable[[StudyEditor, Command], Outcome]] = {
    Command.NEXT: _next,
    Command.PREVIOUS: _previous,
    Command.NEXT_LEAST_SURE: _next_least_sure,
    Command.OTHER_SIDE: _other_side,
    Command.ACCEPT: _accept,
    Command.ACCEPT_REST: _accept_rest,
    Command.RESET_ALL: _reset_all,
    Command.EDIT: _edit,
    Command.UNDO: _undo,
    Command.REDO: _redo,
}
