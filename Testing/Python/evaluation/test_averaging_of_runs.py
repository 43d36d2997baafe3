"""What a finished run says of test-time augmentation, in new files and in older ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from HipLandmarksLib.evaluation.compare import compare_runs
from HipLandmarksLib.evaluation.finished import averaging_of, read_finished


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"views": "paper1"}, "paper1"),
        ({"views": "none", "mirror": True}, "none"),
        ({"mirror": True}, "mirror"),  # written before the views had names
        ({"mirror": False}, "none"),
        ({}, None),
    ],
)
def test_older_files_tell_only_of_the_mirror(about: dict[str, object], name: str | None) -> None:
    assert averaging_of(about) == name


def _written(folder: Path, **told: object) -> Path:
    about = {"network": {"architecture": "Unet", "encoder": "resnet18"}, "seed": 17, **told}
    run = {
        "name": folder.name,
        "about": about,
        "localisation": {"all": {"nme": None, "mm": {"mean": 2.0, "sdr": {"2": 0.5}}}},
        "measurements": {},
        "screening": [],
        "points": [],
    }
    folder.mkdir()
    data = {"format": "hiplandmarks-evaluation-1", "runs": [run]}
    (folder / "evaluation.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_the_same_network_over_other_views_is_another_method(tmp_path: Path) -> None:
    folders = [
        _written(tmp_path / "old", mirror=True),
        _written(tmp_path / "same", views="mirror", seed=42),
        _written(tmp_path / "other", views="standard"),
    ]
    runs = [run for folder in folders for run in read_finished(folder)]
    rows = {row.averaging: row for row in compare_runs(runs).rows}
    assert set(rows) == {"mirror", "standard"}
    assert rows["mirror"].seeds == (17, 42)
