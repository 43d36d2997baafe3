"""Slice and 3D views of the scene, streamed into the page."""

from __future__ import annotations

from enum import Enum
from typing import Any

from trame_slicer.core import LayoutManager, SlicerApp
from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition

from ..scene.comparison import FIRST_VIEW, SECOND_VIEW
from ..scene.exploration import RADIAL_VIEW
from ..scene.film import CORONAL_VIEW, show_in_coronal_view
from ..scene.messages import captured_messages
from .fitting import FittedView
from .pacing import make_views_of_page

_WITH_VALUES = (CORONAL_VIEW, FIRST_VIEW, SECOND_VIEW)
_MARKUPS = "vtkMRMLMarkupsDisplayableManager"


class ViewerLayout(Enum):
    """Arrangements of the views."""

    SLICE = "slice"
    """One large coronal view: radiographs."""
    VOLUME = "volume"
    """The coronal view large; axial, sagittal and 3D beside it."""
    EXPLORED = "explored"
    """The coronal view, the hips in space, and a plane through the neck."""
    COMPARED = "compared"
    """Two images of one patient beside each other."""


class Views:
    """The views of the page.

    Args:
        server: of trame.
        app: scene and logics of Slicer.
    """

    def __init__(self, server: Any, app: SlicerApp) -> None:
        self._app = app
        self._fitted: dict[str, FittedView] = {}
        self._factories = make_views_of_page(app.view_manager, server)
        self.layouts = LayoutManager(app.scene, app.view_manager, server)
        coronal = ViewLayoutDefinition.coronal_view(CORONAL_VIEW)
        column = Layout(
            LayoutDirection.Vertical,
            [
                ViewLayoutDefinition.threed_view(),
                ViewLayoutDefinition.axial_view(),
                ViewLayoutDefinition.sagittal_view(),
            ],
        )
        planes = Layout(
            LayoutDirection.Vertical,
            [
                ViewLayoutDefinition.threed_view(),
                ViewLayoutDefinition.coronal_view(RADIAL_VIEW),
            ],
        )
        pair = [ViewLayoutDefinition.coronal_view(name) for name in (FIRST_VIEW, SECOND_VIEW)]
        across = LayoutDirection.Horizontal
        self.layouts.register_layout_dict(
            {
                ViewerLayout.SLICE.value: Layout(across, [coronal]),
                ViewerLayout.VOLUME.value: Layout(across, [coronal, column], ["2.6", "1"]),
                ViewerLayout.EXPLORED.value: Layout(across, [coronal, planes], ["1.5", "1"]),
                ViewerLayout.COMPARED.value: Layout(across, pair),
            }
        )
        self.layouts.set_layout(ViewerLayout.SLICE.value)

    def warm_up(self) -> None:
        """Make the views of every layout, so that the first volume is there at once."""
        for layout in ViewerLayout:
            self.layouts.create_layout_views_if_needed(layout.value)
        for view in self._app.view_manager.get_threed_views():
            view.renderer().SetUseDepthPeeling(False)  # software rendering loses what is clear

    def show_explored(self) -> None:
        """Arrange the views for an explored stack."""
        self.layouts.set_layout(ViewerLayout.EXPLORED.value)

    def show(self, volume: Any) -> None:
        """Show a volume as a whole: a single image in the coronal view alone."""
        single = volume.GetImageData().GetDimensions()[2] == 1
        layout = ViewerLayout.SLICE if single else ViewerLayout.VOLUME
        self.layouts.set_layout(layout.value)
        self._app.display_manager.show_volume_in_slice_background(volume)
        self._app.display_manager.show_volume_in_slice_foreground(None)
        for view in self._app.view_manager.get_slice_views():
            view.reset_view()
        if single:
            show_in_coronal_view(volume)
        self._fit_slices()

    def fit(self) -> None:
        """Show the whole image in every view again; slice views stay in their slice."""
        self._fit_slices()
        for view in self._app.view_manager.get_threed_views():
            view.fit_view_to_content()
        self.render()

    def _fit_slices(self) -> None:
        for view in self._app.view_manager.get_slice_views():
            name = view.get_singleton_tag()
            if name not in self._fitted:
                with captured_messages():  # VTK tells how this event may be called one day
                    self._fitted[name] = FittedView(view, name in _WITH_VALUES)
            self._fitted[name].fit()

    def markups_managers(self) -> list[Any]:
        """The displayable manager of point lists of every view."""
        views = self._app.view_manager.get_views()
        return [view.get_displayable_manager_by_class(_MARKUPS) for view in views]

    def slice_node(self, name: str = CORONAL_VIEW) -> Any:
        """The vtkMRMLSliceNode of a view; None for other views."""
        view = self._app.view_manager.get_view(name)
        node = None if view is None else view.get_view_node()
        return node if node is not None and node.IsA("vtkMRMLSliceNode") else None

    def scale(self, pixels_per_dot: float) -> None:
        """Draw letters and handles as large as the page, which may be shown larger, is."""
        for factory in self._factories:
            factory.scale(min(max(float(pixels_per_dot), 0.5), 4.0))

    def render(self) -> None:
        """Draw every view anew, such as after the scene changed in one go."""
        for view in self._app.view_manager.get_views():
            view.schedule_render()
