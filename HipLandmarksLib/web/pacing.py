"""Pictures of the views: quick ones while something moves, the best one once it rests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from trame_slicer.core import ViewManager
from trame_slicer.rca_view import RemoteViewFactory
from trame_slicer.views import (
    ScheduledRenderStrategy,
    SliceView,
    ThreeDView,
    ViewLayoutDefinition,
    ViewType,
)
from trame_slicer.views.render_scheduler import NoScheduleRendering

from ..scene.messages import captured_messages

POINTED_FPS = 30.0
"""Pictures per second, at most, of the view that the mouse is over."""
OTHER_FPS = 10.0
"""Of the other views."""
REST_S = 0.3
"""After the last change of a view."""
MOST_PIXELS = 2_000_000
"""Of a view; on finer screens the page stretches the picture."""
USUAL_SCALE = 0.2
"""Screen scale factor of a view node on a usual screen, the default of MRML."""


@dataclass(frozen=True)
class PictureQuality:
    """How a picture is drawn and sent.

    Attributes:
        jpeg: per cent.
        samples: per pixel, for smooth edges of lines; 0 for none. Drawn by software, four samples
            take more than three times as long.
    """

    jpeg: int
    samples: int


MOVING = PictureQuality(50, 0)
RESTING = PictureQuality(90, 4)


class PacedRendering(ScheduledRenderStrategy):
    """Draws a view in lower quality while it changes, and once more when it came to rest.

    Args:
        adapter: of trame, between the window and the page.
    """

    def __init__(self, adapter: Any) -> None:
        super().__init__()
        self._adapter = adapter
        self._asked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def set_abstract_view(self, abstract_view: Any) -> None:
        """The view to draw; it rests."""
        super().set_abstract_view(abstract_view)
        self._use(RESTING)

    def schedule_render(self) -> None:
        """The view has changed."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # before the server runs nothing moves
            self._adapter.schedule_render()
            return
        self._asked_at = loop.time()
        if self._timer is None:
            self._use(MOVING)
            self._timer = loop.call_later(REST_S, self._look)
        self._adapter.schedule_render()

    def _look(self) -> None:
        """Whether it still moves."""
        loop = asyncio.get_running_loop()
        left = self._asked_at + REST_S - loop.time()
        if left > 0.0:
            self._timer = loop.call_later(left, self._look)
            return
        self._timer = None
        self._use(RESTING)
        self._adapter.schedule_render()

    def _use(self, quality: PictureQuality) -> None:
        # Two equal qualities: trame's own second picture, which would come too soon, is left out.
        self._adapter.update_quality(quality.jpeg, quality.jpeg)
        if self.abstract_view is not None:
            self.abstract_view.render_window().SetMultiSamples(quality.samples)


class PacedViews(RemoteViewFactory):
    """Makes views that are drawn in two qualities, and not at all while they are made."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pixels_per_dot = 1.0

    def create_view(self, view: ViewLayoutDefinition, scene: Any, app_logic: Any) -> Any:
        """A view of the page; VTK's words on there being no X server go nowhere."""
        with captured_messages():
            made = super().create_view(view, scene, app_logic)
            adapter = self.get_factory_view(view.singleton_tag).view_adapter
            adapter.max_pixel_count = MOST_PIXELS
            made.set_scheduled_render(PacedRendering(adapter))
            self._scale(made)
        return made

    def scale(self, pixels_per_dot: float) -> None:
        """Draw letters and handles as large as the page around them.

        Args:
            pixels_per_dot: of the screen, per dot of the page: 2 on a fine screen, or where the
                page is shown twice as large.
        """
        self._pixels_per_dot = pixels_per_dot
        for view in self.get_views():
            self._scale(view)
            view.schedule_render()

    def _scale(self, view: Any) -> None:
        view.get_view_node().SetScreenScaleFactor(USUAL_SCALE * self._pixels_per_dot)


def make_views_of_page(manager: ViewManager, server: Any) -> tuple[PacedViews, ...]:
    """Let ``manager`` make views that ``server`` (of trame) streams into the page; how it does."""
    kinds = ((_slice_view, ViewType.SLICE_VIEW), (_space_view, ViewType.THREE_D_VIEW))
    factories = tuple(
        PacedViews(server, make, kind, target_fps=POINTED_FPS, blur_fps=OTHER_FPS)
        for make, kind in kinds
    )
    for factory in factories:
        manager.register_factory(factory)
    return factories


def _slice_view(**arguments: Any) -> SliceView:
    return SliceView(scheduled_render_strategy=NoScheduleRendering(), **arguments)


def _space_view(**arguments: Any) -> ThreeDView:
    return ThreeDView(scheduled_render_strategy=NoScheduleRendering(), **arguments)
