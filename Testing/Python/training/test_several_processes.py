"""Two processes that share a batch train as one process with the joint batch does."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from timm.layers import BatchNormAct2d, DropPath
from torch import distributed, nn

from HipLandmarksLib.detection import load_bundle
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.training import run_training
from HipLandmarksLib.training.distributed import Workers
from HipLandmarksLib.training.joint_layers import freeze_unused, share_layers
from HipLandmarksLib.training.losses import field_mse, heatmap_nll

_ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
_TORCHRUN = [
    *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
    *("-m", "HipLandmarksLib.cli", "train"),
]
_CONFIG = """
output: run
precision: float32  # bfloat16 rounds the two sums differently
network: {architecture: Unet, encoder: resnet18, depth: 3, decoder_channels: [16, 16, 16],
  landmarks: 4}
keys: [FHC, NA]
uncertainty_module: true
preprocessing: {spacing_mm: 5.0}
crop: [32, 48]
batch: 4
steps: 4
warmup: 1
learning_rate: 0.0001
evaluate_every: 4
phantom_share: 1.0
phantom_slices: 4
"""


def written(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "c.yaml"
    path.write_text(_CONFIG)
    return path


def logged(folder: Path) -> list[dict[str, float]]:
    with (folder / "run/all/log.csv").open() as file:
        return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]


def test_two_processes_give_the_loss_curve_and_weights_of_one_with_the_joint_batch(tmp_path):
    """Landmarks are masked unevenly, batch normalisation and drop-out are in the network."""
    run_training(written(tmp_path / "alone"))
    command = [*_TORCHRUN, written(tmp_path / "both")]
    done = subprocess.run(command, env=_ONE_THREAD, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Model bundle") == 1  # the leading process alone prints
    alone, both = logged(tmp_path / "alone"), logged(tmp_path / "both")
    assert [row["step"] for row in both] == [1, 2, 3, 4]
    for one, two in zip(alone, both, strict=True):
        for name in ("loss", "heatmap", "field"):
            assert two[name] == pytest.approx(one[name], rel=2e-4)
        assert two["gradient_norm"] == pytest.approx(one["gradient_norm"], rel=5e-3)
    bundles = [load_bundle(tmp_path / name / "run/all/bundle") for name in ("alone", "both")]
    assert [card.training["processes"] for card, _ in bundles] == [1, 2]
    states = [network.state_dict() for _, network in bundles]
    for name, value in states[0].items():
        assert torch.allclose(value, states[1][name], rtol=1e-2, atol=2e-3), name


def test_a_batch_that_cannot_be_shared_is_refused_in_plain_words():
    with pytest.raises(ConfigurationError, match="multiple of 4"):
        Workers(1, 4).check_batch(6)
    Workers(1, 3).check_batch(6)


@pytest.mark.parametrize("loss", [heatmap_nll, field_mse])
def test_losses_of_unevenly_annotated_parts_average_to_the_joint_loss(loss):
    torch.manual_seed(1)
    weight = torch.tensor([[1.0, 1.0], [0.5, 1.0], [0.0, 0.0], [0.0, 1.0]])
    if loss is field_mse:
        data = (torch.randn(4, 2, 2, 5, 6), torch.randn(4, 2, 2, 5, 6), weight)
    else:
        target = torch.softmax(torch.randn(4, 2, 30), -1).view(4, 2, 5, 6)
        data = (torch.randn(4, 2, 5, 6), torch.randn(4, 2), target, torch.zeros(4, 2), weight)
    total = weight.sum() / 2  # the mean over two processes
    parts = [loss(*(x[own] for x in data), total=total) for own in (slice(0, 2), slice(2, 4))]
    assert torch.stack(parts).mean() == pytest.approx(float(loss(*data)), rel=1e-6)


@pytest.fixture
def one_process_group(tmp_path):
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'meeting'}", rank=0, world_size=1
    )
    yield
    distributed.destroy_process_group()


def normalised(layer, values):
    """Output, gradient and running statistics of one training step."""
    layer.reset_running_stats()
    inputs = values.clone().requires_grad_()
    output = layer.train()(inputs)
    output.square().sum().backward()
    statistics = (layer.running_mean.clone(), layer.running_var.clone())
    return (output.detach(), inputs.grad, *statistics)


@pytest.mark.usefixtures("one_process_group")
@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), BatchNormAct2d(3)])
def test_joint_batch_normalisation_of_one_process_is_torchs_own(layer):
    torch.manual_seed(2)
    nn.init.uniform_(layer.weight)
    nn.init.uniform_(layer.bias)
    values = torch.randn(4, 3, 5, 6) * 3 + 7
    own = normalised(layer, values)
    share_layers(layer, "cpu")
    for ours, theirs in zip(normalised(layer, values), own, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert type(layer).__name__.startswith("Joint")


@pytest.mark.usefixtures("one_process_group")
@pytest.mark.parametrize("layer", [nn.Dropout(0.4), nn.Dropout2d(0.4), DropPath(0.4)])
def test_joint_drop_out_of_one_process_drops_the_same(layer):
    values = torch.randn(6, 3, 4, 5)
    torch.manual_seed(3)
    own = layer.train()(values)
    share_layers(layer, "cpu")
    torch.manual_seed(3)
    assert torch.allclose(layer(values), own)
    assert torch.equal(layer.eval()(values), values)


def test_weights_without_influence_are_frozen_and_others_not():
    class WithClassifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.classifier = nn.Conv2d(1, 2, 3), nn.Linear(2, 5)

        def forward(self, images):
            return (self.body(images), None)

    network = WithClassifier()
    freeze_unused(network, torch.zeros(2, 1, 8, 8))
    wanted = {name: p.requires_grad for name, p in network.named_parameters()}
    assert wanted["body.weight"] and not wanted["classifier.weight"]
    assert all(p.grad is None for p in network.parameters())
