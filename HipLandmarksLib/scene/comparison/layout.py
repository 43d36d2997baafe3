"""The layout of two slice views for two studies of one patient. No Qt."""

from __future__ import annotations

from typing import Any

COMPARISON_LAYOUT = 82101
"""Number of the layout."""
FIRST_VIEW, SECOND_VIEW = "HipFirst", "HipSecond"
"""Layout names (singleton tags) of its slice views."""
_COLOURS = {FIRST_VIEW: "#6EB04B", SECOND_VIEW: "#D0A000"}


def layout_xml() -> str:
    """Description of the layout as Slicer's layout manager reads it."""
    items = "".join(
        f'<item><view class="vtkMRMLSliceNode" singletontag="{name}">'
        '<property name="orientation" action="default">Coronal</property>'
        f'<property name="viewlabel" action="default">{number}</property>'
        f'<property name="viewcolor" action="default">{_COLOURS[name]}</property></view></item>'
        for number, name in enumerate((FIRST_VIEW, SECOND_VIEW), start=1)
    )
    return f'<layout type="horizontal" split="true">{items}</layout>'


def show_comparison_layout(scene: Any) -> int | None:
    """Switch to the layout; an application then makes its views.

    Returns:
        The layout that was there before; None when the scene has no vtkMRMLLayoutNode.
    """
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is None:
        return None
    before = int(layout.GetViewArrangement())
    if not layout.IsLayoutDescription(COMPARISON_LAYOUT):
        layout.AddLayoutDescription(COMPARISON_LAYOUT, layout_xml())
    layout.SetViewArrangement(COMPARISON_LAYOUT)
    return before


def leave_layout(scene: Any, before: int) -> None:
    """Go back to the layout that was there before, unless another one was chosen since."""
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is not None and layout.GetViewArrangement() == COMPARISON_LAYOUT:
        layout.SetViewArrangement(before)
