"""A training that is killed again and again ends exactly like one that was left alone."""

import csv
import hashlib
import json
import os
import subprocess
import sys

from HipLandmarksLib.detection import Detector, load_card

_STEPS = 6
_KILLS = 6
_SEED = 1
_MEASURED = ("seconds", "images_per_s")
"""Columns of the log that differ from run to run."""

_DRIVER = '''
"""Train in children of this process, which share its imports, and kill them."""

import os, random, signal, sys
from dataclasses import replace
from pathlib import Path

import torch

from HipLandmarksLib.networks import NetworkSpec
from HipLandmarksLib.training import Trainer, TrainingConfig, checkpoint, simulated_slices, trainer
from HipLandmarksLib.training.pools import Pools

torch.set_num_threads(1)
trainer._STATISTICS_BATCHES = 3  # quick
folder, steps, kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
network = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2)
config = TrainingConfig(
    output=folder / "alone", network=network, keys=("FHC",), crop=(32, 48), batch=2, steps=steps,
    warmup=1, evaluate_every=2, phantom_share=1.0, phantom_slices=1, patience=2, fold=0,
    learning_rate=0.003, ema=0.5,
)
slices = simulated_slices(2, 3, config.keys)
pools = Pools.of([], slices, config.preprocessing, 0.0, 1.0)
held_out = [replace(slices[0], chosen=frozenset("RL"))]


class Countdown:
    """Kills the process at the given call of any function, or only counts them."""

    def __init__(self, at):
        self.calls, self.at = 0, at

    def __call__(self, *_):
        self.calls += 1
        if self.calls == self.at:
            die()


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def half_written(tensors, path, metadata):
    path.write_bytes(bytes(1000))
    die()


def train(output, at=None, in_checkpoint=False):
    """Train in a child; returns how many calls it made, or None when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        countdown = Countdown(at)
        if in_checkpoint:
            checkpoint.save_tensors = half_written
        run = Trainer(replace(config, output=output), pools, held_out)
        sys.setprofile(countdown)
        run.run()
        sys.setprofile(None)
        os.write(writing, str(countdown.calls).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    told = os.read(reading, 100)
    assert bool(told) == (status == 0) and status in (0, signal.SIGKILL), status
    return int(told) if told else None


calls = train(folder / "alone")
chance = random.Random(int(sys.argv[4]))
killed = 0
for number in range(kills):
    at = None if number == 2 else chance.randrange(calls // 50, calls // 2)
    done = train(folder / "killed", at, in_checkpoint=number == 2)
    killed += done is None
train(folder / "killed")
print(killed)
'''


def log_of(run):
    with (run / "log.csv").open() as file:
        rows = [
            {k: v for k, v in row.items() if k not in _MEASURED} for row in csv.DictReader(file)
        ]
    return rows


def test_no_moment_of_a_kill_changes_the_result(tmp_path):
    """SIGKILL at random calls of functions, and amid a checkpoint; weights equal bit by bit."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    arguments = [str(tmp_path), str(_STEPS), str(_KILLS), str(_SEED)]
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 3  # the later children may find the run finished
    alone, killed = (tmp_path / name / "fold-0" for name in ("alone", "killed"))
    for name in ("bundle/weights.safetensors", "history.json"):
        sums = [hashlib.sha256((run / name).read_bytes()).hexdigest() for run in (alone, killed)]
        assert sums[0] == sums[1], name
    assert load_card(alone / "bundle") == load_card(killed / "bundle")
    Detector.from_bundle(killed / "bundle")  # its checksum fits
    assert log_of(alone) == log_of(killed)
    assert [row["step"] for row in log_of(killed)] == [str(n + 1) for n in range(_STEPS)]
    assert [row["step"] for row in json.loads((killed / "history.json").read_text())] == [2, 4, 6]
    assert not list(killed.rglob(".part-*"))
