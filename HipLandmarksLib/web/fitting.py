"""A slice view shows its image whole, whatever size it gets, until somebody zooms or pans."""

from __future__ import annotations

from typing import Any

import numpy as np
from vtkmodules.vtkCommonCore import vtkCommand

from ..scene.layout import COLUMN_MM
from .pacing import USUAL_SCALE

_VALUE_DOTS = 84.0
"""Width of the longest value beside a hip, such as ``FO 43.5 mm``."""
_SAME = 1e-3


class FittedView:
    """Keeps one slice view fitted.

    Args:
        view: of trame-slicer.
        has_values: whether values stand beside the hips in it, which need room of their own.
    """

    def __init__(self, view: Any, has_values: bool) -> None:
        self._view = view
        self._has_values = has_values
        self._fitted: tuple[float, ...] | None = None
        view.interactor().AddObserver(vtkCommand.WindowResizeEvent, self._resized)

    def fit(self) -> None:
        """Show the whole image, in the slice that is shown now."""
        view, node = self._view, self._view.get_view_node()
        offset = view.get_slice_value()
        view.fit_view_to_content()
        if self._has_values:
            self._leave_room(node)
        view.set_slice_value(offset)
        self._fitted = _place(node)

    def _resized(self, *_event: Any) -> None:
        """After trame-slicer, which keeps the height of what is shown and cuts off its sides."""
        if self._fitted is not None and np.allclose(
            self._fitted, _place(self._view.get_view_node()), atol=_SAME
        ):
            self.fit()

    def _leave_room(self, node: Any) -> None:
        """A smaller image, where the values beside the hips would leave a narrow view."""
        volume = node.GetScene().GetNodeByID(self._view.get_background_volume_id() or "")
        if volume is None:
            return
        bounds = [0.0] * 6
        volume.GetRASBounds(bounds)
        half_mm, half_dots = (bounds[1] - bounds[0]) / 2.0, node.GetDimensions()[0] / 2.0
        values = _VALUE_DOTS * node.GetScreenScaleFactor() / USUAL_SCALE
        width, height, depth = node.GetFieldOfView()
        if half_mm <= COLUMN_MM or half_dots <= 2.0 * values:
            return
        wanted = 2.0 * half_dots * (half_mm - COLUMN_MM) / (half_dots - values)
        if wanted > width:
            node.SetFieldOfView(wanted, height * wanted / width, depth)


def _place(node: Any) -> tuple[float, ...]:
    """What a change of size leaves alone, and zooming and panning do not."""
    to_ras = node.GetSliceToRAS()
    centre = [to_ras.GetElement(row, 3) for row in range(3)]
    axes = [[to_ras.GetElement(row, column) for row in range(3)] for column in range(2)]
    return (node.GetFieldOfView()[1], *(float(np.dot(centre, axis)) for axis in axes))
