"""Licences that forbid commercial use are agreed to once, before a model is first used."""

from __future__ import annotations

import json
from pathlib import Path

from ...errors import ModelError
from ...files import write_text_atomic
from .places import FOLDER_VARIABLE, user_models_folder
from .summary import ModelSummary

FILE_NAME = "agreements.json"


class LicenceAgreements:
    """What this user agreed to: pairs of model and licence, in a file beside the user's models.

    A model whose licence reads otherwise than before is asked about again, and so is all when the
    file is lost or damaged.

    Args:
        folder: of the user's models; None takes :func:`user_models_folder`.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self._path = (user_models_folder() if folder is None else Path(folder)) / FILE_NAME

    def is_wanting(self, summary: ModelSummary) -> bool:
        """Whether the user must agree before the model is used."""
        return summary.non_commercial and _pair(summary) not in self._kept()

    def agree(self, summary: ModelSummary) -> None:
        """Remember that the user agreed.

        Raises:
            ModelError: when the folder cannot be written.
        """
        kept = self._kept()
        if _pair(summary) in kept:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_text_atomic(self._path, json.dumps([*kept, _pair(summary)], indent=1) + "\n")
        except OSError as error:
            raise ModelError(
                f"Your agreement cannot be kept in {self._path.parent} ({error}): set "
                f"{FOLDER_VARIABLE} to a folder that can be written."
            ) from error

    def _kept(self) -> list[list[str]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [each for each in found if isinstance(each, list)] if isinstance(found, list) else []


def _pair(summary: ModelSummary) -> list[str]:
    return [summary.id, summary.licence]
