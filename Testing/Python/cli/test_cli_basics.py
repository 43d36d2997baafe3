"""Help, version, usage errors and start-up time of the command line."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from HipLandmarksLib import __version__
from HipLandmarksLib.cli import main

COMMANDS = (
    "detect",
    "measure",
    "define",
    "train",
    "evaluate",
    "compare",
    "networks",
    "simulate",
    "sample",
)
HEAVY = ("torch", "numpy", "scipy", "matplotlib", "SimpleITK", "pydicom", "vtk", "slicer", "tqdm")


def _leave(argv: list[str]) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    return left.value.code


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"hiplandmarks {__version__}"


def test_help_names_every_command_and_the_notice(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["--help"]) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n    {command} " in text
    assert "not a medical device" in " ".join(text.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _leave([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"\n  hiplandmarks {command}" in text
    assert "not a medical device" in text


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["detect"],
        ["measure"],
        ["train"],
        ["detect", "x.nii", "--device", "abacus"],
        ["detect", "x.nii", "--slice", "middle"],
        ["detect", "x.nii", "--slice", "-3"],
        ["detect", "x.nii", "--reference", "horizon"],
        ["sample", "--seed", "many"],
    ],
)
def test_wrong_usage_exits_with_two(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(argv) == 2
    assert "usage: hiplandmarks" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from HipLandmarksLib.cli.main import build_parser\n"
        "build_parser().format_help()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_appears_at_once() -> None:
    command = [sys.executable, "-m", "HipLandmarksLib.cli", "--help"]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    bare = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare = time.perf_counter() - bare
    assert min(times) < 0.3 + 5 * bare  # the machine's own speed counts, the library's must not


def test_the_installed_command_is_this_one() -> None:
    script = Path(sys.executable).with_name("hiplandmarks")
    if not script.exists():
        pytest.skip("the package is not installed with its command")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"hiplandmarks {__version__}"
