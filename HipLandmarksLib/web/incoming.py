"""Images that come in by the page: into a private folder, limited in size, names distrusted."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from aiohttp import BodyPartReader, MultipartReader, web

from ..errors import ImageError
from ..i18n import tr as _
from ..private_folder import PrivateFolder

PREFIX = "hiplandmarks-viewer-"
_CHUNK = 1 << 18
_LONGEST_NAME = 120
_MOST_FILES = 20_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Upload:
    """Files that came in together.

    Attributes:
        id: by which the page names them.
        path: the one file, or the folder with all of them.
    """

    id: str
    path: Path


class Incoming:
    """Keeps uploads in a folder that only this user can read, until :meth:`close`.

    What a viewer left that was killed is removed when the next one starts.

    Args:
        most_bytes: of one upload, all files together; of what a zip holds, four times as much.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._own = PrivateFolder.create(PREFIX)
        self._uploads: dict[str, Upload] = {}

    @property
    def folder(self) -> Path:
        """Where everything of this viewer lies that is temporary."""
        return self._own.path

    def close(self) -> None:
        """Remove everything."""
        self._own.remove()

    def take(self, id_: str) -> Upload:
        """An upload by its id.

        Raises:
            ImageError: when there is none.
        """
        try:
            return self._uploads[id_]
        except KeyError:
            raise ImageError(_("There is no such upload: choose the files again.")) from None

    async def receive(self, request: web.Request) -> web.Response:
        """Answer ``POST``: a form whose parts are files; JSON with ``id`` or ``error``."""
        room = self.folder / f"upload-{token_hex(8)}"
        room.mkdir(mode=0o700)
        try:
            await self._read(await request.multipart(), room)
            upload = Upload(room.name, _content(room, 4 * self._most))
        except (ImageError, ValueError, AssertionError) as error:
            shutil.rmtree(room, ignore_errors=True)
            known = isinstance(error, ImageError)
            text = str(error) if known else _("This was no upload of files.")
            return web.json_response({"error": text}, status=413 if known else 400)
        except BaseException:
            shutil.rmtree(room, ignore_errors=True)
            raise
        self._uploads[upload.id] = upload
        return web.json_response({"id": upload.id})

    async def _read(self, parts: MultipartReader, room: Path) -> None:
        total = 0
        number = 0
        async for part in parts:
            if not isinstance(part, BodyPartReader):
                raise ImageError(_("This was no upload of files."))
            number += 1
            if number > _MOST_FILES:
                raise ImageError(_("These are more files than can be taken at once."))
            target = room / f"{number:05d}" / safe_name(part.filename or "image")
            target.parent.mkdir(mode=0o700)
            with target.open("wb") as file:
                while chunk := await part.read_chunk(_CHUNK):
                    total += len(chunk)
                    if total > self._most:
                        raise ImageError(_too_large(self._most))
                    file.write(chunk)
        if number == 0:
            raise ImageError(_("No file was chosen."))


def safe_name(name: str) -> str:
    """The last part of a name that a browser sent, without anything that a path could mean."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c if c.isalnum() or c in "._- " else "_" for c in last)
    printable = "".join(c for c in kept if unicodedata.category(c)[0] != "C")
    return printable.strip(". ")[-_LONGEST_NAME:] or "image"


def _content(room: Path, most: int) -> Path:
    """The single file, the folder of many, or what a zip holds."""
    files = sorted(path for path in room.rglob("*") if path.is_file())
    if len(files) > 1:
        together = files[0].with_name(f"{files[0].stem} series")
        together.mkdir(mode=0o700)
        for file in files:  # one folder, as a DICOM series lies on a disc
            file.replace(together / f"{file.parent.name}-{file.name}")
        return together
    if files[0].suffix.lower() != ".zip" or not is_zipfile(files[0]):
        return files[0]
    inside = files[0].with_suffix("")  # images are named after it
    inside.mkdir(mode=0o700)
    _unpack(files[0], inside, most)
    return inside


def _unpack(archive: Path, folder: Path, most: int) -> None:
    """Files of a zip by number, not by name; stops at ``most`` bytes whatever the zip claims."""
    try:
        with ZipFile(archive) as content:
            infos = [info for info in content.infolist() if not info.is_dir()]
            if len(infos) > _MOST_FILES:
                raise ImageError(_("The zip holds more files than can be taken at once."))
            left = most
            for number, info in enumerate(infos):
                with content.open(info) as source, _named(folder, number, info).open("wb") as file:
                    left -= _copy(source, file, left)
    except (BadZipFile, OSError, RuntimeError) as error:  # what zipfile raises, unknown methods too
        raise ImageError(_("The zip cannot be read: {reason}").format(reason=error)) from error
    archive.unlink()


def _named(folder: Path, number: int, info: Any) -> Path:
    return folder / f"{number:05d}-{safe_name(info.filename)}"


def _copy(source: Any, target: Any, most: int) -> int:
    done = 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        if done > most:
            raise ImageError(_too_large(most))
        target.write(chunk)
    return done


def _too_large(most: int) -> str:
    words = _(
        "More than {size:.0f} MB cannot be taken: start the viewer with the path of the image, or "
        "allow more with --upload-mb."
    )
    return words.format(size=most / _MEGABYTE)
