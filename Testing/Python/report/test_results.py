"""Files of a case: complete, readable by others, and never half-written."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Side, read_landmarks
from HipLandmarksLib.anatomy.markups import read_markups
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import (
    Measurement,
    MeasurementSettings,
    Reference,
    ViewPlane,
    measure,
)
from HipLandmarksLib.report import Output, ResultsExistError, results, write_results

WITHOUT_SCENE = frozenset(Output) - {Output.SCENE}


def _tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_all_files_of_a_case_are_written(
    tmp_path: Path,
    image: HipImage,
    landmarks: HipLandmarks,
    measurements: list[Measurement],
) -> None:
    written = write_results(tmp_path, image, landmarks, measurements, outputs=WITHOUT_SCENE)
    assert written.folder == tmp_path / "case_7"
    assert sorted(_tree(tmp_path)) == [
        "case_7/case_7_landmarks.json",
        "case_7/case_7_left.mrk.json",
        "case_7/case_7_measurements.csv",
        "case_7/case_7_measurements.json",
        "case_7/case_7_overlay.png",
        "case_7/case_7_right.mrk.json",
    ]
    assert all(file.is_file() for file in written.files)
    assert len(written.files) == 6


def test_the_written_landmarks_can_be_read_again(
    tmp_path: Path, image: HipImage, landmarks: HipLandmarks
) -> None:
    folder = write_results(tmp_path, image, landmarks, [], outputs=[Output.LANDMARKS]).folder
    assert read_landmarks(folder / "case_7_landmarks.json") == landmarks
    right = read_markups(folder / "case_7_right.mrk.json")
    assert list(right.values()) == landmarks.side(Side.RIGHT)


@pytest.mark.parametrize("writer", ["write_landmarks", "write_markups", "write_csv", "write_json"])
@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()])
def test_a_writer_that_fails_leaves_nothing(
    tmp_path: Path,
    image: HipImage,
    landmarks: HipLandmarks,
    monkeypatch: pytest.MonkeyPatch,
    writer: str,
    failure: BaseException,
) -> None:
    def fail(path: Path, *_: object) -> None:
        path.write_text("half")
        raise failure

    monkeypatch.setattr(results, writer, fail)
    with pytest.raises(type(failure)):
        write_results(tmp_path / "out", image, landmarks, [], outputs=WITHOUT_SCENE)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_second_run_leaves_the_first_results(
    tmp_path: Path,
    image: HipImage,
    landmarks: HipLandmarks,
    measurements: list[Measurement],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_results(tmp_path, image, landmarks, measurements, outputs=WITHOUT_SCENE)
    before = _tree(tmp_path)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(results, "write_json", fail)
    with pytest.raises(RuntimeError):
        write_results(tmp_path, image, landmarks, [], outputs=WITHOUT_SCENE)
    assert _tree(tmp_path) == before


def test_landmarks_that_a_reader_edited_are_not_replaced_unasked(
    tmp_path: Path, image: HipImage, landmarks: HipLandmarks
) -> None:
    outputs = [Output.LANDMARKS, Output.TABLES]
    folder = write_results(tmp_path, image, landmarks, [], outputs=outputs).folder
    edited = folder / "case_7_left.mrk.json"
    later = time.time() + 60
    os.utime(edited, (later, later))
    with pytest.raises(ResultsExistError, match="edited"):
        write_results(tmp_path, image, landmarks, [], outputs=outputs)
    write_results(tmp_path, image, landmarks, [], outputs=outputs, overwrite=True)
    assert edited.stat().st_mtime < later


def test_results_that_nobody_edited_are_replaced(
    tmp_path: Path, image: HipImage, landmarks: HipLandmarks
) -> None:
    for _ in range(2):
        write_results(tmp_path, image, landmarks, [], outputs=[Output.LANDMARKS, Output.TABLES])
    assert len(_tree(tmp_path)) == 5


def test_the_scene_opens_again_with_points_and_numbers(
    tmp_path: Path,
    image: HipImage,
    landmarks: HipLandmarks,
    measurements: list[Measurement],
) -> None:
    pytest.importorskip("slicer")
    from HipLandmarksLib.scene import HipStudy, load_scene

    settings = MeasurementSettings.for_image(image, reference=Reference.IMAGE)
    measured = measure(landmarks, ViewPlane.from_image(image), settings)
    written = write_results(
        tmp_path, image, landmarks, measured, settings=settings, outputs=[Output.SCENE]
    )
    (study,) = HipStudy.reopen(load_scene(written.folder / "case_7.mrb"))
    values = {(m.side, m.id): m.value for m in study.measurements}
    assert values == {
        (m.side, m.id): m.value if m.value is None else pytest.approx(m.value) for m in measured
    }
    study.close()


def test_without_slicer_core_the_scene_is_left_out_and_this_is_said(
    tmp_path: Path,
    image: HipImage,
    landmarks: HipLandmarks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("HipLandmarksLib.scene")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "slicer", None)  # as if it were not installed
    stale = tmp_path / "case_7" / "case_7.mrb"
    stale.parent.mkdir()
    stale.write_text("scene of an earlier run")
    written = write_results(tmp_path, image, landmarks, [], outputs=[Output.SCENE])
    assert not stale.exists()
    assert len(written.remarks) == 1
    assert ".[scene]" in written.remarks[0]
