"""Legends of colours in pictures: Slicer draws its own in views older than the legend only."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from vtkmodules.vtkRenderingAnnotation import vtkScalarBarActor

_TITLE_WIDTH = 13
_LEGEND_CLASS = "vtkMRMLColorLegendDisplayNode"


def legends(composite: Any, renderers: Iterable[Any]) -> list[Any]:
    """Scalar bars for the foreground of a slice view, when it has a legend that is visible.

    None where Slicer draws it already.

    Args:
        composite: the vtkMRMLSliceCompositeNode.
        renderers: of the view.
    """
    if any(_is_legend(prop) for each in renderers for prop in each.GetViewProps()):
        return []
    volume = composite.GetScene().GetNodeByID(composite.GetForegroundVolumeID() or "")
    if volume is None:
        return []
    displays = [volume.GetNthDisplayNode(n) for n in range(volume.GetNumberOfDisplayNodes())]
    return [
        _bar(each)
        for each in displays
        if each is not None and each.IsA(_LEGEND_CLASS) and each.GetVisibility()
    ]


def _is_legend(prop: Any) -> bool:
    return bool(prop.IsA("vtkScalarBarActor") and prop.GetVisibility())


def _bar(legend: Any) -> Any:
    """An actor with the colours, title and labels of a legend."""
    display = legend.GetPrimaryDisplayNode()
    table = display.GetColorNode().CreateLookupTableCopy()
    table.SetTableRange(display.GetWindowLevelMin(), display.GetWindowLevelMax())
    bar = vtkScalarBarActor()
    bar.SetLookupTable(table)
    bar.SetTitle(_wrapped(legend.GetTitleText()) + "\n")
    bar.SetNumberOfLabels(legend.GetNumberOfLabels())
    bar.SetLabelFormat("{:.0f}")
    bar.SetUnconstrainedFontSize(True)
    bar.SetBarRatio(0.25)
    for text in (bar.GetTitleTextProperty(), bar.GetLabelTextProperty()):
        text.SetFontSize(14)
        text.SetItalic(False)
        text.SetColor(0.95, 0.95, 0.95)
        text.SetShadow(True)
    bar.SetPosition(0.89, 0.63)  # above the hips and the values beside them
    bar.SetWidth(0.10)
    bar.SetHeight(0.34)
    return bar


def _wrapped(title: str) -> str:
    """A title in lines that fit above the bar."""
    return "\n".join(part for line in title.splitlines() for part in wrap(line, _TITLE_WIDTH))
