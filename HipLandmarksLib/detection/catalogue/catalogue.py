"""``ModelCatalogue``: which models there are, and putting them there or away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from ...errors import ModelError
from ...files import HALF_WRITTEN
from ...imaging import Modality
from ...resources import resource_path
from ..bundle_files import CARD_NAME, WEIGHTS_NAME, file_sha256
from .archive import model_folder, unpack
from .download import Cancelled, Heard, download
from .entry import ModelEntry, ModelPlace
from .index import ModelRelease, is_plain_name, read_index
from .places import user_models_folder
from .summary import ModelSummary, read_summary

INDEX_NAME = "index.json"
_ARCHIVE = ".zip"


class ModelCatalogue:
    """Models that ship, models of the user, and models that can be downloaded.

    Its functions neither need the scene nor a window: :meth:`install` may run in a thread.

    Args:
        user_folder: of the user's models; None takes :func:`user_models_folder`.
        shipped_folder: None takes the resources of this installation.
        releases: what can be downloaded; None takes the index that ships.
    """

    def __init__(
        self,
        user_folder: Path | str | None = None,
        shipped_folder: Path | str | None = None,
        releases: tuple[ModelRelease, ...] | None = None,
    ) -> None:
        self.user_folder = user_models_folder() if user_folder is None else Path(user_folder)
        shipped = resource_path("Models") if shipped_folder is None else Path(shipped_folder)
        self._shipped = shipped
        index = shipped / INDEX_NAME
        if releases is None:
            releases = read_index(index) if index.is_file() else ()
        self._releases = releases

    def entries(self, modality: Modality | None = None) -> tuple[ModelEntry, ...]:
        """All models: shipped ones, the user's, then those offered and not here yet.

        Folders that cannot be used are among them and say why.

        Args:
            modality: only models for this kind of image (unusable ones tell no kind and stay).
        """
        shipped = [_entry(folder, ModelPlace.SHIPPED) for folder in _folders(self._shipped)]
        users = [_entry(path, ModelPlace.USER) for path in _folders(self.user_folder)]
        here = {entry.title for entry in (*shipped, *users) if entry.usable}
        offered = [_offer(r) for r in self._releases if r.summary.title not in here]
        found = (*shipped, *users, *offered)
        return tuple(e for e in found if modality in (None, _modality(e)) or e.summary is None)

    def find(self, name: str) -> ModelEntry:
        """The usable model of this name; the user's own comes before a shipped one.

        Raises:
            ModelError: when there is none, or it cannot be used.
        """
        named = [entry for entry in self.entries() if entry.name == name]
        usable = [entry for entry in named if entry.usable]
        if usable:
            return usable[-1]
        for entry in named:
            raise ModelError(
                entry.problem
                or f"The model {name} is not here yet: install it first (it is a download)."
            )
        known = ", ".join(dict.fromkeys(entry.name for entry in self.entries() if entry.usable))
        raise ModelError(f"There is no model {name!r} here; choose from {known or 'none'}.")

    def install(
        self, name: str, heard: Heard | None = None, cancelled: Cancelled | None = None
    ) -> ModelEntry:
        """Download a model that an index offers; call it only when the user asked for it.

        Raises:
            DownloadCancelledError: when ``cancelled`` said so.
            ModelError: when it is not offered, cannot be had, or is not what the index says.
        """
        release = next((r for r in self._releases if r.summary.id == name), None)
        if release is None:
            raise ModelError(
                f"No download is known for the model {name!r}: give the folder or zip archive of "
                "a model that you have."
            )
        self._make_folder()
        archive = download(release, self.user_folder, heard, cancelled)
        entry = self._install_archive(archive, release)
        archive.unlink()
        return entry

    def install_from(self, source: Path | str) -> ModelEntry:
        """Copy a model that the user has, a folder or a zip archive, into the user's folder.

        Raises:
            ModelError: when it is no model that can be used.
        """
        source = Path(source).expanduser()
        self._make_folder()
        if source.is_dir():
            return self._adopt(model_folder(source, source.name), copied=True)
        if not source.is_file():
            raise ModelError(f"{source} does not exist: give the folder or zip archive of a model.")
        return self._install_archive(source)

    def remove(self, name: str) -> None:
        """Delete a model from the user's folder.

        Raises:
            ModelError: when the user's folder has no such model.
        """
        for entry in self.entries():
            if entry.name == name and entry.place is ModelPlace.USER and entry.folder:
                self._delete(entry.folder)
                return
        if any(entry.name == name for entry in self.entries()):
            raise ModelError(f"The model {name} comes with HipLandmarks and is not removed.")
        raise ModelError(f"There is no model {name!r} in {self.user_folder}.")

    def remove_unfinished(self) -> int:
        """Delete what interrupted downloads left; returns the number of bytes that got free."""
        freed = 0
        for path in self.user_folder.glob(f"{HALF_WRITTEN}*"):
            freed += _size(path)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        return freed

    def _install_archive(self, archive: Path, release: ModelRelease | None = None) -> ModelEntry:
        room = self._temporary()
        room.mkdir()
        try:
            return self._adopt(unpack(archive, room), release=release)
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def _adopt(
        self, folder: Path, *, copied: bool = False, release: ModelRelease | None = None
    ) -> ModelEntry:
        """Check a model and put it into its place, where an earlier one of its name may lie."""
        summary = read_summary(folder)
        if not is_plain_name(summary.id):
            raise ModelError(f"The model names itself {summary.id!r}, which is no plain name.")
        if release is not None:
            _check_is(folder, summary, release)
        target = self.user_folder / summary.id
        room = self._temporary() if copied else folder
        try:
            if copied:
                shutil.copytree(folder, room)
            if target.exists():
                self._delete(target)
            room.replace(target)
        finally:
            shutil.rmtree(room, ignore_errors=True)
        return _entry(target, ModelPlace.USER)

    def _delete(self, folder: Path) -> None:
        if folder.is_symlink():
            folder.unlink()
            return
        if not (folder / CARD_NAME).is_file() or folder == self.user_folder:
            raise ModelError(
                f"{folder} is not removed, since it may hold other things than models."
            )
        doomed = self._temporary()
        try:
            folder.replace(doomed)  # gone at once for everybody, then deleted file by file
        except OSError as error:
            raise ModelError(f"{folder} is in use: close what uses it and try again.") from error
        shutil.rmtree(doomed, ignore_errors=True)

    def _make_folder(self) -> None:
        try:
            self.user_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"The folder for models {self.user_folder} cannot be made: choose another one."
            ) from error

    def _temporary(self) -> Path:
        return self.user_folder / f"{HALF_WRITTEN}{uuid4().hex}"


def _folders(root: Path) -> Iterator[Path]:
    """What may be a model below ``root``: folders, folders in folders, archives nobody unpacked."""
    if (root / CARD_NAME).is_file():  # somebody chose the model's own folder
        yield root
        return
    if not root.is_dir():
        return
    for path in sorted(root.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            nested = sorted(card.parent for card in path.glob(f"*/{CARD_NAME}"))
            yield from [path] if (path / CARD_NAME).is_file() or not nested else nested
        elif path.suffix.lower() == _ARCHIVE:
            yield path


def _entry(path: Path, place: ModelPlace) -> ModelEntry:
    if path.is_file():
        problem = f"{path.name} is still packed: install it, then delete the archive."
        return ModelEntry(path.name, place, None, None, problem, _size(path))
    try:
        summary = read_summary(path)
    except ModelError as error:
        return ModelEntry(path.name, place, path, None, str(error), _size(path))
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror or error}."
        return ModelEntry(path.name, place, path, None, problem)
    return ModelEntry(summary.id, place, path, summary, None, _size(path))


def _offer(release: ModelRelease) -> ModelEntry:
    summary = release.summary
    return ModelEntry(
        summary.id, ModelPlace.OFFERED, None, summary, None, release.size_bytes, release
    )


def _modality(entry: ModelEntry) -> Modality | None:
    return None if entry.summary is None else entry.summary.modality


def _check_is(folder: Path, summary: ModelSummary, release: ModelRelease) -> None:
    wanted = release.summary
    if summary.title != wanted.title:
        raise ModelError(f"The archive holds {summary.title}, not {wanted.title}.")
    if file_sha256(folder / WEIGHTS_NAME) != release.weights_sha256:
        raise ModelError(f"The weights of {wanted.title} are not the ones that the index names.")


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
