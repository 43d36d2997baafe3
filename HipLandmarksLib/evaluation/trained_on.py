"""Whom a model was trained and calibrated on, so that nobody is tested who was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..detection import BundleCard

PERSON = ", view "
"""Stands between a subject and the number of a person made from the subject's bones."""

_MANY = 6


def trained_names(card: BundleCard) -> frozenset[str] | None:
    """Patients, or subjects of simulated films, that a model learned from; None when not told.

    Of an ensemble those of all members, and None when one does not tell.
    """
    members = card.training.get("members")
    told = [_of_one(own) for own in members or (card.training,)]
    known = [names for names in told if names is not None]
    return frozenset().union(*known) if len(known) == len(told) else None


def refuse_seen(card: BundleCard, names: Iterable[str], allow: bool = False) -> list[str]:
    """Make sure that a model is calibrated on nobody it was trained on.

    Args:
        card: of the model that reads the images.
        names: of the patients or subjects to calibrate on.
        allow: whether the user takes the blame for an overlap.

    Returns:
        Sentences for the reader of the calibration; empty when the split is clean.

    Raises:
        ConfigurationError: on an overlap, or when the card names nobody, unless allowed.
    """
    trained = trained_names(card)
    if trained is None:
        problem = (
            f"The card of {card.id} {card.version} does not say on which patients it was trained, "
            "so nobody knows whether it has seen these"
        )
    elif seen := sorted(trained & set(names)):
        problem = (
            f"{card.id} {card.version} was trained on {len(seen)} of these patients "
            f"({listed(seen)}); a model errs less on images that it has seen, so its doubt would "
            "come out too small"
        )
    else:
        return []
    if allow:
        return [f"{problem}. The calibration was allowed in spite of it."]
    raise ConfigurationError(
        f"{problem}. Calibrate on other patients, give the models of a cross-validation with "
        "--read-by, or add --allow-seen if you know better."
    )


def kept_names(
    names: Sequence[str], only: Collection[str], leave_out: Collection[str], folder: Path
) -> list[str]:
    """The patients or subjects of a folder that are asked for.

    Raises:
        ConfigurationError: when somebody is unknown, or nobody is left.
    """
    unknown = sorted({*only, *leave_out} - set(names))
    if unknown:
        raise ConfigurationError(
            f"{folder} holds nobody named {listed(unknown)}; it holds {listed(names)}."
        )
    kept = [name for name in names if (not only or name in only) and name not in leave_out]
    if not kept:
        raise ConfigurationError(f"Nobody of {folder} is left: {listed(names)} are all left out.")
    return kept


def calibrated_on(card: BundleCard, patients: Iterable[str]) -> list[str]:
    """A sentence when patients of a test were calibrated on, or have bones that were."""
    if card.calibration is None:
        return []
    tested, known = set(patients), set(card.calibration.provenance.patient_names)
    if seen := tested & known:
        return [
            f"{card.id} {card.version} was calibrated on {len(seen)} of these {len(tested)} "
            f"patients ({listed(seen)}): how well its doubt fits them says nothing about new ones."
        ]
    bones = {body_of(name) for name in tested} & {body_of(name) for name in known}
    if bones:
        return [
            f"{card.id} {card.version} was calibrated on other shapes of the same bones "
            f"({listed(bones)}): this says nothing about other people's bones."
        ]
    return []


def body_of(patient: str) -> str:
    """The subject whose bones a simulated person is made of; a patient stays a patient."""
    return patient.split(PERSON)[0]


def listed(names: Iterable[str]) -> str:
    """The first few names and how many more."""
    every = sorted(names)
    rest = len(every) - _MANY
    return ", ".join(every[:_MANY]) + (f" and {rest} more" if rest > 0 else "")


def _of_one(training: Mapping[str, Any]) -> frozenset[str] | None:
    """Of one model; of both passes over films."""
    told = [_named(training), _named(training.get("second_pass") or {})]
    known = [names for names in told if names is not None]
    return frozenset().union(*known) if known else None


def _named(training: Mapping[str, Any]) -> frozenset[str] | None:
    if training.get("patients") is not None:
        return frozenset(map(str, training["patients"]))
    data = training.get("data")
    if not isinstance(data, list):
        return None
    names: set[str] = set()
    for entry in data:
        source = entry.get("source", {}) if isinstance(entry, Mapping) else {}
        names |= set(source.get("subjects", ()))
    return frozenset(names - set(training.get("held_out_subjects", ())))
