"""Uploads: into a private folder, limited in size, whatever they are called."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.web.incoming import Incoming, safe_name

MOST = 20_000


@pytest.fixture
def incoming():
    own = Incoming(MOST)
    yield own
    own.close()


def _post(incoming: Incoming, files: list[tuple[str, bytes]]) -> tuple[int, dict[str, str]]:
    async def run() -> tuple[int, dict[str, str]]:
        application = web.Application()
        application.router.add_post("/", incoming.receive)
        async with TestClient(TestServer(application)) as client:
            form = FormData(default_to_multipart=True)
            for name, content in files:
                form.add_field("files", content, filename=name)
            answer = await client.post("/", data=form)
            return answer.status, await answer.json()

    return asyncio.run(run())


def _zip(files: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


def test_a_file_comes_in_whole_and_only_its_owner_can_read_it(incoming: Incoming) -> None:
    status, told = _post(incoming, [("film.dcm", b"pixels" * 1000)])
    path = incoming.take(told["id"]).path
    assert status == 200
    assert path.name == "film.dcm"
    assert path.read_bytes() == b"pixels" * 1000
    assert stat.S_IMODE(incoming.folder.stat().st_mode) == 0o700


def test_files_of_a_series_lie_in_one_folder_even_with_equal_names(incoming: Incoming) -> None:
    _status, told = _post(incoming, [("a/IM1", b"1"), ("b/IM1", b"2"), ("c/IM1", b"3")])
    folder = incoming.take(told["id"]).path
    contents = sorted(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert contents == [b"1", b"2", b"3"]


def test_a_zip_is_unpacked_flat(incoming: Incoming) -> None:
    packed = _zip({"series/IM1": b"1", "series/deep/IM2": b"2"})
    _status, told = _post(incoming, [("study.zip", packed)])
    folder = incoming.take(told["id"]).path
    assert sorted(file.read_bytes() for file in folder.iterdir()) == [b"1", b"2"]


def test_names_of_a_zip_cannot_leave_the_folder(incoming: Incoming, tmp_path: Path) -> None:
    packed = _zip({"../../evil": b"1", str(tmp_path / "evil"): b"2", "..\\..\\evil": b"3"})
    _status, told = _post(incoming, [("study.zip", packed)])
    folder = incoming.take(told["id"]).path
    assert len(list(folder.iterdir())) == 3
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "..", ""]
)
def test_names_cannot_leave_the_folder(incoming: Incoming, name: str) -> None:
    _status, told = _post(incoming, [(name, b"content")])
    path = incoming.take(told["id"]).path
    assert path.resolve().is_relative_to(incoming.folder.resolve())
    assert path.read_bytes() == b"content"


@given(st.text(max_size=300))
def test_a_safe_name_is_one_plain_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert Path(safe).name == safe
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\:*?"<>|\x00\n')
    assert len(safe) <= 120


def test_too_much_is_refused_with_a_sentence_and_leaves_nothing(incoming: Incoming) -> None:
    status, told = _post(incoming, [("large.nrrd", b"x" * (MOST + 1))])
    assert status == 413
    assert "--upload-mb" in told["error"]
    assert list(incoming.folder.glob("upload-*")) == []


def test_a_zip_that_swells_is_refused_and_leaves_nothing(incoming: Incoming) -> None:
    bomb = _zip({"bomb": b"\0" * (5 * MOST)})
    assert len(bomb) < MOST
    status, told = _post(incoming, [("small.zip", bomb)])
    assert status == 413
    assert "MB" in told["error"]
    assert list(incoming.folder.glob("upload-*")) == []


def test_a_damaged_zip_is_refused_with_a_sentence(incoming: Incoming) -> None:
    packed = bytearray(_zip({"IM1": b"some content that is long enough" * 20}))
    packed[40:60] = bytes(20)
    status, told = _post(incoming, [("study.zip", bytes(packed))])
    assert status == 413
    assert "zip" in told["error"]


def test_a_zip_packed_in_an_unknown_way_is_refused_with_a_sentence(incoming: Incoming) -> None:
    packed = bytearray(_zip({"IM1": b"content" * 20}))
    unknown = (99).to_bytes(2, "little")
    packed[8:10] = unknown
    directory = packed.index(b"PK\x01\x02")
    packed[directory + 10 : directory + 12] = unknown
    status, told = _post(incoming, [("study.zip", bytes(packed))])
    assert status == 413
    assert "The zip cannot be read" in told["error"]


def test_an_upload_without_files_is_refused(incoming: Incoming) -> None:
    status, _told = _post(incoming, [])
    assert status in (400, 413)


def test_an_id_that_nobody_was_given_opens_nothing(incoming: Incoming) -> None:
    with pytest.raises(ImageError, match="choose the files again"):
        incoming.take("../../etc")


def test_closing_removes_everything() -> None:
    incoming = Incoming(MOST)
    _post(incoming, [("film.dcm", b"pixels")])
    incoming.close()
    assert not incoming.folder.exists()


def test_what_a_killed_viewer_left_goes_when_the_next_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = (
        "import os, sys; from HipLandmarksLib.private_folder import PrivateFolder;"
        "folder = PrivateFolder.create('hiplandmarks-viewer-').path;"
        "(folder / 'image').write_bytes(b'pixels'); print(folder, flush=True); os._exit(9)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    killed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    left = Path(killed.stdout.strip())
    assert (left / "image").exists()
    running, other = Incoming(MOST), Incoming(MOST)
    assert not left.exists()
    assert running.folder.exists()  # its viewer lives
    running.close()
    other.close()
