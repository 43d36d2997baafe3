"""A model with fields and presence head: its doubts reach the files of 'detect' and 'evaluate'."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
    read_landmarks,
    write_landmarks,
)
from HipLandmarksLib.cli.main import main

SIGNS = {"confidence", "presence head", "surprisal of the limbs", "uncertainty of paper 2"}


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the tiny bundle, with the uncertainty module: untrained, so its doubts are arbitrary."""
    import torch

    from HipLandmarksLib.detection import LimbChannels, load_card, save_bundle
    from HipLandmarksLib.networks import build_network

    torch.manual_seed(0)
    card = load_card(tiny_bundle)
    limbs = len(LimbChannels.of(card.channels))
    spec = replace(card.network, limbs=limbs, presence=True)
    folder = tmp_path_factory.mktemp("bundle") / "fields"
    changed = replace(card, network=spec, limb_names=(), limb_variances=(0.04,) * limbs)
    save_bundle(folder, changed, build_network(spec))
    return folder


def test_detect_writes_evidence_of_every_landmark_and_limb(
    mri: Path, bundle: Path, tmp_path: Path
) -> None:
    argv = ["detect", str(mri), "--model", str(bundle), "--slice", "1", "--device", "cpu"]
    assert main([*argv, "--out", "o", "--json", "m.json"]) == 0
    data = json.loads(Path("m.json").read_text(encoding="utf-8"))
    rows = data["landmarks"]["landmarks"]
    assert len(rows) == 12
    for row in rows:
        assert 0 <= row["evidence"]["presence_head"] <= 1
        surprisal, reason = row["evidence"]["surprisal"], row["evidence"]["not_assessable"]
        assert (surprisal is None) == bool(reason)
        assert surprisal is None or 0 <= surprisal <= 1
    assert len(data["detection"]["limbs"]) == 16
    (file,) = tmp_path.glob("o/*/*_landmarks.json")
    assert all(point.evidence is not None for point in read_landmarks(file).values())


def test_evaluate_tests_every_sign_by_model_and_by_the_files_it_wrote(
    mri: Path, bundle: Path, tmp_path: Path
) -> None:
    data, found = tmp_path / "data", tmp_path / "found"
    data.mkdir()
    found.mkdir()
    (data / mri.name).write_bytes(mri.read_bytes())
    source, absent = Source(SourceKind.REFERENCE), LandmarkState.ABSENT
    points = [
        *(
            Landmark(s, "FHC", (90.0 + 180 * n, 5.0, -120.0), source=source)
            for n, s in enumerate(Side)
        ),
        *(Landmark(side, "NA", None, absent, source) for side in Side),
    ]
    write_landmarks(data / "mri_landmarks.json", HipLandmarks.of(points, "mri"))
    argv = ["evaluate", "--model", str(bundle), "--data", str(data), "--device", "cpu"]
    assert main([*argv, "--out", "m"]) == 0
    (run,) = json.loads(Path("m", "evaluation.json").read_text(encoding="utf-8"))["runs"]
    tests = {test["sign"]: test for test in run["presence"]["absence"]}
    assert {"confidence", "presence head"} <= set(tests) <= SIGNS
    assert tests["presence head"]["there"] == tests["presence head"]["absent"] == 2
    assert "AUROC for absence by presence head" in Path("m", "evaluation.html").read_text("utf-8")

    detect = ["detect", str(mri), "--model", str(bundle), "--slice", "0", "--device", "cpu"]
    assert main([*detect, "--out", "o"]) == 0
    (file,) = tmp_path.glob("o/*/*_landmarks.json")
    (found / file.name).write_bytes(file.read_bytes())
    folders = ["evaluate", "--predicted", str(found), "--reference", str(data)]
    assert main([*folders, "--out", "f"]) == 0
    (run,) = json.loads(Path("f", "evaluation.json").read_text(encoding="utf-8"))["runs"]
    assert "presence head" in {test["sign"] for test in run["presence"]["absence"]}
