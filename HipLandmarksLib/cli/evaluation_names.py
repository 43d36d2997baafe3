"""Names and facts of the runs that an evaluation compares; folds joined to runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..detection import BundleCard
    from ..evaluation.suppression import DoubtCase
    from ..uncertainty import Calibration


@dataclass(frozen=True)
class Answer:
    """What one model said.

    Attributes:
        name, about: of the model.
        cases: references and its predictions.
        warnings: for the reader of the figures.
        calibration: of the model's doubt, None without one.
        by_patient: calibrations of the models of several folds, each by the patients that it read;
            None unless every one is calibrated and reads patients of its own.
    """

    name: str
    about: dict[str, Any]
    cases: list[DoubtCase]
    warnings: list[str]
    calibration: Calibration | None = None
    by_patient: dict[str, Calibration] | None = None


def joined_by_seed(answers: Sequence[Answer]) -> list[Answer]:
    """One run per method and seed out of the models of all folds."""
    groups: dict[tuple[object, ...], list[Answer]] = {}
    for answer in answers:
        told = [str(answer.about.get(key)) for key in ("network", "views", "recipe", "seed")]
        groups.setdefault(tuple(told), []).append(answer)
    return [_joined(folds) for folds in groups.values()]


def _joined(folds: Sequence[Answer]) -> Answer:
    about = {**folds[0].about, "fold": None, "folds": len(folds), "sha256": ""}
    seed = "" if about.get("seed") is None else f", seed {about['seed']}"
    models = "1 model" if len(folds) == 1 else f"{len(folds)} models"
    return Answer(
        name=f"{about['model']}{seed}, {models} on unseen patients",
        about=about,
        cases=[case for fold in folds for case in fold.cases],
        warnings=list(dict.fromkeys(w for fold in folds for w in fold.warnings)),
        calibration=folds[0].calibration if len(folds) == 1 else None,
        by_patient=_calibrations(folds) if len(folds) > 1 else None,
    )


def _calibrations(folds: Sequence[Answer]) -> dict[str, Calibration] | None:
    found: dict[str, Calibration] = {}
    for fold in folds:
        patients = {each.case.patient for each in fold.cases}
        if fold.calibration is None or not patients.isdisjoint(found):
            return None
        found |= dict.fromkeys(patients, fold.calibration)
    return found


def unique_names(names: Sequence[str], bundles: Sequence[Path] = ()) -> list[str]:
    """``names``, with folder or number where one occurs twice."""
    count = Counter(names)
    return [
        name if count[name] == 1 else f"{name} ({_place(bundles, number)})"
        for number, name in enumerate(names)
    ]


def _place(bundles: Sequence[Path], number: int) -> str:
    if not bundles:
        return str(number + 1)
    path = bundles[number].resolve()
    parts = [part for part in path.parts[-3:] if part not in ("bundle", path.anchor)]
    return f"{number + 1}: {'/'.join(parts)}"


def facts_of_card(card: BundleCard, views: str | None = None) -> dict[str, Any]:
    """What tells models apart: network, recipe, seed, averaged views; JSON-ready.

    Args:
        card: of the model.
        views: name of the views that were averaged at test time (None: what the card says).
    """
    from ..evaluation.finished import recipe_words

    recipe = card.training.get("recipe", {})
    return {
        "model": card.id,
        "version": card.version,
        "description": card.description,
        "network": card.network.to_dict(),
        "views": views or card.views,
        "seed": recipe.get("seed"),
        "fold": recipe.get("fold"),
        "recipe": recipe_words(recipe),
        "sha256": card.sha256,
    }
