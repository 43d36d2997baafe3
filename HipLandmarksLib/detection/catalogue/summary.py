"""A model's card in short, and whether its files are whole; read without torch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...i18n import tr as _
from ...imaging import Modality
from ..bundle_files import CARD_NAME, FORMAT, HIP_FOLDER, WEIGHTS_NAME, file_sha256
from ..letter_card import LETTERS_FOLDER

_LARGEST_CARD_BYTES = 16 << 20
_NON_COMMERCIAL = re.compile(r"\bNC\b|non-?commercial|not for commercial", re.IGNORECASE)
_FILM, _VOLUME = "film", "volume"


@dataclass(frozen=True)
class ModelSummary:
    """What a person wants to know before choosing a model.

    Attributes:
        id, version, description: as on the card.
        modality: kind of image that it reads.
        landmarks: keys per hip, in the card's order.
        licence: of the weights, in a sentence.
        performance: measured errors in one line; empty when the card states none.
        calibration: what its doubt was calibrated on; empty when it was not.
        limitations: sentences on where it fails.
    """

    id: str
    version: str
    description: str
    modality: Modality
    landmarks: tuple[str, ...]
    licence: str
    performance: str = ""
    calibration: str = ""
    limitations: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Such as ``mri-coronal 0.2.0``."""
        return f"{self.id} {self.version}"

    @property
    def calibrated(self) -> bool:
        """Whether its doubt was calibrated on cases that it had not seen."""
        return bool(self.calibration)

    @property
    def non_commercial(self) -> bool:
        """Whether the licence forbids commercial use, which a user must be told before use."""
        return bool(_NON_COMMERCIAL.search(self.licence))

    def lines(self) -> tuple[tuple[str, str], ...]:
        """The card in short as (label, text)."""
        kind = _("radiographs") if self.modality is Modality.XRAY else _("coronal MRI")
        return (
            (_("Model"), self.title),
            (_("Reads"), kind),
            (_("Finds"), self.description),
            (_("Landmarks per hip"), ", ".join(self.landmarks)),
            (_("Measured"), self.performance or _("no measured errors on its card")),
            (_("Doubt"), self.calibration or _("not calibrated: what the network states")),
            (_("Licence"), self.licence or _("not stated: do not use it")),
            (_("Limits"), " ".join(self.limitations) or _("none on its card")),
        )


def read_summary(folder: Path) -> ModelSummary:
    """The card in short of a bundle whose files are whole: every checksum is that of its card.

    Raises:
        ModelError: when the folder holds no model, or a damaged, incomplete or foreign one.
    """
    card = _card(folder)
    summary = _summary(card, folder)
    _check_weights(folder, card)
    if card.get("frame", _VOLUME) == _FILM:
        _check_parts(folder, card)
    return summary


def _card(folder: Path) -> dict[str, Any]:
    path = folder / CARD_NAME
    if not path.is_file():
        raise ModelError(f"{folder.name} holds no model: {CARD_NAME} is missing.")
    card = _json(path)
    if card.get("format") != FORMAT:
        raise ModelError(
            f"{folder.name} is a model of another program or version: its card has the format "
            f"{card.get('format')!r}, this version reads {FORMAT!r}."
        )
    return card


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_CARD_BYTES:
            raise ModelError(f"{path} is no card of a model: it is far too large.")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is damaged: copy the whole model again.") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path} is damaged: it holds no card.")
    return data


def _summary(card: Mapping[str, Any], folder: Path) -> ModelSummary:
    frame = card.get("frame", _VOLUME)
    if frame not in (_FILM, _VOLUME):
        raise ModelError(
            f"{folder.name} is only a part of a model for radiographs: take the folder above it."
        )
    try:
        return ModelSummary(
            id=_text(card["id"]),
            version=_text(card["version"]),
            description=_text(card["description"]),
            modality=Modality(card["modality"]),
            landmarks=_landmarks(card["channels"]),
            licence=str(card.get("training", {}).get("licence", "")),
            performance=performance_words(card.get("performance", {})),
            calibration=_calibration_words(card.get("calibration")),
            limitations=tuple(str(sentence) for sentence in card.get("limitations", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"The card of {folder.name} is incomplete or invalid: {error}.") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no text")
    return value


def _landmarks(channels: list[str]) -> tuple[str, ...]:
    """Keys without their sides; signs such as a prosthesis are no landmarks."""
    keys = dict.fromkeys(name.partition(":")[2] for name in channels)
    return tuple(key for key in keys if key and key not in ("PROSTHESIS", "MARKER"))


def _check_weights(folder: Path, card: Mapping[str, Any]) -> None:
    weights = folder / WEIGHTS_NAME
    if not weights.is_file():
        raise ModelError(f"{folder.name} is incomplete: {WEIGHTS_NAME} is missing.")
    if file_sha256(weights) != card.get("sha256"):
        raise ModelError(
            f"The weights in {folder.name} are not the ones its card names (SHA-256 differs): the "
            "file is damaged or was exchanged. Copy the whole model again."
        )


def _check_parts(folder: Path, card: Mapping[str, Any]) -> None:
    """The second pass of a film model, and its reader of letters where it has one."""
    film = card.get("film")
    digests = film if isinstance(film, dict) else {}
    _check_part(folder, HIP_FOLDER, digests.get("hip_sha256"))
    if digests.get("letters_sha256"):
        _check_part(folder, LETTERS_FOLDER, digests["letters_sha256"])


def _check_part(folder: Path, name: str, digest: str | None) -> None:
    inner = folder / name
    if not (inner / CARD_NAME).is_file():
        raise ModelError(f"{folder.name} is incomplete: {name}/{CARD_NAME} is missing.")
    if file_sha256(inner / CARD_NAME) != digest:
        raise ModelError(
            f"The part {name!r} in {folder.name} is not the one its card names (SHA-256 differs): "
            "it is damaged or was exchanged. Copy the whole model again."
        )
    _check_weights(inner, _json(inner / CARD_NAME))


def performance_words(performance: Mapping[str, Any]) -> str:
    """Measured errors of a card in one line; empty when it holds none that is known."""
    crossed = performance.get("cross_validation")
    if isinstance(crossed, dict) and isinstance(crossed.get("errors"), dict):
        return _error_words(
            crossed["errors"].get("all"),
            _("{n} patients that it was not trained on").format(n=crossed.get("patients", "?")),
        )
    held = performance.get("held_out_simulated")
    if isinstance(held, dict) and isinstance(held.get("landmarks"), dict):
        films = _("{n} simulated films of people that it was not trained on")
        words = _error_words(held["landmarks"].get("all"), films.format(n=held.get("films", "?")))
        real = performance.get("real_films")
        hips = real.get("hips") if isinstance(real, dict) else None
        return words + (_("; tried on {n} hips of real films").format(n=hips) if hips else "")
    return ""


def _error_words(errors: Any, where: str) -> str:
    if not isinstance(errors, dict) or "median_mm" not in errors:
        return ""
    text = _("median error {median:.1f} mm, mean {mean:.1f} mm, {n} landmarks on {where}")
    return text.format(
        median=float(errors["median_mm"]),
        mean=float(errors["mre_mm"]),
        n=errors.get("n", "?"),
        where=where,
    )


def _calibration_words(calibration: Mapping[str, Any] | None) -> str:
    if not calibration:
        return ""
    provenance = calibration.get("provenance", {})
    data = str(provenance.get("data", "")).partition(". ")[0].rstrip(".")
    return _("calibrated on {data}").format(data=data or _("unnamed data"))
