"""A folder that many processes fill over a long time, and that survives being killed.

It has a header (JSON: its format and what its content is made from) and an index, one line of JSON
per piece. A line counts only with its line end, and is written after the piece's files: whatever a
killed process leaves half done is done again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ConfigurationError
from ...files import HALF_WRITTEN, write_text_atomic


@dataclass(frozen=True)
class ResumableFolder:
    """Header and index of a folder.

    Attributes:
        folder: where it lies.
        form: name of the format with its version, kept in the header.
        what: what it holds, in the plural, for messages.
        header, index: names of the two files.
    """

    folder: Path
    form: str
    what: str
    header: str
    index: str

    def begin(self, making: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> None:
        """Make the folder, or go on with it when it was made from the same.

        Args:
            making: what its content depends on, JSON values.
            facts: what else the header says.

        Raises:
            ConfigurationError: when the folder holds something else.
        """
        folder, header = self.folder, self.folder / self.header
        if not header.exists():
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise ConfigurationError(f"{folder} exists and is not empty; choose another.")
            data = {"format": self.form, **(facts or {}), "making": making}
            write_text_atomic(header, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
        if self.making() != json.loads(json.dumps(making)):
            raise ConfigurationError(
                f"{folder} holds {self.what} that were made from something else; choose another "
                "folder, or repeat the options it was begun with."
            )
        self._repair()

    def making(self) -> dict[str, Any]:
        """What the content is made from.

        Raises:
            ConfigurationError: when there is no header, or one of another format or damaged.
        """
        path = self.folder / self.header
        if not path.is_file():
            raise ConfigurationError(
                f"{self.folder} holds no {self.what}: there is no {self.header} in it."
            )
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            form, making = data["format"], dict(data["making"])
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"{path} is damaged: make the {self.what} again.") from error
        if form != self.form:
            raise ConfigurationError(
                f"{path} is of the format {form}, this version reads {self.form}: make the "
                f"{self.what} again."
            )
        return making

    def lines(self) -> list[str]:
        """The complete lines of the index, without their ends."""
        path = self.folder / self.index
        if not path.exists():
            return []
        *lines, _ = path.read_text(encoding="utf-8").split("\n")  # what follows the last line end
        return lines

    def append(self, line: str) -> None:
        """Add a line (with its end) to the index; only one process may do so."""
        with (self.folder / self.index).open("a", encoding="utf-8") as stream:
            stream.write(line)

    def _repair(self) -> None:
        """Remove what a killed process left half written."""
        for path in self.folder.rglob(f"{HALF_WRITTEN}*"):
            path.unlink()
        index = self.folder / self.index
        if index.exists() and not index.read_bytes().endswith(b"\n"):
            write_text_atomic(index, "".join(f"{line}\n" for line in self.lines()))
