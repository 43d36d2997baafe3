"""The calibration split: which images are read by which model, and that nobody was seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..detection import BundleCard, Detector, load_card
from ..errors import ConfigurationError
from ..imaging import Modality
from ..training import LabelledSlice, read_folder
from ..uncertainty import LengthUnit
from .doubt_films import FilmDraw, film_cases, is_view_store, store_subjects
from .doubt_images import ImageDraw, image_cases
from .suppression import DoubtCase
from .trained_on import kept_names, listed, refuse_seen, trained_names

_SAME_BONES = (
    "The persons of these films are shapes of the bones of {} subjects: regions and intervals hold "
    "for persons simulated from these bones, and may be too small for others. Calibrate on the "
    "bones of 9 subjects or more where there are as many, and test with 'evaluate' on others."
)

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


@dataclass(frozen=True)
class DataOptions:
    """Which cases are read and how.

    Attributes:
        only: patients, or subjects of views; all when empty.
        leave_out: patients or subjects that are kept for a test.
        images, films: how labelled images and views are read.
        allow_seen: whether patients of the training may be among them.
        device: to run the model on.
    """

    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    images: ImageDraw = field(default_factory=ImageDraw)
    films: FilmDraw = field(default_factory=FilmDraw)
    allow_seen: bool = False
    device: str = "auto"


@dataclass(frozen=True)
class DoubtData:
    """Cases that were read, and what a reader of their figures must know.

    Attributes:
        cases: every image as the model reads it.
        bodies: patients, or the subjects whose bones simulated persons are made of.
        source: what the cases are, in words.
        unit: in which lengths are calibrated: on films the head's size, which every film knows.
        warnings: sentences.
    """

    cases: tuple[DoubtCase, ...]
    bodies: tuple[str, ...]
    source: str
    unit: LengthUnit
    warnings: tuple[str, ...] = ()


def read_cases(
    bundle: Path,
    folder: Path,
    options: DataOptions,
    folds: Sequence[Path] = (),
    report: Report | None = None,
) -> DoubtData:
    """Read the cases of ``folder``, labelled images or views, without any calibration.

    Args:
        bundle: of the model.
        folder: images with landmarks as for a training, or views of ``simulate``.
        options: see :class:`DataOptions`.
        folds: models of a cross-validation of the same recipe: they read the images instead, each
            patient by one that was not trained on it.
        report: told about the progress.

    Raises:
        ConfigurationError: when nobody is left, or the model has seen somebody.
        ModelError: when a bundle cannot be used.
        ImageError: when an image is of another kind than the model reads.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"The data folder {folder} does not exist.")
    readers = _Readers.of(bundle, folds, options)
    if is_view_store(folder):
        return _films(readers, folder, options, report)
    return _images(readers, folder, options, report)


@dataclass(frozen=True, eq=False)
class _Readers:
    """Who reads whom: the model itself, or the first fold that has not seen a patient."""

    card: BundleCard
    detectors: tuple[Detector, ...]
    of_folds: bool

    @classmethod
    def of(cls, bundle: Path, folds: Sequence[Path], options: DataOptions) -> _Readers:
        card = load_card(bundle)
        paths = folds or (bundle,)
        loaded = (Detector.from_bundle(path, device=options.device) for path in paths)
        detectors = tuple(detector.uncalibrated() for detector in loaded)
        for path, detector in zip(folds, detectors, strict=False):
            _refuse_other_recipe(card, detector.card, path)
        return cls(card, detectors, bool(folds))

    def check(self, patients: Iterable[str], allow_seen: bool) -> list[str]:
        """That everybody has a reader who has not seen them; sentences when that is not known."""
        if not self.of_folds:
            return refuse_seen(self.card, patients, allow_seen)
        missing = [patient for patient in sorted(patients) if self._unseen(patient) is None]
        if missing:
            raise ConfigurationError(
                f"Every model of --read-by was trained on {listed(missing)} or does not say on "
                "whom: give the models of all folds of a cross-validation, or leave these "
                "patients out with --leave-out."
            )
        return []

    def reader(self, patient: str) -> Detector:
        """Who reads the images of a patient."""
        return (self._unseen(patient) or self.detectors[0]) if self.of_folds else self.detectors[0]

    def _unseen(self, patient: str) -> Detector | None:
        for detector in self.detectors:
            trained = trained_names(detector.card)
            if trained is not None and patient not in trained:
                return detector
        return None


