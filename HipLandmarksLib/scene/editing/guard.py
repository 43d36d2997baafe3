"""What a mouse must not do to a point list by accident: move it as a whole, or empty it.

In Slicer the middle button drags a whole list, Delete removes a point and Shift+Delete all of
them. Each display node has a widget of its own in every view, and each widget translates events
for itself. Source: Slicer, Modules/Loadable/Markups/VTKWidgets/vtkSlicerMarkupsWidget.cxx.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vtkmodules.vtkCommonCore import vtkCommand

from ...anatomy import Midline, Side
from ..study import HipStudy

_NO_MODIFIER, _SHIFT = 0, 1
_KEYS = (
    (_NO_MODIFIER, "\x7f", "Delete"),
    (_SHIFT, "\x7f", "Delete"),
    (_NO_MODIFIER, "\x08", "BackSpace"),
)


def guard_views(managers: Iterable[Any], study: HipStudy) -> int:
    """Let no middle-drag and no Delete key reach the point lists of a study.

    The middle button moves the view instead, as it does beside a point. Views and lists that
    appear later need another call; a list that is guarded already stays so.

    Args:
        managers: the vtkMRMLMarkupsDisplayableManager of every view; None is passed over.
        study: whose lists.

    Returns:
        How many lists in how many views are guarded: views that do not show a list yet have
        no widget for it.
    """
    lists = [study.points_node(side) for side in (*Side, Midline.PELVIS)]
    displays = [node.GetDisplayNode() for node in lists if node is not None]
    guarded = 0
    for manager in managers:
        for display in displays:
            widget = None if manager is None or display is None else manager.GetWidget(display)
            if widget is not None:
                _guard(widget)
                guarded += 1
    return guarded


def _guard(widget: Any) -> None:
    over, nothing = widget.WidgetStateOnWidget, widget.WidgetEventNone
    widget.SetEventTranslation(over, vtkCommand.MiddleButtonPressEvent, _NO_MODIFIER, nothing)
    for modifier, code, name in _KEYS:
        widget.SetKeyboardEventTranslation(over, modifier, code, 1, name, nothing)
