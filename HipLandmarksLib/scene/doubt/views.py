"""The map of doubt as foreground of the slice views, and their own foreground back again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

_CLASS = "vtkMRMLSliceCompositeNode"
_BEFORE = "HipLandmarks.Before"
_ALPHA_BLENDING = 0


@dataclass(frozen=True)
class Layers:
    """What of a slice view's layers showing the map replaces, besides the foreground itself."""

    opacity: float
    compositing: int

    @classmethod
    def of(cls, composite: Any) -> Layers:
        """As they are in a vtkMRMLSliceCompositeNode."""
        return cls(composite.GetForegroundOpacity(), composite.GetCompositing())

    def put(self, composite: Any) -> None:
        """Set them."""
        composite.SetForegroundOpacity(self.opacity)
        composite.SetCompositing(self.compositing)


class ForegroundViews:
    """Puts one volume before another in every slice view that shows the latter, and takes it off.

    What a view showed before is kept with ``overlay`` (attributes and node references), so that a
    loaded scene can still be put back.

    Args:
        scene: the vtkMRMLScene.
        overlay: the volume node to show.
        image: the volume node before which it is shown; None after it was removed.
    """

    def __init__(self, scene: Any, overlay: Any, image: Any) -> None:
        self._scene = scene
        self._overlay = overlay
        self._image = image

    def show(self, opacity: float) -> None:
        """Show the overlay with this opacity (0 to 1) wherever the image is the background."""
        self._show(self._of_image(), opacity)

    def show_in(self, composite: Any, opacity: float) -> None:
        """Show it in one view too, if the image is its background; other views stay as they are."""
        self._show([each for each in self._of_image() if each is composite], opacity)

    def _show(self, composites: Iterable[Any], opacity: float) -> None:
        for composite in composites:
            if composite.GetForegroundVolumeID() != self._overlay.GetID():
                self._remember(composite)
            modifying = composite.StartModify()
            composite.SetForegroundVolumeID(self._overlay.GetID())
            Layers(opacity, _ALPHA_BLENDING).put(composite)
            composite.EndModify(modifying)
        self._tell_legends()

    def restore(self) -> None:
        """Give every view back what it showed before.

        A view whose user chose another foreground meanwhile keeps that choice.
        """
        for composite in self._composites():
            if composite.GetForegroundVolumeID() == self._overlay.GetID():
                modifying = composite.StartModify()
                self._give_back(composite)
                composite.EndModify(modifying)
            self._forget(composite)
        self._tell_legends()

    def _tell_legends(self) -> None:
        """Slicer's views look only at an event of a legend whether its volume is a layer."""
        for n in range(self._overlay.GetNumberOfDisplayNodes()):
            display = self._overlay.GetNthDisplayNode(n)
            if display is not None and display.IsA("vtkMRMLColorLegendDisplayNode"):
                display.Modified()

    def shows(self) -> bool:
        """Whether any view shows the overlay."""
        own = self._overlay.GetID()
        return any(each.GetForegroundVolumeID() == own for each in self._composites())

    def _composites(self) -> Iterator[Any]:
        for n in range(self._scene.GetNumberOfNodesByClass(_CLASS)):
            yield self._scene.GetNthNodeByClass(n, _CLASS)

    def _of_image(self) -> list[Any]:
        own = "" if self._image is None else self._image.GetID()
        return [each for each in self._composites() if each.GetBackgroundVolumeID() == own]

    def _remember(self, composite: Any) -> None:
        key = _key(composite)
        self._overlay.SetAttribute(key, json.dumps(asdict(Layers.of(composite))))
        self._overlay.SetNodeReferenceID(key, composite.GetForegroundVolumeID())

    def _give_back(self, composite: Any) -> None:
        text = self._overlay.GetAttribute(_key(composite))
        composite.SetForegroundVolumeID(self._overlay.GetNodeReferenceID(_key(composite)))
        if text is not None:
            Layers(**json.loads(text)).put(composite)

    def _forget(self, composite: Any) -> None:
        self._overlay.RemoveAttribute(_key(composite))
        self._overlay.SetNodeReferenceID(_key(composite), None)


def _key(composite: Any) -> str:
    """Views are known by their layout name, which survives saving and importing."""
    return f"{_BEFORE}.{composite.GetLayoutName() or composite.GetID()}"
