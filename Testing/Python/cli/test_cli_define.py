"""``hiplandmarks define``: words on the terminal, drawings in files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import LandmarkTable
from HipLandmarksLib.cli import main
from HipLandmarksLib.measurement import MeasurementTable


def test_a_measurement_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "alpha"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Alpha angle (alpha)")
    for part in ("FHC (femoral head centre)", "degrees", "60", "van Klij", "not a medical device"):
        assert part in text
    assert all(len(line) <= 92 for line in text.splitlines())


def test_a_landmark_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "FHC"]) == 0
    text = capsys.readouterr().out
    assert "Centre of the circle" in text
    assert "6 of paper 2" in text


def test_without_a_name_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define"]) == 0
    words = capsys.readouterr().out.split()
    assert {*MeasurementTable.load().ids, *LandmarkTable.load().keys} <= set(words)


def test_a_length_says_that_it_needs_calibration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "femoral_offset_mm"]) == 0
    assert "calibrated millimetres needed" in capsys.readouterr().out


def test_leg_length_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("lld", "Radiographic hip leg-length difference (LT)", "lt_depth_mm"):
        assert main(["define", word]) == 0
        text = capsys.readouterr().out
        assert text.startswith("Radiographic hip leg-length difference (LT)")
        assert "Depth of the lesser trochanter (lt_depth_mm)" in " ".join(text.split())
        assert "right minus left" in text and "-5 to 5 mm" in text
        assert all(len(line) <= 92 for line in text.splitlines())
    assert main(["define", "lld (gt)"]) == 0
    assert "leg-length difference (GT)" in capsys.readouterr().out


def test_omega_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "Omega"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Omega angle (omega)")
    assert "clock face" in text and "Mascarenhas 2017" in text


def test_the_drawing_is_written_where_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lce.svg"
    assert main(["define", "lce", "--svg", str(file), "--side", "left"]) == 0
    assert str(file) in capsys.readouterr().out
    assert ET.parse(file).getroot().tag.endswith("svg")


def test_all_drawings_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "--all", "--out", str(tmp_path / "all")]) == 0
    assert (tmp_path / "all" / "index.html").is_file()
    assert (tmp_path / "all" / "measurement_alpha_right.svg").is_file()
    assert "index.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["alfa"], "alpha"),
        (["alpha", "--thresholds", "nobody"], "no threshold set"),
        (["--all"], "--out"),
        (["--out", "somewhere"], "--all"),
        (["--svg", "somewhere.svg"], "NAME"),
        (["alpha", "--all", "--out", "somewhere"], "NAME"),
    ],
)
def test_wrong_use_is_one_sentence(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["define", *argv]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert len(error.splitlines()) == 1


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nowhere" / "alpha.svg"
    assert main(["define", "alpha", "--svg", str(file)]) == 1
    assert str(file) in capsys.readouterr().err
