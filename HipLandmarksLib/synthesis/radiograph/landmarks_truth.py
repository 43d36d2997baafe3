"""True measurements of a simulated film: the library's own measurements of its exact landmarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ...anatomy import (
    HipLandmarkId,
    HipLandmarks,
    Landmark,
    Source,
    SourceKind,
)
from ...imaging.calibration import Calibration, SpacingProvenance
from ...measurement import Edge, Measurement, MeasurementSettings, ViewPlane, measure
from .camera import Camera
from .landmarks_frame import detector_pitch
from .view import TruePoint

SOURCE = Source(SourceKind.SIMULATION, "simulated radiograph")


def true_landmarks(
    points: Mapping[HipLandmarkId, TruePoint], camera: Camera, case_id: str = ""
) -> HipLandmarks:
    """The landmarks of a film in LPS mm, as a reader of that film would place them.

    Args:
        points: by (side, key); (column, row) on the detector.
        camera: of the film. The film lies in the coronal plane, its first pixel at the origin:
            columns run to the patient's left, rows to the feet, one pixel its pitch on the
            detector. A magnification stays apart, as in :class:`.Calibration`.
        case_id: name of the case.
    """
    column_mm, row_mm = (float(pitch) for pitch in detector_pitch(camera))
    landmarks = []
    for (side, key), point in points.items():
        position = None
        if point.state.has_position and point.xy is not None:
            position = (point.xy[0] * column_mm, 0.0, -point.xy[1] * row_mm)
        landmarks.append(Landmark(side, key, position, point.state, SOURCE, note=point.note))
    return HipLandmarks.of(landmarks, case_id=case_id)


def true_measurements(
    points: Mapping[HipLandmarkId, TruePoint],
    camera: Camera,
    magnification: float,
    ids: Collection[str] | None = None,
) -> list[Measurement]:
    """Measure the exact landmarks of a film, lengths in mm at the hips.

    Angles are those of the projection, not of the bones in space: what a perfect reader of this
    film would find. Points outside the field of view are not used.

    Args:
        points: by (side, key), see :func:`.film_landmarks`.
        camera: of the film.
        magnification: true one at the head centres, see :attr:`.FilmLandmarks.magnification`.
        ids: measurement ids; None for all.

    Raises:
        ConfigurationError: when a measurement id is unknown.
    """
    column_mm, row_mm = (float(pitch) for pitch in detector_pitch(camera))
    calibration = Calibration(
        SpacingProvenance.MARKER, 1.0 / magnification, "true magnification of the simulation"
    )
    settings = MeasurementSettings(calibration=calibration, edge=Edge.SOURCIL)
    plane = ViewPlane.coronal((row_mm, column_mm))
    return measure(true_landmarks(points, camera), plane, settings, ids)
