"""trame-slicer's own application with one coronal view, offscreen, and a mouse over it."""

from __future__ import annotations

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.render import SlicePicture

RIGHT = Side.RIGHT
SIZE = (700, 560)
MOVES = 30


class Mouse:
    """A mouse over a slice view: real events through the view's interactor."""

    def __init__(self, view: SlicePicture) -> None:
        self._interactor = view.view.interactor()

    def move(self, x: float, y: float) -> None:
        """Move to a pixel, from the lower left."""
        self._interactor.SetEventInformation(round(x), round(y), 0, 0)
        self._interactor.InvokeEvent("MouseMoveEvent")

    def drag(
        self, start: tuple[float, float], by: tuple[float, float], button: str = "Left"
    ) -> None:
        """Hover over the start, press a button, move in small steps, release."""
        self.move(start[0] - 30, start[1] + 30)
        self.move(*start)
        self._interactor.InvokeEvent(f"{button}ButtonPressEvent")
        for step in range(1, MOVES + 1):
            part = step / MOVES
            self.move(start[0] + part * by[0], start[1] + part * by[1])
        self._interactor.InvokeEvent(f"{button}ButtonReleaseEvent")


class Viewer:
    """trame-slicer's own application with one coronal view of the right hip, offscreen."""

    def __init__(self, image: HipImage, landmarks: HipLandmarks) -> None:
        from trame_slicer.core import SlicerApp
        from trame_slicer.views import DirectViewFactory, NoScheduleRendering, ViewLayoutDefinition

        self.app = SlicerApp()
        self.app.view_manager.register_factory(DirectViewFactory(do_render_offscreen=True))
        view = self.app.view_manager.create_view(ViewLayoutDefinition.coronal_view())
        view.set_scheduled_render(NoScheduleRendering())
        self.study = HipStudy.create(self.app.scene, image, landmarks, reader="anna")
        self.picture = SlicePicture(view, SIZE)
        head = self.study.landmarks[(RIGHT, "FHC")]
        self.picture.show(self.study.volume_node, head.position)


def drag(study: HipStudy, view: SlicePicture, key: str, by: tuple[float, float]) -> None:
    """Drag a point of the right hip by (x, y) pixels."""
    landmark = study.landmarks[(RIGHT, key)]
    assert landmark.position is not None
    view.view.render()
    Mouse(view).drag(view.pixel_of(landmark.position), by)
