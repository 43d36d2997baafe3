"""A results folder appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from HipLandmarksLib.report.staging import staged_folder


def _everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_appear_together_when_the_block_succeeds(tmp_path: Path) -> None:
    target = tmp_path / "out" / "case"
    with staged_folder(target) as staging:
        (staging / "a.txt").write_text("a")
        assert not target.exists()
    assert _everything(tmp_path) == ["out", "out/case", "out/case/a.txt"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), staged_folder(tmp_path / "out" / "case") as staging:
        (staging / "a.txt").write_text("half")
        raise failure
    assert _everything(tmp_path) == []


def test_a_failure_leaves_earlier_results_as_they_were(tmp_path: Path) -> None:
    target = tmp_path / "case"
    with staged_folder(target) as staging:
        (staging / "a.txt").write_text("first")
    with pytest.raises(RuntimeError), staged_folder(target) as staging:
        (staging / "a.txt").write_text("second")
        raise RuntimeError
    assert _everything(tmp_path) == ["case", "case/a.txt"]
    assert (target / "a.txt").read_text() == "first"


def test_new_files_replace_old_ones_and_spare_foreign_ones(tmp_path: Path) -> None:
    target = tmp_path / "case"
    target.mkdir()
    (target / "a.txt").write_text("first")
    (target / "notes of the reader.txt").write_text("keep")
    with staged_folder(target) as staging:
        (staging / "a.txt").write_text("second")
    assert (target / "a.txt").read_text() == "second"
    assert (target / "notes of the reader.txt").read_text() == "keep"


def test_a_file_in_the_way_is_an_error_and_stays(tmp_path: Path) -> None:
    blocker = tmp_path / "out"
    blocker.write_text("not a folder")
    with pytest.raises(OSError), staged_folder(blocker / "case"):
        raise AssertionError("the block must not be entered")
    assert blocker.read_text() == "not a folder"
