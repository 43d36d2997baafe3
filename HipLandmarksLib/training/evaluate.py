"""Errors of a detector on labelled slices, through the same path that users take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..anatomy import HipLandmarkId, HipLandmarks, Landmark, Side, Source, SourceKind
from ..detection import Detector
from ..detection.detector import SlicePrediction
from ..errors import ImageError
from ..evaluation import PointError
from ..imaging import HipImage
from ..measurement import MeasurementSettings, Reference, ViewPlane, measure
from .labels import LabelledSlice


def slice_errors(
    detector: Detector, slices: Sequence[LabelledSlice], views: str | None = None
) -> list[PointError]:
    """In-plane errors of every present label on the slices that the reader chose per side."""
    errors: list[PointError] = []
    for labelled in slices:
        if labelled.chosen:
            (prediction,) = detector.predict(labelled.image, [labelled.index], views=views)
            errors += _errors(detector, labelled, prediction)
    return errors


def _errors(
    detector: Detector, labelled: LabelledSlice, prediction: SlicePrediction
) -> list[PointError]:
    errors, image = [], labelled.image
    for (side, key), label in labelled.labels.items():
        if label.ij is None or side.value not in labelled.chosen:
            continue
        decoded = prediction.points.get((side, key))
        if decoded is None:
            continue
        if decoded.presence < detector.card.presence_threshold:
            errors.append(PointError(labelled.case, side, key, None, image=image.name))
            continue
        found = prediction.plane.backward(decoded.xy)
        offset = _offset(image, side, np.asarray(found) - np.asarray(label.ij))
        error = float(np.hypot(*offset))
        errors.append(PointError(labelled.case, side, key, error, offset, image.name))
    return errors


def _offset(image: HipImage, side: Side, delta_ij: np.ndarray) -> tuple[float, float]:
    """(lateral, cranial) mm of a displacement in pixels, in the slice plane."""
    step = image.ijk_to_lps[:3, :2] @ delta_ij
    lateral = step[0] if side is Side.LEFT else -step[0]
    in_plane = float(np.linalg.norm(step))
    cranial = float(np.sqrt(max(in_plane**2 - lateral**2, 0.0)) * np.sign(step[2]))
    return float(lateral), cranial


def slice_choice_differences(
    detector: Detector, slices: Sequence[LabelledSlice]
) -> dict[tuple[str, str], int | None]:
    """Automatically chosen slice minus the reader's, by (image, side).

    None where the model finds no femoral head in the volume.
    """
    readers = {(s.image.name, side): s for s in slices for side in s.chosen}
    found: dict[str, Mapping[Side, int] | None] = {}
    for (name, _), labelled in readers.items():
        if name not in found:
            found[name] = _chosen_slices(detector, labelled.image)
    differences: dict[tuple[str, str], int | None] = {}
    for (name, side), labelled in readers.items():
        slices_found = found[name]
        differences[(name, side)] = (
            None if slices_found is None else slices_found[Side(side)] - labelled.index
        )
    return differences


def _chosen_slices(detector: Detector, image: HipImage) -> Mapping[Side, int] | None:
    try:
        return detector.detect(image).slices
    except ImageError:  # no head on any slice: a failure of the model, not of the evaluation
        return None


def angle_errors(
    detector: Detector, slices: Sequence[LabelledSlice], ids: Sequence[str] = ("alpha", "lce")
) -> dict[str, list[float]]:
    """Measured minus reference angles in degrees on the reader's slices, by measurement id.

    Both are measured by the same engine against the image's own axes. Angles that the model does
    not give are left out; the localisation errors tell of missed points.
    """
    errors: dict[str, list[float]] = {id_: [] for id_ in ids}
    for labelled in slices:
        if labelled.chosen:
            sides = [Side(side) for side in labelled.chosen]
            for id_ in ids:
                pairs = angle_pairs(detector, labelled, id_, sides)
                errors[id_] += [found - truth for truth, found in pairs if found is not None]
    return errors


def angle_pairs(
    detector: Detector, labelled: LabelledSlice, id_: str, sides: Sequence[Side] = tuple(Side)
) -> list[tuple[float, float | None]]:
    """(reference, measured) angle in degrees of every labelled side on its own slice.

    The second is None where the model gives no such angle.
    """
    truth = reference_angles(labelled, id_, sides)
    if not truth:
        return []
    (prediction,) = detector.predict(labelled.image, [labelled.index])
    found = _angles(labelled.image, _placed(labelled, prediction, detector, sides), id_)
    return [(value, found.get(side)) for side, value in truth.items()]


def reference_angles(
    labelled: LabelledSlice, id_: str, sides: Sequence[Side] = tuple(Side)
) -> dict[Side, float]:
    """Angle in degrees of every side whose landmarks are labelled, against the image's axes."""
    return _angles(labelled.image, _reference(labelled, sides), id_)


def _angles(image: HipImage, landmarks: HipLandmarks, id_: str) -> dict[Side, float]:
    settings = MeasurementSettings.for_image(image, reference=Reference.IMAGE)
    measured = measure(landmarks, ViewPlane.from_image(image), settings, ids=[id_])
    return {Side(m.side): m.value for m in measured if m.value is not None}


def _reference(labelled: LabelledSlice, sides: Sequence[Side]) -> HipLandmarks:
    points = {
        id_: label.ij
        for id_, label in labelled.labels.items()
        if label.ij is not None and id_[0] in sides
    }
    return _in_patient(labelled, points, SourceKind.REFERENCE)


def _placed(
    labelled: LabelledSlice, prediction: SlicePrediction, detector: Detector, sides: Sequence[Side]
) -> HipLandmarks:
    threshold = detector.card.presence_threshold
    points = {}
    for id_, decoded in prediction.points.items():
        if id_[0] in sides and decoded.presence >= threshold:
            i, j = prediction.plane.backward(decoded.xy)
            points[id_] = (float(i), float(j))
    return _in_patient(labelled, points, SourceKind.MODEL)


def _in_patient(
    labelled: LabelledSlice, points: Mapping[HipLandmarkId, tuple[float, float]], kind: SourceKind
) -> HipLandmarks:
    landmarks = []
    for (side, key), ij in points.items():
        x, y, z = labelled.image.to_lps([*ij, labelled.index])
        position = (float(x), float(y), float(z))
        landmarks.append(Landmark(side, key, position, source=Source(kind)))
    return HipLandmarks.of(landmarks)
