"""``hiplandmarks measure``: from landmark files to numbers, also without torch."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side, write_landmarks
from HipLandmarksLib.anatomy.markups import write_markups
from HipLandmarksLib.cli import main
from HipLandmarksLib.imaging import read_image
from HipLandmarksLib.report import Output, write_results

_OFFSETS = {"FHC": (0, 0), "NA": (20, -20), "LAE": (14, 24.2487), "LCP": (20, 0)}
NO_TORCH = """
import sys
for name in ("torch", "torchvision", "segmentation_models_pytorch", "timm", "safetensors",
             "slicer", "vtk", "vtkmodules", "trame_slicer"):
    sys.modules[name] = None  # as if it were not installed
"""
WITHOUT_TORCH = f"""{NO_TORCH}
from HipLandmarksLib.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def hips() -> HipLandmarks:
    """Alpha 45 and LCE 30 degrees on both sides."""
    points = [
        Landmark(side, key, (sign * (90.0 + lateral), 3.0, cranial))
        for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1))
        for key, (lateral, cranial) in _OFFSETS.items()
    ]
    return HipLandmarks.of(points, case_id="case 7")


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(start))


def test_markups_of_both_hips_are_measured(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    for side in Side:
        write_markups(tmp_path / f"{side.word}.mrk.json", hips, side)
    assert main(["measure", "right.mrk.json", "left.mrk.json"]) == 0
    out = capsys.readouterr().out
    assert _line(out, "Alpha").count("45°") == 2
    assert _line(out, "LCE").count("30°") == 2
    assert "not a medical device" in out


def test_one_hip_alone_is_measured(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    write_markups(tmp_path / "left.mrk.json", hips, Side.LEFT)
    assert main(["measure", "left.mrk.json"]) == 0
    assert _line(capsys.readouterr().out, "Alpha").count("45°") == 1


def test_points_of_a_reader_have_the_doubt_that_the_reader_states(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    assert main(["measure", "a.json"]) == 0
    assert "±" not in _line(capsys.readouterr().out, "LCE")
    assert main(["measure", "a.json", "--reader-sd", "1"]) == 0
    assert _line(capsys.readouterr().out, "LCE").count("±") == 2
    assert main(["measure", "a.json", "--reader-sd", "0"]) != 0
    assert "standard deviation must be above 0" in capsys.readouterr().err


def test_results_are_written_when_asked_for(tmp_path: Path, hips: HipLandmarks) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    assert main(["measure", "a.json", "--out", "results", "--edge", "sourcil"]) == 0
    folder = tmp_path / "results" / "case_7"
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["case_7_measurements.csv", "case_7_measurements.json"]
    with (folder / "case_7_measurements.csv").open(encoding="utf-8-sig", newline="") as stream:
        lce = [row for row in csv.DictReader(stream) if row["measurement"] == "lce"]
    assert [float(row["value"]) for row in lce] == pytest.approx([30, 30, 0], abs=1e-3)
    assert [row["side"] for row in lce] == ["right", "left", "right minus left"]
    lce.pop()
    assert {row["edge"] for row in lce} == {"sourcil"}


def test_with_the_image_the_overlay_is_drawn_too(
    tmp_path: Path, hips: HipLandmarks, mri: Path
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    assert main(["measure", "a.json", "--image", str(mri), "--out", "results"]) == 0
    assert (tmp_path / "results" / "case_7" / "case_7_overlay.png").stat().st_size > 10_000
    data = json.loads((tmp_path / "results/case_7/case_7_measurements.json").read_text())
    assert data["measurements"][0]["spacing"]["provenance"] == "PATIENT_PLANE"


def test_measuring_works_without_torch_and_slicer(
    tmp_path: Path, hips: HipLandmarks, mri: Path
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    argv = ["measure", "a.json", "--image", str(mri), "--out", "results"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *argv], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert _line(done.stdout, "Alpha").count("45°") == 2
    assert (tmp_path / "results" / "case_7" / "case_7_overlay.png").is_file()


@pytest.mark.parametrize("worker", ["yes", "no"])
def test_detection_without_torch_says_what_to_install(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, mri: Path, worker: str
) -> None:
    folder = tmp_path_factory.mktemp("startup")
    (folder / "sitecustomize.py").write_text(NO_TORCH)  # in processes that it starts, too
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, "detect", str(mri), "--worker", worker],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if "error:" in line]
    assert ".[detect]" in sentence
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.mrk.json", None, "There is no file gone.mrk.json"),
        ("empty.mrk.json", "", "not a landmark file or is damaged: export it again"),
        ("text.mrk.json", "hello", "not a landmark file or is damaged: export it again"),
        ("binary.mrk.json", b"\xff\xfe\x00", "not a landmark file or is damaged: export it again"),
        ("binary.json", b"\x89PNG\r\n", "not a landmark file or is damaged: export it again"),
        ("cut.json", '{"format": "hipl', "not a landmark file or is damaged: export it again"),
        ("deep.json", "[" * 100_000, "not a landmark file or is damaged: export it again"),
        ("other.mrk.json", '{"markups": []}', "schema"),
        ("other.json", '{"a": 1}', "not a landmark file"),
        ("list.json", "[1, 2]", "does not hold landmarks"),
        ("half.json", '{"format": "hiplandmarks-landmarks-1", "frame": "LPS"}', "damaged"),
    ],
)
def test_bad_landmark_files_get_one_sentence(
    tmp_path: Path,
    name: str,
    content: str | bytes | None,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sorted(tmp_path.iterdir())
    assert main(["measure", name, "--out", "results"]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert len(error.strip().splitlines()) == 1
    assert not any(word in error for word in ("codec", "Expecting", "char ", "None"))
    assert sorted(tmp_path.iterdir()) == before


def test_a_case_without_any_landmark_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "a.json", HipLandmarks({}, case_id="case 7"))
    assert main(["measure", "a.json", "--out", "results"]) == 1
    assert "There is no landmark in a.json" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_the_same_hip_given_twice_is_refused(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    assert main(["measure", "a.json", "a.json"]) == 1
    assert "given twice" in capsys.readouterr().err


def test_two_cases_at_once_are_refused(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    write_landmarks(tmp_path / "b.json", HipLandmarks({}, case_id="another"))
    assert main(["measure", "a.json", "b.json"]) == 1
    assert "different cases" in capsys.readouterr().err


def test_an_unknown_threshold_set_names_the_known_ones(
    tmp_path: Path, hips: HipLandmarks, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    assert main(["measure", "a.json", "--thresholds", "mine"]) == 1
    assert "consensus_60" in capsys.readouterr().err


def test_edited_points_are_measured_in_the_recorded_plane_and_pixel_size(
    tmp_path: Path, hips: HipLandmarks, mri: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Detect, edit in place, measure again: no image is needed."""
    shaft = [
        Landmark(side, key, (sign * (90.0 + lateral), 3.0, cranial))
        for side, sign in ((Side.RIGHT, -1), (Side.LEFT, 1))
        for key, (lateral, cranial) in {"SHP": (40, -70), "SHD": (40, -110)}.items()
    ]
    case = HipLandmarks.of([*hips.values(), *shaft], case_id="mri")
    image = read_image(mri)
    outputs = [Output.LANDMARKS, Output.TABLES]
    folder = write_results(tmp_path, image, case, [], name="mri", outputs=outputs).folder
    assert main(["measure", *(str(path) for path in sorted(folder.glob("*.mrk.json")))]) == 0
    captured = capsys.readouterr()
    assert "mri_measurements.json" in captured.err
    assert _line(captured.out, "Femoral offset").count("40.0 mm") == 2
    assert "Millimetres: measured in the patient." in captured.out
    record = json.loads((folder / "mri_measurements.json").read_text())["image"]
    markups = [str(path) for path in sorted(folder.glob("*.mrk.json"))]
    assert main(["measure", *markups, "--out", str(tmp_path)]) == 0
    assert json.loads((folder / "mri_measurements.json").read_text())["image"] == record
    (folder / "mri_measurements.json").unlink()
    assert main(["measure", *markups]) == 0
    assert "--image" in capsys.readouterr().err


INTERRUPTED = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background inherit none
from HipLandmarksLib.cli import main
from HipLandmarksLib.report import results
write_csv = results.write_csv
def slow(path, case):
    write_csv(path, case)
    print("writing", flush=True)
    time.sleep(60)
results.write_csv = slow
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a POSIX signal here")
def test_ctrl_c_while_writing_exits_with_130_and_leaves_nothing(
    tmp_path: Path, hips: HipLandmarks
) -> None:
    write_landmarks(tmp_path / "a.json", hips)
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, "measure", "a.json", "--out", "o"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while (line := process.stdout.readline()) != "writing\n":
        assert line, "the command ended before it wrote anything"
    assert any((tmp_path / "o").iterdir()), "the interrupt must come in the middle of writing"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in error
    assert "Traceback" not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json"]
