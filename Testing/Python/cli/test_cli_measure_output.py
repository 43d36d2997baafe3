"""``hiplandmarks measure``: where the numbers go, in which shape, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side, read_landmarks, write_landmarks
from HipLandmarksLib.cli import main
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance, write_image

_OFFSETS = {
    "FHC": (0.0, 0.0),
    "NA": (20.0, -20.0),
    "LAE": (14.0, 24.2487),
    "LCP": (20.0, 12.0),
    "TD": (-33.0, -17.0),
    "SHP": (40.0, -70.0),
    "SHD": (40.0, -130.0),
    "LT": (17.0, -55.0),
}
"""(lateral, cranial) mm from the head centre: alpha 76, LCE 30 degrees, offset 40 mm."""
COLUMNS = {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A file of landmarks; the right leg is 6 mm longer from the teardrop down."""
    points = []
    for side, sign in ((Side.RIGHT, -1.0), (Side.LEFT, 1.0)):
        for key, (lateral, cranial) in _OFFSETS.items():
            lower = 6.0 if (side, key) == (Side.RIGHT, "LT") else 0.0
            points.append(Landmark(side, key, (sign * (90.0 + lateral), 3.0, cranial - lower)))
    path = tmp_path / "case_landmarks.json"
    write_landmarks(path, HipLandmarks.of(points, case_id="case"))
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film of 0.5 mm pixels under the landmarks, with a ball of 30 mm (magnified 25 mm)."""
    matrix = np.diag([0.5, -0.5, 1.0, 1.0])[[0, 2, 1, 3]]
    matrix[:3, 3] = (-175.0, 3.0, 90.0)
    y, x = np.mgrid[0:500, 0:700].astype(float)
    noise = np.random.default_rng(4).normal(0.0, 8.0, (500, 700))
    ball = 900.0 * (np.hypot(x - 350, y - 400) < 30.0)
    pixels = (300.0 + noise + ball).astype(np.int16)
    path = tmp_path / "film.nrrd"
    calibration = Calibration(SpacingProvenance.DETECTOR_PLANE)
    write_image(path, HipImage(pixels[None], matrix, Modality.XRAY, calibration, "film"))
    return path


def _run(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "HipLandmarksLib.cli", *argv],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **COLUMNS, **environment},
    )


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(start))


def test_a_pipe_gets_no_colour_and_the_notice(case: Path) -> None:
    for environment in ({}, {"TERM": "xterm-256color"}, {"CLICOLOR": "1"}):
        done = _run("measure", str(case), **environment)
        assert done.returncode == 0, done.stderr
        assert "\033" not in done.stdout + done.stderr
        assert done.stdout.rstrip().endswith("Research software, not a medical device.")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")
@pytest.mark.parametrize(
    ("extra", "environment", "coloured"),
    [
        ([], {}, True),
        (["--no-color"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
    ],
)
def test_a_terminal_gets_colour_unless_refused(
    case: Path, extra: list[str], environment: dict[str, str], coloured: bool
) -> None:
    import pty

    clean = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "HipLandmarksLib.cli", "measure", str(case), *extra],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**clean, **COLUMNS, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(ours)
    assert process.wait() == 0
    assert b"Alpha angle" in text
    assert (b"\033[" in text) is coloured


def test_the_table_is_as_wide_as_the_terminal(case: Path) -> None:
    for columns, least, most in (("80", 60, 80), ("120", 81, 120), ("30", 60, 80)):
        lines = _run("measure", str(case), COLUMNS=columns).stdout.splitlines()
        assert least < max(map(len, lines)) <= most


def test_leg_length_is_said_in_words(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(case)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "R longer by 6.0 mm" in out


def test_json_goes_to_the_standard_output_alone(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--sex", "M", "--age", "41", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["format"] == "hiplandmarks-results-1"
    assert (data["settings"]["sex"], data["settings"]["age_years"]) == ("M", 41.0)
    alpha = [m for m in data["measurements"] if m["id"] == "alpha"]
    assert [m["value"] for m in alpha] == pytest.approx([75.96, 75.96], abs=0.01)
    lengths = next(d for d in data["side_differences"] if d["id"] == "lt_depth_mm")
    assert lengths["value"] == pytest.approx(6.0)
    assert "not a medical device" in data["notice"]


def test_csv_goes_to_the_standard_output_alone(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert {row["side"] for row in rows} >= {"right", "left", "right minus left"}
    assert {row["notice"] for row in rows} == {"Research software, not a medical device."}


def test_files_are_written_beside_the_table(
    tmp_path: Path, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--json", "a.json", "--csv", "b.csv"]) == 0
    captured = capsys.readouterr()
    assert "Alpha angle" in captured.out
    assert "a.json" in captured.err and "b.csv" in captured.err
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["case"] == "case"
    assert (tmp_path / "b.csv").read_bytes().startswith("\ufeffcase,".encode())
    assert main(["measure", str(case), "--json", "a.json", "--csv", "b.csv"]) == 0, "again"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["case_landmarks.json", "--json", "--csv"], "Only one"),
        (["case_landmarks.json", "--json", "x.txt"], "does not end with .json"),
        (["case_landmarks.json", "--csv", "x"], "does not end with .csv"),
        (["case_landmarks.json", "--draw", "alpha,lee"], "no measurement lee"),
        (["case_landmarks.json", "--magnification", "1.2"], "need --image"),
        (["case_landmarks.json", "--ball-mm", "30"], "--ball-centre"),
        (["case_landmarks.json", "--ruler", "1,2", "100"], "need --image"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    case: Path, argv: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(case.parent.iterdir())
    assert main(["measure", *argv]) == 1
    captured = capsys.readouterr()
    assert says in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.out == ""
    assert sorted(case.parent.iterdir()) == before


def test_an_option_that_swallows_an_input_does_not_replace_it(
    tmp_path: Path, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``measure --json right.json left.json`` takes the first for the output."""
    other = tmp_path / "other.json"
    other.write_bytes(case.read_bytes())
    assert main(["measure", "--json", str(case), str(other)]) == 1
    assert "not replaced" in capsys.readouterr().err
    assert len(read_landmarks(case)) == 2 * len(_OFFSETS)


