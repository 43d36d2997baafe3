"""The layout of the explorer: coronal slice, radial plane, hips in space, three plots. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import CHART_VIEWS, EXPLORER_LAYOUT, RADIAL_VIEW, ExplorerChart

if TYPE_CHECKING:
    from .explorer import StackExplorer

_PLOT_LABELS = {
    ExplorerChart.ALPHA: "Alpha",
    ExplorerChart.LCE: "LCE",
    ExplorerChart.CLOCK: "Clock",
}
_LAYOUT_CLASS, _PLOT_VIEW_CLASS = "vtkMRMLLayoutNode", "vtkMRMLPlotViewNode"


def layout_xml() -> str:
    """Description of the layout as Slicer's layout manager reads it."""
    above = _row(
        _slice_view("Green", "Coronal", "G", "#6EB04B"),
        _slice_view(RADIAL_VIEW, "Coronal", "C", "#D0A000"),
        '<view class="vtkMRMLViewNode" singletontag="1">'
        '<property name="viewlabel" action="default">1</property></view>',
    )
    below = _row(*(_plot_view(name, _PLOT_LABELS[kind]) for kind, name in CHART_VIEWS.items()))
    return f'<layout type="vertical" split="true"><item>{above}</item><item>{below}</item></layout>'


def show_explorer_layout(explorer: StackExplorer) -> bool:
    """Switch to the layout of the explorer; plots, radial plane and hips are put into its views.

    While no radial plane was chosen it is the one with the largest alpha.

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
    with explorer.views_arranged():
        layout.SetViewArrangement(EXPLORER_LAYOUT)
        put_charts(explorer)
        show_first_radial(explorer)
        explorer.show_slices()
        explorer.look_in_space()
    return True


def show_first_radial(explorer: StackExplorer) -> None:
    """Show the radial plane with the largest alpha while somebody has chosen none."""
    maps = [own.radial for own in explorer.exploration.sides.values() if own.radial is not None]
    known = [(top.alpha_deg, own.side, top.theta_deg) for own in maps if (top := own.maximum)]
    tops = [(alpha, side, theta) for alpha, side, theta in known if alpha is not None]
    if explorer.radial is None and tops:
        _alpha, side, theta = max(tops, key=lambda top: top[0])
        explorer.show_radial(side, theta)


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
