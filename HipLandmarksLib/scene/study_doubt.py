"""What a study does with a model's doubt about its points."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..measurement import Measurement
from ..uncertainty import MeasurementDoubt
from .doubt import DoubtNodes, DoubtOverlay, ModelReading
from .study_view import StudyView


class DoubtfulStudy(StudyView, ABC):
    """A study that can show how sure a model is."""

    @abstractmethod
    def refresh(self) -> None:
        """Measure and draw everything anew."""

    def show_doubt(self, reading: ModelReading, visible: bool = True) -> DoubtOverlay:
        """Show how sure a model is of what it read in this image, instead of an earlier reading.

        Args:
            reading: what the model said, in the frame of the study's volume.
            visible: False keeps the views as they are until the overlay is switched on.
        """
        self.drop_doubt()
        self._doubt = DoubtOverlay(DoubtNodes.create(self._nodes, reading), reading)
        self.refresh()
        self._doubt.switch(visible)
        return self._doubt

    def drop_doubt(self) -> None:
        """Take the doubt and all its nodes out of the scene; the views are as before."""
        doubt, self._doubt = self._doubt, None
        if doubt is not None:
            doubt.remove()
            self._fill_table()

    def _fill_table(self) -> None:
        """Write all rows of the table of measurements."""
        if self._nodes.table is not None:
            live = self._live
            self._nodes.table.fill(live.measurements, live.differences, self._doubt_about)

    def _doubt_about(self, measurement: Measurement) -> MeasurementDoubt | None:
        """What the calibration says of a measurement; None without a calibrated model."""
        if self._doubt is None:
            return None
        return self._doubt.reading.doubt_about(measurement, self.landmarks)

    def _mark_drag(self, begins: bool) -> None:
        """The map of doubt is drawn less often while a point is dragged."""
        if self._doubt is not None and begins:
            self._doubt.start_drag()
        elif self._doubt is not None:
            self._doubt.end_drag()
