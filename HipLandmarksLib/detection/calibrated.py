"""The card's calibration at the end of a detection, and the lengths that it counts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..anatomy import HipLandmarks, Side
from ..imaging import HipImage
from ..uncertainty import Calibration, LengthScale, LengthUnit, apply
from .film_hip import ReferenceHip
from .film_reading import FilmHip

_REFERENCE_HEAD_MM = 48.0
"""Diameter of the femoral head of a reference hip (see :class:`ReferenceHip`)."""

_NO_MILLIMETRES = (
    "The expected errors and regions of this model are in millimetres, which this image does not "
    "have: they are left out."
)

_OTHER_VIEWS = (
    "The doubt of this model was calibrated on other views of the image (test-time augmentation) "
    "than were averaged here: expected errors and regions may be too large or too small."
)


def calibrated(
    landmarks: HipLandmarks,
    calibration: Calibration | None,
    scale: LengthScale,
    usual_views: bool = True,
) -> tuple[HipLandmarks, tuple[str, ...]]:
    """Landmarks with calibrated doubt, and sentences on what the calibration does not know.

    An image without millimetres has no positional doubt by a calibration in millimetres; presence
    is calibrated all the same.

    Args:
        landmarks: as the model gives them.
        calibration: of the model; None leaves them as they are.
        scale: what lengths in the image's frame mean.
        usual_views: whether the views were averaged that the card names, as for the calibration.
    """
    if calibration is None:
        return landmarks, ()
    remarks = calibration.remarks(())  # which keys are judged as all others, the card tells
    if not usual_views:
        remarks = (*remarks, _OTHER_VIEWS)
    if calibration.unit is LengthUnit.MILLIMETRE and not scale.has_millimetres:
        remarks = (*remarks, _NO_MILLIMETRES)
        calibration = replace(calibration, position=None, bins=None, landmarks={}, measurements={})
    return apply(calibration, landmarks, scale), remarks


def volume_scale(image: HipImage) -> LengthScale:
    """Millimetres, if the image has any."""
    return LengthScale(has_millimetres=image.calibration.provenance.has_millimetres)


def film_scale(
    image: HipImage, hips: Mapping[Side, FilmHip], reference: ReferenceHip
) -> LengthScale:
    """Diameters of the femoral heads of a film, by the size of the whole hips.

    Args:
        image: the film.
        hips: that were found, by the patient's side.
        reference: the mean hip of the model.
    """
    si, sj, _ = image.spacing
    unit = float(np.sqrt(si * sj))
    heads = {}
    for side, hip in hips.items():
        scale = hip.plane.scale * (1.0 if hip.fit is None else hip.fit.plane.scale)
        heads[side] = _REFERENCE_HEAD_MM / reference.pixel_mm / scale * unit
    return LengthScale(heads, image.calibration.provenance.has_millimetres)
