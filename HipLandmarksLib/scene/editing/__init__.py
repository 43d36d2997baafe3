"""Editing the points of a study in the scene: undo, states, locks, autosave; no Qt."""

from .editor import StudyEditor
from .guard import guard_views
from .offering import offers, page_offers
from .outcome import Outcome
from .views import current_slice, look_at, scroll_to_points, views_of

__all__ = [
    "Outcome",
    "StudyEditor",
    "current_slice",
    "guard_views",
    "look_at",
    "offers",
    "page_offers",
    "scroll_to_points",
    "views_of",
]
