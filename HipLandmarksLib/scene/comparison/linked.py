"""``LinkedViews``: two slice views that show the same part of a hip in the same size."""

from __future__ import annotations

from typing import Any

from ...anatomy import Side
from ..frames import Vec3, flip_frame
from ..observers import Observers
from ..study import HipStudy
from .layout import FIRST_VIEW, SECOND_VIEW
from .own_view import OwnViews
from .scale import Vec2, flat, head_centre, units_per_mm

_HIP_MM, _PELVIS_MM = 130.0, 340.0


class LinkedViews:
    """Shows two studies beside each other; moving or zooming one view moves the other.

    Both views show the same place relative to the head centre of the hip that is looked at, in
    the same size. Nothing is warped, turned or resampled: each image is shown as it is. Scrolling
    through the slices of one study leaves the other alone. Each view shows the points of its own
    study only, until :meth:`close`.

    Args:
        first, second: the studies; their images must be in the scene.
    """

    def __init__(self, first: HipStudy, second: HipStudy) -> None:
        self.studies = (first, second)
        self.side: Side | None = None
        self._observers = Observers()
        self._own = OwnViews()
        self._busy = False

    @property
    def views(self) -> tuple[Any, Any]:
        """The vtkMRMLSliceNodes; None where the application has not made one."""
        scene = self.studies[0].scene
        one, two = (
            scene.GetSingletonNode(name, "vtkMRMLSliceNode") for name in (FIRST_VIEW, SECOND_VIEW)
        )
        return one, two

    def show(self) -> bool:
        """Put the images into the views and look at both hips; False while there are no views."""
        if any(view is None for view in self.views):
            return False
        self._observers.drop_all()
        names = (FIRST_VIEW, SECOND_VIEW)
        for study, view, name in zip(self.studies, self.views, names, strict=True):
            _put_image(study, view, name)
            self._own.keep(study, view)
        self.look_at(None)
        for number, view in enumerate(self.views):
            self._observers.add(view, (_modified(),), self._follow, number)
        return True

    def look_at(self, side: Side | None) -> None:
        """Show one hip in both views, or both hips, each in the slice of its head centre."""
        self.side = side
        width = _PELVIS_MM if side is None else _HIP_MM
        busy, self._busy = self._busy, True
        try:
            for study, view, unit in self._each():
                centre = head_centre(study, side)
                if centre is not None and view is not None:
                    _zoom(view, width * unit)
                    view.JumpSliceByCentering(*flip_frame(centre))
        finally:
            self._busy = busy

    def close(self) -> None:
        """Link the views no more and show all points in all views again."""
        self._observers.drop_all()
        self._own.give_back()

    def _each(self) -> list[tuple[HipStudy, Any, float]]:
        units = units_per_mm(*self.studies)
        return list(zip(self.studies, self.views, units, strict=True))

    def _follow(self, number: int) -> None:
        """A view was moved or zoomed: the other one follows."""
        if self._busy:
            return
        self._busy = True
        try:
            self._apply(number)
        finally:
            self._busy = False

    def _apply(self, number: int) -> None:
        moved, other = (self._each()[n] for n in (number, 1 - number))
        anchor, target = head_centre(moved[0], self.side), head_centre(other[0], self.side)
        if anchor is None or target is None or other[1] is None:
            return
        unit = other[2] / moved[2]
        _zoom(other[1], _width(moved[1]) * unit)
        here, base = flat(moved[0], _centre(moved[1])), flat(moved[0], anchor)
        offset = ((here[0] - base[0]) * unit, (here[1] - base[1]) * unit)
        _centre_on(other[0], other[1], target, offset)


def _modified() -> Any:
    from vtkmodules.vtkCommonCore import vtkCommand

    return vtkCommand.ModifiedEvent


def _put_image(study: HipStudy, view: Any, name: str) -> None:
    volume = study.volume_node
    composite = study.scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
    if composite is not None:
        composite.SetLinkedControl(False)  # Slicer's own link knows nothing of head centres
        composite.SetBackgroundVolumeID(volume.GetID())
    view.SetOrientationToCoronal()
    view.RotateToVolumePlane(volume)


def _width(view: Any) -> float:
    """Of the narrower direction, so that views of unlike shape show the same part."""
    return float(min(view.GetFieldOfView()[:2]))


def _zoom(view: Any, width: float) -> None:
    across, up, depth = view.GetFieldOfView()
    scale = width / min(across, up)
    if abs(scale - 1.0) > 1e-9:
        view.SetFieldOfView(across * scale, up * scale, depth)


def _centre(view: Any) -> Vec3:
    """Centre of a view, LPS."""
    matrix = view.GetSliceToRAS()
    return flip_frame((matrix.GetElement(0, 3), matrix.GetElement(1, 3), matrix.GetElement(2, 3)))


def _centre_on(study: HipStudy, view: Any, target: Vec3, offset: Vec2) -> None:
    """Move a view within its slice: its centre lies ``offset`` from ``target`` in the plane."""
    at = flat(study, target)
    place = study.plane.unproject_point((at[0] + offset[0], at[1] + offset[1]), _centre(view))
    matrix = view.GetSliceToRAS()
    for axis, value in enumerate(flip_frame(place)):
        matrix.SetElement(axis, 3, value)
    view.UpdateMatrices()
