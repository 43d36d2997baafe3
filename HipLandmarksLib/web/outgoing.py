"""Results that leave by the page: points, numbers, picture, the whole scene."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile

from aiohttp import web

from ..anatomy import Midline, Side, write_landmarks, write_markups
from ..errors import HipLandmarksError
from ..i18n import tr as _
from ..panel import Words, case_report
from ..report import CaseReport, csv_text, json_text
from ..report.case import safe_name
from ..scene import HipStudy, save_scene


class Download(Enum):
    """What can be taken out of the viewer; the value is the end of the file's name."""

    MARKUPS = "points.zip"
    CSV = "measurements.csv"
    JSON = "measurements.json"
    PICTURE = "overlay.png"
    SCENE = "scene.mrb"

    @property
    def words(self) -> Words:
        """Label and tooltip."""
        return {
            Download.MARKUPS: Words(
                _("Points"), _("The .mrk.json files of both hips for 3D Slicer, in a zip.")
            ),
            Download.CSV: Words(_("Numbers (CSV)"), _("One row per measurement.")),
            Download.JSON: Words(_("Numbers (JSON)"), _("Everything that is known, for programs.")),
            Download.PICTURE: Words(
                _("Picture"), _("The image with landmarks and angles, as PNG.")
            ),
            Download.SCENE: Words(
                _("Scene"), _("Image, points, review and numbers, for 3D Slicer.")
            ),
        }[self]


class Outgoing:
    """Answers ``GET`` for the files of the study that is shown.

    Args:
        study: the study as it is now; None when there is none.
        folder: where a file may lie while it is made.
        saved: called after the scene was written.
    """

    def __init__(
        self, study: Callable[[], HipStudy | None], folder: Path, saved: Callable[[], None]
    ) -> None:
        self._study, self._saved = study, saved
        self._folder = folder

    async def send(self, request: web.Request) -> web.Response:
        """The file of the kind that the path names."""
        try:
            kind = Download[request.match_info["kind"].upper()]
        except KeyError:
            return web.Response(status=404, text=_("There is no such file."))
        study = self._study()
        if study is None:
            return web.Response(status=409, text=_("There are no landmarks yet."))
        try:
            body = await self._make(kind, study)
        except HipLandmarksError as error:
            return web.Response(status=409, text=str(error))
        name = f"{safe_name(study.landmarks.case_id)}_{kind.value}"
        attachment = f"attachment; filename*=UTF-8''{quote(name)}"
        return web.Response(body=body, headers={"Content-Disposition": attachment})

    async def _make(self, kind: Download, study: HipStudy) -> bytes:
        case = case_report(study)
        if kind is Download.CSV:
            return csv_text(case).encode("utf-8-sig")
        if kind is Download.JSON:
            return json_text(case).encode()
        with tempfile.TemporaryDirectory(dir=self._folder) as room:
            path = Path(room) / kind.value
            if kind is Download.SCENE:
                save_scene(study.scene, path)  # the scene belongs to this thread
                self._saved()
            elif kind is Download.PICTURE:
                await asyncio.to_thread(_draw, path, case)
            else:
                _zip_points(path, case)
            return path.read_bytes()


def _draw(path: Path, case: CaseReport) -> None:
    from ..report.overlay import write_overlay  # matplotlib takes half a second to import

    write_overlay(path, case)


def _zip_points(path: Path, case: CaseReport) -> None:
    name, room = safe_name(case.name), path.parent
    files = [room / f"{name}_landmarks.json"]
    write_landmarks(files[0], case.landmarks)
    for side in (*Side, Midline.PELVIS):
        if isinstance(side, Side) or case.landmarks.side(side):
            word = side.word if isinstance(side, Side) else "midline"
            files.append(room / f"{name}_{word}.mrk.json")
            write_markups(files[-1], case.landmarks, side)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
