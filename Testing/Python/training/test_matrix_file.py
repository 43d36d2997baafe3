"""A matrix file names networks, variants and seeds; every combination is a cell of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.networks import PUBLISHED
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.training import TrainingConfig
from HipLandmarksLib.training.matrix import Matrix, merged

TINY = {"architecture": "Unet", "encoder": "resnet18", "depth": 3, "decoder_channels": [16, 8, 8]}


def matrix(folder: Path, **changes: Any) -> Matrix:
    values: dict[str, Any] = {
        "output": "out",
        "base": {"data": "hips", "phantom_share": 0, "crop": [64, 96]},
        "networks": [{"name": "tiny", "network": TINY}],
    }
    (folder / "matrix.json").write_text(json.dumps({**values, **changes}))
    return Matrix.from_file(folder / "matrix.json")


def test_every_network_with_every_variant_and_seed_is_a_cell(tmp_path: Path) -> None:
    found = matrix(
        tmp_path,
        networks=["hrnet-w18", {"name": "tiny", "network": TINY}],
        variants={"plain": {}, "ue": {"uncertainty_module": True}},
        seeds=[17, 42],
    )
    names = ["hrnet-w18", "hrnet-w18-ue", "tiny", "tiny-ue"]
    assert [cell.name for cell in found.cells] == [*names, *(f"{name}-seed42" for name in names)]
    assert [cell.method for cell in found.cells] == names * 2
    assert found.cells[1].title == "HRNet-W18, ue"
    assert found.cells[5].folder == tmp_path / "out" / "hrnet-w18-ue-seed42"
    configs = [cell.config for cell in found.cells]
    assert [config is not None and config.network.limbs > 0 for config in configs] == [0, 1] * 4
    assert [config and config.seed for config in configs] == [17] * 4 + [42] * 4


@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        ({"variants": ["ue"]}, "variants holds settings by name"),
        ({"seeds": "many"}, "seeds are whole numbers"),
        ({"networks": 5}, "not 5"),
        ({"output": None}, "needs an output folder"),
        ({"base": {"data": "hips", "phantom_share": 0, "keys": 4}}, "keys must be a list"),
    ],
)
def test_a_slip_in_the_shape_of_the_file_is_named(
    tmp_path: Path, slip: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        matrix(tmp_path, **slip)


def test_one_network_or_one_seed_needs_no_list(tmp_path: Path) -> None:
    base = {"data": "hips", "phantom_share": 0, "crop": [64, 96]}
    (cell,) = matrix(tmp_path, base=base, networks="hrnet-w18", seeds=42).cells
    assert (cell.method, cell.values["seed"]) == ("hrnet-w18", 42)


def test_seeds_of_a_method_differ_by_nothing_else(tmp_path: Path) -> None:
    first, second = (c.config for c in matrix(tmp_path, seeds=[17, 42]).cells)
    assert first is not None and second is not None
    rest = [{**config.to_dict(), "seed": None} for config in (first, second)]
    assert rest[0] == rest[1]


def test_a_network_has_as_many_heatmaps_as_there_are_landmarks(tmp_path: Path) -> None:
    base = {"data": "hips", "phantom_share": 0, "keys": ["FHC", "LAE"], "crop": [64, 96]}
    (cell,) = matrix(tmp_path, base=base, networks=["hrnet-w18-srf"]).cells
    assert cell.config is not None
    assert cell.config.network.landmarks == 4
    assert cell.config.network.srf == PUBLISHED["hrnet-w18-srf"].spec.srf


def test_a_network_may_change_settings_of_the_base(tmp_path: Path) -> None:
    changed = {"name": "dpt-maxvit", "batch": 1, "network": {"window_side": 128}}
    changed |= {"crop": [128, 128], "preprocessing": {"multiple": 128}}
    (cell,) = matrix(tmp_path, networks=[changed]).cells
    assert cell.config is not None, cell.problem
    assert cell.config.batch == 1
    assert cell.config.network.encoder == "tu-maxvit_base_tf_512"
    assert (
        cell.config.preprocessing.spacing_mm
        == TrainingConfig(tmp_path, phantom_share=1).preprocessing.spacing_mm
    )


def test_the_settings_of_a_cell_are_a_configuration_file(tmp_path: Path) -> None:
    (cell,) = matrix(tmp_path).cells
    cell.folder.mkdir(parents=True)
    file = cell.folder / "config.json"
    file.write_text(json.dumps(cell.to_file()))
    assert TrainingConfig.from_file(file) == cell.config


def test_the_base_may_be_a_file_with_folders_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    base = {"data": "hips", "output": "unused", "phantom_share": 0, "steps": 5, "crop": [64, 96]}
    (tmp_path / "deep" / "base.json").write_text(json.dumps(base))
    (cell,) = matrix(tmp_path, base="deep/base.json").cells
    assert cell.config is not None
    assert cell.config.data == tmp_path / "deep" / "hips"
    assert cell.config.output == tmp_path / "out" / "tiny"
    assert cell.config.steps == 5


def test_what_is_wrong_with_one_network_is_kept_in_its_cell(tmp_path: Path) -> None:
    odd = {"name": "odd", "network": TINY, "crop": [65, 96]}
    cells = matrix(tmp_path, networks=[odd, {"name": "tiny", "network": TINY}]).cells
    assert cells[0].config is None and "multiples of 8" in cells[0].problem
    assert cells[1].config is not None and cells[1].problem == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 5}, "Settings of all cells stand below base"),
        ({"networks": []}, "needs an output folder and networks"),
        ({"networks": ["hrnet-w99"]}, "no published network"),
        ({"networks": ["hrnet-w18", "hrnet-w18"]}, "two methods called hrnet-w18"),
        ({"networks": [{"name": "a/b", "network": TINY}]}, "letters, digits"),
        ({"networks": [{"name": "tiny", "network": TINY, "seed": 3}]}, "in common"),
        ({"variants": {"x": {"data": "others"}}}, "in common"),
        ({"variants": {"x": 3}}, "settings are wanted"),
        ({"seeds": [17, 17]}, "twice"),
        ({"baseline": "other"}, "no method of this matrix"),
        ({"averaging": ["sideways"]}, "sideways"),
        ({"base": {"phantom_share": 1}}, "data folder"),
        ({"base": {"data": "hips", "colour": "blue"}}, "colour"),
        ({"base": 7}, "path of one"),
    ],
)
def test_a_file_that_describes_no_matrix_says_why(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        matrix(tmp_path, **changes)


def test_groups_of_settings_are_merged_setting_by_setting() -> None:
    base = {"loss": {"heatmap": "nll", "wing": {"alpha": 2.1}}, "steps": 3}
    changes = {"loss": {"wing": {"omega": 14}}, "crop": [8, 8]}
    assert merged(base, changes) == {
        "loss": {"heatmap": "nll", "wing": {"alpha": 2.1, "omega": 14}},
        "steps": 3,
        "crop": [8, 8],
    }


def test_the_matrix_that_ships_holds_every_network_of_both_papers() -> None:
    found = Matrix.from_file(resource_path("Training", "matrix-mri.yaml"))
    assert {cell.name for cell in found.cells} == {*PUBLISHED, "mri-coronal"}
    assert [cell.problem for cell in found.cells if cell.problem] == []
