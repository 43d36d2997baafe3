"""A configuration with a slip of the pen is refused with the slip's name and the way out."""

import pytest

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.training import TrainingConfig

GOOD = {"output": "run", "phantom_share": 1.0}


@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        ({"learnign_rate": 1e-3}, "no setting 'learnign_rate'; did you mean learning_rate?"),
        ({"colour": 1}, "no setting 'colour'; there are output, "),
        ({"steps": "many"}, "steps must be a whole number, not 'many'"),
        ({"steps": 10.5}, "steps must be a whole number, not 10.5"),
        ({"steps": True}, "steps must be a whole number, not True"),
        ({"sigma_px": "wide"}, "sigma_px must be a number, not 'wide'"),
        ({"uncertainty_module": "yes"}, "uncertainty_module must be true or false, not 'yes'"),
        ({"network": "unet"}, "network holds settings by name, not 'unet'"),
        ({"network": {"encodr": "resnet18"}}, "section network .* did you mean encoder?"),
        ({"network": {"depth": "3"}}, "network.depth must be a whole number, not '3'"),
        ({"loss": {"field_wieght": 2}}, "section loss .* did you mean field_weight?"),
        ({"augmentation": {"noize": 0.1}}, "section augmentation .* did you mean noise?"),
        ({"keys": "FHC"}, "keys must be a list, not 'FHC'"),
        ({"crop": 192}, "crop must be a list of 2, not 192"),
        ({"crop": [192.5, 288]}, "every element of crop must be a whole number, not 192.5"),
        ({"fold": "1"}, "fold must be a whole number, not '1'"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number, not nan"),
        ({"augmentation": 3}, "augmentation is a name or holds settings, not 3"),
        ({"recipe": ["paper1"]}, "no recipe"),
        ({"loss": {"wing": 3}}, "loss.wing holds constants by name, not 3"),
        ({"preprocessing": {"multiple": 0}}, "multiple and assumed_width_mm must be positive"),
        ({"seed": -1}, "seed must not be negative"),
        ({"warmup": -5}, "warmup must not be negative"),
        ({"output": None}, "names no folder to write to: set output"),
    ],
)
def test_a_slip_is_named(slip, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        TrainingConfig.from_dict({**GOOD, **slip})


def test_numbers_that_yaml_reads_as_text_are_numbers():
    """YAML 1.1 wants 1.0e-3; everyone writes 1e-3."""
    assert TrainingConfig.from_dict({**GOOD, "learning_rate": "1e-3"}).learning_rate == 1e-3


def test_whole_numbers_will_do_where_a_number_is_due():
    assert TrainingConfig.from_dict({**GOOD, "sigma_px": 2}).sigma_px == 2


def test_a_file_that_is_no_yaml_takes_one_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("steps: [1,\nbatch: }")
    with pytest.raises(ConfigurationError, match="is not valid") as refused:
        TrainingConfig.from_file(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="Cannot read the configuration"):
        TrainingConfig.from_file(path)
