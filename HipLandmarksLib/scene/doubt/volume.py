"""The map of doubt as a scalar volume on the image's own grid, with colours and legend."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from .colours import LEVELS, TABLE_NAME, add_colour_table

Box = tuple[slice, slice]
"""Rows and columns of a slice."""

LEGEND_TITLE = "Doubt, %"
_TITLE_WIDTH = 23
NOTHING = 0
"""Stored value of a pixel about which there is nothing to say."""
LEAST_SHOWN = 5
"""Less doubt than this, in per cent, is kept in the volume and left clear in the views."""


class DoubtVolume:
    """A vtkMRMLScalarVolumeNode of doubt in per cent; 0 stands for nothing to say, and is clear.

    Pixels are written in place, rectangle by rectangle: a drag touches few of them.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        self._pixels = _view(node)

    @classmethod
    def create(cls, scene: Any, image_node: Any, name: str) -> DoubtVolume:
        """An empty map on the grid of ``image_node``, under the same transform."""
        node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        data = vtkImageData()
        data.SetDimensions(image_node.GetImageData().GetDimensions())
        data.AllocateScalars(VTK_UNSIGNED_CHAR, 1)
        data.GetPointData().GetScalars().Fill(NOTHING)
        matrix = vtkMatrix4x4()
        image_node.GetIJKToRASMatrix(matrix)
        node.SetIJKToRASMatrix(matrix)
        node.SetAndObserveImageData(data)
        node.SetAndObserveTransformNodeID(image_node.GetTransformNodeID())
        node.CreateDefaultDisplayNodes()
        _style(node.GetDisplayNode(), _colour_table(scene))
        _add_legend(scene, node.GetDisplayNode())
        return cls(node)

    @property
    def legend(self) -> Any:
        """The vtkMRMLColorLegendDisplayNode, None after it was removed."""
        for n in range(self.node.GetNumberOfDisplayNodes()):
            display = self.node.GetNthDisplayNode(n)
            if display is not None and display.IsA("vtkMRMLColorLegendDisplayNode"):
                return display
        return None

    def entitle(self, words: str) -> None:
        """Say at the legend what the per cents are of."""
        if self.legend is not None:
            self.legend.SetTitleText("\n".join([LEGEND_TITLE, *wrap(words, _TITLE_WIDTH)]))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        slices, rows, columns = self._pixels.shape
        return (slices, rows, columns)

    def percent(self) -> NDArray[np.uint8]:
        """A copy of the map: (slices, rows, columns), 0 for nothing to say."""
        return np.array(self._pixels)

    def write(self, index: int, box: Box, doubt: NDArray[np.floating]) -> None:
        """Put doubts (in [0, 1], NaN for nothing to say) into a rectangle of a slice.

        Views hear of it with :meth:`changed`.
        """
        percent = np.clip(np.rint(doubt * (LEVELS - 1)), 1, LEVELS - 1)
        self._pixels[index][box] = np.where(np.isnan(percent), NOTHING, percent).astype(np.uint8)

    def read(self, index: int, box: Box) -> NDArray[np.float64]:
        """Doubts (in [0, 1], NaN for nothing to say) of a rectangle of a slice."""
        percent = self._pixels[index][box].astype(np.float64)
        return np.where(percent == NOTHING, np.nan, percent / (LEVELS - 1))

    def clear(self) -> None:
        """Nothing to say anywhere."""
        self._pixels[...] = NOTHING

    def changed(self) -> None:
        """Tell the views; one event however much was written."""
        self.node.GetImageData().GetPointData().GetScalars().Modified()
        self.node.GetImageData().Modified()

    def follow(self, image_node: Any) -> None:
        """Go under the transform of the image."""
        wanted = image_node.GetTransformNodeID()
        if self.node.GetTransformNodeID() != wanted:
            self.node.SetAndObserveTransformNodeID(wanted)


def _view(node: Any) -> NDArray[np.uint8]:
    columns, rows, slices = node.GetImageData().GetDimensions()
    scalars = node.GetImageData().GetPointData().GetScalars()
    return np.asarray(vtk_to_numpy(scalars).reshape(slices, rows, columns))


def _style(display: Any, table: Any) -> None:
    """Fixed window over all per cents; little doubt is cut off, nothing to say is clear as well.

    Pixels are not blended: between much doubt and nothing to say there is no little doubt.
    """
    modifying = display.StartModify()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0, LEVELS - 1)
    display.SetAutoThreshold(False)
    display.SetThreshold(LEAST_SHOWN, LEVELS - 1)
    display.SetApplyThreshold(True)
    display.SetInterpolate(False)
    display.SetAndObserveColorNodeID(table.GetID())
    display.EndModify(modifying)


def _colour_table(scene: Any) -> Any:
    """The table of the scene, made when there is none."""
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLColorTableNode")):
        node = scene.GetNthNodeByClass(n, "vtkMRMLColorTableNode")
        if node.GetName() == TABLE_NAME and node.GetNumberOfColors() == LEVELS:
            return node
    return add_colour_table(scene)


def _add_legend(scene: Any, display: Any) -> None:
    legend = scene.AddNewNodeByClass("vtkMRMLColorLegendDisplayNode")
    modifying = legend.StartModify()
    legend.SetTitleText(LEGEND_TITLE)
    legend.SetAndObserveColorNodeID(display.GetColorNodeID())
    legend.SetScalarVisibility(True)
    legend.SetNumberOfLabels(5)
    legend.SetLabelFormat("%.0f")
    legend.SetUseColorNamesForLabels(False)
    legend.SetPosition(0.95, 0.86)  # above the hips, its title within the view
    legend.SetSize(0.04, 0.30)  # Slicer makes all letters as large as this width lets the labels be
    legend.EndModify(modifying)
    display.GetDisplayableNode().AddAndObserveDisplayNodeID(legend.GetID())
    legend.SetAndObservePrimaryDisplayNode(display)
