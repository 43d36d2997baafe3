"""The layout of the explorer: coronal slice, radial plane, hips in space, three plots. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import CHART_VIEWS, EXPLORER_LAYOUT, RADIAL_VIEW

if TYPE_CHECKING:
    from .explorer import StackExplorer

_LAYOUT_CLASS, _PLOT_VIEW_CLASS = "vtkMRMLLayoutNode", "vtkMRMLPlotViewNode"


def layout_xml() -> str:
    """Description of the layout as Slicer's layout manager reads it."""
    above = _row(
        _slice_view("Green", "Coronal", "G", "#6EB04B"),
        _slice_view(RADIAL_VIEW, "Coronal", "C", "#D0A000"),
        '<view class="vtkMRMLViewNode" singletontag="1">'
        '<property name="viewlabel" action="default">1</property></view>',
    )
    below = _row(*(_plot_view(name, name[3:]) for name in CHART_VIEWS.values()))
    return f'<layout type="vertical" split="true"><item>{above}</item><item>{below}</item></layout>'


def show_explorer_layout(explorer: StackExplorer) -> bool:
    """Switch to the layout of the explorer and put plots and radial plane into its views.

    The views exist once an application has made them; call it again for views that came later.

    Returns:
        False when the scene has no vtkMRMLLayoutNode.
    """
    scene = explorer.study.scene
    layout = scene.GetFirstNodeByClass(_LAYOUT_CLASS)
    if layout is None:
        return False
    if not layout.IsLayoutDescription(EXPLORER_LAYOUT):
        layout.AddLayoutDescription(EXPLORER_LAYOUT, layout_xml())
    layout.SetViewArrangement(EXPLORER_LAYOUT)
    put_charts(explorer)
    explorer.show_slices()
    return True


def put_charts(explorer: StackExplorer) -> int:
    """Show the charts in the plot views of the layout; how many there were."""
    scene, found = explorer.study.scene, 0
    for kind, name in CHART_VIEWS.items():
        for n in range(scene.GetNumberOfNodesByClass(_PLOT_VIEW_CLASS)):
            view = scene.GetNthNodeByClass(n, _PLOT_VIEW_CLASS)
            if view.GetLayoutName() == name:
                view.SetPlotChartNodeID(explorer.chart(kind).GetID())
                view.SetDoPropagatePlotChartSelection(False)
                found += 1
    return found


def _row(*views: str) -> str:
    items = "".join(f"<item>{view}</item>" for view in views)
    return f'<layout type="horizontal" split="true">{items}</layout>'


def _slice_view(name: str, orientation: str, label: str, colour: str) -> str:
    return (
        f'<view class="vtkMRMLSliceNode" singletontag="{name}">'
        f'<property name="orientation" action="default">{orientation}</property>'
        f'<property name="viewlabel" action="default">{label}</property>'
        f'<property name="viewcolor" action="default">{colour}</property></view>'
    )


def _plot_view(name: str, label: str) -> str:
    return (
        f'<view class="vtkMRMLPlotViewNode" singletontag="{name}">'
        f'<property name="viewlabel" action="default">{label}</property></view>'
    )
