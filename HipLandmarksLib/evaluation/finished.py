"""Finished runs, read from the files that evaluations and cross-validations leave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from .evaluation import FORMAT

EVALUATION = "evaluation.json"
CROSS_VALIDATION = "cross-validation.json"
_EVALUATIONS = "evaluation"
_CARDS = ("all/bundle/model.json", "fold-0/bundle/model.json", "bundle/model.json")

PointId = tuple[str, str, str]
"""(case, side letter, landmark key)."""


@dataclass(frozen=True)
class Point:
    """Error of one landmark in one image; ``error_mm`` is None when it was missed."""

    patient: str
    error_mm: float | None


@dataclass(frozen=True)
class FinishedRun:
    """What a finished run says of itself.

    Attributes:
        name: of the run.
        network: architecture and encoder in words, "" when unknown.
        averaging: name of the views that predictions were averaged over at test time, such as
            ``none`` or ``mirror``; None when unknown.
        seed: of the training, None when unknown.
        recipe: everything else that the training was told, to tell methods apart.
        figures: MRE, SDR, MAE and the like by name.
        points: error of every landmark; empty in older cross-validations.
        seen: how many of the patients the model was trained on; 0 when it does not say.
    """

    name: str
    network: str
    averaging: str | None
    seed: int | None
    recipe: str
    figures: Mapping[str, float]
    points: Mapping[PointId, Point]
    seen: int = 0

    @property
    def method(self) -> tuple[object, ...]:
        """Equal for runs that differ by their seed alone; runs that tell nothing stand alone."""
        if not self.network and not self.recipe:
            return (self.name,)
        return (self.network, self.averaging, self.recipe, self.seen > 0)


def read_all_finished(paths: Sequence[Path]) -> list[FinishedRun]:
    """Runs of several folders, named by as much of each path as tells them apart.

    Raises:
        ConfigurationError: when one of them holds nothing to read.
    """
    names = _shortest_names([path.resolve() for path in paths])
    pairs = zip(paths, names, strict=True)
    return [run for path, name in pairs for run in read_finished(path, name)]


def read_finished(path: Path, name: str = "") -> list[FinishedRun]:
    """Runs of a folder (or of one of its JSON files).

    Args:
        path: the folder.
        name: of the runs; "" for that of the folder.

    Raises:
        ConfigurationError: when there is nothing to read.
    """
    files = [path] if path.is_file() else [path / EVALUATION, path / CROSS_VALIDATION]
    file = next((f for f in files if f.is_file()), None)
    if file is None:
        raise ConfigurationError(
            f"{path} is no finished run: it holds neither {EVALUATION} (of 'evaluate') nor "
            f"{CROSS_VALIDATION} (of 'train --cross-validate')."
        )
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        name = name or file.parent.resolve().name
        if data.get("format") == FORMAT:
            return [_of_evaluation(run, name, len(data["runs"])) for run in data["runs"]]
        if "errors" in data and "folds" in data:
            return [_of_cross_validation(data, file.parent, name)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{file} is damaged: {error}") from error
    raise ConfigurationError(f"{file} is neither an evaluation nor a cross-validation.")


def network_words(network: Mapping[str, Any]) -> str:
    """``UnetPlusPlus, resnet18`` and the modules of paper 2, "" when nothing is known."""
    words = [str(network[key]) for key in ("architecture", "encoder") if network.get(key)]
    words += ["SRF"] * bool(network.get("srf")) + ["UE"] * bool(network.get("limbs"))
    return ", ".join(words)


def averaging_of(about: Mapping[str, Any]) -> str | None:
    """Name of the views that were averaged, of a run or a model card; None when unknown.

    Older files tell no name, only whether the mirror image was averaged.
    """
    if about.get("views"):
        return str(about["views"])
    mirror = about.get("mirror")
    return None if mirror is None else ("mirror" if mirror else "none")


def recipe_words(recipe: Mapping[str, Any]) -> str:
    """A recipe without what tells seeds and folds apart, as one comparable text."""
    kept = {key: value for key, value in recipe.items() if key not in ("seed", "fold")}
    return json.dumps(kept, sort_keys=True) if kept else ""


def _shortest_names(paths: Sequence[Path]) -> list[str]:
    """The last part of every path, or as many as no other path ends with.

    Folders of evaluations are named with the run's folder in which they lie.
    """
    folders = [path.parent if path.suffix == ".json" else path for path in paths]
    names = []
    for folder in folders:
        others = [other.parts for other in folders if other != folder]
        count = 2 if folder.name.startswith(_EVALUATIONS) else 1
        while count < len(folder.parts) and folder.parts[-count:] in {o[-count:] for o in others}:
            count += 1
        names.append("/".join(folder.parts[-count:]))
    return names


def _of_evaluation(run: Mapping[str, Any], name: str, runs: int) -> FinishedRun:
    about, whole = run["about"], run["localisation"]["all"]
    figures = {"nme": whole["nme"]}
    for key, row in run["localisation"].get("landmarks", {}).items():
        if row.get("mm") is not None:
            figures[f"{key}_mre_mm"] = row["mm"]["mean"]
    mm = whole["mm"]
    if mm is not None:
        figures |= {"mre_mm": mm["mean"], **{f"sdr_{r}mm": v for r, v in mm["sdr"].items()}}
    for id_, row in run["measurements"].items():
        figures[f"{id_}_mae"] = row["mae"]
    for row in run["screening"][:1]:
        figures["cam_accuracy"] = row["accuracy"]["value"]
    points = _points(run["points"])
    return FinishedRun(
        name=name if runs == 1 else f"{name}: {run['name']}",
        network=network_words(about.get("network") or {}),
        averaging=averaging_of(about),
        seed=about.get("seed"),
        recipe=str(about.get("recipe") or ""),
        figures=_known(figures, points),
        points=points,
        seen=int(about.get("seen") or 0),
    )


def _of_cross_validation(data: Mapping[str, Any], folder: Path, name: str) -> FinishedRun:
    row = data["errors"]["all"]  # what an evaluation counts, too: the two may stand side by side
    figures = {key: row[key] for key in row if key == "mre_mm" or key.startswith("sdr_")}
    figures |= {f"{key}_mre_mm": own.get("mre_mm") for key, own in data["errors"].items()}
    figures |= {f"{id_}_mae": value for id_, value in data.get("angle_mae_deg", {}).items()}
    card, points = _card(folder), _points(data.get("points", ()))
    recipe = (card.get("training") or {}).get("recipe") or {}
    return FinishedRun(
        name=name,
        network=network_words(card.get("network") or {}),
        averaging=averaging_of(card),
        seed=recipe.get("seed"),
        recipe=recipe_words(recipe),
        figures=_known(figures, points),
        points=points,
    )


def _known(
    figures: Mapping[str, float | None], points: Mapping[PointId, Point]
) -> dict[str, float]:
    """Figures that are numbers, and the share of the landmarks that were missed."""
    known = {key: float(value) for key, value in figures.items() if value is not None}
    if points:
        known["missed"] = sum(point.error_mm is None for point in points.values()) / len(points)
    return known


def _points(rows: Any) -> dict[PointId, Point]:
    """Landmarks that are there, with a known or a missed position."""
    found: dict[PointId, Point] = {}
    for row in rows:
        outcome = row.get("outcome", "found")
        if outcome == "missed" or (outcome == "found" and "error_mm" in row):
            point = Point(str(row.get("patient", row["case"])), row.get("error_mm"))
            found[(str(row["case"]), str(row["side"]), str(row["key"]))] = point
    return found


def _card(folder: Path) -> Mapping[str, Any]:
    """Card of a bundle of the run, without torch; empty when there is none."""
    for name in _CARDS:
        try:
            card = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(card, dict):
            return card
    return {}
