"""Pictures of a scene without a screen: a real slice view of trame-slicer, offscreen.

Needs trame-slicer and an OpenGL that works without a display (Debian: ``libegl1`` with
``libgl1-mesa-dri``, or ``libosmesa6``). VTK ends the process where neither is there, so ask
:func:`can_render` first; it tries in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkCollection
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkIOImage import vtkPNGWriter
from vtkmodules.vtkRenderingCore import vtkTextActor, vtkWindowToImageFilter

from ..anatomy import Side
from ..errors import HipLandmarksError, MissingDependencyError
from ..files import atomic_path
from .frames import Vec3, flip_frame
from .legend import legends as _legends
from .messages import captured_messages
from .study import HipStudy
from .table import NOTICE

_PROBE = (
    "import vtkmodules.vtkRenderingOpenGL2\n"
    "from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow\n"
    "window = vtkRenderWindow()\n"
    "window.OffScreenRenderingOn()\n"
    "window.AddRenderer(vtkRenderer())\n"
    "window.Render()\n"
)


CANNOT_RENDER = (
    "Nothing can be drawn without a display here: install libegl1 and libgl1-mesa-dri "
    "(Debian, Ubuntu)."
)


@lru_cache(maxsize=1)
def can_render() -> bool:
    """Whether VTK can draw here; takes a second, the answer is kept."""
    probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, check=False)
    return probe.returncode == 0


class SlicePicture:
    """A slice view of trame-slicer, used as a camera: points are LPS mm.

    Args:
        view: the ``trame_slicer.views.SliceView``.
        size: (width, height) in pixels.
    """

    def __init__(self, view: Any, size: tuple[int, int]) -> None:
        self.view = view
        view.update_size(*size)

    def show(self, volume_node: Any, at: Vec3) -> None:
        """Show the volume in its own slices, fitted to the view, at the slice of ``at`` (LPS)."""
        self.view.set_background_volume_id(volume_node.GetID())
        self.view.set_orientation("Coronal")
        self.view._logic.RotateSliceToLowestVolumeAxes(False)
        self.view.fit_view_to_content()
        self.view.get_view_node().JumpSlice(*flip_frame(at))

    def zoom_to(self, centre: Vec3, width_mm: float) -> None:
        """Show ``width_mm`` about ``centre`` (LPS), in the slice that is shown now."""
        slice_value = self.view.get_slice_value()
        node = self.view.get_view_node()
        width, height = self.view.render_window().GetSize()
        depth = node.GetFieldOfView()[2]
        node.SetFieldOfView(width_mm, width_mm * height / width, depth)
        node.JumpSliceByCentering(*flip_frame(centre))
        self.view.set_slice_value(slice_value)

    def pixel_of(self, point: Vec3) -> tuple[float, float]:
        """Position of a point (LPS) in the view, pixels from the lower left."""
        inverse = vtkMatrix4x4()
        vtkMatrix4x4.Invert(self.view.get_view_node().GetXYToRAS(), inverse)
        x, y, _, _ = inverse.MultiplyPoint((*flip_frame(point), 1.0))
        return x, y

    def save(self, path: Path | str) -> None:
        """Draw, and write a PNG with the research notice and any legend of colours, atomically."""
        renderers, layers = self.view.renderers(), self.view._logic.GetSliceCompositeNode()
        additions = [_notice(), *_legends(layers, renderers)]
        renderer = renderers[-1]
        for each in additions:
            renderer.AddViewProp(each)
        self.view.render()
        grabber = vtkWindowToImageFilter()
        grabber.SetInput(self.view.render_window())
        grabber.ReadFrontBufferOff()
        writer = vtkPNGWriter()
        writer.SetInputConnection(grabber.GetOutputPort())
        with atomic_path(path) as temporary:
            writer.SetFileName(str(temporary))
            writer.Write()
        for each in additions:
            renderer.RemoveViewProp(each)


@contextmanager
def offscreen_view(scene: Any, size: tuple[int, int] = (1000, 800)) -> Iterator[SlicePicture]:
    """A coronal slice view of any scene, which leaves the scene as it was (but for colour maps).

    Raises:
        MissingDependencyError: without trame-slicer.
        HipLandmarksError: when nothing can be drawn on this machine.
    """
    if not can_render():
        raise HipLandmarksError(CANNOT_RENDER)
    before = {node.GetID() for node in _nodes(scene)}
    with captured_messages():  # what registers itself twice says so
        logics = _application_logics(scene)
        view = _slice_view(scene, logics[0])
    try:
        yield SlicePicture(view, size)
    finally:
        view.finalize()
        view.set_view_node(None)
        view._logic.SetMRMLScene(None)  # it would add its nodes again
        for node in _nodes(scene):
            if node.GetID() not in before and not node.IsA("vtkMRMLColorNode"):
                scene.RemoveNode(node)
        del view
        logics.clear()


def render_study(
    study: HipStudy, path: Path | str, side: Side | None = None, size: tuple[int, int] = (1000, 800)
) -> None:
    """Draw a study in the slice of its head centres and write it as PNG.

    Args:
        study: what to draw.
        path: the PNG.
        side: one hip, magnified; None for both, in the right hip's slice.
        size: (width, height) in pixels.

    Raises:
        HipLandmarksError: when the study has no image or no point, or nothing can be drawn.
    """
    sides = (side,) if side is not None else tuple(Side)
    placed = [p for s in sides for p in study.landmarks.side(s) if p.position is not None]
    if study.volume_node is None or not placed:
        raise HipLandmarksError("There is no image or no point to draw.")
    centre = next((p for p in placed if p.key == "FHC"), placed[0]).position
    assert centre is not None
    with offscreen_view(study.scene, size) as picture:
        picture.show(study.volume_node, centre)
        if side is not None:
            picture.zoom_to(_middle([p.point() for p in placed]), 280.0)
        picture.save(path)


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]


def _middle(points: list[NDArray[np.float64]]) -> Vec3:
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    x, y, z = ((low + high) / 2).tolist()
    return (x, y, z)


def _application_logics(scene: Any) -> list[Any]:
    """What a slice view needs of Slicer's application; kept alive by the view."""
    application = slicer.vtkSlicerApplicationLogic()
    application.SetMRMLScene(scene)
    application.GetColorLogic().SetMRMLScene(scene)
    application.GetColorLogic().AddDefaultColorNodes()
    application.SetSliceLogics(vtkCollection())
    application.SetViewLogics(vtkCollection())
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    markups = slicer.vtkSlicerMarkupsLogic()
    markups.SetMRMLScene(scene)
    markups.SetMRMLApplicationLogic(application)
    application.SetModuleLogic("Markups", markups)
    return [application, markups]


def _slice_view(scene: Any, application: Any) -> Any:
    try:
        from trame_slicer.views import NoScheduleRendering, SliceView
    except ImportError as error:
        raise MissingDependencyError(
            "Pictures of the scene need trame-slicer: pip install 'HipLandmarksLib[scene]'."
        ) from error
    strategy = NoScheduleRendering()
    return SliceView(scene, application, "Offscreen", scheduled_render_strategy=strategy)


def _notice() -> Any:
    text = vtkTextActor()
    text.SetInput(NOTICE)
    text.GetTextProperty().SetFontSize(14)
    text.GetTextProperty().SetColor(0.9, 0.9, 0.9)
    text.GetTextProperty().SetBackgroundColor(0.0, 0.0, 0.0)  # legible on bright tissue
    text.GetTextProperty().SetBackgroundOpacity(0.7)
    text.SetPosition(8, 6)
    return text
