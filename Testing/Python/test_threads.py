"""Waiting threads sleep, unless somebody wants it otherwise."""

from __future__ import annotations

import os

import pytest

from HipLandmarksLib.cli.main import main
from HipLandmarksLib.threads import let_waiting_threads_sleep


def test_the_command_line_lets_waiting_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "to be removed")  # what was there comes back afterwards
    monkeypatch.delenv("OMP_WAIT_POLICY")
    assert main(["networks", "unetplusplus-resnet18"]) == 0
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_what_the_environment_says_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    let_waiting_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