def _films(
    readers: _Readers, folder: Path, options: DataOptions, report: Report | None
) -> DoubtData:
    if readers.card.film is None:
        raise ConfigurationError(
            f"{folder} holds views for simulated films, and {readers.card.id} reads no films: give "
            "images with landmarks, or a film model."
        )
    if readers.of_folds:
        raise ConfigurationError("--read-by is for images; leave it out for simulated films.")
    subjects = kept_names(store_subjects(folder), options.only, options.leave_out, folder)
    warnings = readers.check(subjects, options.allow_seen)
    draw = replace(options.films, subjects=frozenset(subjects))
    cases = film_cases(readers.detectors[0], folder, draw, report)
    people = len({each.case.patient for each in cases})
    source = f"{len(cases)} simulated films of {_people(people, subjects)}"
    if people > len(subjects):
        warnings.append(_SAME_BONES.format(len(subjects)))
    return DoubtData(tuple(cases), tuple(subjects), source, _unit(readers.card), tuple(warnings))


def _people(count: int, subjects: Sequence[str]) -> str:
    bodies = f"{len(subjects)} {'subject' if len(subjects) == 1 else 'subjects'}"
    names = f"{bodies} ({listed(subjects)})"
    return names if count == len(subjects) else f"{count} persons made from the bones of {names}"


def _images(
    readers: _Readers, folder: Path, options: DataOptions, report: Report | None
) -> DoubtData:
    slices = [labelled for labelled in read_folder(folder) if labelled.chosen]
    names = list(dict.fromkeys(each.case for each in slices))
    patients = kept_names(names, options.only, options.leave_out, folder)
    warnings = readers.check(patients, options.allow_seen)
    own = [labelled for labelled in slices if labelled.case in set(patients)]
    _refuse_other_kind(readers.card, own)
    cases = image_cases(readers.reader, own, options.images, report)
    images = len({id(labelled.image) for labelled in own})
    covered = (
        f", each slice also {_times(options.images.covered)} with landmarks covered or cut off"
    )
    by = ", each patient read by a model that was not trained on it" if readers.of_folds else ""
    source = f"{images} images of {len(patients)} patients of {folder.resolve().name}"
    read_on = ", on slices that the model chose" if options.images.automatic else ""
    words = source + read_on + (covered if options.images.covered else "") + by
    return DoubtData(tuple(cases), tuple(patients), words, _unit(readers.card), tuple(warnings))


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _unit(card: BundleCard) -> LengthUnit:
    return LengthUnit.MILLIMETRE if card.film is None else LengthUnit.HEAD_PERCENT


def _refuse_other_kind(card: BundleCard, slices: Sequence[LabelledSlice]) -> None:
    if card.film is not None and any(s.image.n_slices > 1 for s in slices):
        raise ConfigurationError(f"{card.id} reads films, and this folder holds volumes.")
    if not any(s.image.calibration.provenance.has_millimetres for s in slices):
        raise ConfigurationError(
            "No image of this folder has a pixel size, so errors in mm are not known: give images "
            f"with one. (The model reads {Modality(card.modality).words}.)"
        )


def _refuse_other_recipe(card: BundleCard, fold: BundleCard, path: Path) -> None:
    for what in ("channels", "network", "preprocessing", "decoder", "marrow_rim"):
        if getattr(card, what) != getattr(fold, what):
            raise ConfigurationError(
                f"{path} is of another recipe than {card.id} {card.version}: the entry '{what}' of "
                "their cards differs, so the doubt of the one says nothing of the other."
            )
