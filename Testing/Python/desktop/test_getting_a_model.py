"""A model is downloaded beside the window, which can cancel it and says why it cannot be had."""

from __future__ import annotations

import json
import socket
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from model_samples import pack, release_of, write_model

pytest.importorskip("slicer")

from HipLandmarksLib.detection.catalogue import ModelCatalogue
from HipLandmarksLib.errors import ModelError
from HipLandmarksLib.session.model_download import ModelDownload


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "web").mkdir()
    return pack(write_model(tmp_path / "model"), tmp_path / "web" / "model.zip")


@pytest.fixture
def served(archive, monkeypatch):
    """Address of the archive on this computer."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = partial(Silent, directory=str(archive.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/model.zip"
    server.shutdown()
    server.server_close()


def begin(tmp_path, release):
    """A download by an index of its own."""
    summary = {**vars(release.summary), "modality": release.summary.modality.value}
    facts = {**vars(release), **summary}
    del facts["summary"]
    index = tmp_path / "index.json"
    entry = {"format": "hiplandmarks-models-1", "models": [facts]}
    index.write_text(json.dumps(entry, default=list), encoding="utf-8")
    return ModelDownload(release, tmp_path / "user", index)


def wait(download):
    end = time.monotonic() + 60
    while not download.is_over:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_model_comes_into_the_users_folder(tmp_path, archive, served):
    download = begin(tmp_path, release_of(archive, served))
    wait(download)
    download.finish()
    (tmp_path / "shipped").mkdir()
    assert ModelCatalogue(tmp_path / "user", tmp_path / "shipped", ()).find("tiny").usable


def test_why_it_cannot_be_had_is_one_sentence(tmp_path, archive, served):
    download = begin(tmp_path, release_of(archive, served.replace("model.zip", "gone.zip")))
    wait(download)
    with pytest.raises(ModelError, match=r"^tiny 1.0 cannot be downloaded from 127") as told:
        download.finish()
    assert "\n" not in str(told.value)


def test_the_panel_shows_how_far_it_is_and_cancels(hands, tmp_path, archive, monkeypatch):
    hands.load(with_landmarks=False)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/model.zip"
        release = release_of(archive, url)
        section = hands.widget.panel.detect
        section.search.catalogue = ModelCatalogue(tmp_path / "user", tmp_path / "none", (release,))
        section.show()
        assert hands.ui.getModel.visible
        monkeypatch.setattr(
            "HipLandmarksLib.session.landmark_search.ModelDownload",
            lambda release, _folder: begin(tmp_path, release),
        )
        hands.press("getModel")
        assert hands.ui.detect.text == "Cancel" and hands.ui.progressBar.visible
        hands.press("detect")
    assert hands.ui.detect.text == "Detect landmarks"
    hands.press("getModel")  # nobody answers there any more
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    assert "cannot be downloaded" in hands.ui.messageLabel.text


def test_a_server_that_never_answers_can_be_cancelled_at_once(tmp_path, archive):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/model.zip"
        download = begin(tmp_path, release_of(archive, url))
        assert not download.is_over and download.percent == 0
        download.cancel()
    assert download.is_over
