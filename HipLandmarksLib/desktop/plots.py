"""Plot views of the application: a click on a point goes to its slice. Nothing without a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SELECTED = "dataSelected(vtkStringArray*,vtkCollection*)"


class PlotClicks:
    """Hears clicks in every plot view of the layout.

    Args:
        clicked: told of series and row; whether that was one of ours.
    """

    def __init__(self, clicked: Callable[[str, int], bool]) -> None:
        self._clicked = clicked
        self._views: list[Any] = []

    def follow(self) -> None:
        """Hear the views that are there now; called again when the layout has changed."""
        self.close()
        self._views = plot_views()
        for view in self._views:
            view.connect(_SELECTED, self._selected)

    def close(self) -> None:
        """Hear no more."""
        for view in self._views:
            view.disconnect(_SELECTED, self._selected)
        self._views = []

    def _selected(self, series: Any, selections: Any) -> None:
        for n in range(series.GetNumberOfValues()):
            rows = selections.GetItemAsObject(n)
            if rows is None or not rows.GetNumberOfValues():
                continue
            if self._clicked(str(series.GetValue(n)), int(rows.GetValue(0))):
                return


def plot_views() -> list[Any]:
    """The qMRMLPlotViews of the layout; none without a main window."""
    import slicer

    manager = slicer.app.layoutManager()
    if manager is None:
        return []
    return [manager.plotWidget(n).plotView() for n in range(manager.plotViewCount)]
