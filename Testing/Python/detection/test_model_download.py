"""A download is checked, goes on after an interruption, and never happens unasked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from model_samples import pack, release_of, write_model

from HipLandmarksLib.cli import main
from HipLandmarksLib.detection.catalogue import (
    DownloadCancelledError,
    ModelCatalogue,
    ModelPlace,
)
from HipLandmarksLib.errors import ModelError
from HipLandmarksLib.files import HALF_WRITTEN


class Publisher:
    """A web server on this computer that sends one file.

    Attributes:
        content: what it sends.
        breaks_after: number of bytes after which the connection ends; None: never.
        knows_ranges: whether it can go on in the middle.
        asked: the ``Range`` of every request.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.breaks_after: int | None = None
        self.knows_ranges = True
        self.asked: list[str | None] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/model.zip"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        start = 0
        if wanted and self.knows_ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            request.send_response(206)
            last = len(self.content) - 1
            request.send_header("Content-Range", f"bytes {start}-{last}/{len(self.content)}")
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(self.content) - start))
        request.end_headers()
        end = None if self.breaks_after is None else start + self.breaks_after
        request.wfile.write(self.content[start:end])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive that is published."""
    return pack(write_model(tmp_path / "model"), tmp_path / "published.zip")


@pytest.fixture
def publisher(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """Its web server; proxies of this computer are not for it."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    publisher = Publisher(archive.read_bytes())
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()


def catalogue_of(tmp_path: Path, *releases: Any) -> ModelCatalogue:
    (tmp_path / "shipped").mkdir(exist_ok=True)
    return ModelCatalogue(tmp_path / "user", tmp_path / "shipped", releases)


def left_over(catalogue: ModelCatalogue) -> list[str]:
    return [p.name for p in catalogue.user_folder.iterdir() if p.name.startswith(HALF_WRITTEN)]


def test_nothing_is_fetched_until_it_is_asked_for(tmp_path, archive, publisher):
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url))
    (entry,) = catalogue.entries()
    assert entry.place is ModelPlace.OFFERED and not entry.usable
    assert entry.size_bytes == archive.stat().st_size
    with pytest.raises(ModelError, match="not here yet"):
        catalogue.find("tiny")
    assert publisher.asked == [] and not catalogue.user_folder.exists()


def test_a_model_is_downloaded_checked_and_then_no_longer_offered(tmp_path, archive, publisher):
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url))
    heard: list[tuple[int, int]] = []
    entry = catalogue.install("tiny", lambda *step: heard.append(step))
    size = archive.stat().st_size
    assert entry.usable and heard[-1] == (size, size)
    assert [e.place for e in catalogue.entries()] == [ModelPlace.USER]
    assert left_over(catalogue) == []
    publisher.server.shutdown()  # from now on without a network
    assert catalogue.find("tiny").usable


def test_an_interrupted_download_goes_on_where_it_ended(tmp_path, archive, publisher):
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url))
    publisher.breaks_after = 100
    with pytest.raises(ModelError):
        catalogue.install("tiny")
    assert left_over(catalogue) != [] and catalogue.entries()[0].place is ModelPlace.OFFERED
    publisher.breaks_after = None
    assert catalogue.install("tiny").usable
    assert publisher.asked == [None, "bytes=100-"]


def test_a_server_that_cannot_go_on_sends_it_anew(tmp_path, archive, publisher):
    publisher.breaks_after, publisher.knows_ranges = 100, False
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url))
    with pytest.raises(ModelError):
        catalogue.install("tiny")
    publisher.breaks_after = None
    assert catalogue.install("tiny").usable


def test_cancelling_keeps_what_is_there(tmp_path, archive, publisher):
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url))
    with pytest.raises(DownloadCancelledError):
        catalogue.install("tiny", cancelled=lambda: True)
    assert all(not entry.usable for entry in catalogue.entries())
    assert catalogue.install("tiny").usable


@pytest.mark.parametrize("changed", ["other content", "more", "sha256", "weights_sha256"])
def test_anything_but_the_published_file_is_refused(tmp_path, archive, publisher, changed):
    facts: dict[str, Any] = {}
    if changed == "other content":
        publisher.content = bytes(reversed(publisher.content))
    elif changed == "more":
        publisher.content += b"more"
    else:
        facts[changed] = "0" * 64
    catalogue = catalogue_of(tmp_path, release_of(archive, publisher.url, **facts))
    with pytest.raises(ModelError, match=r"not the (file|ones) that the index names"):
        catalogue.install("tiny")
    assert not any(entry.usable for entry in catalogue.entries())


def test_an_archive_with_another_model_is_refused(tmp_path, publisher, archive):
    other = pack(write_model(tmp_path / "other", version="9.9"), tmp_path / "other.zip")
    publisher.content = other.read_bytes()
    catalogue = catalogue_of(tmp_path, release_of(other, publisher.url))
    with pytest.raises(ModelError, match=r"holds tiny 9\.9, not tiny 1\.0"):
        catalogue.install("tiny")


def test_without_a_network_the_message_says_what_to_do(tmp_path, archive, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    catalogue = catalogue_of(tmp_path, release_of(archive, f"http://127.0.0.1:{port}/model.zip"))
    with pytest.raises(ModelError, match=r"HTTPS_PROXY.*install the file"):
        catalogue.install("tiny")


def test_a_model_that_nobody_offers_cannot_be_downloaded(tmp_path):
    with pytest.raises(ModelError, match="No download is known"):
        catalogue_of(tmp_path).install("tiny")


def test_the_command_line_lists_shows_installs_and_removes(tmp_path, archive, capsys):
    mine = ["--folder", str(tmp_path / "user")]
    assert main(["models", "install", str(archive), *mine]) == 0
    assert main(["models", "list", *mine]) == 0
    listing = capsys.readouterr().out
    assert "tiny 1.0" in listing and "mri-coronal" in listing
    assert "not for commercial use" in listing  # xray-ap-pelvis
    assert main(["models", "show", "tiny", *mine]) == 0
    assert "It was never trained." in capsys.readouterr().out
    assert main(["models", "remove", "tiny", *mine]) == 0
    assert main(["models", "show", "tiny", *mine]) == 1
    assert "There is no model 'tiny'" in capsys.readouterr().err


def test_the_command_line_takes_an_index_of_its_own(tmp_path, archive, publisher, capsys):
    index = tmp_path / "index.json"
    release = release_of(archive, publisher.url)
    facts = {**vars(release.summary), **vars(release), "modality": "MR"}
    model = {key: value for key, value in facts.items() if key != "summary"}
    index.write_text(json.dumps({"format": "hiplandmarks-models-1", "models": [model]}))
    options = ["--folder", str(tmp_path / "user"), "--index", str(index)]
    assert main(["models", "install", "tiny", *options]) == 0
    assert main(["models", "list", "--json", *options]) == 0
    listed = json.loads(capsys.readouterr().out.partition("\n[")[2].join(["[", ""]))
    assert [m["name"] for m in listed if m["place"] == "user"] == ["tiny"]
