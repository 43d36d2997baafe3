"""'models join' makes one model of several, which every other command takes."""

from __future__ import annotations

import json
from pathlib import Path

from HipLandmarksLib.cli import main


def test_an_ensemble_is_joined_shown_and_read_with(tiny_bundle, mri, tmp_path, capsys):
    joined = tmp_path / "models" / "pair"
    main(["models", "join", str(tiny_bundle), str(tiny_bundle), "--out", str(joined)])
    told = capsys.readouterr().out
    assert "tiny-ensemble" in told and "2 networks" in told and "hiplandmarks calibrate" in told
    main(["models", "show", "tiny-ensemble", "--folder", str(joined.parent)])
    assert "Ensemble of 2 networks. Untrained, for tests." in capsys.readouterr().out
    places = [points(bundle, mri, tmp_path) for bundle in (tiny_bundle, joined)]
    assert places[0] == places[1]  # the members are one and the same


def test_models_that_do_not_go_together_are_told_in_one_sentence(tiny_bundle, tmp_path, capsys):
    assert main(["models", "join", str(tiny_bundle), "--out", str(tmp_path / "one")]) != 0
    assert "two members or more" in capsys.readouterr().err


def points(bundle: Path, image: Path, folder: Path) -> dict[str, list[float]]:
    """Rounded positions of all landmarks by side and key."""
    out = folder / bundle.name
    assert main(["detect", str(image), "--model", str(bundle), "--out", str(out)]) == 0
    (found,) = out.glob("*/*_landmarks.json")
    landmarks = json.loads(found.read_text(encoding="utf-8"))["landmarks"]
    return {
        f"{each['side']}:{each['key']}": [round(x, 3) for x in each["position"]]
        for each in landmarks
        if each["position"] is not None
    }
