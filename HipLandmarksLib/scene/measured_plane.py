"""The plane in which a study is measured: that of its volume's slices, wherever that lies."""

from __future__ import annotations

from typing import Any

from ..errors import HipLandmarksError
from ..imaging import HipImage
from ..measurement import ViewPlane
from .volume import image_of_volume


class MeasuredPlane:
    """Image and plane of a study; says why when there is none.

    Attributes:
        image: the volume's image, where it was last seen.
        plane: plane of its slices.
        problem: why nothing can be measured at present, such as slices that were tilted until
            they are not coronal any more; else empty.
    """

    def __init__(self, image: HipImage) -> None:
        self.image = image
        self.plane = ViewPlane.from_image(image)
        self.problem = ""
        self._moved = False

    def mark_moved(self) -> None:
        """The volume was moved: :meth:`renew` has something to do."""
        self._moved = True

    def renew(self, volume: Any) -> None:
        """Take the plane from the volume node again if it was moved; None keeps the last one."""
        if not self._moved or volume is None:
            return
        self._moved = False
        try:
            self.image = image_of_volume(volume)
            self.plane = ViewPlane.from_image(self.image)
            self.problem = ""
        except HipLandmarksError as error:  # said in every row instead of an old number
            self.problem = str(error)
