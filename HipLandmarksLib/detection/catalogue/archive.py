"""Unpacking a model's zip archive: only a model's files, only below the folder, never too much."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ...errors import ModelError
from ..bundle_files import CARD_NAME

LARGEST_UNPACKED_BYTES = 4 << 30
_MOST_FILES = 200
_ENDINGS = frozenset({".json", ".safetensors", ".md", ".txt", ""})
_PLAIN_NAMES = frozenset({"LICENSE", "LICENCE", "NOTICE", "README"})


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a model into an empty ``folder``; returns the folder that holds its card.

    Raises:
        ModelError: when it is no zip archive, damaged, too large, or holds anything but a model:
            programs, links, names that lead out of the folder.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = _members(packed, archive)
            for member in members:
                target = folder.joinpath(*PurePosixPath(member.filename).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,
    ) as error:  # zipfile raises the last three for unknown methods, passwords and broken names
        raise ModelError(f"{archive.name} is no zip archive of a model, or is damaged.") from error
    return model_folder(folder, archive.name)


def model_folder(folder: Path, name: str) -> Path:
    """``folder`` itself, or the one folder below it that holds a card.

    Raises:
        ModelError: when there is none.
    """
    if (folder / CARD_NAME).is_file():
        return folder
    found = [path.parent for path in sorted(folder.glob(f"*/{CARD_NAME}"))]
    if len(found) != 1:
        raise ModelError(f"{name} holds no model: there is no {CARD_NAME} in it.")
    return found[0]


def _members(packed: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    files = [member for member in packed.infolist() if not member.is_dir()]
    for member in files:
        reason = _refused(member)
        if reason:
            raise ModelError(f"{archive.name} is refused: {member.filename!r} {reason}.")
    if len(files) > _MOST_FILES or sum(f.file_size for f in files) > LARGEST_UNPACKED_BYTES:
        raise ModelError(f"{archive.name} is refused: it is far larger than a model.")
    return files


def _refused(member: zipfile.ZipInfo) -> str:
    """Why a file of an archive is not unpacked; empty when it may be."""
    name, path = member.filename, PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or any(mark in name for mark in "\\:\0"):
        return "leads out of the folder"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device"
    if path.suffix.lower() not in _ENDINGS or (not path.suffix and path.name not in _PLAIN_NAMES):
        return "is no file of a model"
    return ""
