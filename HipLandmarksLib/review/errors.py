"""What cannot be done in a review."""

from __future__ import annotations

from ..errors import HipLandmarksError


class ReviewError(HipLandmarksError):
    """A step of the review is impossible now: the sentence says why and what to do instead."""
