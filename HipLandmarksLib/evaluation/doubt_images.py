"""Labelled images as cases with doubt: as they are, and with landmarks covered or cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..anatomy import LandmarkId
from ..errors import ImageError
from ..measurement import MeasurementSettings
from ..training.covering import cover
from .from_model import Progress, SettingsOf, read_images, reference_landmarks
from .suppression import DoubtCase, Place

if TYPE_CHECKING:
    from ..detection import Detector
    from ..training import LabelledSlice

_SEED = 49_979_687
COVERED = "covered"
"""Stands in the name of a covered copy of an image."""


@dataclass(frozen=True)
class ImageDraw:
    """How labelled images are read.

    Attributes:
        covered: damaged copies per labelled slice, on which landmarks are absent.
        automatic: let the model choose the slice of the images as they are; copies are read on
            the slice that is damaged.
        views: name of the views that are averaged (None: what the model's card says).
        seed: of the damages; equal seeds give equal copies.
    """

    covered: int = 3
    automatic: bool = False
    views: str | None = None
    seed: int = 17


def image_cases(
    detector_of: Callable[[str], Detector],
    slices: Sequence[LabelledSlice],
    draw: ImageDraw,
    report: Progress | None = None,
    settings_of: SettingsOf = MeasurementSettings.for_image,
) -> list[DoubtCase]:
    """Read every labelled image once as it is and some times with landmarks covered.

    Args:
        detector_of: the model that reads the images of a patient.
        slices: labelled slices; those on which nothing was read by a person are passed over.
        draw: how they are read.
        report: called with (stage, done, total).
        settings_of: how an image is measured.

    Raises:
        ImageError: when an image is of another kind than the model reads, or when the model finds
            no hip in any image.
    """
    chosen = [labelled for labelled in slices if labelled.chosen]
    copies = _copies(chosen, draw)
    cases: list[DoubtCase] = []
    failures: list[ImageError] = []
    patients = list(dict.fromkeys(labelled.case for labelled in chosen))
    for done, patient in enumerate(patients, start=1):
        detector = detector_of(patient)
        own = [labelled for labelled in chosen if labelled.case == patient]
        read, refused = read_images(detector, own, settings_of, draw.automatic, views=draw.views)
        failures += refused
        cases += [DoubtCase(case) for case in read]
        for source, copy in copies:
            if copy.case == patient:
                cases.append(_covered(detector, source, copy, draw.views, settings_of))
        if report is not None:
            report("patients", done, len(patients))
    if failures and len(failures) == sum(not each.is_covered for each in cases):
        raise failures[0]
    return cases


def _copies(
    chosen: Sequence[LabelledSlice], draw: ImageDraw
) -> list[tuple[LabelledSlice, LabelledSlice]]:
    """Damaged slices with what they were made of; a copy holds the damaged slice alone."""
    found = []
    for number, labelled in enumerate(chosen):
        for copy in range(draw.covered):
            rng = np.random.default_rng([_SEED, draw.seed, number, copy])
            found.append((labelled, cover(_single(labelled), rng)))
    return found


def _single(labelled: LabelledSlice) -> LabelledSlice:
    """The same slice as an image of its own: a whole volume per copy would fill the memory."""
    image = labelled.image
    matrix = image.ijk_to_lps.copy()
    matrix[:3, 3] = image.to_lps([0.0, 0.0, float(labelled.index)])
    alone = replace(
        image,
        pixels=np.array(image.pixels[labelled.index : labelled.index + 1]),
        ijk_to_lps=matrix,
        name=f"{image.name} slice {labelled.index} {COVERED}",
    )
    return replace(labelled, image=alone, index=0)


def _covered(
    detector: Detector,
    source: LabelledSlice,
    copy: LabelledSlice,
    views: str | None,
    settings_of: SettingsOf,
) -> DoubtCase:
    (case,), _ = read_images(detector, [copy], settings_of, views=views)
    truth = reference_landmarks([replace(source, image=copy.image, index=0)])
    hidden: dict[LandmarkId, Place] = {}
    for id_, point in case.reference.items():
        place = truth.get(id_)
        if point.position is None and place is not None and place.position is not None:
            hidden[id_] = place.position
    return DoubtCase(replace(case, image=None), hidden, is_covered=True)
