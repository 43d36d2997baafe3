"""``hiplandmarks networks`` lists what can be trained."""

import json

import pytest

from HipLandmarksLib.cli import main


def test_a_network_is_listed_with_its_size_and_the_inputs_it_takes(capsys):
    assert main(["networks", "hourglass", "unetplusplus-resnet18"]) == 0
    _, hourglass, unet = capsys.readouterr().out.splitlines()
    assert hourglass.split()[:2] == ["hourglass", "2"] and hourglass.endswith("64 px")
    assert unet.split()[:2] == ["unetplusplus-resnet18", "1"] and unet.endswith("32 px")


def test_the_card_is_json_for_programs(capsys):
    assert main(["networks", "hourglass", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)["hourglass"]
    assert card["parameters"] > 1e6 and card["flops_image"] == [512, 512]


@pytest.mark.parametrize("name", ["unet", "HRNet"])
def test_an_unknown_name_lists_the_known_ones(name, capsys):
    assert main(["networks", name]) == 1
    assert "hrnet-w32-srf" in capsys.readouterr().err
