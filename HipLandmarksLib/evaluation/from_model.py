"""Cases from a detector that is run on labelled images, on the path that users take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..anatomy import HipLandmarks, Landmark, LandmarkState, Side, Source, SourceKind
from ..errors import ConfigurationError, ImageError
from ..imaging import HipImage
from ..measurement import MeasurementSettings, ViewPlane
from ..uncertainty import MILLIMETRES, LengthScale
from .cases import EvaluationCase
from .trained_on import listed, trained_names

if TYPE_CHECKING:
    from ..detection import BundleCard, Detector, LimbId, LimbScore
    from ..training import LabelledSlice

SettingsOf = Callable[[HipImage], MeasurementSettings]
Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


def model_cases(
    detector: Detector,
    slices: Sequence[LabelledSlice],
    settings_of: SettingsOf,
    automatic: bool = False,
    progress: Progress | None = None,
    views: str | None = None,
) -> list[EvaluationCase]:
    """Run ``detector`` on every labelled image.

    Args:
        detector: the model.
        slices: labelled slices; those on which nothing was read by a person are passed over.
        settings_of: how an image is measured.
        automatic: let the model choose the slice of each hip; else it reads the slice that the
            reader chose, so that landmarks are compared on the same picture.
        progress: told about every image.
        views: name of the views that the model is averaged over (None: what its card says).

    Raises:
        ImageError: when an image is of another kind than the model reads, or when the model finds
            no hip in any image.
        ConfigurationError: when there are no views of that name.
    """
    cases, failures = read_images(detector, slices, settings_of, automatic, progress, views)
    if failures and len(failures) == len(cases):
        raise failures[0]
    return cases


def read_images(
    detector: Detector,
    slices: Sequence[LabelledSlice],
    settings_of: SettingsOf,
    automatic: bool = False,
    progress: Progress | None = None,
    views: str | None = None,
) -> tuple[list[EvaluationCase], list[ImageError]]:
    """:func:`model_cases`, and why images were refused: these have no predicted landmarks.

    Raises:
        ImageError: when an image is of another kind than the model reads.
        ConfigurationError: when there are no views of that name.
    """
    by_image: dict[int, list[LabelledSlice]] = {}
    for labelled in slices:
        if labelled.chosen:
            by_image.setdefault(id(labelled.image), []).append(labelled)
    cases: list[EvaluationCase] = []
    failures: list[ImageError] = []
    read = _automatic if automatic else _on_readers_slices
    for own in by_image.values():
        try:
            found = read(detector, own, views)
        except ImageError as error:  # a failure of the model in this image
            if not automatic and detector.card.film is None:
                raise
            failures.append(error)
            found = _Reading(HipLandmarks.of([]))
        cases.append(_case(own, found, settings_of(own[0].image)))
        if progress is not None:
            progress("images", len(cases), len(by_image))
    return cases, failures


@dataclass(frozen=True)
class _Reading:
    """What a model says of one image."""

    landmarks: HipLandmarks
    slice_differences: dict[str, int] = field(default_factory=dict)
    scale: LengthScale = MILLIMETRES
    limbs: Mapping[LimbId, LimbScore] = field(default_factory=dict)


def _automatic(detector: Detector, own: Sequence[LabelledSlice], views: str | None) -> _Reading:
    detection = detector.detect(own[0].image, views=views)
    differences = {
        side: detection.slices[Side(side)] - labelled.index
        for labelled in own
        for side in labelled.chosen
    }
    return _Reading(detection.landmarks, differences, detection.scale, detection.limbs or {})


def _on_readers_slices(
    detector: Detector, own: Sequence[LabelledSlice], views: str | None
) -> _Reading:
    points: list[Landmark] = []
    limbs: dict[LimbId, LimbScore] = {}
    scale = MILLIMETRES
    for labelled in own:
        detection = detector.detect(labelled.image, labelled.index, views=views)
        points += [p for p in detection.landmarks.values() if p.side.value in labelled.chosen]
        scored = (detection.limbs or {}).items()
        limbs |= {limb: own for limb, own in scored if limb[0][0].value in labelled.chosen}
        scale = detection.scale  # a film has one slice, volumes are in mm
    return _Reading(HipLandmarks.of(points), scale=scale, limbs=limbs)


def _case(
    own: Sequence[LabelledSlice], found: _Reading, settings: MeasurementSettings
) -> EvaluationCase:
    image = own[0].image
    return EvaluationCase(
        name=image.name,
        patient=own[0].case,
        reference=reference_landmarks(own),
        predicted=found.landmarks,
        plane=ViewPlane.from_image(image),
        settings=settings,
        steps=image.ijk_to_lps[:3, :2],
        image=image,
        lengths_known=image.calibration.provenance.has_millimetres,
        slice_differences=found.slice_differences,
        scale=found.scale,
        limbs=found.limbs,
    )


def reference_landmarks(own: Iterable[LabelledSlice]) -> HipLandmarks:
    """Landmarks in LPS mm of the sides that a reader read on these slices of one image."""
    source = Source(SourceKind.REFERENCE)
    points: list[Landmark] = []
    for labelled in own:
        for (side, key), label in labelled.labels.items():
            if side.value not in labelled.chosen:
                continue
            if label.ij is None:
                points.append(Landmark(side, key, None, LandmarkState.ABSENT, source))
                continue
            x, y, z = labelled.image.to_lps([*label.ij, labelled.index])
            points.append(Landmark(side, key, (float(x), float(y), float(z)), source=source))
    return HipLandmarks.of(points)


def without_unknown(
    cases: Sequence[EvaluationCase],
) -> tuple[list[EvaluationCase], list[str]]:
    """Leave out landmarks of which no prediction speaks, and say so.

    A model that does not know a landmark does not miss it.
    """
    told = {id_[1] for case in cases for id_ in case.predicted}
    asked = dict.fromkeys(id_[1] for case in cases for id_ in case.reference)
    unknown = [key for key in asked if key not in told]
    if not unknown:
        return list(cases), []
    kept = [
        replace(
            case,
            reference=HipLandmarks.of(
                [p for p in case.reference.values() if p.key in told], case.reference.case_id
            ),
        )
        for case in cases
    ]
    names = ", ".join(unknown)
    return kept, [f"No prediction speaks of {names}: left out, not counted as missed."]


def unseen_slices(card: BundleCard, slices: Sequence[LabelledSlice]) -> list[LabelledSlice]:
    """The slices of patients that a model was not trained on, as its card says.

    Raises:
        ConfigurationError: when the card does not say, or no patient is left.
    """
    stated = trained_names(card)
    if stated is None:
        raise ConfigurationError(
            f"The card of {card.id} does not say on which patients it was trained, so nobody knows "
            "which ones it has not seen; leave --unseen out."
        )
    left = [labelled for labelled in slices if labelled.case not in stated]
    if not left:
        raise ConfigurationError(
            f"{card.id} {card.version} was trained on every patient of this folder: give the "
            "models of the folds of a cross-validation, or other data."
        )
    return left


def overlap_warnings(card: BundleCard, patients: Iterable[str]) -> list[str]:
    """A sentence when the model was trained on patients of these names, or does not say."""
    stated = trained_names(card)
    if stated is None:
        return [
            f"The card of {card.id} does not say on which patients it was trained: make sure that "
            "none of these is among them."
        ]
    tested, seen = set(patients), seen_patients(card, patients)
    if not seen:
        return []
    told = _cross_validated(card)
    return [
        f"{card.id} {card.version} was trained on {len(seen)} of these {len(tested)} patients, as "
        f"their names in its card say ({listed(seen)}): these figures are of images that it has "
        f"seen and say nothing about new patients.{told}"
    ]


def seen_patients(card: BundleCard, patients: Iterable[str]) -> list[str]:
    """Those of the patients whose names a model's card lists as trained on, sorted."""
    return sorted(set(patients) & (trained_names(card) or frozenset()))


def _cross_validated(card: BundleCard) -> str:
    """What the card says of unseen patients, as a sentence; "" when it says nothing."""
    errors: Any = card.performance.get("cross_validation", {}).get("errors", {})
    row = errors.get("drawn") or errors.get("all") or {}
    if "mre_mm" not in row:
        return ""
    return f" On unseen patients its card states an MRE of {row['mre_mm']:.2f} mm (n = {row['n']})."
