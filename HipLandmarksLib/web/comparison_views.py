"""Two slice views of the page beside each other, and back to the arrangement before."""

from __future__ import annotations

from .views import ViewerLayout, Views


class ComparisonViews:
    """Arranges the views of a comparison.

    Args:
        views: of the page.
    """

    def __init__(self, views: Views) -> None:
        self._views = views
        self._before: str | None = None

    def enter(self) -> bool:
        """Show both views."""
        layouts = self._views.layouts
        if layouts.layout_id != ViewerLayout.COMPARED.value:
            self._before = layouts.layout_id
        layouts.set_layout(ViewerLayout.COMPARED.value)
        return True

    def leave(self) -> None:
        """Back to the arrangement before, unless another one was chosen since."""
        layouts = self._views.layouts
        if self._before is not None and layouts.layout_id == ViewerLayout.COMPARED.value:
            layouts.set_layout(self._before)
        self._before = None