@pytest.mark.parametrize(
    "argv",
    [
        ["--age", "old"],
        ["--age", "-3"],
        ["--sex", "X"],
        ["--ball", "1,2 3"],
        ["--ball-mm", "0"],
        ["--magnification", "big"],
        ["--ball", "1,2 3,4 5,6", "--ball-centre", "1,2"],
    ],
)
def test_wrong_usage_leaves_with_2(
    case: Path, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["measure", str(case), *argv])
    assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def _offset(out: str) -> float:
    return float(_line(out, "Femoral offset").split()[2])


def test_without_calibration_lengths_are_flagged_not_classified(
    case: Path, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--image", str(film)]) == 0
    out = capsys.readouterr().out
    assert _offset(out) == 40.0
    line = _line(out, "Femoral offset")
    assert "[" in line and "▲" not in line


@pytest.mark.parametrize(
    ("argv", "badge"),
    [
        (["--ball-centre", "352,398"], "marker in the image"),
        (["--ball", "380,400 350,430 320,400 350,370"], "marker in the image"),
        (["--ruler", "320,400 380,400", "25"], "marker in the image"),
    ],
)
def test_a_marker_scales_every_length(
    case: Path, film: Path, argv: list[str], badge: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ball of 25 mm measures 30 mm: 40 mm on the film are 33.3 mm in the patient."""
    assert main(["measure", str(case), "--image", str(film), *argv, "--json"]) == 0
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    offset, _ = (m for m in data["measurements"] if m["id"] == "femoral_offset_mm")
    assert offset["value"] == pytest.approx(40.0 / 1.2, rel=0.01)
    assert offset["spacing"]["provenance"] == "MARKER"
    alpha, _ = (m for m in data["measurements"] if m["id"] == "alpha")
    assert alpha["value"] == pytest.approx(75.96, abs=0.01), "angles stay"
    assert "calibrated" in captured.err
    assert data["image"]["calibration"]["factor"] == pytest.approx(1 / 1.2, rel=0.01)
    assert main(["measure", str(case), "--image", str(film), *argv]) == 0
    assert f"Millimetres: {badge}" in capsys.readouterr().out


def test_the_ball_may_have_another_size(
    case: Path, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["--ball", "380,400 350,430 320,400 350,370", "--ball-mm", "30", "--json"]
    assert main(["measure", str(case), "--image", str(film), *argv]) == 0
    data = json.loads(capsys.readouterr().out)
    offset = next(m for m in data["measurements"] if m["id"] == "femoral_offset_mm")
    assert offset["value"] == pytest.approx(40.0, rel=0.01)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--ball", "1,2 3,4"], "marker ball"),
        (["--ball-centre", "20,20"], "ball"),
        (["--ruler", "1,2 3,4", "100"], "too close together"),
        (["--ruler", "1,2", "100"], "two ends"),
        (["--ruler", "1,2 300,4", "long"], "length in mm"),
    ],
)
def test_a_marker_that_is_none_is_refused(
    case: Path, film: Path, argv: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--image", str(film), *argv]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error


def test_a_childs_values_are_not_compared_with_adults(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(case), "--age", "9"]) == 0
    out = capsys.readouterr().out
    assert "▲" not in out.partition("Pelvis")[0]
    assert "the thresholds are for adults" in " ".join(out.split())


def test_the_limits_of_the_other_sex_are_shown_while_it_is_not_known(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--thresholds", "gosvig_ap_sex"]
    assert main(["measure", str(case), *options]) == 0
    assert "the sex is not known" in " ".join(capsys.readouterr().out.split())
    assert main(["measure", str(case), *options, "--sex", "M"]) == 0
    assert "borderline range (men)" in capsys.readouterr().out
    assert main(["measure", str(case), *options, "--sex", "F"]) == 0
    assert "cam range (women)" in capsys.readouterr().out


def test_everything_is_listed_on_request(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(case)]) == 0
    short = capsys.readouterr().out
    table, closing, points = short.partition("Not measured: needs ")
    assert points.startswith("MSO") and closing and "Tönnis angle" not in table
    assert main(["measure", str(case), "--all"]) == 0
    assert "Tönnis angle" in capsys.readouterr().out


def test_the_picture_shows_what_was_asked_for(tmp_path: Path, case: Path, film: Path) -> None:
    sizes = set()
    for draw in ("alpha", "lce,sharp", "all"):
        argv = ["--image", str(film), "--out", draw.replace(",", "_"), "--draw", draw]
        assert main(["measure", str(case), *argv]) == 0
        picture = tmp_path / draw.replace(",", "_") / "case" / "case_overlay.png"
        sizes.add(picture.read_bytes())
    assert len(sizes) == 3


@pytest.mark.parametrize(("word", "letter"), [("female", "F"), ("male", "M")])
def test_the_sex_may_be_spelt_out(word, letter):
    from argparse import ArgumentParser

    from HipLandmarksLib.cli.options import add_measurement_options, settings_of
    from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance

    parser = ArgumentParser()
    add_measurement_options(parser)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    found = settings_of(parser.parse_args(["--sex", word]), calibration, Modality.XRAY)
    assert found.sex.value == letter
