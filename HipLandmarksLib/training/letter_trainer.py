"""Training of a letter reader on a pool of crops: minutes on a processor."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..detection.device import choose_device
from ..detection.letter_card import LetterClass
from ..detection.letter_reader import in_a_mirror, letter_input
from ..errors import ConfigurationError, TrainingError
from ..files import atomic_path
from ..networks.letters import LetterNetwork
from .letter_config import LetterConfig
from .letter_pool import LetterPool, Report
from .precision import Precision

_OTHER = list(LetterClass).index(LetterClass.OTHER)
_SHIFT_MM = 3.5
_SCALE = 0.2
_TURN_DEG = 8.0
_STRETCH = 0.12
_REPORT_EVERY, _KEEP_EVERY = 50, 200


class LetterTraining:
    """One run of a :class:`LetterConfig`; what a step does depends on its number alone."""

    def __init__(self, config: LetterConfig, pool: LetterPool) -> None:
        """A fresh network, and what it learns from.

        Raises:
            ConfigurationError: when the pool lacks letters or other signs.
        """
        torch.manual_seed(config.seed)
        self._config = config
        self._letters = np.flatnonzero(pool.shows != _OTHER)
        self._others = np.flatnonzero(pool.shows == _OTHER)
        if not len(self._letters) or not len(self._others):
            raise ConfigurationError("The training needs letters and other signs: raise films.")
        self._crops, self._shows = torch.from_numpy(pool.crops), torch.from_numpy(pool.shows)
        self.network = LetterNetwork(len(LetterClass), config.widths).to(
            memory_format=torch.channels_last
        )
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        self._precision = Precision.AUTO.on(choose_device("cpu"))
        self._done = 0

    def run(self, resume: bool = True, report: Report | None = None) -> LetterNetwork:
        """Train to the end; a checkpoint in the output folder keeps what is done.

        Raises:
            TrainingError: when the loss is no number.
        """
        if resume and self._checkpoint.is_file():
            self._restore()
        losses: list[float] = []
        for number in range(self._done, self._config.steps):
            losses.append(self.step(number))
            if not math.isfinite(losses[-1]):
                raise TrainingError("The loss is no number: lower the learning rate.")
            if (number + 1) % _REPORT_EVERY == 0 and report is not None:
                mean = float(np.mean(losses[-_REPORT_EVERY:]))
                report(f"letters (loss {mean:.3f})", number + 1, self._config.steps)
            if (number + 1) % _KEEP_EVERY == 0:
                self._done = number + 1
                self._keep()
        return self.network.eval()

    def step(self, number: int) -> float:
        """Step ``number``; returns its loss. Half of the batch are letters."""
        config = self._config
        rng = np.random.default_rng([config.seed, number])
        half = config.batch // 2
        chosen = [rng.choice(self._letters, half), rng.choice(self._others, config.batch - half)]
        own = np.concatenate(chosen)
        inputs, answers = augmented(self._crops[own], self._shows[own], config, rng)
        for group in self._optimiser.param_groups:
            group["lr"] = config.learning_rate * _rate(number / config.steps)
        reduced = self._precision is not torch.float32
        self.network.train()
        with torch.autocast("cpu", self._precision, enabled=reduced):
            scores = self.network(inputs.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(scores.float(), answers)
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return float(loss.detach())

    @property
    def _checkpoint(self) -> Path:
        return self._config.output / "letters.pt"

    def _keep(self) -> None:
        state = {
            "recipe": self._config.to_dict(),
            "done": self._done,
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        with atomic_path(self._checkpoint) as temporary:
            torch.save(state, temporary)

    def _restore(self) -> None:
        """Raises: ConfigurationError: when the checkpoint was made with other settings."""
        state = torch.load(self._checkpoint, weights_only=True)
        if state["recipe"] != self._config.to_dict():
            raise ConfigurationError(
                f"{self._checkpoint} was made with other settings: train with --restart, or give "
                "another output folder."
            )
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._done = int(state["done"])


def augmented(
    crops: Tensor, shows: Tensor, config: LetterConfig, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Network inputs and class numbers of crops, changed at random.

    Args:
        crops: (B, H, W) bytes of a pool, larger than the reader's crops.
        shows: (B,) class numbers.
        config: of the training.
        rng: decides.
    """
    count, side = len(crops), config.side_px
    mirrored = torch.from_numpy(rng.random(count) < 0.5)
    dark = torch.from_numpy(rng.random(count) < config.inverted_share)
    grid = functional.affine_grid(
        _placements(count, crops.shape[1], config, mirrored, rng), [count, 1, side, side], False
    )
    values = crops[:, None].float()
    inside = functional.grid_sample((values > 0).float(), grid, align_corners=False)[:, 0] > 0.99
    seen = functional.grid_sample(values, grid, align_corners=False)[:, 0]
    seen = torch.where(dark[:, None, None], 256 - seen, seen)
    seen = _noisy(seen, rng)
    answers = functional.one_hot(shows, len(LetterClass))
    answers = torch.where(mirrored[:, None], in_a_mirror(answers), answers).argmax(dim=1)
    return letter_input(torch.where(inside, seen, torch.nan)), answers


def _placements(
    count: int, stored_px: int, config: LetterConfig, mirrored: Tensor, rng: np.random.Generator
) -> Tensor:
    """(B, 2, 3) maps from the reader's crops to the stored ones, both from -1 to 1."""
    turn = np.radians(rng.normal(0, _TURN_DEG, count))
    scale = np.exp(rng.uniform(-_SCALE, _SCALE, count)) * config.side_px / stored_px
    stretch = np.exp(rng.uniform(-_STRETCH, _STRETCH, count) / 2)
    matrix = np.empty((count, 2, 3), dtype=np.float32)
    matrix[:, 0, 0], matrix[:, 0, 1] = scale * stretch * np.cos(turn), -scale * np.sin(turn)
    matrix[:, 1, 0], matrix[:, 1, 1] = scale * np.sin(turn), scale / stretch * np.cos(turn)
    reach = 2 * _SHIFT_MM / config.pixel_mm / stored_px
    matrix[:, :, 2] = rng.normal(0, 0.5, (count, 2)).clip(-1, 1) * reach
    matrix[mirrored.numpy(), :, 0] *= -1
    return torch.from_numpy(matrix)


def _noisy(crops: Tensor, rng: np.random.Generator) -> Tensor:
    """More noise, and blur for some."""
    count = len(crops)
    sigma = torch.from_numpy(6 * rng.random(count).astype(np.float32) ** 2)[:, None, None]
    seed = torch.Generator().manual_seed(int(rng.integers(2**31)))
    blurred = functional.avg_pool2d(crops[:, None], 3, 1, 1)[:, 0]
    soft = torch.from_numpy(rng.random(count) < 0.25)[:, None, None]
    noise = torch.randn(crops.shape, generator=seed)
    return torch.where(soft, blurred, crops) + sigma * noise


def _rate(share: float) -> float:
    """Rises for the first twentieth of the steps, then falls along a cosine."""
    return min(share / 0.05, 1.0) * 0.5 * (1 + math.cos(math.pi * share)) + 1e-3
